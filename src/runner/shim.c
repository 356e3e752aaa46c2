// A target's name on the PATH of a recording terminal: hands each call to whoever records it and is
// its three streams. src/core/recording/terminal/shimProtocol.ts is the other end.
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "runner.h"

#define FOLDER "/mirrorcode-shims/"
#define AHEAD (256u << 10)
#define PIECE (64u << 10)
#define PEEK_EVERY 20
// More than this is no case's stdin.
#define MOST_OF_FILE (64u << 20)
// Its exit code when nobody records.
#define NOBODY 125

extern char **environ;

enum fromShim { SHIM_CALL = 1, SHIM_STDIN, SHIM_STDIN_END, SHIM_OUT_CLOSED };
enum toShim { SHIM_STDOUT = 16, SHIM_STDERR, SHIM_EXIT, SHIM_READ_STDIN, SHIM_TAKEN };
// How stdin is read ahead of the program without taking what it does not read.
enum source { SOURCE_FILE, SOURCE_PIPE, SOURCE_TERMINAL, SOURCE_OTHER };

static struct buffer out, in;
static int server;
static enum source source;
static bool mayTake, ended;
static uint64_t sent, taken, acknowledged;
static off_t begin;

/** Where the kernel found this program, if that is a recording terminal's folder of shims. */
static const char *calledAs(void) {
  const char *path = (const char *)getauxval(AT_EXECFN);
  const char *folder = path ? strstr(path, FOLDER) : NULL;
  return folder && !strchr(folder + sizeof FOLDER - 1, '/') ? path : NULL;
}

bool isShim(void) { return calledAs() != NULL; }

static void add(const void *bytes, size_t length) {
  memcpy(reserve(&out, length), bytes, length);
  out.end += length;
}

static void addU32(uint32_t value) { add(&value, 4); }

static void addString(const char *text) {
  addU32((uint32_t)strlen(text));
  add(text, strlen(text));
}

static void addFrame(uint8_t type, const void *bytes, size_t length) {
  addU32((uint32_t)length);
  add(&type, 1);
  if (length) add(bytes, length);
}

static _Noreturn void nobody(const char *why) {
  fprintf(stderr,
          "mirrorcode: nobody records here any more (%s). Open a new recording terminal.\n", why);
  _exit(NOBODY);
}

static void flushOut(void) {
  while (out.start < out.end) {
    ssize_t n = send(server, out.data + out.start, out.end - out.start, MSG_NOSIGNAL);
    if (n > 0) out.start += (size_t)n;
    else if (errno != EINTR) nobody(strerror(errno));
  }
}

static void addStrings(char **strings) {
  uint32_t count = 0;
  while (strings[count]) count++;
  addU32(count);
  for (char **at = strings; *at; at++) addString(*at);
}

static void sendCall(const char *name, char **arguments) {
  char *cwd = getcwd(NULL, 0);
  uint32_t flags = (isatty(2) ? 1u : 0u) | (isatty(0) ? 2u : 0u);
  size_t header = out.end;
  addFrame(SHIM_CALL, NULL, 0);
  addU32(flags);
  addString(name);
  addString(cwd ? cwd : "");
  addStrings(arguments);
  addStrings(environ);
  uint32_t length = (uint32_t)(out.end - header - 5);
  memcpy(out.data + header, &length, 4);
  flushOut();
}

static void connectTo(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t folder = (size_t)(strstr(path, FOLDER) - path);
  if (folder + sizeof "/socket" > sizeof address.sun_path) nobody("its path is too long");
  memcpy(address.sun_path, path, folder);
  strcpy(address.sun_path + folder, "/socket");
  server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (server < 0 || connect(server, (struct sockaddr *)&address, sizeof address) != 0)
    nobody(strerror(errno));
}

static void openSource(void) {
  struct stat info;
  if (fstat(0, &info) != 0) {
    ended = true;  // stdin is closed
    addFrame(SHIM_STDIN_END, NULL, 0);
    flushOut();
  } else if (S_ISREG(info.st_mode) && (begin = lseek(0, 0, SEEK_CUR)) >= 0) {
    source = SOURCE_FILE;
  } else if (S_ISFIFO(info.st_mode)) {
    source = SOURCE_PIPE;
  } else {
    source = isatty(0) ? SOURCE_TERMINAL : SOURCE_OTHER;
    mayTake = source == SOURCE_OTHER;
  }
}

static void sendStdin(const uint8_t *bytes, ssize_t length) {
  if (length > 0) {
    addFrame(SHIM_STDIN, bytes, (size_t)length);
    sent += (uint64_t)length;
  } else if (length == 0) {
    addFrame(SHIM_STDIN_END, NULL, 0);
    ended = true;
  }
  flushOut();
}

/** What stands in a pipe beyond what was sent of it, without taking it. */
static void peekPipe(bool writersGone) {
  static uint8_t bytes[PIECE];
  int ends[2], there = 0;
  if (ioctl(0, FIONREAD, &there) != 0 || pipe2(ends, O_CLOEXEC) != 0) return;
  uint64_t skip = sent - taken;
  if ((uint64_t)there > skip) {
    ssize_t n = tee(0, ends[1], PIECE, SPLICE_F_NONBLOCK);
    if (n > 0) n = read(ends[0], bytes, (size_t)n);
    if (n > (ssize_t)skip) sendStdin(bytes + skip, n - (ssize_t)skip);
  }
  close(ends[0]);
  close(ends[1]);
  if (writersGone && ioctl(0, FIONREAD, &there) == 0 && (uint64_t)there == sent - taken)
    sendStdin(NULL, 0);
}

