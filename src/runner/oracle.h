// The parts of the stub that stands in for the target.
#pragma once
#include <poll.h>

#include "runner.h"

#define ORACLE_HIGH_WATER (512u << 10)

// oracleFiles.c
uint32_t sendWorkingFiles(const char *cwd, char **argv);

// oracleStdin.c
bool prepareStdin(void);
int chooseStdin(struct pollfd *fd, bool room);
void pumpStdinToOracle(const struct pollfd *fd);
void stopStdin(void);
void returnUnused(uint64_t used);
