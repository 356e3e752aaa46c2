// The candidate's folder as it stands, and what has changed in it since it was last looked at.
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

#define CHUNK (256u << 10)
#define DEEPEST 100
// Two writes within one tick of the clock cannot be told apart by a file's times.
#define TICK_NS 50000000ll

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
  char *copy = strdup(path);
  if (!copy) die("no memory for a snapshot");
  next.items[next.count++] = (struct known){.path = copy,
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
  for (struct dirent *entry; ok && (errno = 0, entry = readdir(stream));) {
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
  // What could not be listed has not been removed.
  if (ok && errno != 0) ok = refuse(errno, path);
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
