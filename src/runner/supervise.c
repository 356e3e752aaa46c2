// One run's supervisor: a fork of the runner that is the first process of the run's namespaces.
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "memory.h"
#include "runner.h"

volatile int childError;
const char *volatile childStep;

uint64_t nowNs(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void finish(uint32_t status, int32_t value) {
  report->status = status;
  report->value = value;
  __atomic_store_n(&report->finished, true, __ATOMIC_RELEASE);
  while (write(reportPipe[1], "", 1) < 0 && errno == EINTR) continue;
  _exit(0);
}

static _Noreturn void giveUp(const char *step) {
  snprintf(report->text, sizeof report->text, "%s: %s", step, strerror(errno));
  finish(UINT32_MAX, 0);
  _exit(1);
}

static void bind(const char *from, const char *to) {
  if (mount(from, to, NULL, MS_BIND, NULL) != 0) giveUp(to);
}

static void enterNamespaces(const struct run *run) {
  bind(SCRATCH "/tmp", "/tmp");
  bind(SCRATCH "/home", "/home");
  bind(SCRATCH "/shm", "/dev/shm");
  if (run->bindCwd) bind(SCRATCH "/work", run->request.cwd);
  if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0)
    giveUp("mounting a fresh /proc");
  if (umount2(SCRATCH, MNT_DETACH) != 0) giveUp("unmounting " SCRATCH);
  const char *hostname = run->request.hostname;
  if (*hostname && sethostname(hostname, strlen(hostname)) != 0) giveUp("setting the host name");
  if (run->request.firstPid > 2) {
    char text[16];
    snprintf(text, sizeof text, "%u", run->request.firstPid - 1);
    writeWhole("/proc/sys/kernel/ns_last_pid", text, 0, 0);
  }
}

/** Under memory pressure the run goes, not the runner. */
static void offerForKilling(void) {
  prctl(PR_SET_DUMPABLE, 1);
  writeWhole("/proc/self/oom_score_adj", "1000", 0, 0);
  prctl(PR_SET_DUMPABLE, 0);
}

static const char *environmentPath(const struct request *request) {
  for (char **entry = request->env; *entry; entry++)
    if (strncmp(*entry, "PATH=", 5) == 0) return *entry + 5;
  return "";
}

/** The program's path, looked up on the request's own PATH when it is a bare name. */
static bool findProgram(const struct request *request, char *path, size_t size) {
  if (strchr(request->program, '/'))
    return snprintf(path, size, "%s", request->program) < (int)size;
  const char *list = environmentPath(request);
  for (const char *at = list; *at;) {
    size_t length = strcspn(at, ":");
    struct stat info;
    if (snprintf(path, size, "%.*s/%s", (int)length, at, request->program) < (int)size &&
        stat(path, &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & 0111))
      return true;
    at += length + (at[length] == ':');
  }
  snprintf(report->text, sizeof report->text, "there is no program %s on PATH (%s)",
           request->program, list);
  return false;
}

// vfork: the child borrows this process's memory until it is the program.
static __attribute__((noinline)) pid_t spawn(const struct request *request, const char *path,
                                             const int streams[3]) {
  childError = 0;
  childStep = NULL;
  report->startedNs = nowNs();
  pid_t pid = vfork();
  if (pid == 0) becomeCase(request, path, streams);
  return pid;
}

/** Whether an error of `execve` says nothing of the program: a machine out of something, or a file
 *  that somebody is still writing. */
static bool isPassing(int error) {
  return error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE || error == EIO ||
         error == ETXTBSY;
}

static int waitFor(pid_t main) {
  for (int status;;) {
    pid_t pid = waitpid(-1, &status, 0);
    if (pid == main) return status;
    if (pid < 0 && errno != EINTR) giveUp("waiting for the program");
  }
}

/** Kills and counts what has outlived the program. */
static uint32_t killRest(const struct request *request) {
  uint32_t count = 0;
  while (waitpid(-1, NULL, WNOHANG) > 0) continue;
  if (options.mode == MODE_NAMESPACES)
    kill(-1, SIGKILL);
  else if (!killAsLane(caseUid(request)))
    giveUp("becoming the killer");
  reapAll(&count);
  return count;
}

static uid_t laneUid;

/** User id mode: the runner wants the run stopped. The main process's death then ends the wait. */
static void stopOnSignal(int number) {
  (void)number;
  int saved = errno;
  killAsLane(laneUid);
  errno = saved;
}

