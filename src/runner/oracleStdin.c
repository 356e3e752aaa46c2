// The stub's stdin. A program that does not read leaves its stdin to whoever comes after it (`while
// read line; do PROGRAM "$line"; done`), so nothing is taken that the reference has not taken: a file
// is read without moving in it, and a pipe's bytes are copied out of it without being removed, as long
// as they are few.
#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent.h"
#include "memory.h"
#include "oracle.h"

#define CHUNK (32u << 10)
// A pipe holds 64 KiB; when it is nearly full its writer waits, so that its bytes have to be taken.
#define PEEK_AT_MOST (48u << 10)
// How often a pipe that is peeked into is looked at, milliseconds.
#define PEEK_EVERY 5

static enum { NOTHING, FILE_AT, PEEKED, TAKEN } kind = NOTHING;
static off_t offset;
// Bytes sent and still in the pipe; bytes sent and taken out of it.
static uint64_t peeked, taken;
static int copies[2];

bool prepareStdin(void) {
  struct stat info;
  if (fstat(0, &info) != 0) return false;
  if (S_ISCHR(info.st_mode) && !isatty(0)) return false;
  kind = TAKEN;
  if (S_ISREG(info.st_mode)) {
    offset = lseek(0, 0, SEEK_CUR);
    if (offset >= 0) kind = FILE_AT;
  } else if (S_ISFIFO(info.st_mode) && pipe2(copies, O_CLOEXEC | O_NONBLOCK) == 0) {
    kind = PEEKED;
  }
  return true;
}

// No more is sent.
static bool ended;

/** The program reads no more. */
void stopStdin(void) { ended = true; }

static void sendEnd(void) {
  putFrame(FRAME_STDIN_END, 0, NULL, 0);
  ended = true;
}

int chooseStdin(struct pollfd *fd, bool room) {
  if (kind == NOTHING || ended || !room) return -1;
  if (kind == FILE_AT) return 0;
  // A pipe with bytes that were seen already is always readable.
  if (kind == PEEKED && peeked > 0) return PEEK_EVERY;
  fd->fd = 0;
  return -1;
}

static void sendBytes(const uint8_t *data, size_t length) {
  putFrame(FRAME_STDIN, 0, data, length);
}

static void readFile(void) {
  uint8_t chunk[CHUNK];
  ssize_t n = pread(0, chunk, sizeof chunk, offset + (off_t)taken);
  if (n > 0) {
    sendBytes(chunk, (size_t)n);
    taken += (uint64_t)n;
  } else if (n == 0 || errno != EINTR) {
    sendEnd();
  }
}

static void readPipe(void) {
  uint8_t chunk[CHUNK];
  ssize_t n = read(0, chunk, sizeof chunk);
  if (n > 0) {
    sendBytes(chunk, (size_t)n);
    taken += (uint64_t)n;
  } else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
    sendEnd();
  }
}

/** Removes bytes from the pipe that were copied out of it before. */
static void discard(uint64_t bytes) {
  uint8_t chunk[CHUNK];
  while (bytes > 0) {
    ssize_t n = read(0, chunk, bytes < CHUNK ? (size_t)bytes : CHUNK);
    if (n <= 0 && errno != EINTR) return;
    if (n > 0) bytes -= (uint64_t)n;
  }
}

/** Copies what has come since the last look. */
static void peek(void) {
  uint8_t chunk[64 << 10];
  int waiting = 0;
  if (ioctl(0, FIONREAD, &waiting) != 0) waiting = 0;
  if ((uint64_t)waiting > peeked) {
    ssize_t copied = tee(0, copies[1], (size_t)waiting, SPLICE_F_NONBLOCK);
    ssize_t n = copied > 0 ? read(copies[0], chunk, (size_t)copied) : copied;
    if (n > (ssize_t)peeked) {
      sendBytes(chunk + peeked, (size_t)n - peeked);
      peeked = (uint64_t)n;
    }
    return;
  }
  struct pollfd state = {.fd = 0, .events = POLLIN};
  if (poll(&state, 1, 0) > 0 && state.revents & POLLHUP) {
    // Between the count and the look a last write may have come.
    if (ioctl(0, FIONREAD, &waiting) == 0 && (uint64_t)waiting > peeked) return;
    sendEnd();
  } else if (peeked >= PEEK_AT_MOST) {
    discard(peeked);
    taken += peeked;
    peeked = 0;
    kind = TAKEN;
  }
}

void pumpStdinToOracle(const struct pollfd *fd) {
  if (ended || kind == NOTHING) return;
  if (kind == FILE_AT) readFile();
  else if (kind == PEEKED) peek();
  else if (fd->revents) readPipe();
}

/** Leaves the descriptor where the program would have left it. */
void returnUnused(uint64_t used) {
  if (kind == FILE_AT) lseek(0, offset + (off_t)used, SEEK_SET);
  if (kind == PEEKED && used > taken) discard(used - taken < peeked ? used - taken : peeked);
}
