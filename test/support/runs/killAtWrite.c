/*
 * Preloaded into a program: counts what it changes on disk below KILL_BELOW, and at change number
 * KILL_AT ends it as a power cut would, with half of the bytes written. KILL_REPORT is a file to which
 * the number of changes is written at the end.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long changes;
static long kill_at;
static char below[4096];
static char report[4096];

static void take(const char *name, char *into) {
  const char *value = getenv(name);
  if (value != NULL) {
    strncpy(into, value, 4095);
  }
  unsetenv(name);
}

__attribute__((constructor)) static void begin(void) {
  char at[4096] = "0";
  take("KILL_AT", at);
  take("KILL_BELOW", below);
  take("KILL_REPORT", report);
  /* What the program starts is left alone. */
  unsetenv("LD_PRELOAD");
  kill_at = atol(at);
}

__attribute__((destructor)) static void end(void) {
  if (report[0] == 0) {
    return;
  }
  FILE *file = fopen(report, "w");
  if (file != NULL) {
    fprintf(file, "%ld\n", (long)changes);
    fclose(file);
  }
}

static int is_below(const char *path) {
  return below[0] != 0 && strncmp(path, below, strlen(below)) == 0;
}

static int is_ours(int fd) {
  char link[64];
  char path[4096] = "";
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  return readlink(link, path, sizeof path - 1) > 0 && is_below(path);
}

/* Whether this is the change at which the program ends. */
static int is_due(int ours) {
  return ours && atomic_fetch_add(&changes, 1) + 1 == kill_at;
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) {
    pause();
  }
}

#define REAL(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *bytes, size_t size) {
  if (is_due(is_ours(fd))) {
    REAL(write)(fd, bytes, size / 2);
    die();
  }
  return REAL(write)(fd, bytes, size);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
  if (is_due(is_ours(fd))) {
    REAL(pwrite64)(fd, bytes, size / 2, at);
    die();
  }
  return REAL(pwrite64)(fd, bytes, size, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (is_due(is_ours(fd))) {
    REAL(write)(fd, parts[0].iov_base, parts[0].iov_len / 2);
    die();
  }
  return REAL(writev)(fd, parts, count);
}

int fdatasync(int fd) {
  if (is_due(is_ours(fd))) {
    die();
  }
  return REAL(fdatasync)(fd);
}

int ftruncate64(int fd, off64_t size) {
  if (is_due(is_ours(fd))) {
    die();
  }
  return REAL(ftruncate64)(fd, size);
}

int rename(const char *from, const char *to) {
  if (is_due(is_below(to))) {
    die();
  }
  return REAL(rename)(from, to);
}

int unlink(const char *path) {
  if (is_due(is_below(path))) {
    die();
  }
  return REAL(unlink)(path);
}
