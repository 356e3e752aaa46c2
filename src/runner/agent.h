// The server in an agent's sandbox: what its parts share. AGENT.md says what it does and why.
#pragma once
#include <poll.h>

#include "runner.h"

// An abstract socket: in the sandbox's own network namespace, where no file can be removed.
#define ORACLE_SOCKET "mirrorcode-oracle"
// Bytes on a connection that may be under way unacknowledged, either way.
#define RELAY_WINDOW (256u << 10)
#define MOST_CONNECTIONS 64
// Above this much unsent output no more is taken in.
#define AGENT_HIGH_WATER (4u << 20)

enum shellEnd { SHELL_EXIT, SHELL_SIGNAL, SHELL_TIMEOUT, SHELL_ENDED };

enum { SHELL_OUTPUT, SHELL_STATUS, SHELL_PROCESS, SHELL_COMMANDS, SHELL_SOURCES };

// agentShell.c
void prepareShell(const char *program, const char *folder, const char *name);
void runInShell(uint32_t id, struct reader *reader);
uint64_t shellDeadline(void);
void chooseShell(struct pollfd *fds, bool room);
void pumpShell(const struct pollfd *fds);
void watchShell(void);

// agentFiles.c
void readAgentFile(uint32_t id, struct reader *reader);
void writeAgentFile(uint32_t id, struct reader *reader);
void sendSnapshot(uint32_t id, struct reader *reader);

// agentRelay.c
void openRelay(void);
int chooseRelay(struct pollfd *fds, bool room);
void pumpRelay(const struct pollfd *fds);
void relayToStub(uint8_t type, uint32_t id, struct reader *reader);
