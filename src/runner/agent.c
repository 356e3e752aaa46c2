// The server in an agent's sandbox: `runner agent SHELL FOLDER PORT NAME…`. It lives as long as the
// sandbox, takes frames on descriptor 0 and answers on descriptor 1. See AGENT.md.
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "agent.h"
#include "memory.h"

enum { CLIENT, ANSWERS, SHELL, RELAY = SHELL + SHELL_SOURCES };
#define SOURCES (RELAY + LISTENERS + MOST_CONNECTIONS)

static void onFrame(void *context, uint8_t type, struct reader reader) {
  (void)context;
  uint32_t id = getU32(&reader);
  switch (type) {
    case AGENT_SHELL: runInShell(id, &reader); break;
    case AGENT_READ: readAgentFile(id, &reader); break;
    case AGENT_WRITE: writeAgentFile(id, &reader); break;
    case AGENT_SNAPSHOT: sendSnapshot(id, &reader); break;
    case AGENT_LIST: listFiles(id, &reader); break;
    case AGENT_TAIL: readOn(id, &reader); break;
    case AGENT_APPEND: appendToFile(id, &reader); break;
    case AGENT_SIGNAL: signalAll(id, &reader); break;
    default: relayToStub(type, id, &reader);
  }
  runFree();
}

static int waitUntilDeadline(struct pollfd *fds, nfds_t count) {
  uint64_t until = shellDeadline(), now = nowNs();
  int timeout = -1;
  if (until != UINT64_MAX)
    timeout = until <= now ? 0 : (int)((until - now) / 1000000 < 60000 ? (until - now) / 1000000 + 1
                                                                       : 60000);
  return poll(fds, count, timeout);
}

int serveAgent(char **arguments) {
  if (!arguments[0] || !arguments[1] || !arguments[2] || !arguments[3]) {
    errno = EINVAL;
    die("the agent's server wants a shell, a folder, a port and a name");
  }
  // The agent's processes have the same user id: they must not read this one's memory or files.
  prctl(PR_SET_DUMPABLE, 0);
  signal(SIGPIPE, SIG_IGN);
  fcntl(0, F_SETFD, FD_CLOEXEC);
  fcntl(1, F_SETFD, FD_CLOEXEC);
  fcntl(1, F_SETFL, fcntl(1, F_GETFL) | O_NONBLOCK);
  openRelay((uint16_t)atoi(arguments[2]));
  prepareShell(arguments[0], arguments[1], arguments + 3);
  putFrame(AGENT_HELLO, 0, NULL, 0);
  static struct pollfd fds[SOURCES];
  for (;;) {
    if (!flushSome()) return 0;
    bool unsent = outgoing.start < outgoing.end;
    bool room = outgoing.end - outgoing.start < AGENT_HIGH_WATER;
    fds[CLIENT] = (struct pollfd){.fd = 0, .events = POLLIN};
    fds[ANSWERS] = (struct pollfd){.fd = unsent ? 1 : -1, .events = POLLOUT};
    chooseShell(fds + SHELL, room);
    int connections = chooseRelay(fds + RELAY, room);
    if (waitUntilDeadline(fds, (nfds_t)(RELAY + connections)) < 0 && errno != EINTR)
      die("waiting failed");
    pumpShell(fds + SHELL);
    pumpRelay(fds + RELAY);
    watchShell();
    if (fds[CLIENT].revents && !receiveFrames(0, onFrame, NULL)) return 0;
  }
}
