/* A light fan-out load: many subscribers in one epoll loop, and a publisher in a process of its own.
 *
 *   fan PORT N ws|raw HELLOS READY_HEX MESSAGE PREAMBLE PUBLISHERS [STALLED SLOW]
 *
 * It knows no protocol but WebSocket framing: HELLOS holds what subscribers say first (4-byte little-endian length and
 * bytes, taken in turn), READY_HEX the bytes by which the server shows that one is subscribed, MESSAGE the bytes that
 * publish one message and contain the 37 characters of a stamp, PREAMBLE what a publisher says first. The stamp is
 * "sent_ns=" 20 digits "." 8 digits: when it was sent, or should have been, on the monotonic clock, and its number.
 * The first STALLED subscribers never read, the next SLOW read 4 KB every tenth of a second; neither counts.
 *
 * Then it takes phases from standard input, one a line, and answers each with a line of JSON:
 *   once K GAP_MS      one message at a time, until all have it
 *   rate R SECONDS     open loop: R messages a second, whatever comes back; latency is from the scheduled time
 *   catch K            wait until every subscriber has had K messages since it connected
 *   idle MS            only read
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STAMP 37
#define MESSAGES (1 << 18)
#define READ (1 << 18)
#define IN_FLIGHT 128

typedef struct { int fd, ready, stalled, slow; uint32_t had; uint8_t *rest; int kept; } Subscriber;
typedef struct { uint8_t *bytes; int size; } Bytes;
typedef struct { volatile uint32_t told, published, refused; } Shared;
typedef struct { char what[8]; double rate, more; uint32_t first; } Phase;

static Subscriber *all;
static int count, is_ws, epfd, connected, dead, closed, port, stalled, slow;
static Bytes ready_mark, message;
static uint32_t *seen, first_counted;
static uint64_t *last_at, *sent_at, deliveries;
static float *latency; static uint64_t latencies, room;
static Shared *shared;

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void fail(const char *what) { perror(what); exit(2); }

static Bytes file(const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f) fail(path);
  fseek(f, 0, SEEK_END);
  Bytes found = {0, ftell(f)};
  rewind(f);
  found.bytes = malloc(found.size + 1);
  if (fread(found.bytes, 1, found.size, f) != (size_t)found.size) fail(path);
  fclose(f);
  return found;
}

/* small: as little room as a phone has, so that who does not read is soon seen not to. */
static int dial(int small) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1, bytes = 4096;
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (fd < 0) fail("socket");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (small) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  if (connect(fd, (void *)&at, sizeof at) < 0) fail("connect");
  return fd;
}

/* --- publishing, in a process of its own --- */

static void stamp(uint8_t *at, uint64_t when, uint32_t number) {
  char text[STAMP + 1];
  snprintf(text, sizeof text, "sent_ns=%020llu.%08u", (unsigned long long)when, number);
  memcpy(at, text, STAMP);
}

/* Read what came back; a connection that the server closed, for it was idle too long, is made anew. */
static void drain(int *fds, int n, Bytes preamble) {
  static char got[65536];
  for (int i = 0; i < n; i++) {
    ssize_t size = fds[i] < 0 ? 0 : recv(fds[i], got, sizeof got, MSG_DONTWAIT);
    if (size == 0) {
      if (fds[i] >= 0) close(fds[i]);
      fds[i] = dial(0);
      if (preamble.size && write(fds[i], preamble.bytes, preamble.size) < 0) fail("preamble");
      continue;
    }
    for (char *p = got; size > 0 && (p = memmem(p, got + size - p, "HTTP/1.1 ", 9)); p += 9)
      if (p + 9 < got + size && p[9] != '2') shared->refused++;
  }
}

