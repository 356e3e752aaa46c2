// Files of an agent's sandbox: one read or written whole, and the candidate's folder as it stands.
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"
#include "memory.h"

#define LARGEST_READ (12u << 20)
#define CHUNK (256u << 10)
#define DEEPEST 100
// Two writes within one tick of the clock cannot be told apart by a file's times.
#define TICK_NS 50000000ll

static void answerError(uint8_t type, uint32_t id, int error) {
  uint32_t code = (uint32_t)error;
  putFrame(type, id, &code, 4);
}

/** All of an open file, at most `limit` bytes; NULL with `errno` set when it cannot be read. */
static uint8_t *readAll(int fd, size_t limit, size_t *length) {
  uint8_t *data = malloc(limit ? limit : 1);
  *length = 0;
  while (data && *length < limit) {
    ssize_t n = read(fd, data + *length, limit - *length);
    if (n == 0) break;
    if (n > 0) {
      *length += (size_t)n;
    } else if (errno != EINTR) {
      free(data);
      return NULL;
    }
  }
  return data;
}

/** `str` path. Answers with `u32` errno (0: none) and the bytes. */
void readAgentFile(uint32_t id, struct reader *reader) {
  const char *path = getString(reader);
  struct stat info;
  int fd = reader->bad ? -1 : open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &info) != 0) {
    answerError(AGENT_FILE, id, reader->bad ? EINVAL : errno);
    if (fd >= 0) close(fd);
    return;
  }
  size_t length = 0;
  uint8_t *data = NULL;
  errno = S_ISDIR(info.st_mode) ? EISDIR : !S_ISREG(info.st_mode) ? EINVAL : EFBIG;
  if (S_ISREG(info.st_mode) && info.st_size <= LARGEST_READ)
    data = readAll(fd, (size_t)info.st_size, &length);
  if (data) {
    beginFrame(AGENT_FILE, id);
    putU32(0);
    putBytes(data, length);
    endFrame();
  } else {
    answerError(AGENT_FILE, id, errno);
  }
  free(data);
  close(fd);
}

static bool writeAll(int fd, const uint8_t *data, size_t length) {
  while (length > 0) {
    ssize_t n = write(fd, data, length);
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) data += n, length -= (size_t)n;
  }
  return true;
}

/** Beside its place and renamed over, so that a full disk does not take what was there. */
static bool replaceFile(const char *path, const uint8_t *data, size_t length) {
  char real[PATH_MAX], beside[PATH_MAX];
  struct stat info;
  bool there = realpath(path, real) && stat(real, &info) == 0;
  if (there && !S_ISREG(info.st_mode)) return errno = S_ISDIR(info.st_mode) ? EISDIR : EINVAL, false;
  if (snprintf(beside, sizeof beside, "%s.mirrorcode-new", there ? real : path) >= PATH_MAX)
    return errno = ENAMETOOLONG, false;
  int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (fd < 0) return false;
  bool ok = writeAll(fd, data, length) && (!there || fchmod(fd, info.st_mode & 07777) == 0);
  ok = close(fd) == 0 && ok && rename(beside, there ? real : path) == 0;
  int error = errno;
  if (!ok) unlink(beside);
  errno = error;
  return ok;
}

/** `str` path and the bytes to the frame's end; makes the folders on the way. Answers with errno. */
void writeAgentFile(uint32_t id, struct reader *reader) {
  char *path = getString(reader);
  if (reader->bad || !*path) {
    answerError(AGENT_WRITTEN, id, EINVAL);
    return;
  }
  char *slash = strrchr(path, '/');
  bool ok = true;
  if (slash && slash != path) {
    *slash = 0;
    ok = makeDirectories(path, 0755, 0, 0);
    *slash = '/';
  }
  ok = ok && replaceFile(path, reader->at, (size_t)(reader->end - reader->at));
  answerError(AGENT_WRITTEN, id, ok ? 0 : errno);
}

struct known {
  char *path;
  ino_t ino;
  off_t size;
  mode_t mode;
  struct timespec mtime, ctime;
};

