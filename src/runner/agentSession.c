// Files that an agent's program keeps of its own: listed, read from where one stands, put back; and a
// signal to everything that runs.
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent.h"
#include "memory.h"

#define MOST_TAIL (1u << 20)
#define MOST_LISTED 2000u
// Entries that are looked at, files or not.
#define MOST_SEEN 20000u
#define DEEPEST 12

static void answerError(uint8_t type, uint32_t id, int error) {
  uint32_t code = (uint32_t)error;
  putFrame(type, id, &code, 4);
}

static uint32_t listed, seen;

static void listFolder(int dir, char *path, size_t length, int depth) {
  DIR *stream = fdopendir(dir);
  if (!stream) {
    close(dir);
    return;
  }
  for (struct dirent *entry; listed < MOST_LISTED && seen < MOST_SEEN && (entry = readdir(stream));) {
    const char *name = entry->d_name;
    struct stat info;
    size_t size = strlen(name), start = length ? length + 1 : 0;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || start + size + 1 > PATH_MAX) continue;
    seen++;
    if (fstatat(dirfd(stream), name, &info, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (length) path[length] = '/';
    memcpy(path + start, name, size + 1);
    if (S_ISREG(info.st_mode)) {
      putU64((uint64_t)info.st_size);
      putString(path);
      listed++;
    } else if (S_ISDIR(info.st_mode) && depth < DEEPEST) {
      int child = openat(dirfd(stream), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      if (child >= 0) listFolder(child, path, start + size, depth + 1);
    }
    path[length] = 0;
  }
  closedir(stream);
}

/** `str` folder. Answers with `u32` errno, and of each regular file below it `u64` size and `str` path. */
void listFiles(uint32_t id, struct reader *reader) {
  static char path[PATH_MAX];
  const char *folder = getString(reader);
  int dir = reader->bad ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0 && (reader->bad || errno != ENOENT)) {
    answerError(AGENT_LISTED, id, reader->bad ? EINVAL : errno);
    return;
  }
  listed = seen = 0;
  path[0] = 0;
  beginFrame(AGENT_LISTED, id);
  putU32(0);
  if (dir >= 0) listFolder(dir, path, 0, 0);
  endFrame();
}

/** `u64` offset, `str` path. Answers with `u32` errno and at most 1 MiB of the bytes from there on. */
void readOn(uint32_t id, struct reader *reader) {
  static uint8_t chunk[MOST_TAIL];
  uint64_t offset = getU64(reader);
  const char *path = getString(reader);
  struct stat info;
  int fd = reader->bad ? -1 : open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    answerError(AGENT_FILE, id, reader->bad || fd >= 0 ? EINVAL : errno);
    if (fd >= 0) close(fd);
    return;
  }
  ssize_t n = pread(fd, chunk, sizeof chunk, (off_t)offset);
  int error = errno;
  close(fd);
  if (n < 0) {
    answerError(AGENT_FILE, id, error);
    return;
  }
  beginFrame(AGENT_FILE, id);
  putU32(0);
  putBytes(chunk, (size_t)n);
  endFrame();
}

/** `str` path and bytes that go to the file's end; makes the folders on the way. Answers with errno. */
void appendToFile(uint32_t id, struct reader *reader) {
  char *path = getString(reader), *slash = reader->bad ? NULL : strrchr(path, '/');
  if (!slash || slash == path) {
    answerError(AGENT_WRITTEN, id, EINVAL);
    return;
  }
  *slash = 0;
  bool made = makeDirectories(path, 0755, 0, 0);
  *slash = '/';
  int fd = made ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0644) : -1;
  int error = fd < 0 ? errno : 0;
  for (const uint8_t *at = reader->at; !error && at < reader->end;) {
    ssize_t n = write(fd, at, (size_t)(reader->end - at));
    if (n > 0)
      at += n;
    else if (errno != EINTR)
      error = errno;
  }
  if (fd >= 0) close(fd);
  answerError(AGENT_WRITTEN, id, error);
}

/** `u32` signal, for every process of the sandbox but this one. Answers with errno. */
void signalAll(uint32_t id, struct reader *reader) {
  int number = (int)getU32(reader);
  bool ok = kill(-1, number) == 0 || errno == ESRCH;
  answerError(AGENT_WRITTEN, id, ok ? 0 : errno);
}
