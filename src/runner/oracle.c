// The stub that stands in for the target in an agent's sandbox. It hands its arguments, environment,
// working files and stdin to the host, which runs the reference elsewhere, and gives back what comes.
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent.h"
#include "memory.h"
#include "oracle.h"

extern char **environ;

static int client = -1;

static struct {
  int file;
  char *path;
} arriving = {.file = -1};

static _Noreturn void giveUp(const char *why) {
  dprintf(2, "mirrorcode: the program cannot be asked: %s\n", why);
  _exit(125);
}

static bool connectTo(const char *name) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(name);
  memcpy(address.sun_path + 1, name, length);
  client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (client < 0 || connect(client, (struct sockaddr *)&address,
                            (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length)) != 0)
    return false;
  fcntl(client, F_SETFL, O_NONBLOCK);
  outgoingFd = client;
  return true;
}

static void addStrings(char **strings) {
  uint32_t count = 0;
  while (strings[count]) count++;
  putU32(count);
  for (uint32_t i = 0; i < count; i++) putString(strings[i]);
}

static void sendCall(char **argv, bool hasStdin) {
  char cwd[PATH_MAX];
  mode_t mask = umask(022);
  umask(mask);
  if (!getcwd(cwd, sizeof cwd)) giveUp("its working folder is gone");
  beginFrame(FRAME_RUN, 0);
  putU32(hasStdin ? 0 : RUN_NO_STDIN);
  putU32(mask);
  putString(cwd);
  addStrings(argv);
  addStrings(environ);
  endFrame();
  uint32_t leftOut = sendWorkingFiles(cwd, argv);
  if (leftOut)
    dprintf(2,
            "mirrorcode: %u files of this folder were not shown to the program, since there are too "
            "many or too large ones; call it in a smaller folder.\n",
            leftOut);
  putFrame(FRAME_START, 0, &leftOut, 4);
}

/** A command of the task's, which is about the workspace as it stands: it brings nothing along. */
static void sendCommand(char **argv) {
  char cwd[PATH_MAX];
  uint32_t leftOut = 0;
  beginFrame(FRAME_RUN, 0);
  putU32(RUN_NO_STDIN);
  putU32(022);
  putString(getcwd(cwd, sizeof cwd) ? cwd : "/");
  addStrings(argv);
  putU32(0);
  endFrame();
  putFrame(FRAME_START, 0, &leftOut, 4);
}

static bool isCommand(const char *name) {
  static const char *const commands[] = {"evaluate_testcases", "resources", "submit"};
  const char *slash = strrchr(name, '/');
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    if (strcmp(slash ? slash + 1 : name, commands[i]) == 0) return true;
  return false;
}

/** What a pipe does to a program whose reader is gone. */
static _Noreturn void dieOfPipe(void) {
  signal(SIGPIPE, SIG_DFL);
  raise(SIGPIPE);
  _exit(141);
}

static void print(int fd, const struct reader *reader) {
  const uint8_t *at = reader->at;
  while (at < reader->end) {
    ssize_t n = write(fd, at, (size_t)(reader->end - at));
    if (n > 0)
      at += n;
    else if (n < 0 && errno == EPIPE)
      dieOfPipe();
    else if (n < 0 && errno == EAGAIN)
      poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
    else if (n < 0 && errno != EINTR)
      return;
  }
}

static void complain(const char *path) {
  dprintf(2, "mirrorcode: the program's file %s cannot be written: %s\n", path, strerror(errno));
}

static void finishFile(void) {
  if (arriving.file >= 0) close(arriving.file);
  arriving.file = -1;
}

/** A file, folder or link that the program has made, changed or removed. */
static void takeEntry(struct reader *reader) {
  finishFile();
  uint8_t kind = getU8(reader);
  mode_t mode = getU32(reader) & 07777;
  getU64(reader);
  char *path = getString(reader), *target = getString(reader);
  struct stat info;
  bool there = lstat(path, &info) == 0;
  if (kind == ENTRY_ABSENT) {
    if (remove(path) != 0 && errno != ENOENT) complain(path);
  } else if (kind == ENTRY_DIR) {
    if ((there && S_ISDIR(info.st_mode) ? chmod(path, mode) : mkdir(path, mode)) != 0)
      complain(path);
  } else if (kind == ENTRY_LINK) {
    if ((there && unlink(path) != 0) || symlink(target, path) != 0) complain(path);
  } else {
    if (there && !S_ISREG(info.st_mode)) remove(path);
    arriving.file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (arriving.file < 0 || fchmod(arriving.file, mode) != 0) complain(path);
  }
}

static void takeData(const struct reader *reader) {
  if (arriving.file < 0) return;
  for (const uint8_t *at = reader->at; at < reader->end;) {
    ssize_t n = write(arriving.file, at, (size_t)(reader->end - at));
    if (n > 0) {
      at += n;
    } else if (errno != EINTR) {
      complain("");
      return;
    }
  }
}

/** `u32` 0 exit, 1 signal; `i32` value; `u64` bytes of stdin that the program has used. */
static _Noreturn void end(struct reader *reader) {
  finishFile();
  uint32_t status = getU32(reader);
  int value = (int)getU32(reader);
  returnUnused(getU64(reader));
  if (status == STATUS_SIGNAL) {
    signal(value, SIG_DFL);
    raise(value);
    _exit(128 + value);
  }
  _exit(value);
}

static void onFrame(void *context, uint8_t type, struct reader reader) {
  (void)context;
  getU32(&reader);
  switch (type) {
    case FRAME_STDOUT: print(1, &reader); break;
    case FRAME_STDERR: print(2, &reader); break;
    case FRAME_OUTPUT: takeEntry(&reader); break;
    case FRAME_OUTPUT_DATA: takeData(&reader); break;
    case FRAME_STDIN_CLOSED: stopStdin(); break;
    case FRAME_DONE: end(&reader);
    case FRAME_FAILED: giveUp(getString(&reader)); break;
  }
  runFree();
}

/**
 * Runs a command of the task's, or the reference. Where an agent has no such commands a target may have
 * their name.
 */
int askHost(char **argv) {
  signal(SIGPIPE, SIG_IGN);
  bool asksForTask = isCommand(argv[0]) && connectTo(COMMAND_SOCKET);
  if (asksForTask)
    sendCommand(argv);
  else if (connectTo(ORACLE_SOCKET))
    sendCall(argv, prepareStdin());
  else
    giveUp(strerror(errno));
  for (;;) {
    if (!flushSome()) giveUp("the connection broke");
    bool unsent = outgoing.start < outgoing.end;
    struct pollfd fds[2] = {
        {.fd = client, .events = (short)(POLLIN | (unsent ? POLLOUT : 0))},
        {.fd = -1, .events = POLLIN},
    };
    int timeout = asksForTask ? -1
                              : chooseStdin(&fds[1], outgoing.end - outgoing.start < ORACLE_HIGH_WATER);
    if (poll(fds, 2, timeout) < 0 && errno != EINTR) giveUp(strerror(errno));
    if (!asksForTask) pumpStdinToOracle(&fds[1]);
    if (fds[0].revents & (POLLIN | POLLHUP | POLLERR) && !receiveFrames(client, onFrame, NULL))
      giveUp("the connection ended");
  }
}
