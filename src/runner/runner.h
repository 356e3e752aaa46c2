// The case runner: what its parts share. PROTOCOL.md says what it does and why.
#pragma once
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PROTOCOL_VERSION 1
#define MAX_PAYLOAD (16u << 20)
#define STDIN_WINDOW (256u << 10)
#define SCRATCH "/run"
// Tells a supervisor in user id mode to kill its run.
#define STOP_SIGNAL SIGUSR1
// 2020-01-01 00:00 UTC: a write to an input always shows as another time.
#define INPUT_TIME 1577836800

enum mode { MODE_NONE, MODE_NAMESPACES, MODE_UID };

enum frame {
  FRAME_RUN = 1,
  FRAME_ENTRY,
  FRAME_DATA,
  FRAME_START,
  FRAME_STDIN,
  FRAME_STDIN_END,
  FRAME_KILL,
  FRAME_HELLO = 64,
  FRAME_STDOUT,
  FRAME_STDERR,
  FRAME_STDIN_ACK,
  FRAME_STDIN_CLOSED,
  FRAME_OUTPUT,
  FRAME_OUTPUT_DATA,
  FRAME_DONE,
  FRAME_FAILED,
  FRAME_STDIN_READ,
};

// Between the host and the server in an agent's sandbox (agent.c).
enum agentFrame {
  AGENT_SHELL = 16,
  AGENT_READ,
  AGENT_WRITE,
  AGENT_SNAPSHOT,
  AGENT_LIST,
  AGENT_TAIL,
  AGENT_APPEND,
  AGENT_SIGNAL,
  AGENT_DATA = 24,
  AGENT_ACK,
  AGENT_END,
  AGENT_HELLO = 80,
  AGENT_SHELL_DONE,
  AGENT_FILE,
  AGENT_WRITTEN,
  AGENT_SNAPSHOT_END,
  AGENT_LISTED,
  AGENT_OPENED = 88,
  AGENT_RECEIVED,
  AGENT_TAKEN,
  AGENT_CLOSED,
};

enum status {
  STATUS_EXIT,
  STATUS_SIGNAL,
  STATUS_TIMEOUT,
  STATUS_MEMORY,
  STATUS_OUTPUT,
  STATUS_DISK,
  STATUS_UNSTARTABLE,
  STATUS_KILLED,
  // Never sent: the run failed before its program began.
  STATUS_NOT_BEGUN,
};

enum entryKind { ENTRY_FILE, ENTRY_DIR, ENTRY_LINK, ENTRY_ABSENT, ENTRY_READ, ENTRY_SAME };

#define RUN_COLLECT 1u
#define RUN_NO_STDIN 2u
#define RUN_NO_ASLR 4u
// Someone looks on: what the program has read of its stdin and which inputs it has read is told.
#define RUN_WATCHED 8u
// What the program writes is sent on at once.
#define RUN_AT_ONCE 16u

#define CUT_STDOUT 1u
#define CUT_STDERR 2u
#define CUT_OUTPUTS 4u

struct options {
  enum mode mode;
  bool autoMode;
  uid_t uid;
  gid_t gid;
  uid_t killer;
  bool watchdog;
  // Processes are counted and not limited: before Linux 5.14 RLIMIT_NPROC counts those of the user
  // on the whole machine.
  bool countProcesses;
  bool etc;
  const char *wipe[16];
  int wipes;
  // Pairs of a link's path, below a folder that is made afresh, and its target.
  const char *link[64][2];
  int links;
};

// A growing queue of bytes: what lies between start and end.
struct buffer {
  uint8_t *data;
  size_t start, end, capacity;
};

// A payload that is being read; `bad` once something did not fit.
struct reader {
  const uint8_t *at, *end;
  bool bad;
};

struct input {
  char *path;
  uint8_t kind;
  mode_t mode;
  uint64_t size;
  ino_t ino;
  struct timespec ctime;
  char *target;
  bool seen, wasRead;
};

struct request {
  uint32_t id, flags, umask, uid, cpus, firstPid, processes;
  uint64_t timeout, memory, output, fileSize, inputBytes;
  uint32_t inputEntries;
  char *hostname, *cwd, *program;
  char **argv, **env;
};