/** Takes from a pipe what was sent of it, up to `until` bytes from its begin. */
static void take(uint64_t until) {
  static uint8_t bytes[PIECE];
  while (source == SOURCE_PIPE && taken < until) {
    size_t want = until - taken < PIECE ? (size_t)(until - taken) : PIECE;
    ssize_t n = read(0, bytes, want);
    if (n <= 0) return;
    taken += (uint64_t)n;
  }
}

static void readStdin(bool writersGone) {
  static uint8_t bytes[PIECE];
  if (source == SOURCE_PIPE && !mayTake) {
    peekPipe(writersGone);
    return;
  }
  ssize_t n = source == SOURCE_FILE ? pread(0, bytes, PIECE, begin + (off_t)sent)
                                    : read(0, bytes, PIECE);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n > 0) taken += (uint64_t)n;
  sendStdin(bytes, n < 0 ? 0 : n);
}

static void readStdin(bool writersGone);

/**
 * Nobody reads what the program writes any more: it is to hear so, and to end as it would. Of a file
 * the rest is told before, so that the call can still be recorded.
 */
static _Noreturn void outClosed(void) {
  while (source == SOURCE_FILE && !ended && sent < MOST_OF_FILE) readStdin(false);
  addFrame(SHIM_OUT_CLOSED, NULL, 0);
  flushOut();
  // Until it has been heard: a socket that is closed too early loses what was sent last.
  while (recv(server, reserve(&in, PIECE), PIECE, 0) > 0) continue;
  signal(SIGPIPE, SIG_DFL);
  raise(SIGPIPE);
  _exit(128 + SIGPIPE);
}

static void writeAll(int fd, const uint8_t *at, size_t length) {
  while (length > 0) {
    ssize_t n = write(fd, at, length);
    if (n >= 0) {
      at += n;
      length -= (size_t)n;
    } else if (errno == EAGAIN) {
      poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
    } else if (errno == EPIPE && fd == 1) {
      outClosed();
    } else if (errno != EINTR) {
      return;
    }
  }
}

/** Ends as the program did, and leaves of stdin what the program has not read. */
static _Noreturn void endAs(struct reader *reader) {
  uint32_t kind = getU32(reader), value = getU32(reader);
  uint64_t read = getU64(reader);
  if (source == SOURCE_FILE) lseek(0, begin + (off_t)read, SEEK_SET);
  if (!mayTake) take(read);
  if (kind == 1) {
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    signal((int)value, SIG_DFL);
    raise((int)value);
    _exit(128 + (int)value);
  }
  _exit((int)value);
}

static void obey(uint8_t type, struct reader reader) {
  size_t length = (size_t)(reader.end - reader.at);
  if (type == SHIM_STDOUT || type == SHIM_STDERR) {
    writeAll(type == SHIM_STDOUT ? 1 : 2, reader.at, length);
  } else if (type == SHIM_EXIT) {
    endAs(&reader);
  } else if (type == SHIM_TAKEN) {
    acknowledged = getU64(&reader);
  } else if (type == SHIM_READ_STDIN && !mayTake && !ended) {
    take(sent);
    mayTake = true;
  }
}

static void readServer(void) {
  ssize_t n = recv(server, reserve(&in, PIECE), PIECE, 0);
  if (n < 0 && errno == EINTR) return;
  if (n <= 0) nobody("the recorder has ended");
  in.end += (size_t)n;
  while (in.end - in.start >= 5) {
    const uint8_t *at = in.data + in.start;
    uint32_t length;
    memcpy(&length, at, 4);
    if (in.end - in.start < 5 + (size_t)length) return;
    in.start += 5 + (size_t)length;
    obey(at[4], (struct reader){.at = at + 5, .end = at + 5 + length});
  }
}

/** Whether stdin is to be looked at now. A terminal is not, until the program seems to want it. */
static bool wantsStdin(void) {
  if (ended || sent - acknowledged >= AHEAD) return false;
  return mayTake || source == SOURCE_FILE || source == SOURCE_PIPE;
}

int runShim(char **argv) {
  const char *path = calledAs();
  signal(SIGPIPE, SIG_IGN);
  connectTo(path);
  sendCall(strrchr(path, '/') + 1, argv + 1);
  openSource();
  for (;;) {
    bool look = wantsStdin(), peeks = source == SOURCE_PIPE && !mayTake;
    // What was peeked at stays in the pipe and would wake this at once, again and again.
    bool idle = peeks && sent > taken;
    struct pollfd fds[2] = {{.fd = server, .events = POLLIN},
                            {.fd = look && !idle ? 0 : -1, .events = POLLIN}};
    if (poll(fds, 2, look && idle ? PEEK_EVERY : -1) < 0 && errno != EINTR) nobody("poll");
    if (fds[0].revents) readServer();
    if (look && (fds[1].revents || idle)) {
      struct pollfd now = {.fd = 0, .events = POLLIN};
      poll(&now, 1, 0);
      if (now.revents) readStdin(now.revents & POLLHUP);
    }
  }
}
