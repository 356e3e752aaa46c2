// What a run has left in its working directory.
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "runner.h"

#define CHUNK (128u << 10)
#define HIGH_WATER (1u << 20)
#define DEEPEST 200

static struct run *of;
static uint64_t budget;

static int byPath(const void *a, const void *b) {
  return strcmp(((const struct input *)a)->path, ((const struct input *)b)->path);
}

static bool unchanged(const struct input *input, const struct stat *info) {
  return input->ino == info->st_ino && input->mode == (info->st_mode & 07777) &&
         input->ctime.tv_sec == info->st_ctim.tv_sec &&
         input->ctime.tv_nsec == info->st_ctim.tv_nsec && info->st_mtim.tv_sec == INPUT_TIME &&
         (input->kind != ENTRY_FILE || input->size == (uint64_t)info->st_size);
}

static void sendBytes(int fd, uint64_t left) {
  while (left > 0) {
    size_t want = left < CHUNK ? (size_t)left : CHUNK;
    uint8_t *at = reserve(&outgoing, 9 + want);
    ssize_t n = read(fd, at + 9, want);
    if (n <= 0) die("a file of a finished run has changed");
    uint32_t length = 4 + (uint32_t)n;
    memcpy(at, &length, 4);
    at[4] = FRAME_OUTPUT_DATA;
    memcpy(at + 5, &of->request.id, 4);
    outgoing.end += 9 + (size_t)n;
    left -= (uint64_t)n;
    if (outgoing.end - outgoing.start > HIGH_WATER) flushAll();
  }
}

static void sendFile(int dir, const char *name, const char *path, const struct stat *info) {
  uint64_t size = (uint64_t)info->st_size;
  if (size > budget) {
    of->cuts |= CUT_OUTPUTS;
    return;
  }
  int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) {
    // The runner's user owns it and everything of the run is dead.
    fchmodat(dir, name, 0600, 0);
    fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  }
  if (fd < 0) die("cannot read a file of a finished run");
  budget -= size;
  putEntry(of->request.id, ENTRY_FILE, info->st_mode & 07777, size, path, "");
  sendBytes(fd, size);
  close(fd);
}

static void sendLink(int dir, const char *name, const char *path) {
  char target[PATH_MAX];
  ssize_t n = readlinkat(dir, name, target, sizeof target - 1);
  if (n < 0) return;
  target[n] = 0;
  putEntry(of->request.id, ENTRY_LINK, 0777, 0, path, target);
}

static bool isSameLink(int dir, const char *name, const struct input *input) {
  char target[PATH_MAX];
  ssize_t n = readlinkat(dir, name, target, sizeof target - 1);
  if (n < 0 || input->kind != ENTRY_LINK) return false;
  target[n] = 0;
  return strcmp(target, input->target) == 0;
}

static void walk(int dir, char *path, size_t length, int depth);

static void visit(int dir, const char *name, char *path, size_t length, int depth) {
  struct stat info;
  if (fstatat(dir, name, &info, AT_SYMLINK_NOFOLLOW) != 0) return;
  struct input key = {.path = path};
  struct input *input = of->inputCount ? bsearch(&key, of->inputs, of->inputCount,
                                                 sizeof *of->inputs, byPath)
                                       : NULL;
  if (input) {
    input->seen = true;
    // Nobody has read it since it was made if its access time is still the one that it was given.
    input->wasRead = info.st_atim.tv_sec != INPUT_TIME;
  }
  if (S_ISDIR(info.st_mode)) {
    if (!input || input->kind != ENTRY_DIR || input->mode != (info.st_mode & 07777))
      putEntry(of->request.id, ENTRY_DIR, info.st_mode & 07777, 0, path, "");
    int child = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (child < 0 && fchmodat(dir, name, 0700, 0) == 0)
      child = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (child < 0 || depth == DEEPEST) {
      of->cuts |= CUT_OUTPUTS;
      if (child >= 0) close(child);
    } else {
      walk(child, path, length, depth + 1);
    }
  } else if (S_ISLNK(info.st_mode)) {
    if (!input || !isSameLink(dir, name, input)) sendLink(dir, name, path);
  } else if (S_ISREG(info.st_mode)) {
    if (!input || input->kind != ENTRY_FILE || !unchanged(input, &info))
      sendFile(dir, name, path, &info);
  }
}

/** Takes over `dir`. */
static void walk(int dir, char *path, size_t length, int depth) {
  DIR *stream = fdopendir(dir);
  if (!stream) die("cannot read a directory of a finished run");
  for (struct dirent *entry; (entry = readdir(stream));) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    size_t slash = length > 0 ? 1 : 0, name = strlen(entry->d_name);
    if (length + slash + name >= PATH_MAX) {
      of->cuts |= CUT_OUTPUTS;
      continue;
    }
    if (slash) path[length] = '/';
    memcpy(path + length + slash, entry->d_name, name + 1);
    visit(dir, entry->d_name, path, length + slash + name, depth);
    path[length] = 0;
  }
  closedir(stream);
}

/** Names the inputs that were read, and the working directory itself when it was listed. */
static void sendReads(const struct run *run, const struct stat *root) {
  if (root->st_atim.tv_sec != INPUT_TIME) putEntry(run->request.id, ENTRY_READ, 0, 0, ".", "");
  for (size_t i = 0; i < run->inputCount; i++)
    if (run->inputs[i].wasRead)
      putEntry(run->request.id, ENTRY_READ, 0, 0, run->inputs[i].path, "");
}

/** Sends what was created, perhaps changed, or removed. Everything of the run is dead. */
void sendOutputs(struct run *run) {
  char path[PATH_MAX] = "";
  struct stat root;
  of = run;
  if (fstat(run->cwdFd, &root) != 0) die("a finished run has no working directory");
  budget = 2 * run->request.fileSize + run->request.inputBytes;
  if (run->inputCount) qsort(run->inputs, run->inputCount, sizeof *run->inputs, byPath);
  int dir = openat(run->cwdFd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0 && fchmod(run->cwdFd, 0755) == 0)
    dir = openat(run->cwdFd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir >= 0) walk(dir, path, 0, 0);
  for (size_t i = 0; i < run->inputCount; i++)
    if (!run->inputs[i].seen)
      putEntry(run->request.id, ENTRY_ABSENT, 0, 0, run->inputs[i].path, "");
  if (run->request.flags & RUN_WATCHED) sendReads(run, &root);
}