// The files of the last snapshot, by path.
static struct {
  struct known *items;
  size_t count, capacity;
} last, next;
static struct timespec lastTaken;

static struct {
  uint32_t id;
  bool whole;
  uint32_t entriesLeft;
  uint64_t bytesLeft;
  uint32_t leftOutCount;
  char **leftOut;
  int error;
  char where[PATH_MAX];
} snapshot;

static int byPath(const void *a, const void *b) {
  return strcmp(((const struct known *)a)->path, ((const struct known *)b)->path);
}

static bool sameTime(const struct timespec *a, const struct timespec *b) {
  return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/** Whether a file was last changed too shortly before the last snapshot to be sure of it. */
static bool isFresh(const struct timespec *changed) {
  long long since = (long long)(lastTaken.tv_sec - changed->tv_sec) * 1000000000ll +
                    (lastTaken.tv_nsec - changed->tv_nsec);
  return since < TICK_NS;
}

static bool isKnown(const char *path, const struct stat *info) {
  struct known key = {.path = (char *)path};
  const struct known *found =
      last.count ? bsearch(&key, last.items, last.count, sizeof key, byPath) : NULL;
  return found && found->ino == info->st_ino && found->size == info->st_size &&
         found->mode == info->st_mode && sameTime(&found->mtime, &info->st_mtim) &&
         sameTime(&found->ctime, &info->st_ctim) && !isFresh(&info->st_ctim);
}

static void remember(const char *path, const struct stat *info) {
  if (next.count == next.capacity) {
    next.capacity = next.capacity ? next.capacity * 2 : 256;
    next.items = realloc(next.items, next.capacity * sizeof *next.items);
    if (!next.items) die("no memory for a snapshot");
  }
  next.items[next.count++] = (struct known){.path = strdup(path),
                                            .ino = info->st_ino,
                                            .size = info->st_size,
                                            .mode = info->st_mode,
                                            .mtime = info->st_mtim,
                                            .ctime = info->st_ctim};
}

static bool refuse(int error, const char *path) {
  snapshot.error = error;
  snprintf(snapshot.where, sizeof snapshot.where, "%s", path);
  return false;
}

/** Opens what the agent may have closed to itself: a mistake with modes must not cost it its work. */
static int openOwn(int dir, const char *name, int flags, const struct stat *info) {
  int fd = openat(dir, name, flags);
  if (fd >= 0 || errno != EACCES) return fd;
  if (fchmodat(dir, name, (info->st_mode & 07777) | 0700, 0) != 0) return errno = EACCES, -1;
  fd = openat(dir, name, flags);
  int error = errno;
  fchmodat(dir, name, info->st_mode & 07777, 0);
  errno = error;
  return fd;
}

static bool snapFile(int dir, const char *name, const char *path, const struct stat *info) {
  uint64_t size = (uint64_t)info->st_size;
  if (size > snapshot.bytesLeft) return refuse(EFBIG, path);
  snapshot.bytesLeft -= size;
  if (!snapshot.whole && isKnown(path, info)) {
    putEntry(snapshot.id, ENTRY_SAME, info->st_mode & 07777, size, path, "");
    remember(path, info);
    return true;
  }
  int fd = openOwn(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, info);
  if (fd < 0) return errno == ENOENT || refuse(errno, path);
  size_t length = 0;
  uint8_t *data = readAll(fd, (size_t)size, &length);
  close(fd);
  if (!data) return refuse(errno, path);
  putEntry(snapshot.id, ENTRY_FILE, info->st_mode & 07777, length, path, "");
  for (size_t at = 0; at < length; at += CHUNK)
    putFrame(FRAME_OUTPUT_DATA, snapshot.id, data + at, length - at < CHUNK ? length - at : CHUNK);
  free(data);
  if (outgoing.end - outgoing.start > AGENT_HIGH_WATER) flushAll();
  remember(path, info);
  return true;
}

static bool isLeftOut(const char *name) {
  for (uint32_t i = 0; i < snapshot.leftOutCount; i++)
    if (strcmp(snapshot.leftOut[i], name) == 0) return true;
  return false;
}

static bool snapFolder(int dir, char *path, size_t length, int depth);

static bool snapEntry(int dir, const char *name, char *path, size_t length, int depth) {
  struct stat info;
  if (fstatat(dir, name, &info, AT_SYMLINK_NOFOLLOW) != 0) return true;
  if (snapshot.entriesLeft == 0) return refuse(E2BIG, path);
  snapshot.entriesLeft--;
  if (S_ISREG(info.st_mode)) return snapFile(dir, name, path, &info);
  if (S_ISLNK(info.st_mode)) {
    char target[PATH_MAX];
    ssize_t n = readlinkat(dir, name, target, sizeof target - 1);
    if (n < 0) return true;
    target[n] = 0;
    putEntry(snapshot.id, ENTRY_LINK, 0777, 0, path, target);
    return true;
  }
  if (!S_ISDIR(info.st_mode)) return true;
  if (depth == DEEPEST) return refuse(ENAMETOOLONG, path);
  putEntry(snapshot.id, ENTRY_DIR, info.st_mode & 07777, 0, path, "");
  int child = openOwn(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, &info);
  if (child < 0) return errno == ENOENT || refuse(errno, path);
  return snapFolder(child, path, length, depth + 1);
}

static bool snapFolder(int dir, char *path, size_t length, int depth) {
  DIR *stream = fdopendir(dir);
  if (!stream) return close(dir), refuse(errno, path);
  bool ok = true;
  for (struct dirent *entry; ok && (entry = readdir(stream));) {
    const char *name = entry->d_name;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || isLeftOut(name)) continue;
    size_t size = strlen(name);
    if (length + size + 2 > PATH_MAX) return closedir(stream), refuse(ENAMETOOLONG, path);
    size_t start = length ? length + 1 : 0;
    if (length) path[length] = '/';
    memcpy(path + start, name, size + 1);
    ok = snapEntry(dirfd(stream), name, path, start + size, depth);
    path[length] = 0;
  }
  closedir(stream);
  return ok;
}

