// Connections of the stubs that stand in for the target: bytes go through between them and the host,
// never more under way than a window, so that a slow reader holds up its own writer alone.
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent.h"
#include "memory.h"

#define CHUNK (64u << 10)

struct connection {
  int fd;
  uint32_t id;
  // Bytes sent to the host that it has not yet said to have used, and the other way round.
  uint32_t unacked, toAck;
  struct buffer toStub;
  // Nothing more comes from there.
  bool hostEnded, stubEnded;
};

static struct connection connections[MOST_CONNECTIONS];
static int listening = -1;
static uint32_t lastId;
// The connection that each entry of the last choice was about.
static struct connection *chosen[MOST_CONNECTIONS];

void openRelay(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  memcpy(address.sun_path + 1, ORACLE_SOCKET, sizeof ORACLE_SOCKET - 1);
  socklen_t length = offsetof(struct sockaddr_un, sun_path) + sizeof ORACLE_SOCKET;
  listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listening < 0 || bind(listening, (struct sockaddr *)&address, length) != 0 ||
      listen(listening, 64) != 0)
    die("the oracle's socket cannot be made");
  for (int i = 0; i < MOST_CONNECTIONS; i++) connections[i].fd = -1;
}

static struct connection *findConnection(uint32_t id) {
  for (int i = 0; i < MOST_CONNECTIONS; i++)
    if (connections[i].fd >= 0 && connections[i].id == id) return &connections[i];
  return NULL;
}

static void closeConnection(struct connection *connection) {
  close(connection->fd);
  free(connection->toStub.data);
  putFrame(AGENT_CLOSED, connection->id, NULL, 0);
  *connection = (struct connection){.fd = -1};
}

static struct connection *freeSlot(void) {
  for (int i = 0; i < MOST_CONNECTIONS; i++)
    if (connections[i].fd < 0) return &connections[i];
  return NULL;
}

static void acceptOne(void) {
  struct connection *connection = freeSlot();
  if (!connection) return;
  int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  *connection = (struct connection){.fd = fd, .id = ++lastId};
  putFrame(AGENT_OPENED, connection->id, NULL, 0);
}

static void fromStub(struct connection *connection) {
  uint8_t chunk[CHUNK];
  uint32_t room = RELAY_WINDOW - connection->unacked;
  ssize_t n = recv(connection->fd, chunk, room < CHUNK ? room : CHUNK, 0);
  if (n > 0) {
    connection->unacked += (uint32_t)n;
    putFrame(AGENT_RECEIVED, connection->id, chunk, (size_t)n);
  } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
    closeConnection(connection);
  }
}

static void toStub(struct connection *connection) {
  struct buffer *queue = &connection->toStub;
  while (queue->start < queue->end) {
    ssize_t n = send(connection->fd, queue->data + queue->start, queue->end - queue->start,
                     MSG_NOSIGNAL);
    if (n > 0) {
      queue->start += (size_t)n;
      connection->toAck += (uint32_t)n;
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      closeConnection(connection);
      return;
    }
  }
  if (connection->toAck >= RELAY_WINDOW / 4 || queue->start == queue->end) {
    if (connection->toAck) putFrame(AGENT_TAKEN, connection->id, &connection->toAck, 4);
    connection->toAck = 0;
  }
  if (connection->hostEnded && queue->start == queue->end) shutdown(connection->fd, SHUT_WR);
}

void relayToStub(uint8_t type, uint32_t id, struct reader *reader) {
  struct connection *connection = findConnection(id);
  if (!connection) return;
  size_t length = (size_t)(reader->end - reader->at);
  if (type == AGENT_DATA) {
    memcpy(reserve(&connection->toStub, length), reader->at, length);
    connection->toStub.end += length;
    toStub(connection);
  } else if (type == AGENT_ACK) {
    connection->unacked -= getU32(reader);
  } else if (type == AGENT_END) {
    connection->hostEnded = true;
    toStub(connection);
  }
}

int chooseRelay(struct pollfd *fds, bool room) {
  int count = 1;
  fds[0] = (struct pollfd){.fd = freeSlot() ? listening : -1, .events = POLLIN};
  for (int i = 0; i < MOST_CONNECTIONS; i++) {
    struct connection *connection = &connections[i];
    if (connection->fd < 0) continue;
    bool takes = room && connection->unacked < RELAY_WINDOW;
    bool gives = connection->toStub.start < connection->toStub.end;
    fds[count] = (struct pollfd){.fd = connection->fd,
                                 .events = (short)((takes ? POLLIN : 0) | (gives ? POLLOUT : 0))};
    chosen[count++ - 1] = connection;
  }
  return count;
}

void pumpRelay(const struct pollfd *fds) {
  for (int i = 1; i <= MOST_CONNECTIONS && chosen[i - 1]; i++) {
    struct connection *connection = chosen[i - 1];
    chosen[i - 1] = NULL;
    if (connection->fd != fds[i].fd) continue;
    if (fds[i].revents & POLLOUT) toStub(connection);
    // At the other end's going what it has written before can still be read.
    if (connection->fd >= 0 && fds[i].revents & (POLLIN | POLLHUP | POLLERR)) fromStub(connection);
  }
  if (fds[0].revents) acceptOne();
}
