// The files of a run: its fresh file system and its inputs.
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "runner.h"

static bool explain(char *why, size_t size, const char *what, const char *path) {
  snprintf(why, size, "%s %s: %s", what, path, strerror(errno));
  return false;
}

static bool isBelow(const char *path, const char *dir) {
  size_t length = strlen(dir);
  return strncmp(path, dir, length) == 0 && (path[length] == '/' || path[length] == 0);
}

/** Makes every missing directory of an absolute path; new ones belong to `uid`. */
bool makeDirectories(const char *path, mode_t mode, uid_t uid, gid_t gid) {
  char copy[PATH_MAX];
  if (snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy)
    return errno = ENAMETOOLONG, false;
  for (char *at = copy + 1;; at++) {
    if (*at && *at != '/') continue;
    char was = *at;
    *at = 0;
    if (mkdir(copy, mode) == 0) {
      if (options.mode == MODE_UID && chown(copy, uid, gid) != 0) return false;
    } else if (errno != EEXIST) {
      return false;
    }
    *at = was;
    if (!was) return true;
  }
}

static const char *homeOf(const struct request *request) {
  for (char **entry = request->env; *entry; entry++)
    if (strncmp(*entry, "HOME=", 5) == 0) return *entry + 5;
  return "";
}

static bool mountScratch(const struct request *request) {
  char text[128];
  uint64_t size = request->fileSize + request->inputBytes;
  uint64_t entries = request->inputEntries;
  snprintf(text, sizeof text, "mode=0755,size=%llu,nr_inodes=%llu",
           (unsigned long long)(size + (entries + 16) * 4096),
           (unsigned long long)(65536 + 2 * entries));
  if (mount("tmpfs", SCRATCH, "tmpfs", MS_NOSUID | MS_NODEV, text) != 0) return false;
  return mkdir(SCRATCH "/tmp", 01777) == 0 && mkdir(SCRATCH "/home", 0755) == 0 &&
         mkdir(SCRATCH "/shm", 01777) == 0 && mkdir(SCRATCH "/work", 0755) == 0;
}

/** Where the runner sees what the program will see as `path`. */
static bool placeOf(const char *path, char *place, size_t size) {
  bool scratch = options.mode == MODE_NAMESPACES &&
                 (isBelow(path, "/tmp") || isBelow(path, "/home"));
  return snprintf(place, size, "%s%s", scratch ? SCRATCH : "", path) < (int)size;
}

/** Links to what is mounted elsewhere because its own place is made afresh. */
static bool makeLinks(void) {
  for (int i = 0; i < options.links; i++) {
    char place[PATH_MAX], *slash;
    if (!placeOf(options.link[i][0], place, sizeof place)) return false;
    slash = strrchr(place, '/');
    *slash = 0;
    if (!makeDirectories(place, 0755, 0, 0)) return false;
    *slash = '/';
    if (symlink(options.link[i][1], place) != 0) return false;
  }
  return true;
}

