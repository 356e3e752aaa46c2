// The loop: frames in, streams through, time and memory watched.
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "memory.h"
#include "runner.h"

#define CHUNK (64u << 10)
// Above this much unsent output the program's pipes are left alone until the client has read some.
#define HIGH_WATER (1u << 20)
#define FLUSH_AT (64u << 10)
#define MS 1000000ull
// Small runs end within this, so that their whole answer is one write.
#define FLUSH_DELAY (2 * MS)
#define WATCH_EVERY (5 * MS)
#define KILL_AGAIN (5 * MS)
// How long after the last process's death a pipe may stay open (descriptors in flight on sockets).
#define DRAIN_AT_MOST (200 * MS)
// From the start of a supervisor to that of its program; a crowded machine takes a while.
#define START_AT_MOST (10000 * MS)

static uint64_t queuedSince, reportedAt, nextWatch, nextKill;

void pumpStdin(struct run *run) {
  struct buffer *queue = &run->toStdin;
  while (run->in >= 0 && queue->start < queue->end) {
    ssize_t n = write(run->in, queue->data + queue->start, queue->end - queue->start);
    if (n >= 0) {
      queue->start += (size_t)n;
      run->unacked += (uint32_t)n;
      run->inputTaken += (uint64_t)n;
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      close(run->in);
      run->in = -1;
      putFrame(FRAME_STDIN_CLOSED, run->request.id, NULL, 0);
    }
  }
  if (run->unacked >= STDIN_WINDOW / 4 && run->in >= 0) {
    putFrame(FRAME_STDIN_ACK, run->request.id, &run->unacked, 4);
    run->unacked = 0;
  }
  if (run->in >= 0 && run->inputEnded && queue->start == queue->end) {
    close(run->in);
    run->in = -1;
  }
}

/** Of a watched run: how much of its stdin the program has read, when that is more than was told. */
void tellStdin(struct run *run) {
  int left = 0;
  if (run->tap < 0 || ioctl(run->tap, FIONREAD, &left) != 0) return;
  uint64_t taken = run->inputTaken - (uint64_t)left;
  if (taken <= run->inputRead) return;
  run->inputRead = taken;
  putFrame(FRAME_STDIN_READ, run->request.id, &taken, 8);
}

/** Reads one piece of a stream straight into the queue of answers. Returns false at its end. */
static bool pumpStream(struct run *run, int fd, enum frame type, uint64_t *left, uint32_t cut) {
  uint8_t *at = reserve(&outgoing, 9 + CHUNK);
  ssize_t n = read(fd, at + 9, CHUNK);
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  if (n == 0) return false;
  uint64_t keep = (uint64_t)n < *left ? (uint64_t)n : *left;
  *left -= keep;
  if (keep > 0) {
    uint32_t length = 4 + (uint32_t)keep;
    memcpy(at, &length, 4);
    at[4] = (uint8_t)type;
    memcpy(at + 5, &run->request.id, 4);
    outgoing.end += 9 + (size_t)keep;
  }
  if (keep < (uint64_t)n && !(run->cuts & cut)) {
    run->cuts |= cut;
    if (run->verdict < 0) stopRun(run, STATUS_OUTPUT);
  }
  return true;
}

static void closeStream(int *fd) {
  close(*fd);
  *fd = -1;
}

static void onFrame(void *run, uint8_t type, struct reader reader) {
  handleFrame(run, type, reader);
}

static bool watches(const struct run *run) {
  return options.watchdog || options.countProcesses || run->tap >= 0;
}

static void earlier(uint64_t *when, uint64_t other) {
  if (other < *when) *when = other;
}

/** What happens before the program begins is not its time. */
static uint64_t deadlineOf(const struct run *run) {
  return report->startedNs ? report->startedNs + run->request.timeout * 1000
                           : run->launchedNs + START_AT_MOST;
}

/** When the deadline has to be looked at. Nobody tells when the program begins. */
static uint64_t lookForEnd(const struct run *run, uint64_t now) {
  if (report->startedNs) return deadlineOf(run);
  uint64_t soonest = run->launchedNs + run->request.timeout * 1000;
  return soonest > now ? soonest : now + WATCH_EVERY;
}

static bool hasRoom(void) { return outgoing.end - outgoing.start < HIGH_WATER; }

static bool isEmpty(int fd) {
  int waiting = 0;
  return fd < 0 || ioctl(fd, FIONREAD, &waiting) != 0 || waiting == 0;
}

/** When to look again at the latest, nanoseconds. */
static uint64_t nextLook(const struct run *run, uint64_t now, bool blocked) {
  uint64_t when = UINT64_MAX;
  if (queuedSince && !blocked) earlier(&when, queuedSince + FLUSH_DELAY);
  if (!run->started) return when;
  if (reportedAt) {
    if (hasRoom()) earlier(&when, reportedAt + DRAIN_AT_MOST);
    return when;
  }
  if (run->verdict < 0) earlier(&when, lookForEnd(run, now));
  if (run->verdict < 0 && watches(run)) earlier(&when, nextWatch);
  if (run->verdict >= 0 && options.mode == MODE_UID) earlier(&when, nextKill);
  return when;
}

