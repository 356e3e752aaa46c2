// The working files that go with a call: what its arguments name, and the rest of the folder as far
// as it is not too much. Folders are gone through level by level, so that what is near goes first.
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent.h"
#include "memory.h"
#include "oracle.h"

#define MOST_ENTRIES 2000u
#define MOST_BYTES (64ull << 20)
// The rest of the folder, which the call does not name.
#define MOST_UNNAMED_BYTES (8ull << 20)
#define CHUNK (128u << 10)
#define WORKSPACE "/workdir"

static char *names[MOST_ENTRIES];
static uint32_t count, leftOut;
static uint64_t bytesLeft = MOST_BYTES, unnamedLeft = MOST_UNNAMED_BYTES;

static bool isBelow(const char *path, const char *folder) {
  size_t length = strlen(folder);
  return strncmp(path, folder, length) == 0 && (path[length] == '/' || !path[length]);
}

static bool isListed(const char *path) {
  for (uint32_t i = 0; i < count; i++)
    if (strcmp(names[i], path) == 0) return true;
  return false;
}

static void sendFile(const char *path, const struct stat *info) {
  int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  uint64_t left = (uint64_t)info->st_size;
  uint8_t *chunk = malloc(CHUNK);
  if (fd < 0 || !chunk) {
    // It cannot be read by the program either.
    putEntry(0, ENTRY_FILE, 0, 0, path, "");
    left = 0;
  } else {
    putEntry(0, ENTRY_FILE, info->st_mode & 07777, left, path, "");
  }
  while (left > 0) {
    ssize_t n = read(fd, chunk, left < CHUNK ? (size_t)left : CHUNK);
    if (n <= 0) {
      // It has become shorter in the meantime.
      n = left < CHUNK ? (ssize_t)left : CHUNK;
      memset(chunk, 0, (size_t)n);
    }
    putFrame(FRAME_OUTPUT_DATA, 0, chunk, (size_t)n);
    left -= (uint64_t)n;
    if (outgoing.end - outgoing.start > ORACLE_HIGH_WATER) flushAll();
  }
  free(chunk);
  if (fd >= 0) close(fd);
}

/** Sends one entry, without what is below it. @returns whether it is a folder to go into. */
static bool sendEntry(const char *path, bool named) {
  struct stat info;
  if (isListed(path)) return false;
  if (lstat(path, &info) != 0) return false;
  bool isFile = S_ISREG(info.st_mode);
  uint64_t size = isFile ? (uint64_t)info.st_size : 0;
  if (!isFile && !S_ISDIR(info.st_mode) && !S_ISLNK(info.st_mode)) return false;
  if (count == MOST_ENTRIES || size > bytesLeft || (!named && size > unnamedLeft)) {
    leftOut++;
    return false;
  }
  bytesLeft -= size;
  if (!named) unnamedLeft -= size;
  names[count++] = strdup(path);
  if (isFile) {
    sendFile(path, &info);
  } else if (S_ISDIR(info.st_mode)) {
    putEntry(0, ENTRY_DIR, info.st_mode & 07777, 0, path, "");
    return true;
  } else {
    char target[PATH_MAX];
    ssize_t n = readlink(path, target, sizeof target - 1);
    target[n > 0 ? n : 0] = 0;
    putEntry(0, ENTRY_LINK, 0777, 0, path, target);
  }
  return false;
}

static int byName(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/** The names in a folder, sorted; the caller frees nothing, since the program lives shortly. */
static size_t list(const char *folder, char ***entries) {
  DIR *stream = opendir(*folder ? folder : ".");
  size_t found = 0, capacity = 0;
  *entries = NULL;
  if (!stream) return 0;
  for (struct dirent *entry; (entry = readdir(stream));) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (found == capacity) *entries = realloc(*entries, (capacity = capacity * 2 + 32) * sizeof **entries);
    if (!*entries) die("no memory for a folder");
    (*entries)[found++] = strdup(entry->d_name);
  }
  closedir(stream);
  if (found) qsort(*entries, found, sizeof **entries, byName);
  return found;
}

/** What the agent was given, and its own sources, lie at the top of its workspace. */
static bool isOfTask(const char *name) {
  size_t length = strlen(name);
  return strcmp(name, "src") == 0 || strcmp(name, "cases.jsonl") == 0 ||
         (length > 5 && strcmp(name + length - 5, "_docs") == 0);
}

/** All below a folder, level by level. */
static void sendBelow(const char *top, bool named, bool isWorkspace) {
  char *queue[MOST_ENTRIES];
  uint32_t first = 0, end = 0;
  queue[end++] = strdup(top);
  while (first < end) {
    const char *folder = queue[first++];
    char **entries;
    size_t found = list(folder, &entries);
    for (size_t i = 0; i < found; i++) {
      char path[PATH_MAX];
      if (first == 1 && isWorkspace && isOfTask(entries[i])) continue;
      if (snprintf(path, sizeof path, "%s%s%s", folder, *folder ? "/" : "", entries[i]) >= PATH_MAX)
        continue;
      if (sendEntry(path, named) && end < MOST_ENTRIES) queue[end++] = strdup(path);
    }
  }
}

/** What a word of the call names below the working folder, and the folders above it. */
static void sendNamed(const char *cwd, const char *word) {
  char path[PATH_MAX];
  struct stat info;
  size_t length = strlen(cwd);
  if (strncmp(word, cwd, length) == 0 && word[length] == '/') word += length + 1;
  while (strncmp(word, "./", 2) == 0) word += 2;
  if (!*word || *word == '/' || strstr(word, "..") || strstr(word, "//") ||
      snprintf(path, sizeof path, "%s", word) >= PATH_MAX || lstat(path, &info) != 0)
    return;
  size_t end = strlen(path);
  if (path[end - 1] == '/') path[--end] = 0;
  for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = 0;
    sendEntry(path, true);
    // What lies behind a link is sent from its own place, if that is here.
    if (lstat(path, &info) != 0 || !S_ISDIR(info.st_mode)) return;
    *slash = '/';
  }
  if (sendEntry(path, true)) sendBelow(path, true, false);
}

/** A file elsewhere that the program will not find. */
static bool isElsewhere(const char *cwd, const char *word) {
  struct stat info;
  char real[PATH_MAX];
  bool points = *word == '/' || strncmp(word, "../", 3) == 0;
  return points && lstat(word, &info) == 0 && realpath(word, real) && !isBelow(real, cwd) &&
         !isBelow(real, "/dev") && !isBelow(real, "/proc");
}

static void sendWord(const char *cwd, const char *word) {
  sendNamed(cwd, word);
  if (isElsewhere(cwd, word))
    dprintf(2,
            "mirrorcode: %s lies outside of the working folder, and the program was not shown it; "
            "call the program in a folder above it.\n",
            word);
}

/** @returns how many entries were left out. */
uint32_t sendWorkingFiles(const char *cwd, char **argv) {
  if (!isBelow(cwd, WORKSPACE) && !isBelow(cwd, "/tmp") && !isBelow(cwd, "/home") &&
      !isBelow(cwd, "/dev/shm"))
    return 0;
  for (char **word = argv + 1; *word; word++) {
    const char *value = strchr(*word, '=');
    sendWord(cwd, *word);
    if (value) sendWord(cwd, value + 1);
  }
  sendBelow("", false, strcmp(cwd, WORKSPACE) == 0);
  return leftOut;
}