static void publish(int orders, Bytes preamble, int publishers) {
  int fds[64];
  uint8_t *slot = memmem(message.bytes, message.size, "sent_ns=", 8);
  if (!slot) fail("no stamp in the message");
  memset(fds, -1, sizeof fds);
  Phase phase;
  while (read(orders, &phase, sizeof phase) == sizeof phase) {
    uint64_t began = now(), total = phase.what[0] == 'o' ? 1 : phase.rate * phase.more;
    for (uint64_t i = 0; i < total; i++) {
      uint64_t due = began + (phase.what[0] == 'o' ? 0 : i * 1e9 / phase.rate);
      while (now() < due) {
        uint64_t left = due - now();
        struct timespec pause = {0, left > 1000000 ? 1000000 : left};
        drain(fds, publishers, preamble);
        if (left < 1u << 30) nanosleep(&pause, 0);
      }
      uint32_t number = phase.first + i;
      drain(fds + number % publishers, 1, preamble);
      stamp(slot, phase.what[0] == 'o' ? now() : due, number);
      if (write(fds[number % publishers], message.bytes, message.size) != message.size) fail("publish");
      shared->published++;
    }
    shared->told++;
    drain(fds, publishers, preamble);
  }
  exit(0);
}

/* --- subscribing --- */

static void leave(Subscriber *one) {
  if (one->fd < 0) return;
  close(one->fd);
  one->fd = -1;
  dead++;
}

static void take(Subscriber *one, uint8_t *at, uint8_t *end) {
  uint64_t arrived = 0;
  while ((at = memmem(at, end - at, "sent_ns=", 8)) && end - at >= STAMP) {
    uint64_t sent = strtoull((char *)at + 8, 0, 10);
    uint32_t number = strtoul((char *)at + 29, 0, 10);
    at += STAMP;
    one->had++;
    if (one->stalled || one->slow || number < first_counted || number >= MESSAGES) continue;
    if (!arrived) arrived = now();
    if (latencies == room) latency = realloc(latency, (room = room ? room * 2 : 1 << 20) * sizeof *latency);
    latency[latencies++] = (arrived - sent) / 1e6f;
    sent_at[number] = sent, last_at[number] = arrived, seen[number]++, deliveries++;
  }
}

static void answer(Subscriber *one, int opcode, const uint8_t *data, int size) {
  uint8_t frame[132] = {0x80 | opcode, 0x80 | size}; /* masked with zeros */
  memcpy(frame + 6, data, size);
  if (send(one->fd, frame, size + 6, MSG_NOSIGNAL) < 0 && errno != EAGAIN) leave(one);
}

/* Answers how many bytes are done with. */
static int frames(Subscriber *one, uint8_t *at, int size) {
  int done = 0;
  while (size - done >= 2) {
    uint8_t *p = at + done;
    int opcode = p[0] & 15, head = 2;
    uint64_t length = p[1] & 127;
    if (length == 126) head = 4; else if (length == 127) head = 10;
    if (size - done < head) break;
    if (head > 2) { length = 0; for (int i = 2; i < head; i++) length = length << 8 | p[i]; }
    if ((uint64_t)(size - done - head) < length) break;
    if (opcode == 9) answer(one, 10, p + head, length);
    else if (opcode == 8) { closed++; leave(one); return size; }
    else take(one, p + head, p + head + length);
    if (one->fd < 0) return size;
    done += head + length;
  }
  return done;
}

static int stream(Subscriber *one, uint8_t *at, int size) {
  uint8_t *line = size < 64 ? memmem(at, size, "PING\r\n", 6) : 0; /* NATS */
  if (line && send(one->fd, "PONG\r\n", 6, MSG_NOSIGNAL) < 0) leave(one);
  take(one, at, at + size);
  /* A stamp may be cut in two: keep what could be the beginning of one. */
  for (int keep = size < STAMP - 1 ? size : STAMP - 1; keep > 0; keep--) {
    int known = keep < 8 ? keep : 8;
    if (!memcmp(at + size - keep, "sent_ns=", known)) return size - keep;
  }
  return size;
}

