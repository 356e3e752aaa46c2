// Requests: from frames to a run, and from its end to the answer.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "memory.h"
#include "runner.h"

static char **getStrings(struct reader *reader) {
  uint32_t count = getU32(reader);
  if (count > (uint32_t)(reader->end - reader->at) / 4) {
    reader->bad = true;
    count = 0;
  }
  char **strings = runAlloc((count + 1) * sizeof *strings);
  for (uint32_t i = 0; i < count; i++) strings[i] = getString(reader);
  return strings;
}

static bool readRequest(struct request *request, struct reader *reader) {
  request->flags = getU32(reader);
  request->umask = getU32(reader);
  request->uid = getU32(reader);
  request->cpus = getU32(reader);
  request->firstPid = getU32(reader);
  request->processes = getU32(reader);
  request->timeout = getU64(reader);
  request->memory = getU64(reader);
  request->output = getU64(reader);
  request->fileSize = getU64(reader);
  request->inputBytes = getU64(reader);
  request->inputEntries = getU32(reader);
  request->hostname = getString(reader);
  request->cwd = getString(reader);
  request->program = getString(reader);
  request->argv = getStrings(reader);
  request->env = getStrings(reader);
  return !reader->bad && reader->at == reader->end && request->argv[0];
}

void resetRun(struct run *run) {
  runFree();
  struct buffer kept = run->toStdin;
  kept.start = kept.end = 0;
  *run = (struct run){.toStdin = kept,
                      .cwdFd = -1,
                      .inputFd = -1,
                      .pidFd = -1,
                      .in = -1,
                      .out = -1,
                      .err = -1,
                      .tap = -1,
                      .verdict = -1};
}

static void closeFd(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

static void closeStreams(struct run *run) {
  closeFd(&run->in);
  closeFd(&run->tap);
  closeFd(&run->out);
  closeFd(&run->err);
  closeFd(&run->pidFd);
}

static void answerFailed(struct run *run) {
  closeStreams(run);
  putText(FRAME_FAILED, run->request.id, run->failure);
  removeFiles(run);
  resetRun(run);
}

static void beginRun(struct run *run, uint32_t id, struct reader *reader) {
  if (run->active) die("a run was asked for while another one was under way");
  // Supervisors of earlier runs, which may have taken a moment to go.
  while (waitpid(-1, NULL, WNOHANG) > 0) continue;
  run->active = true;
  run->request.id = id;
  if (!readRequest(&run->request, reader)) die("a request could not be read");
  uid_t uid = caseUid(&run->request);
  if (options.mode == MODE_NAMESPACES ? uid != options.uid : uid == 0 || uid == options.killer) {
    snprintf(run->failure, sizeof run->failure, "User id %u is not this lane's", uid);
    run->failed = true;
  } else {
    run->failed = !prepareFiles(run, run->failure, sizeof run->failure);
  }
}

static void startRun(struct run *run) {
  run->oomBefore = oomKills();
  run->failed = run->failed || !finishInputs(run, run->failure, sizeof run->failure) ||
                !launch(run, run->failure, sizeof run->failure);
  if (run->failed) {
    answerFailed(run);
    return;
  }
  run->started = true;
  run->outLeft = run->errLeft = run->request.output;
}

/** A namespace dies with its first process; of a user id the supervisor kills everything. */
void killRun(const struct run *run) {
  kill(run->supervisor, options.mode == MODE_NAMESPACES ? SIGKILL : STOP_SIGNAL);
}

/** Kills everything of the run. The first verdict stands. */
void stopRun(struct run *run, int verdict) {
  if (run->verdict < 0) run->verdict = verdict;
  killRun(run);
}

static void takeStdin(struct run *run, const struct reader *reader) {
  size_t length = (size_t)(reader->end - reader->at);
  if (run->in < 0) return;
  if (run->toStdin.end - run->toStdin.start + length > STDIN_WINDOW)
    die("more stdin came than the window allows");
  memcpy(reserve(&run->toStdin, length), reader->at, length);
  run->toStdin.end += length;
  pumpStdin(run);
}

static void addTo(struct run *run, uint8_t type, struct reader *reader) {
  if (run->failed || run->started) return;
  run->failed = type == FRAME_ENTRY
                    ? !addInput(run, reader, run->failure, sizeof run->failure)
                    : !addInputData(run, reader->at, (size_t)(reader->end - reader->at),
                                    run->failure, sizeof run->failure);
}

void handleFrame(struct run *run, uint8_t type, struct reader reader) {
  uint32_t id = getU32(&reader);
  if (type == FRAME_RUN) {
    beginRun(run, id, &reader);
    return;
  }
  if (!run->active || id != run->request.id) return;
  if (type == FRAME_ENTRY || type == FRAME_DATA) {
    addTo(run, type, &reader);
  } else if (type == FRAME_START && !run->started) {
    startRun(run);
  } else if (type == FRAME_STDIN && run->started) {
    takeStdin(run, &reader);
  } else if (type == FRAME_STDIN_END && run->started) {
    run->inputEnded = true;
    pumpStdin(run);
  } else if (type == FRAME_KILL && run->started) {
    stopRun(run, STATUS_KILLED);
  } else if (type == FRAME_KILL) {
    snprintf(run->failure, sizeof run->failure, "It was cancelled before it began");
    answerFailed(run);
  }
}

/** What the program's own end means, where the runner did not end it. */
static uint32_t judge(const struct run *run, int32_t *value) {
  if (run->supervisorGone && !report->finished) {
    *value = SIGKILL;
    return oomKills() > run->oomBefore ? STATUS_MEMORY : STATUS_SIGNAL;
  }
  *value = report->value;
  bool ended = report->status == STATUS_EXIT || report->status == STATUS_SIGNAL;
  if (ended && report->status == STATUS_SIGNAL && report->value == SIGXFSZ) return STATUS_DISK;
  if (ended && report->value != 0 && oomKills() > run->oomBefore) return STATUS_MEMORY;
  return report->status;
}

/** Answers: all processes are dead and both streams are drained. */
void endRun(struct run *run) {
  int32_t value = 0;
  uint32_t id = run->request.id, status = judge(run, &value);
  bool reported = report->finished;
  // In a namespace of its own nobody sees its supervisor go; here the next run would.
  if (options.mode == MODE_UID)
    while (waitpid(run->supervisor, NULL, 0) < 0 && errno == EINTR) continue;
  uint64_t from = report->startedNs ? report->startedNs : run->launchedNs;
  uint64_t until = reported && report->endedNs ? report->endedNs : nowNs();
  tellStdin(run);
  closeStreams(run);
  if (run->verdict == STATUS_NOT_BEGUN) {
    snprintf(run->failure, sizeof run->failure, "The program could not be started in time");
    answerFailed(run);
    return;
  }
  if (run->verdict < 0 && status == UINT32_MAX) {
    snprintf(run->failure, sizeof run->failure, "Starting the program failed at %s", report->text);
    answerFailed(run);
    return;
  }
  if (run->verdict >= 0) status = (uint32_t)run->verdict;
  if (run->request.flags & RUN_COLLECT) sendOutputs(run);
  uint32_t cuts = run->cuts, left = reported ? report->leftBehind : 0;
  removeFiles(run);
  beginFrame(FRAME_DONE, id);
  putU32(status);
  putU32((uint32_t)value);
  putU32(cuts);
  putU64((until - from) / 1000);
  putU32(left);
  putString(status == STATUS_UNSTARTABLE ? report->text : "");
  endFrame();
  resetRun(run);
}
