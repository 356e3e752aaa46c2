// The agent's one shell: it reads command lines from a pipe and tells on another how each ended, so
// that folder, variables, functions and background jobs stay between calls.
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"
#include "memory.h"

// As much of the beginning and of the end of the output is kept.
#define KEPT (512u << 10)
#define NR_pidfd_open 434
#define KILL_ROUNDS 200

// The command has no pipe to the server among its descriptors; `$?` is that of the last command.
static const char loop[] =
    "shopt -s expand_aliases\n"
    "__mirrorcode_last() { return \"$1\"; }\n"
    "__mirrorcode_status=0\n"
    "while IFS= read -r -d '' -u 3 __mirrorcode_command; do\n"
    "{ __mirrorcode_last \"$__mirrorcode_status\"; eval \"$__mirrorcode_command\"; } "
    "3<&- 4>&- </dev/null\n"
    "__mirrorcode_status=$?\n"
    "printf '%d\\n' \"$__mirrorcode_status\" >&4\n"
    "done";

static struct {
  const char *program, *folder;
  char **names;
  pid_t pid;
  int pidFd, commands, status, output;
} shell = {.pidFd = -1, .commands = -1, .status = -1, .output = -1};

static struct {
  bool active;
  uint32_t id;
  uint64_t deadline;
} call;

static uint8_t head[KEPT], tail[KEPT];
static size_t headLength;
static uint64_t total;

static void keep(const uint8_t *data, size_t length) {
  size_t first = length < KEPT - headLength ? length : KEPT - headLength;
  memcpy(head + headLength, data, first);
  headLength += first;
  total += first;
  for (size_t i = first; i < length; i++) tail[(total++ - KEPT) % KEPT] = data[i];
}

static void answer(enum shellEnd kind, int32_t value) {
  uint64_t after = total - headLength;
  beginFrame(AGENT_SHELL_DONE, call.id);
  putU32(kind);
  putU32((uint32_t)value);
  putU64(total);
  putU32((uint32_t)headLength);
  putBytes(head, headLength);
  if (after <= KEPT) {
    putBytes(tail, (size_t)after);
  } else {
    size_t at = (size_t)(after % KEPT);
    putBytes(tail + at, KEPT - at);
    putBytes(tail, at);
  }
  endFrame();
  headLength = 0;
  total = 0;
  call.active = false;
}

/** Reads what lies in the pipe now, and no more: a background job may go on writing for ever. */
static void drain(void) {
  static uint8_t chunk[64 << 10];
  int waiting = 0;
  if (shell.output < 0 || ioctl(shell.output, FIONREAD, &waiting) != 0) return;
  while (waiting > 0) {
    ssize_t n = read(shell.output, chunk, sizeof chunk);
    if (n <= 0) return;
    keep(chunk, (size_t)n);
    waiting -= (int)n;
  }
}

