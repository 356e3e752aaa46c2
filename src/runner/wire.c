// Frames: reading payloads, queueing answers.
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner.h"
#include "memory.h"

struct buffer incoming, outgoing;
int outgoingFd = 1;
// The frame being made, counted from the queue's start, which may move.
static size_t frameStart;

/** Room for `bytes` more at the end of the queue; what has been read is dropped when that helps. */
uint8_t *reserve(struct buffer *buffer, size_t bytes) {
  if (buffer->start == buffer->end) buffer->start = buffer->end = 0;
  if (buffer->capacity - buffer->end < bytes && buffer->start > 0) {
    memmove(buffer->data, buffer->data + buffer->start, buffer->end - buffer->start);
    buffer->end -= buffer->start;
    buffer->start = 0;
  }
  if (buffer->capacity - buffer->end < bytes) {
    size_t capacity = buffer->capacity ? buffer->capacity : 128 << 10;
    while (capacity - buffer->end < bytes) capacity *= 2;
    buffer->data = realloc(buffer->data, capacity);
    if (!buffer->data) die("no memory for a buffer");
    buffer->capacity = capacity;
  }
  return buffer->data + buffer->end;
}

static const uint8_t *take(struct reader *reader, size_t bytes) {
  if (reader->bad || (size_t)(reader->end - reader->at) < bytes) {
    reader->bad = true;
    return NULL;
  }
  const uint8_t *at = reader->at;
  reader->at += bytes;
  return at;
}

uint8_t getU8(struct reader *reader) {
  const uint8_t *at = take(reader, 1);
  return at ? *at : 0;
}

uint32_t getU32(struct reader *reader) {
  uint32_t value = 0;
  const uint8_t *at = take(reader, 4);
  if (at) memcpy(&value, at, 4);
  return value;
}

uint64_t getU64(struct reader *reader) {
  uint64_t value = 0;
  const uint8_t *at = take(reader, 8);
  if (at) memcpy(&value, at, 8);
  return value;
}

/** A copy that lives until the run has been answered. */
char *getString(struct reader *reader) {
  uint32_t length = getU32(reader);
  const uint8_t *at = take(reader, length);
  if (!at || memchr(at, 0, length)) {
    reader->bad = true;
    return runAlloc(1);
  }
  char *copy = runAlloc((size_t)length + 1);
  memcpy(copy, at, length);
  return copy;
}

void putBytes(const void *bytes, size_t length) {
  memcpy(reserve(&outgoing, length), bytes, length);
  outgoing.end += length;
}

void putU32(uint32_t value) { putBytes(&value, 4); }
void putU64(uint64_t value) { putBytes(&value, 8); }

void putString(const char *text) {
  size_t length = strlen(text);
  putU32((uint32_t)length);
  putBytes(text, length);
}

void beginFrame(uint8_t type, uint32_t run) {
  reserve(&outgoing, 64);
  frameStart = outgoing.end - outgoing.start;
  putU32(0);
  putBytes(&type, 1);
  putU32(run);
}

/** Fills in the length of the frame that was begun last. */
void endFrame(void) {
  uint8_t *at = outgoing.data + outgoing.start + frameStart;
  uint32_t length = (uint32_t)(outgoing.data + outgoing.end - at) - 5;
  memcpy(at, &length, 4);
}

void putFrame(uint8_t type, uint32_t run, const void *payload, size_t length) {
  beginFrame(type, run);
  if (length) putBytes(payload, length);
  endFrame();
}

void putText(uint8_t type, uint32_t run, const char *text) {
  beginFrame(type, run);
  putString(text);
  endFrame();
}

void putEntry(uint32_t run, uint8_t kind, uint32_t mode, uint64_t size, const char *path,
              const char *target) {
  beginFrame(FRAME_OUTPUT, run);
  putBytes(&kind, 1);
  putU32(mode);
  putU64(size);
  putString(path);
  putString(target);
  endFrame();
}

/** Hands out what has come on a descriptor, frame by frame. Returns false when its other end is gone. */
bool receiveFrames(int fd, frameHandler handle, void *context) {
  ssize_t n = read(fd, reserve(&incoming, 256 << 10), 256 << 10);
  if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) return false;
  if (n > 0) incoming.end += (size_t)n;
  while (incoming.end - incoming.start >= 5) {
    const uint8_t *at = incoming.data + incoming.start;
    uint32_t length;
    memcpy(&length, at, 4);
    if (length > MAX_PAYLOAD || length < 4) die("a frame could not be read");
    if (incoming.end - incoming.start < 5 + (size_t)length) break;
    incoming.start += 5 + (size_t)length;
    handle(context, at[4], (struct reader){.at = at + 5, .end = at + 5 + length});
  }
  return true;
}

/** Writes what the client takes now. Returns false when nobody listens any more. */
bool flushSome(void) {
  while (outgoing.start < outgoing.end) {
    ssize_t n = write(outgoingFd, outgoing.data + outgoing.start, outgoing.end - outgoing.start);
    if (n > 0) {
      outgoing.start += (size_t)n;
    } else if (errno == EAGAIN) {
      return true;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

/** Writes all that is queued, waiting for the client. */
void flushAll(void) {
  while (outgoing.start < outgoing.end) {
    if (!flushSome()) die("nobody reads the answers");
    if (outgoing.start < outgoing.end) poll(&(struct pollfd){.fd = outgoingFd, .events = POLLOUT}, 1, -1);
  }
}
