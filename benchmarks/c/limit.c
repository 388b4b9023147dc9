/* The limit of fan-out: one epoll loop that writes a frame, prepared once, to every socket.
 *
 *   limit PORT
 *
 * Takes WebSocket subscribers (GET) and messages (POST), and does nothing else: no storing, no rights, no bounds.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define MOST 65536
static char head[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
static char done[] = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";
static int listening[MOST], listeners, place[MOST];

static void spread(const char *body, int size) {
  static uint8_t frame[1 << 17];
  int n = 2;
  frame[0] = 0x81;
  if (size < 126) frame[1] = size;
  else frame[1] = 126, frame[2] = size >> 8, frame[3] = size, n = 4;
  memcpy(frame + n, body, size);
  for (int i = 0; i < listeners; i++)
    if (send(listening[i], frame, n + size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) continue;
}

static void gone(int fd) {
  if (place[fd]) {
    int last = listening[--listeners];
    listening[place[fd] - 1] = last, place[last] = place[fd], place[fd] = 0;
  }
  close(fd);
}

static void request(int fd) {
  static char got[1 << 20];
  ssize_t size = recv(fd, got, sizeof got - 1, 0);
  if (size <= 0) { gone(fd); return; }
  if (place[fd]) return; /* pongs */
  got[size] = 0;
  if (!strncmp(got, "GET ", 4)) {
    listening[listeners++] = fd, place[fd] = listeners;
    if (send(fd, head, sizeof head - 1, MSG_NOSIGNAL) < 0) gone(fd);
    return;
  }
  for (char *at = got; at < got + size;) { /* whole requests only: the load writes them so */
    char *length = strcasestr(at, "content-length:"), *body = strstr(at, "\r\n\r\n");
    if (!length || !body) return;
    int bytes = atoi(length + 15);
    spread(body + 4, bytes);
    if (send(fd, done, sizeof done - 1, MSG_NOSIGNAL) < 0) return;
    at = body + 4 + bytes;
  }
}

int main(int argc, char **argv) {
  int door = socket(AF_INET, SOCK_STREAM, 0), one = 1, epfd = epoll_create1(0);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[argc - 1])),
                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(door, (void *)&at, sizeof at) < 0 || listen(door, 4096) < 0) { perror("limit"); return 1; }
  signal(SIGPIPE, SIG_IGN);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = door}, events[512];
  epoll_ctl(epfd, EPOLL_CTL_ADD, door, &event);
  for (;;) {
    int n = epoll_wait(epfd, events, 512, -1);
    for (int i = 0; i < n; i++) {
      if (events[i].data.fd != door) { request(events[i].data.fd); continue; }
      int fd = accept(door, 0, 0);
      if (fd < 0 || fd >= MOST) continue;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      event.data.fd = fd;
      epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event);
    }
  }
}