static void obeyRunner(const struct request *request) {
  struct sigaction action = {.sa_handler = stopOnSignal, .sa_flags = SA_RESTART};
  laneUid = caseUid(request);
  sigaction(STOP_SIGNAL, &action, NULL);
}

static void closeAll(const int fds[3]) {
  for (int i = 0; i < 3; i++)
    if (fds[i] >= 0) close(fds[i]);
}

static _Noreturn void supervise(const struct run *run, const int streams[3]) {
  const struct request *request = &run->request;
  char path[PATH_MAX];
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (options.mode == MODE_NAMESPACES)
    enterNamespaces(run);
  else
    prctl(PR_SET_CHILD_SUBREAPER, 1);
  if (options.mode == MODE_UID) obeyRunner(request);
  offerForKilling();
  if (request->program[0] != '/' && strchr(request->program, '/') && chdir(request->cwd) != 0)
    giveUp("entering the working directory");
  if (!findProgram(request, path, sizeof path)) finish(STATUS_UNSTARTABLE, ENOENT);
  pid_t pid = spawn(request, path, streams);
  if (pid < 0) giveUp("starting a process");
  closeAll(streams);
  close(run->in);
  close(run->tap);
  close(run->out);
  close(run->err);
  int status = waitFor(pid);
  report->endedNs = nowNs();
  report->leftBehind = killRest(request);
  if (childError && childStep) {
    errno = childError;
    giveUp(childStep);
  }
  if (isPassing(childError)) {
    errno = childError;
    giveUp("executing the program");
  }
  if (childError) {
    describeExecFailure(path, childError, report->text, sizeof report->text);
    finish(STATUS_UNSTARTABLE, childError);
  }
  if (WIFSIGNALED(status)) finish(STATUS_SIGNAL, WTERMSIG(status));
  finish(STATUS_EXIT, WEXITSTATUS(status));
  _exit(0);
}

static bool makePipe(int ends[2], const struct request *request) {
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  // The program opens it anew through /dev/stdin, so it must be the program's.
  return options.mode != MODE_UID || fchown(ends[0], caseUid(request), options.gid) == 0;
}

/** On failure what was opened is closed with the run. */
static bool makeStreams(struct run *run, int streams[3]) {
  const struct request *request = &run->request;
  int in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1};
  bool ok = makePipe(out, request) && makePipe(err, request);
  if (ok && request->flags & RUN_NO_STDIN)
    ok = (in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;
  else if (ok)
    ok = makePipe(in, request);
  run->in = in[1];
  run->out = out[0];
  run->err = err[0];
  streams[0] = in[0];
  streams[1] = out[1];
  streams[2] = err[1];
  if (!ok) return false;
  if (request->flags & RUN_WATCHED && run->in >= 0)
    run->tap = fcntl(in[0], F_DUPFD_CLOEXEC, 0);
  fcntl(run->in, F_SETFL, O_NONBLOCK);
  fcntl(run->out, F_SETFL, O_NONBLOCK);
  fcntl(run->err, F_SETFL, O_NONBLOCK);
  return true;
}

/** Starts the run's supervisor. */
bool launch(struct run *run, char *why, size_t whySize) {
  int streams[3];
  if (!makeStreams(run, streams)) {
    snprintf(why, whySize, "Making pipes: %s", strerror(errno));
    closeAll(streams);
    return false;
  }
  memset(report, 0, offsetof(struct report, text) + 1);
  report->run = run->request.id;
  unsigned long flags = SIGCHLD | CLONE_PIDFD;
  if (options.mode == MODE_NAMESPACES) flags |= CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC;
  if (options.mode == MODE_NAMESPACES && *run->request.hostname) flags |= CLONE_NEWUTS;
  run->launchedNs = nowNs();
  run->pidFd = -1;
  // The stack argument is 0: the child goes on with a copy of this one, as after fork.
  run->supervisor = (pid_t)syscall(SYS_clone, flags, 0, &run->pidFd, 0, 0);
  if (run->supervisor == 0) supervise(run, streams);
  int error = errno;
  closeAll(streams);
  if (run->supervisor < 0) {
    snprintf(why, whySize, "Starting a run's own namespaces: %s", strerror(error));
    return false;
  }
  return true;
}
