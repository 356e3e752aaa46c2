// Files of an agent's sandbox, each read or written whole.
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent.h"
#include "memory.h"

#define LARGEST_READ (12u << 20)

static void answerError(uint8_t type, uint32_t id, int error) {
  uint32_t code = (uint32_t)error;
  putFrame(type, id, &code, 4);
}

/** All of an open file, at most `limit` bytes; NULL with `errno` set when it cannot be read. */
uint8_t *readAll(int fd, size_t limit, size_t *length) {
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