static void keepKnown(bool ok) {
  for (size_t i = 0; i < last.count; i++) free(last.items[i].path);
  free(last.items);
  if (!ok) next.count = 0;
  last = next;
  next.items = NULL;
  next.count = next.capacity = 0;
  if (last.count) qsort(last.items, last.count, sizeof *last.items, byPath);
}

/**
 * `u32` flags (1: everything anew), `u32` most entries, `u64` most bytes, `str` folder, and `u32` n and
 * n `str` of names that are left out. Answers with entries as a run's outputs are, those of files that
 * did not change without their bytes, and at the end `u32` errno and `str` the path that it is about.
 */
void sendSnapshot(uint32_t id, struct reader *reader) {
  static char path[PATH_MAX];
  struct timespec now;
  snapshot.id = id;
  snapshot.whole = getU32(reader) & 1;
  snapshot.entriesLeft = getU32(reader);
  snapshot.bytesLeft = getU64(reader);
  const char *folder = getString(reader);
  snapshot.leftOutCount = getU32(reader);
  if (snapshot.leftOutCount > 1000) die("a request could not be read");
  snapshot.leftOut = runAlloc(snapshot.leftOutCount * sizeof *snapshot.leftOut + 1);
  for (uint32_t i = 0; i < snapshot.leftOutCount; i++) snapshot.leftOut[i] = getString(reader);
  snapshot.error = 0;
  snapshot.where[0] = path[0] = 0;
  clock_gettime(CLOCK_REALTIME, &now);
  int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  // A folder that the agent has removed holds nothing.
  bool ok = dir < 0 ? errno == ENOENT || refuse(errno, folder) : snapFolder(dir, path, 0, 0);
  keepKnown(ok);
  lastTaken = now;
  beginFrame(AGENT_SNAPSHOT_END, id);
  putU32((uint32_t)snapshot.error);
  putString(snapshot.where);
  endFrame();
}
