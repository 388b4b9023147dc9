/* A disk that fails on request, loaded before the C library of a hub: the n-th write, truncation or flush of a file under
 * a folder returns an error instead of being done. What is to fail stands in a small shared file, so that a test arms it
 * while the hub runs. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

struct order {
    _Atomic int seen;  /* calls so far */
    _Atomic int at;    /* the call that fails; 0: none */
    _Atomic int error; /* with this errno */
    _Atomic int met;   /* calls that failed so far */
};

static struct order *order;
static const char *folder;

static void __attribute__((constructor)) begin(void) {
    const char *name = getenv("FAILING_DISK");
    folder = getenv("FAILING_FOLDER");
    int file = name ? open(name, O_RDWR) : -1;
    if (file < 0) return;
    void *found = mmap(NULL, sizeof *order, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (found != MAP_FAILED) order = found;
}

static int fails(int fd) {
    char link[32], path[4096];
    if (!order || !folder) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    if (strncmp(path, folder, strlen(folder))) return 0;
    int number = atomic_fetch_add(&order->seen, 1) + 1;
    if (number != atomic_load(&order->at)) return 0;
    atomic_fetch_add(&order->met, 1);
    errno = atomic_load(&order->error);
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *data, size_t size) {
    return fd > 2 && fails(fd) ? -1 : REAL(write)(fd, data, size);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    return fails(fd) ? -1 : REAL(pwrite)(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    return fails(fd) ? -1 : REAL(pwrite64)(fd, data, size, at);
}
int fsync(int fd) { return fails(fd) ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return fails(fd) ? -1 : REAL(fdatasync)(fd); }
int ftruncate(int fd, off_t size) { return fails(fd) ? -1 : REAL(ftruncate)(fd, size); }
int ftruncate64(int fd, off64_t size) { return fails(fd) ? -1 : REAL(ftruncate64)(fd, size); }
