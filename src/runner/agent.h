// The server in an agent's sandbox: what its parts share. AGENT.md says what it does and why.
#pragma once
#include <poll.h>

#include "runner.h"

// Abstract sockets: in the sandbox's own network namespace, where no file can be removed.
#define ORACLE_SOCKET "mirrorcode-oracle"
#define COMMAND_SOCKET "mirrorcode-command"
// Bytes on a connection that may be under way unacknowledged, either way.
#define RELAY_WINDOW (256u << 10)
#define MOST_CONNECTIONS 64
// Of these, as many are kept for others than the oracle, which may be called in a hundred loops.
#define KEPT_CONNECTIONS 24
// Above this much unsent output no more is taken in.
#define AGENT_HIGH_WATER (4u << 20)

enum shellEnd { SHELL_EXIT, SHELL_SIGNAL, SHELL_TIMEOUT, SHELL_ENDED };

// Whom a connection is for: a number that the host is told.
enum listener { LISTEN_ORACLE, LISTEN_COMMAND, LISTEN_MODEL, LISTENERS };

enum { SHELL_OUTPUT, SHELL_STATUS, SHELL_PROCESS, SHELL_COMMANDS, SHELL_SOURCES };

// agentShell.c
// `names`: what is linked to this program in `~/bin`.
void prepareShell(const char *program, const char *folder, char **names);
void runInShell(uint32_t id, struct reader *reader);
uint64_t shellDeadline(void);
void chooseShell(struct pollfd *fds, bool room);
void pumpShell(const struct pollfd *fds);
void watchShell(void);

// agentFiles.c
uint8_t *readAll(int fd, size_t limit, size_t *length);
void readAgentFile(uint32_t id, struct reader *reader);
void writeAgentFile(uint32_t id, struct reader *reader);

// agentSnapshot.c
void sendSnapshot(uint32_t id, struct reader *reader);

// agentSession.c
void listFiles(uint32_t id, struct reader *reader);
void readOn(uint32_t id, struct reader *reader);
void appendToFile(uint32_t id, struct reader *reader);
void signalAll(uint32_t id, struct reader *reader);

// agentRelay.c
// `port`: where a model is served on the loopback; 0 for none, and then there are no commands either.
void openRelay(uint16_t port);
int chooseRelay(struct pollfd *fds, bool room);
void pumpRelay(const struct pollfd *fds);
void relayToStub(uint8_t type, uint32_t id, struct reader *reader);