static void closeFd(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

/** What is left of a shell that is dead. @returns how it ended. */
static int buryShell(void) {
  int status = 0;
  while (waitpid(shell.pid, &status, 0) < 0 && errno == EINTR) continue;
  drain();
  closeFd(&shell.pidFd);
  closeFd(&shell.commands);
  closeFd(&shell.status);
  closeFd(&shell.output);
  shell.pid = 0;
  return status;
}

static _Noreturn void becomeShell(const int commands[2], const int status[2], const int output[2]) {
  // Out of the way of the numbers that they are to have.
  int in = fcntl(commands[0], F_DUPFD_CLOEXEC, 20), out = fcntl(status[1], F_DUPFD_CLOEXEC, 20);
  int both = fcntl(output[1], F_DUPFD_CLOEXEC, 20), nothing = open("/dev/null", O_RDONLY);
  setsid();
  signal(SIGPIPE, SIG_DFL);
  if (dup2(nothing, 0) < 0 || dup2(both, 1) < 0 || dup2(both, 2) < 0 || dup2(in, 3) < 0 ||
      dup2(out, 4) < 0)
    _exit(126);
  if (nothing > 4) close(nothing);
  if (chdir(shell.folder) != 0) dprintf(2, "%s: %s\n", shell.folder, strerror(errno));
  execl(shell.program, "bash", "--norc", "--noprofile", "-c", loop, "bash", NULL);
  dprintf(2, "%s: %s\n", shell.program, strerror(errno));
  _exit(127);
}

static bool startShell(void) {
  int commands[2], status[2], output[2];
  if (pipe2(commands, O_CLOEXEC) != 0) return false;
  if (pipe2(status, O_CLOEXEC | O_NONBLOCK) != 0) return close(commands[0]), close(commands[1]), false;
  if (pipe2(output, O_CLOEXEC) != 0) {
    for (int i = 0; i < 2; i++) close(commands[i]), close(status[i]);
    return false;
  }
  // What the shell writes to has to wait for the reader.
  fcntl(status[1], F_SETFL, O_WRONLY);
  fcntl(output[0], F_SETFL, O_RDONLY | O_NONBLOCK);
  fcntl(commands[1], F_SETFL, O_WRONLY | O_NONBLOCK);
  pid_t pid = fork();
  if (pid == 0) becomeShell(commands, status, output);
  int error = errno;
  close(commands[0]);
  close(status[1]);
  close(output[1]);
  shell.pid = pid;
  shell.commands = commands[1];
  shell.status = status[0];
  shell.output = output[0];
  if (pid > 0) {
    shell.pidFd = (int)syscall(NR_pidfd_open, pid, 0);
    return true;
  }
  shell.pid = 0;
  closeFd(&shell.commands);
  closeFd(&shell.status);
  closeFd(&shell.output);
  errno = error;
  return false;
}

void prepareShell(const char *program, const char *folder, char **names) {
  shell.program = program;
  shell.folder = folder;
  shell.names = names;
}

/** A name on `PATH` is a link to this program; made again, should the agent have removed it. */
static void makeStub(const char *self, const char *name) {
  const char *home = getenv("HOME");
  char link[PATH_MAX];
  struct stat info;
  snprintf(link, sizeof link, "%s/bin/%s", home ? home : "/tmp", name);
  if (lstat(link, &info) == 0) return;
  char *slash = strrchr(link, '/');
  *slash = 0;
  makeDirectories(link, 0755, 0, 0);
  *slash = '/';
  if (symlink(self, link) != 0) dprintf(2, "%s: %s\n", link, strerror(errno));
}

static void makeStubs(void) {
  char self[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
  if (length < 0) return;
  self[length] = 0;
  for (char **name = shell.names; *name; name++) makeStub(self, *name);
}

static struct buffer pending;

static void sendCommand(void) {
  while (pending.start < pending.end && shell.commands >= 0) {
    ssize_t n = write(shell.commands, pending.data + pending.start, pending.end - pending.start);
    if (n > 0)
      pending.start += (size_t)n;
    else if (errno != EINTR)
      return;
  }
}

/** `u64` timeout in microseconds (0: none), and the command line to the frame's end. */
void runInShell(uint32_t id, struct reader *reader) {
  uint64_t timeout = getU64(reader);
  size_t length = (size_t)(reader->end - reader->at);
  call.id = id;
  call.active = true;
  call.deadline = timeout ? nowNs() + timeout * 1000 : UINT64_MAX;
  makeStubs();
  if (reader->bad || memchr(reader->at, 0, length) || (!shell.pid && !startShell())) {
    const char *why = strerror(shell.pid ? EINVAL : errno);
    keep((const uint8_t *)why, strlen(why));
    answer(SHELL_ENDED, 126);
    return;
  }
  pending.start = pending.end = 0;
  memcpy(reserve(&pending, length + 1), reader->at, length);
  pending.data[length] = 0;
  pending.end = length + 1;
  sendCommand();
}

uint64_t shellDeadline(void) { return call.active ? call.deadline : UINT64_MAX; }

void chooseShell(struct pollfd *fds, bool room) {
  fds[SHELL_OUTPUT] = (struct pollfd){.fd = room ? shell.output : -1, .events = POLLIN};
  fds[SHELL_STATUS] = (struct pollfd){.fd = shell.status, .events = POLLIN};
  fds[SHELL_PROCESS] = (struct pollfd){.fd = shell.pidFd, .events = POLLIN};
  bool unsent = pending.start < pending.end;
  fds[SHELL_COMMANDS] = (struct pollfd){.fd = unsent ? shell.commands : -1, .events = POLLOUT};
}

/** The last line that the shell wrote on its status pipe, if it is a whole one. */
static bool readStatus(int *value) {
  char text[64];
  ssize_t n = shell.status < 0 ? -1 : read(shell.status, text, sizeof text - 1);
  if (n <= 0) return false;
  text[n] = 0;
  *value = atoi(text);
  return true;
}

void pumpShell(const struct pollfd *fds) {
  int value;
  if (fds[SHELL_COMMANDS].revents) sendCommand();
  if (fds[SHELL_OUTPUT].revents) drain();
  // A pipe that nobody writes to any more: only background jobs had it.
  if ((fds[SHELL_OUTPUT].revents & (POLLHUP | POLLIN)) == POLLHUP) closeFd(&shell.output);
  if (fds[SHELL_STATUS].revents && readStatus(&value) && call.active) {
    drain();
    answer(SHELL_EXIT, value);
  }
  if (fds[SHELL_PROCESS].revents && shell.pid) {
    bool told = readStatus(&value);
    int status = buryShell();
    if (!call.active) return;
    if (told)
      answer(SHELL_EXIT, value);
    else if (WIFSIGNALED(status))
      answer(SHELL_SIGNAL, WTERMSIG(status));
    else
      answer(SHELL_ENDED, WEXITSTATUS(status));
  }
}

/** Everything of the agent's goes, background jobs too: nothing else holds against a fork bomb. */
static void killAll(void) {
  struct timespec pause = {.tv_nsec = 1000000};
  for (int round = 0; round < KILL_ROUNDS && kill(-1, SIGKILL) == 0; round++) nanosleep(&pause, NULL);
}

void watchShell(void) {
  if (!call.active || nowNs() < call.deadline) return;
  killAll();
  if (shell.pid) buryShell();
  answer(SHELL_TIMEOUT, 0);
}
