// The case runner. See PROTOCOL.md.
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "memory.h"
#include "runner.h"

struct options options = {.autoMode = true, .uid = UINT32_MAX, .gid = UINT32_MAX, .killer = 64999};
struct report *report;
int reportPipe[2];

static const char *valueOf(const char *argument, const char *name) {
  size_t length = strlen(name);
  return strncmp(argument, name, length) == 0 ? argument + length : NULL;
}

/** PATH=TARGET. */
static void addLink(const char *value) {
  char *path = strdup(value), *equals = path ? strchr(path, '=') : NULL;
  if (!equals || options.links == 64) die("a link cannot be kept");
  *equals = 0;
  options.link[options.links][0] = path;
  options.link[options.links++][1] = equals + 1;
}

static void readOption(const char *argument) {
  const char *value;
  if ((value = valueOf(argument, "--mode="))) {
    options.autoMode = strcmp(value, "auto") == 0;
    options.mode = strcmp(value, "namespaces") == 0 ? MODE_NAMESPACES
                   : strcmp(value, "uid") == 0      ? MODE_UID
                                                    : MODE_NONE;
  } else if ((value = valueOf(argument, "--uid="))) {
    options.uid = (uid_t)strtoul(value, NULL, 10);
  } else if ((value = valueOf(argument, "--gid="))) {
    options.gid = (gid_t)strtoul(value, NULL, 10);
  } else if ((value = valueOf(argument, "--killer="))) {
    options.killer = (uid_t)strtoul(value, NULL, 10);
  } else if ((value = valueOf(argument, "--wipe=")) && options.wipes < 16) {
    options.wipe[options.wipes++] = value;
  } else if ((value = valueOf(argument, "--link="))) {
    addLink(value);
  } else if (strcmp(argument, "--watchdog") == 0) {
    options.watchdog = true;
  } else if (strcmp(argument, "--count-processes") == 0) {
    options.countProcesses = true;
  } else if (strcmp(argument, "--etc") == 0) {
    options.etc = true;
  } else {
    errno = EINVAL;
    die(argument);
  }
}

/** Whether a run's namespaces can be had; if not, `why` says what was refused. */
static bool tryNamespaces(char *why, size_t size) {
  int status = 0;
  // The mounts that the sandbox was made with may belong to a user namespace above this one.
  if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
    snprintf(why, size, "mounts cannot be made private: %s", strerror(errno));
    return false;
  }
  pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC, 0, 0,
                             0, 0);
  if (pid == 0) {
    if (mount("tmpfs", SCRATCH, "tmpfs", MS_NOSUID | MS_NODEV, "size=65536") != 0) _exit(1);
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0) _exit(2);
    _exit(0);
  }
  if (pid < 0) {
    snprintf(why, size, "new namespaces are refused: %s", strerror(errno));
    return false;
  }
  waitpid(pid, &status, 0);
  if (status != 0)
    snprintf(why, size, "%s is refused inside new namespaces",
             WEXITSTATUS(status) == 1 ? "a fresh tmpfs on " SCRATCH : "a fresh /proc");
  return status == 0;
}

static bool tryUser(char *why, size_t size) {
  if (geteuid() == 0) {
    pid_t pid = fork();
    int status = 1;
    if (pid == 0) _exit(setresuid(options.killer, 1, options.killer) == 0 ? 0 : 1);
    if (pid > 0) waitpid(pid, &status, 0);
    if (status == 0) return true;
  }
  size_t used = strlen(why);
  snprintf(why + used, size - used, "%sanother user id cannot be taken", used ? "; " : "");
  return false;
}

static const char *chooseMode(char *why, size_t size) {
  enum mode asked = options.mode;
  options.mode = MODE_NONE;
  *why = 0;
  if ((options.autoMode || asked == MODE_NAMESPACES) && tryNamespaces(why, size)) {
    options.mode = MODE_NAMESPACES;
  } else if ((options.autoMode || asked == MODE_UID) && tryUser(why, size)) {
    options.mode = MODE_UID;
    return "host names cannot be changed, process ids grow from run to run, and the runner's "
           "command line can be read in /proc";
  }
  return why;
}

static bool isBefore(int major, int minor) {
  struct utsname name;
  int haveMajor = 0, haveMinor = 0;
  if (uname(&name) != 0 || sscanf(name.release, "%d.%d", &haveMajor, &haveMinor) != 2) return true;
  return haveMajor < major || (haveMajor == major && haveMinor < minor);
}

static void settleOptions(void) {
  bool own = options.mode == MODE_NAMESPACES;
  if (own && isBefore(5, 14)) options.countProcesses = true;
  if (options.uid == UINT32_MAX) options.uid = own ? geteuid() : 1000;
  if (options.gid == UINT32_MAX) options.gid = own ? getegid() : 1000;
}

/** No program that is ever executed from here gets a capability. */
static void dropBounding(void) {
  for (int capability = 0; capability < 64; capability++)
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0 && errno == EPERM)
      die("CAP_SETPCAP is missing: capabilities cannot be dropped for good");
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) die("new privileges cannot be refused");
}

static void resetSignals(void) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  signal(SIGPIPE, SIG_IGN);
}

static void prepare(void) {
  prctl(PR_SET_DUMPABLE, 0);
  dropBounding();
  resetSignals();
  umask(0);
  pinLimits();
  prepareFilter();
  report = mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (report == MAP_FAILED || pipe2(reportPipe, O_CLOEXEC | O_NONBLOCK) != 0)
    die("no memory to start with");
  fcntl(1, F_SETFL, fcntl(1, F_GETFL) | O_NONBLOCK);
}

static void prepareRoot(void) {
  if (options.mode == MODE_NAMESPACES) {
    if (options.etc && (!setRootWritable(true) || (writeEtc(), false)))
      die("the root cannot be written");
    if (!setRootWritable(false)) die("the root cannot be made read-only");
  } else {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (int i = 0; i < options.wipes; i++) emptyDirectory(options.wipe[i]);
  }
}

static void hello(const char *text) {
  beginFrame(FRAME_HELLO, PROTOCOL_VERSION);
  putU32((uint32_t)options.mode);
  putU32(options.uid);
  putString(text);
  endFrame();
}

/** Under any name but its own it stands in for the program of that name: in an agent's sandbox. */
static bool isStub(const char *name) {
  const char *slash = strrchr(name, '/');
  const char *base = slash ? slash + 1 : name;
  return strcmp(base, "runner") != 0 && strncmp(base, "linux-", 6) != 0;
}

int main(int argc, char **argv) {
  static struct run run;
  char why[512];
  if (isShim()) return runShim(argv);
  if (argc > 0 && isStub(argv[0])) return askHost(argv);
  if (argc > 1 && strcmp(argv[1], "launch") == 0) launchSandbox(argv + 2);
  if (argc > 1 && strcmp(argv[1], "agent") == 0) return serveAgent(argv + 2);
  for (int i = 1; i < argc; i++) readOption(argv[i]);
  if (syscall(SYS_close_range, 3u, ~0u, 0u) != 0)
    for (int fd = 3; fd < 1024; fd++) close(fd);
  const char *text = chooseMode(why, sizeof why);
  settleOptions();
  if (options.mode == MODE_NONE) {
    hello(text);
    flushAll();
    return 1;
  }
  prepare();
  prepareRoot();
  hello(text);
  serve(&run);
  return 0;
}
