// Connections of programs in the sandbox to the host: of the stubs that stand in for the target, of the
// task's commands, and of whoever asks the model. Bytes go through, never more under way than a window,
// so that a slow reader holds up its own writer alone.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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
static int listening[LISTENERS] = {-1, -1, -1};
static uint32_t lastId;
// The connection that each entry of the last choice was about.
static struct connection *chosen[MOST_CONNECTIONS];

static int listenAt(const struct sockaddr *address, socklen_t length) {
  int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0 || bind(fd, address, length) != 0 || listen(fd, 64) != 0)
    die("a socket of the sandbox cannot be made");
  return fd;
}

static int listenByName(const char *name) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(name);
  memcpy(address.sun_path + 1, name, length);
  return listenAt((struct sockaddr *)&address,
                  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length));
}

void openRelay(uint16_t port) {
  for (int i = 0; i < MOST_CONNECTIONS; i++) connections[i].fd = -1;
  listening[LISTEN_ORACLE] = listenByName(ORACLE_SOCKET);
  if (!port) return;
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons(port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  listening[LISTEN_COMMAND] = listenByName(COMMAND_SOCKET);
  listening[LISTEN_MODEL] = listenAt((struct sockaddr *)&address, sizeof address);
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

static struct connection *freeSlot(enum listener listener) {
  struct connection *found = NULL;
  int free = 0;
  for (int i = 0; i < MOST_CONNECTIONS; i++)
    if (connections[i].fd < 0) found = &connections[i], free++;
  return listener == LISTEN_ORACLE && free <= KEPT_CONNECTIONS ? NULL : found;
}

static void acceptOne(enum listener listener) {
  struct connection *connection = freeSlot(listener);
  if (!connection) return;
  int fd = accept4(listening[listener], NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), on = 1;
  if (fd < 0) return;
  // The words of a model come in small pieces, and at once.
  if (listener == LISTEN_MODEL) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  *connection = (struct connection){.fd = fd, .id = ++lastId};
  uint32_t number = listener;
  putFrame(AGENT_OPENED, connection->id, &number, 4);
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
  int count = 0;
  for (int i = 0; i < LISTENERS; i++)
    fds[i] = (struct pollfd){.fd = freeSlot((enum listener)i) ? listening[i] : -1, .events = POLLIN};
  for (int i = 0; i < MOST_CONNECTIONS; i++) {
    struct connection *connection = &connections[i];
    if (connection->fd < 0) continue;
    bool takes = room && connection->unacked < RELAY_WINDOW;
    bool gives = connection->toStub.start < connection->toStub.end;
    fds[LISTENERS + count] =
        (struct pollfd){.fd = connection->fd,
                        .events = (short)((takes ? POLLIN : 0) | (gives ? POLLOUT : 0))};
    chosen[count++] = connection;
  }
  return LISTENERS + count;
}

void pumpRelay(const struct pollfd *fds) {
  for (int i = 0; i < MOST_CONNECTIONS && chosen[i]; i++) {
    struct connection *connection = chosen[i];
    const struct pollfd *found = &fds[LISTENERS + i];
    chosen[i] = NULL;
    if (connection->fd != found->fd) continue;
    if (found->revents & POLLOUT) toStub(connection);
    // At the other end's going what it has written before can still be read.
    if (connection->fd >= 0 && found->revents & (POLLIN | POLLHUP | POLLERR)) fromStub(connection);
  }
  for (int i = 0; i < LISTENERS; i++)
    if (fds[i].fd >= 0 && fds[i].revents) acceptOne((enum listener)i);
}