static void arrive(Subscriber *one) {
  static uint8_t got[READ + (1 << 17)];
  while (one->fd >= 0) {
    int room_for = one->slow ? 4096 : READ, kept = one->kept;
    if (kept) memcpy(got, one->rest, kept);
    ssize_t size = recv(one->fd, got + kept, room_for, 0);
    if (size <= 0) {
      if (size == 0 || errno != EAGAIN) leave(one);
      return;
    }
    int all_of_it = kept + size, done = 0;
    if (!one->ready) {
      uint8_t *mark = memmem(got, all_of_it, ready_mark.bytes, ready_mark.size);
      if (mark) {
        one->ready = 1, connected++;
        uint8_t *body = memmem(mark, got + all_of_it - mark, "\r\n\r\n", 4);
        done = is_ws ? (body ? body + 4 - got : 0) : all_of_it;
        if (is_ws && !body) one->ready = 0, connected--, done = 0;
      }
    }
    if (one->ready && done < all_of_it)
      done += is_ws ? frames(one, got + done, all_of_it - done) : stream(one, got + done, all_of_it - done);
    free(one->rest);
    one->rest = 0, one->kept = all_of_it - done;
    if (one->kept > 0) memcpy(one->rest = malloc(one->kept), got + done, one->kept); else one->kept = 0;
    if (one->slow || size < room_for) return;
  }
}

static void turn(int ms) {
  static struct epoll_event events[1024];
  int n = epoll_wait(epfd, events, 1024, ms);
  for (int i = 0; i < n; i++) arrive(&all[events[i].data.u32]);
  static uint64_t slow_at;
  if (slow && now() > slow_at) {
    for (int i = stalled; i < stalled + slow; i++) if (all[i].fd >= 0) arrive(&all[i]);
    slow_at = now() + 100000000;
  }
  if (n > 0 && n < 64) usleep(200); /* do not wake for each single one: that would slow the server that writes it */
}

static void connect_all(Bytes hellos) {
  uint8_t *at = hellos.bytes;
  for (int i = 0; i < count;) {
    while (i < count && i - connected - dead < IN_FLIGHT) {
      if (at >= hellos.bytes + hellos.size) at = hellos.bytes;
      int size;
      memcpy(&size, at, 4);
      Subscriber *one = &all[i];
      one->stalled = i < stalled, one->slow = !one->stalled && i < stalled + slow;
      one->fd = dial(one->stalled || one->slow);
      if (send(one->fd, at + 4, size, MSG_NOSIGNAL) != size) fail("hello");
      fcntl(one->fd, F_SETFL, O_NONBLOCK);
      at += 4 + size, i++;
      struct epoll_event event = {.events = EPOLLIN, .data.u32 = one - all};
      if (one->stalled) { connected++; one->ready = 1; continue; }
      epoll_ctl(epfd, EPOLL_CTL_ADD, one->fd, &event);
    }
    turn(100);
  }
  for (uint64_t until = now() + 60000000000ull; connected + dead < count && now() < until;) turn(100);
  for (int i = stalled; i < stalled + slow; i++) epoll_ctl(epfd, EPOLL_CTL_DEL, all[i].fd, 0);
}

/* --- phases --- */

static int rising(const void *a, const void *b) { float x = *(float *)a, y = *(float *)b; return (x > y) - (x < y); }

static int complete(uint32_t number) { return (int)seen[number] >= count - stalled - slow - dead; }

static void report(uint32_t from, uint32_t to, uint64_t began, double seconds_sent) {
  static float lasts[MESSAGES];
  int n = 0, missing = 0;
  uint64_t end = began;
  for (uint32_t i = from; i < to && i < MESSAGES; i++) {
    if (!complete(i)) missing++;
    if (last_at[i]) lasts[n++] = (last_at[i] - sent_at[i]) / 1e6f;
    if (last_at[i] > end) end = last_at[i];
  }
  qsort(lasts, n, sizeof *lasts, rising);
  qsort(latency, latencies, sizeof *latency, rising);
  double in_flight = 0;
  for (int i = 0; i < n; i++) in_flight += lasts[i] / 1e3;
#define AT(list, size, q) ((size) ? (list)[(int)((size) * (q)) < (int)(size) ? (int)((size) * (q)) : (int)(size) - 1] : -1)
  printf("{\"messages\":%u,\"missing\":%d,\"deliveries\":%llu,\"last_ms\":%.2f,\"worst_last_ms\":%.2f,\"p50_ms\":%.2f,"
         "\"p99_ms\":%.2f,\"in_flight_s\":%.4f,\"seconds\":%.3f,\"sending_s\":%.3f,\"dead\":%d,\"closed\":%d,"
         "\"refused\":%u}\n", to - from, missing, (unsigned long long)deliveries, AT(lasts, n, .5), AT(lasts, n, 1),
         AT(latency, latencies, .5), AT(latency, latencies, .99), in_flight, (end - began) / 1e9, seconds_sent, dead,
         closed, shared->refused);
  fflush(stdout);
}