static void watch(struct run *run, uint64_t now) {
  if (reportedAt) return;
  if (run->verdict < 0 && now >= deadlineOf(run))
    stopRun(run, report->startedNs ? STATUS_TIMEOUT : STATUS_NOT_BEGUN);
  if (run->verdict < 0 && watches(run) && now >= nextWatch) {
    tellStdin(run);
    if ((options.watchdog || options.countProcesses) && limitsExceeded(run)) stopRun(run, STATUS_MEMORY);
    nextWatch = now + WATCH_EVERY;
  }
  // A process that had not yet become the lane's user when it was to be killed.
  if (run->verdict >= 0 && options.mode == MODE_UID && now >= nextKill) {
    killRun(run);
    nextKill = now + KILL_AGAIN;
  }
}

static void noteEnd(struct run *run, bool gone) {
  if (gone && !report->finished) {
    run->supervisorGone = true;
    uint32_t count = 0;
    if (options.mode == MODE_UID) {
      killLane(caseUid(&run->request));
      reapAll(&count);
    }
  }
  if (!reportedAt) reportedAt = nowNs();
}

static int waitUntil(struct pollfd *fds, nfds_t count, uint64_t until) {
  struct timespec timeout;
  if (until == UINT64_MAX) return ppoll(fds, count, NULL, NULL);
  uint64_t now = nowNs(), left = until > now ? until - now : 0;
  timeout = (struct timespec){.tv_sec = (time_t)(left / 1000000000u),
                              .tv_nsec = (long)(left % 1000000000u)};
  return ppoll(fds, count, &timeout, NULL);
}

enum { CLIENT, ANSWERS, STDIN, STDOUT, STDERR, REPORT, PROCESS, SOURCES };

static void choose(const struct run *run, struct pollfd *fds, bool flushNow) {
  bool room = hasRoom();
  int running = run->started && !reportedAt;
  fds[CLIENT] = (struct pollfd){.fd = 0, .events = POLLIN};
  fds[ANSWERS] = (struct pollfd){.fd = flushNow ? 1 : -1, .events = POLLOUT};
  fds[STDIN] = (struct pollfd){
      .fd = run->toStdin.start < run->toStdin.end ? run->in : -1, .events = POLLOUT};
  fds[STDOUT] = (struct pollfd){.fd = room ? run->out : -1, .events = POLLIN};
  fds[STDERR] = (struct pollfd){.fd = room ? run->err : -1, .events = POLLIN};
  fds[REPORT] = (struct pollfd){.fd = running ? reportPipe[0] : -1, .events = POLLIN};
  fds[PROCESS] = (struct pollfd){.fd = running ? run->pidFd : -1, .events = POLLIN};
}

static void pump(struct run *run, const struct pollfd *fds) {
  char byte;
  if (fds[STDIN].revents) pumpStdin(run);
  if (fds[STDOUT].revents &&
      !pumpStream(run, run->out, FRAME_STDOUT, &run->outLeft, CUT_STDOUT))
    closeStream(&run->out);
  if (fds[STDERR].revents &&
      !pumpStream(run, run->err, FRAME_STDERR, &run->errLeft, CUT_STDERR))
    closeStream(&run->err);
  if (fds[REPORT].revents && read(reportPipe[0], &byte, 1) == 1) noteEnd(run, false);
  else if (fds[PROCESS].revents) noteEnd(run, true);
}

static bool isOver(const struct run *run) {
  if (!run->started || !reportedAt) return false;
  if (run->out < 0 && run->err < 0) return true;
  // A client that takes its time is no reason to lose what lies in the pipes.
  return nowNs() >= reportedAt + DRAIN_AT_MOST && isEmpty(run->out) && isEmpty(run->err);
}

/** A report that was still in the pipe when its process was seen to end. */
static void forgetReport(void) {
  char bytes[16];
  while (read(reportPipe[0], bytes, sizeof bytes) > 0) continue;
  reportedAt = nextWatch = nextKill = 0;
}

/** Sends what is due. Returns whether some of it has to wait for the client. */
static bool sendAnswers(uint64_t now, bool idle) {
  size_t queued = outgoing.end - outgoing.start;
  if (queued == 0) {
    queuedSince = 0;
    return false;
  }
  if (!queuedSince) queuedSince = now;
  if (!idle && queued < FLUSH_AT && now < queuedSince + FLUSH_DELAY) return false;
  if (!flushSome()) die("nobody reads the answers");
  if (outgoing.start == outgoing.end) queuedSince = 0;
  return queuedSince != 0;
}

/** Serves until the client goes. */
void serve(struct run *run) {
  struct pollfd fds[SOURCES];
  resetRun(run);
  for (;;) {
    bool atOnce = !run->started || (run->request.flags & RUN_AT_ONCE);
    uint64_t now = nowNs();
    bool blocked = sendAnswers(now, atOnce);
    choose(run, fds, blocked);
    if (waitUntil(fds, SOURCES, nextLook(run, now, blocked)) < 0 && errno != EINTR)
      die("waiting failed");
    if (run->started) pump(run, fds);
    if (fds[CLIENT].revents && !receiveFrames(0, onFrame, run)) return;
    if (run->started) watch(run, nowNs());
    if (isOver(run)) {
      endRun(run);
      forgetReport();
    }
  }
}