/** The fresh file system; `cwdFd` is then the working directory, still without inputs. */
bool prepareFiles(struct run *run, char *why, size_t whySize) {
  const struct request *request = &run->request;
  const char *cwd = request->cwd, *home = homeOf(request);
  uid_t uid = caseUid(request);
  char place[PATH_MAX];
  if (cwd[0] != '/' || !cwd[1] || strstr(cwd, "/../") || strstr(cwd, "//")) {
    snprintf(why, whySize, "The working directory %s is not a plain absolute path", cwd);
    return false;
  }
  if (options.mode == MODE_NAMESPACES && !mountScratch(request))
    return explain(why, whySize, "Mounting a fresh file system on", SCRATCH);
  run->bindCwd =
      options.mode == MODE_NAMESPACES && !isBelow(cwd, "/tmp") && !isBelow(cwd, "/home");
  if (!makeLinks()) return explain(why, whySize, "Linking to", "what is mounted");
  if (isBelow(home, "/home") && !strstr(home, "/../") &&
      (!placeOf(home, place, sizeof place) || !makeDirectories(place, 0755, uid, options.gid)))
    return explain(why, whySize, "Making the home directory", home);
  if (run->bindCwd) {
    if (!ensureMountPoint(cwd)) return explain(why, whySize, "Making the directory", cwd);
    strcpy(place, SCRATCH "/work");
  } else if (!placeOf(cwd, place, sizeof place) ||
             !makeDirectories(place, 0755, uid, options.gid)) {
    return explain(why, whySize, "Making the directory", cwd);
  }
  run->cwdFd = open(place, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  return run->cwdFd >= 0 || explain(why, whySize, "Opening the directory", cwd);
}

static struct input *remember(struct run *run, const char *path, uint8_t kind, mode_t mode) {
  if (run->inputCount == run->inputCapacity) {
    size_t old = run->inputCapacity * sizeof *run->inputs;
    run->inputCapacity = run->inputCapacity ? run->inputCapacity * 2 : 64;
    run->inputs = runGrow(run->inputs, old, run->inputCapacity * sizeof *run->inputs);
  }
  struct input *input = &run->inputs[run->inputCount++];
  char *copy = runAlloc(strlen(path) + 1);
  strcpy(copy, path);
  *input = (struct input){.path = copy, .kind = kind, .mode = mode, .target = ""};
  return input;
}

static struct input *findInput(const struct run *run, const char *path) {
  for (size_t i = 0; i < run->inputCount; i++)
    if (strcmp(run->inputs[i].path, path) == 0) return &run->inputs[i];
  return NULL;
}

static bool isPlain(const char *path) {
  if (!*path) return false;
  for (const char *at = path; at;) {
    size_t length = strcspn(at, "/");
    if (length == 0 || (length <= 2 && strncmp(at, "..", length) == 0)) return false;
    at = at[length] ? at + length + 1 : NULL;
  }
  return true;
}

/** Opens the directory that holds `path`, making what is missing; never follows a link. */
static int openParent(struct run *run, char *path, char **name) {
  int dir = dup(run->cwdFd);
  *name = path;
  for (char *slash; dir >= 0 && (slash = strchr(*name, '/'));) {
    *slash = 0;
    if (mkdirat(dir, *name, 0755) == 0)
      remember(run, path, ENTRY_DIR, 0755);
    else if (errno != EEXIST)
      return close(dir), -1;
    int next = openat(dir, *name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    close(dir);
    dir = next;
    *slash = '/';
    *name = slash + 1;
  }
  return dir;
}

static bool makeEntry(struct run *run, struct input *entry, int dir, const char *name) {
  if (entry->kind == ENTRY_LINK) {
    if (symlinkat(entry->target, dir, name) != 0) return false;
  } else if (entry->kind == ENTRY_DIR) {
    struct input *earlier = findInput(run, entry->path);
    if (earlier && earlier->kind == ENTRY_DIR) {
      earlier->mode = entry->mode;
      return true;
    }
    if (mkdirat(dir, name, 0755) != 0) return false;
  } else {
    run->inputFd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (run->inputFd < 0) return false;
    run->inputLeft = entry->size;
  }
  struct input *kept = remember(run, entry->path, entry->kind, entry->mode);
  kept->target = entry->target;
  kept->size = entry->size;
  return true;
}

/** Closes the input that was being written; false when bytes of it are missing. */
static bool endInput(struct run *run, char *why, size_t whySize) {
  if (run->inputFd < 0) return true;
  close(run->inputFd);
  run->inputFd = -1;
  if (run->inputLeft == 0) return true;
  snprintf(why, whySize, "An input's bytes do not match its size");
  return false;
}

bool addInput(struct run *run, struct reader *reader, char *why, size_t whySize) {
  struct input entry = {.kind = getU8(reader), .mode = getU32(reader) & 07777};
  entry.size = getU64(reader);
  entry.path = getString(reader);
  entry.target = getString(reader);
  if (reader->bad || entry.kind > ENTRY_LINK || !isPlain(entry.path)) {
    snprintf(why, whySize, "The input %s is not a plain path below the working directory",
             entry.path);
    return false;
  }
  if (!endInput(run, why, whySize)) return false;
  char *name;
  int dir = openParent(run, entry.path, &name);
  bool ok = dir >= 0 && makeEntry(run, &entry, dir, name);
  if (!ok) explain(why, whySize, "Making the input", entry.path);
  if (dir >= 0) close(dir);
  return ok;
}

bool addInputData(struct run *run, const uint8_t *data, size_t length, char *why, size_t whySize) {
  if (run->inputFd < 0 || length > run->inputLeft) {
    snprintf(why, whySize, "An input's bytes do not match its size");
    return false;
  }
  run->inputLeft -= length;
  while (length > 0) {
    ssize_t n = write(run->inputFd, data, length);
    if (n < 0 && errno != EINTR) return explain(why, whySize, "Writing an input", "");
    if (n > 0) data += n, length -= (size_t)n;
  }
  return true;
}

/** Owners, modes and times, the deepest last so that a directory may forbid writing; then how each looks. */
bool finishInputs(struct run *run, char *why, size_t whySize) {
  const struct timespec times[2] = {{.tv_sec = INPUT_TIME}, {.tv_sec = INPUT_TIME}};
  uid_t uid = caseUid(&run->request);
  if (!endInput(run, why, whySize)) return false;
  if (options.mode == MODE_UID && fchown(run->cwdFd, uid, options.gid) != 0)
    return explain(why, whySize, "Giving away", run->request.cwd);
  if (fchmod(run->cwdFd, 0755) != 0) return explain(why, whySize, "Opening", run->request.cwd);
  for (size_t i = run->inputCount; i-- > 0;) {
    struct input *input = &run->inputs[i];
    struct stat info;
    if ((options.mode == MODE_UID &&
         fchownat(run->cwdFd, input->path, uid, options.gid, AT_SYMLINK_NOFOLLOW) != 0) ||
        (input->kind != ENTRY_LINK && fchmodat(run->cwdFd, input->path, input->mode, 0) != 0) ||
        utimensat(run->cwdFd, input->path, times, AT_SYMLINK_NOFOLLOW) != 0 ||
        fstatat(run->cwdFd, input->path, &info, AT_SYMLINK_NOFOLLOW) != 0)
      return explain(why, whySize, "Making the input", input->path);
    input->ino = info.st_ino;
    input->ctime = info.st_ctim;
  }
  futimens(run->cwdFd, times);
  return true;
}

/** Everything that the run could write is gone after this. */
void removeFiles(struct run *run) {
  if (run->inputFd >= 0) close(run->inputFd);
  if (run->cwdFd >= 0) close(run->cwdFd);
  run->inputFd = run->cwdFd = -1;
  if (options.mode == MODE_NAMESPACES) {
    umount2(SCRATCH, MNT_DETACH);
    return;
  }
  removeIpc(caseUid(&run->request));
  for (int i = 0; i < options.wipes; i++) emptyDirectory(options.wipe[i]);
}