// How the supervisor tells the runner, in memory that both share.
struct report {
  uint32_t run;
  bool finished;
  uint32_t status;
  int32_t value;
  uint32_t leftBehind;
  uint64_t startedNs, endedNs;
  char text[1024];
};

struct run {
  struct request request;
  bool active;   // a run frame has been accepted and not yet answered
  bool started;  // the program may be running
  bool failed;   // an input could not be made: answered at `start`
  char failure[1280];
  int cwdFd;
  bool bindCwd;
  struct input *inputs;
  size_t inputCount, inputCapacity;
  int inputFd;
  uint64_t inputLeft;
  pid_t supervisor;
  int pidFd;
  int in, out, err;
  int tap;  // of a watched run: the reading end of stdin, to see how much is left in it
  uint64_t inputTaken, inputRead;
  bool inputEnded;
  uint32_t unacked;
  struct buffer toStdin;
  uint64_t outLeft, errLeft;
  uint32_t cuts;
  int verdict;  // what the runner itself decided, or -1
  bool supervisorGone;
  uint64_t launchedNs;
  uint64_t oomBefore;
};

extern struct options options;
extern struct report *report;
extern int reportPipe[2];

// wire.c
typedef void (*frameHandler)(void *context, uint8_t type, struct reader reader);
extern struct buffer incoming, outgoing;
// Where frames go to: descriptor 1 unless said else.
extern int outgoingFd;
bool receiveFrames(int fd, frameHandler handle, void *context);
uint8_t *reserve(struct buffer *buffer, size_t bytes);
uint32_t getU32(struct reader *reader);
uint64_t getU64(struct reader *reader);
uint8_t getU8(struct reader *reader);
char *getString(struct reader *reader);
void beginFrame(uint8_t type, uint32_t run);
void putU32(uint32_t value);
void putU64(uint64_t value);
void putBytes(const void *bytes, size_t length);
void putString(const char *text);
void endFrame(void);
void putFrame(uint8_t type, uint32_t run, const void *payload, size_t length);
void putEntry(uint32_t run, uint8_t kind, uint32_t mode, uint64_t size, const char *path,
              const char *target);
void putText(uint8_t type, uint32_t run, const char *text);
bool flushSome(void);
void flushAll(void);

// run.c
void handleFrame(struct run *run, uint8_t type, struct reader reader);
void stopRun(struct run *run, int verdict);
void killRun(const struct run *run);
void resetRun(struct run *run);
void endRun(struct run *run);

// loop.c
void serve(struct run *run);
void pumpStdin(struct run *run);
void tellStdin(struct run *run);

// supervise.c
bool launch(struct run *run, char *why, size_t whySize);

// child.c
void becomeCase(const struct request *request, const char *path, const int streams[3]);
void describeExecFailure(const char *path, int error, char *text, size_t size);

// files.c
bool prepareFiles(struct run *run, char *why, size_t whySize);
bool addInput(struct run *run, struct reader *reader, char *why, size_t whySize);
bool addInputData(struct run *run, const uint8_t *data, size_t length, char *why, size_t whySize);
bool finishInputs(struct run *run, char *why, size_t whySize);
void removeFiles(struct run *run);
bool writeWhole(const char *path, const char *text, int flags, mode_t mode);
bool makeDirectories(const char *path, mode_t mode, uid_t uid, gid_t gid);

// root.c
bool setRootWritable(bool writable);
bool ensureMountPoint(const char *path);
void writeEtc(void);

// wipe.c
void emptyDirectory(const char *path);
void removeIpc(uid_t uid);

// outputs.c
void sendOutputs(struct run *run);

// limits.c
void pinLimits(void);
void setRunLimits(const struct request *request);
bool limitsExceeded(const struct run *run);
uint64_t oomKills(void);
uid_t caseUid(const struct request *request);

// seccomp.c
void prepareFilter(void);
int installFilter(void);

// shim.c
bool isShim(void);
int runShim(char **argv);

// launch.c
void launchSandbox(char **arguments);

// agent.c
int serveAgent(char **arguments);

// oracle.c
int askHost(char **argv);

// kill.c
bool killAsLane(uid_t uid);
void killLane(uid_t uid);
void reapAll(uint32_t *count);

// time
uint64_t nowNs(void);