static void run(Phase phase, int orders, uint32_t *next) {
  uint64_t began = now(), until;
  uint32_t from = *next;
  first_counted = from, latencies = 0, deliveries = 0;
  if (!strcmp(phase.what, "idle")) {
    for (until = began + phase.rate * 1e6; now() < until;) turn(5);
  } else if (!strcmp(phase.what, "catch")) {
    int left = 1;
    for (until = began + 120000000000ull; left && now() < until;) {
      turn(5), left = 0;
      for (int i = stalled + slow; i < count; i++) left += all[i].fd >= 0 && all[i].had < phase.rate;
    }
    printf("{\"seconds\":%.3f,\"left\":%d,\"dead\":%d}\n", (now() - began) / 1e9, left, dead), fflush(stdout);
    return;
  } else if (!strcmp(phase.what, "once")) {
    for (int k = 0; k < phase.rate; k++) {
      Phase one = {"once", 1, 0, (*next)++};
      if (write(orders, &one, sizeof one) < 0) fail("orders");
      for (until = now() + 10000000000ull; !complete(one.first) && now() < until;) turn(5);
      for (until = now() + phase.more * 1e6; now() < until;) turn(5);
    }
  } else {
    uint32_t told = shared->told;
    phase.first = from, *next += phase.rate * phase.more;
    if (write(orders, &phase, sizeof phase) < 0) fail("orders");
    while (shared->told == told) turn(1);
    double sending = (now() - began) / 1e9;
    for (until = now() + 10000000000ull; !complete(*next - 1) && now() < until;) turn(5);
    report(from, *next, began, sending);
    return;
  }
  report(from, *next, began, 0);
}

int main(int argc, char **argv) {
  if (argc < 9) { fprintf(stderr, "usage: see the head of fan.c\n"); return 2; }
  port = atoi(argv[1]), count = atoi(argv[2]), is_ws = !strcmp(argv[3], "ws");
  Bytes hellos = file(argv[4]), preamble = file(argv[7]);
  message = file(argv[6]);
  stalled = argc > 9 ? atoi(argv[9]) : 0, slow = argc > 10 ? atoi(argv[10]) : 0;
  ready_mark.bytes = calloc(1, strlen(argv[5]));
  for (char *hex = argv[5]; hex[0] && hex[1]; hex += 2)
    sscanf(hex, "%2hhx", &ready_mark.bytes[ready_mark.size++]);
  all = calloc(count, sizeof *all), seen = calloc(MESSAGES, sizeof *seen);
  last_at = calloc(MESSAGES, sizeof *last_at), sent_at = calloc(MESSAGES, sizeof *sent_at);
  shared = mmap(0, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int orders[2];
  if (pipe(orders) < 0) fail("pipe");
  signal(SIGPIPE, SIG_IGN);
  if (!fork()) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(orders[1]);
    publish(orders[0], preamble, atoi(argv[8]));
  }
  epfd = epoll_create1(0);
  uint64_t began = now();
  connect_all(hellos);
  printf("{\"connected\":%d,\"failed\":%d,\"seconds\":%.3f}\n", connected, dead, (now() - began) / 1e9), fflush(stdout);
  fcntl(0, F_SETFL, O_NONBLOCK);
  char line[256];
  uint32_t next = 1;
  for (;;) {
    ssize_t size = read(0, line, sizeof line - 1);
    if (size == 0) return 0;
    if (size < 0) { turn(5); continue; } /* between phases, too, pings are answered */
    Phase phase = {"", 0, 0, 0};
    line[size] = 0;
    if (sscanf(line, "%7s %lf %lf", phase.what, &phase.rate, &phase.more) >= 2) run(phase, orders[1], &next);
  }
}
