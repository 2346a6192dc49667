/* Makes the n-th call that changes a file below one folder fail, once, or kills the process before it.
   Loaded by LD_PRELOAD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static long failing, counted;
static int number;
static char below[4096];

/* From now on, let the n-th call below the folder fail, of error 0 kill; n of 0 fails none. */
void failing_calls_arm(long n, int error, const char *folder) {
    failing = n, number = error, counted = 0;
    snprintf(below, sizeof below, "%s/", folder);
}

/* How many calls there have been. */
long failing_calls_counted(void) { return counted; }

static int is_below(const char *path) { return *below && !strncmp(path, below, strlen(below)); }

static int fails(const char *path) {
    if (!is_below(path)) return 0;
    if (__sync_add_and_fetch(&counted, 1) != failing) return 0;
    if (!number) kill(getpid(), SIGKILL);
    errno = number;
    return 1;
}

static int fails_at(int file) {
    char link[64], path[4096];
    if (!*below) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return fails(path);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int f, const void *b, size_t n) { return fails_at(f) ? -1 : REAL(write)(f, b, n); }
ssize_t pwrite(int f, const void *b, size_t n, off_t o) {
    return fails_at(f) ? -1 : REAL(pwrite)(f, b, n, o);
}
ssize_t pwrite64(int f, const void *b, size_t n, off64_t o) {
    return fails_at(f) ? -1 : REAL(pwrite64)(f, b, n, o);
}
ssize_t writev(int f, const struct iovec *v, int n) {
    return fails_at(f) ? -1 : REAL(writev)(f, v, n);
}
int fsync(int f) { return fails_at(f) ? -1 : REAL(fsync)(f); }
int fdatasync(int f) { return fails_at(f) ? -1 : REAL(fdatasync)(f); }
int ftruncate64(int f, off64_t n) { return fails_at(f) ? -1 : REAL(ftruncate64)(f, n); }
int rename(const char *a, const char *b) { return fails(b) ? -1 : REAL(rename)(a, b); }
int renameat(int d, const char *a, int e, const char *b) {
    return fails(b) ? -1 : REAL(renameat)(d, a, e, b);
}
int link(const char *a, const char *b) { return fails(b) ? -1 : REAL(link)(a, b); }
int linkat(int d, const char *a, int e, const char *b, int g) {
    return fails(b) ? -1 : REAL(linkat)(d, a, e, b, g);
}
int mkdir(const char *p, mode_t m) { return fails(p) ? -1 : REAL(mkdir)(p, m); }
