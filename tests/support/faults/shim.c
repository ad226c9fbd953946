/* Loaded before the C library: calls on files below given folders fail, or kill the process, when
   their turn comes. Everything goes through it: Python, DuckDB, SQLite.

   fault_arm(kind, at, stays, folders) arms it in a process; fault_count(kind) says how many calls
   of a kind there were since. Until it is armed it does nothing. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { NOSPC, ACCES, IO, SHORT, GONE, KILL, KINDS };
#define FDS 65536
static atomic_long counts[KINDS];
static atomic_int fired;
static int armed, kind = -1, stays;
static long at;
static char folders[4][PATH_MAX];
static int folder_count;
static unsigned char watched[FDS];

void fault_arm(int which, long turn, int forever, const char *first, const char *second) {
  kind = which; at = turn; stays = forever; folder_count = 0;
  if (first) strncpy(folders[folder_count++], first, PATH_MAX - 1);
  if (second) strncpy(folders[folder_count++], second, PATH_MAX - 1);
  for (int k = 0; k < KINDS; k++) counts[k] = 0;
  fired = 0; armed = 1;
}
void fault_disarm(void) { armed = 0; }
long fault_count(int which) { return counts[which]; }
int fault_fired(void) { return fired; }

static int below(const char *path) {
  if (!armed || !path) return 0;
  char whole[PATH_MAX];
  if (path[0] != '/') {
    if (!getcwd(whole, sizeof whole)) return 0;
    strncat(whole, "/", sizeof whole - strlen(whole) - 1);
    strncat(whole, path, sizeof whole - strlen(whole) - 1);
    path = whole;
  }
  for (int i = 0; i < folder_count; i++)
    if (!strncmp(path, folders[i], strlen(folders[i]))) return 1;
  return 0;
}
static int is_watched(int fd) { return armed && fd >= 0 && fd < FDS && watched[fd]; }

/* Whether this call, eligible for the kinds in `mask`, is the one that fails. */
static int hit(unsigned mask) {
  if (!armed) return 0;
  int mine = 0;
  for (int k = 0; k < KINDS; k++)
    if (mask & (1u << k)) {
      long turn = atomic_fetch_add(&counts[k], 1) + 1;
      if (k == kind && (turn == at || (stays && fired && turn > at))) mine = 1;
    }
  if (mine) {
    fired = 1;
    if (kind == KILL) kill(getpid(), SIGKILL);
  }
  return mine;
}
static int fail(void) {
  static const int numbers[] = {ENOSPC, EACCES, EIO, 0, ENOENT};
  errno = numbers[kind];
  return -1;
}
#define M(k) (1u << (k))
#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static int note(int fd, int mine) { if (fd >= 0 && fd < FDS) watched[fd] = mine; return fd; }
static unsigned opening(int flags) {
  unsigned mask = M(ACCES) | M(KILL);
  return mask | (flags & O_CREAT ? M(NOSPC) : M(GONE));
}
#define OPEN(name)                                                                     \
  int name(const char *path, int flags, ...) {                                         \
    REAL(name); mode_t mode = 0;                                                       \
    if (flags & (O_CREAT | O_TMPFILE)) { va_list a; va_start(a, flags); mode = va_arg(a, mode_t); va_end(a); } \
    int mine = below(path);                                                            \
    if (mine && hit(opening(flags))) return fail();                                    \
    return note(real(path, flags, mode), mine); }
OPEN(open)
OPEN(open64)
#define OPENAT(name)                                                                   \
  int name(int dir, const char *path, int flags, ...) {                                \
    REAL(name); mode_t mode = 0;                                                       \
    if (flags & (O_CREAT | O_TMPFILE)) { va_list a; va_start(a, flags); mode = va_arg(a, mode_t); va_end(a); } \
    int mine = (path[0] == '/' || dir == AT_FDCWD) && below(path);                     \
    if (mine && hit(opening(flags))) return fail();                                    \
    return note(real(dir, path, flags, mode), mine); }
OPENAT(openat)
OPENAT(openat64)
int close(int fd) { REAL(close); note(fd, 0); return real(fd); }

#define WRITES (M(NOSPC) | M(IO) | M(KILL))
#define READS (M(IO) | M(SHORT))
ssize_t write(int fd, const void *b, size_t n) { REAL(write); if (is_watched(fd) && hit(WRITES)) return fail(); return real(fd, b, n); }
ssize_t pwrite(int fd, const void *b, size_t n, off_t o) { REAL(pwrite); if (is_watched(fd) && hit(WRITES)) return fail(); return real(fd, b, n, o); }
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t o) { REAL(pwrite64); if (is_watched(fd) && hit(WRITES)) return fail(); return real(fd, b, n, o); }
#define SHORTENED(call) if (is_watched(fd) && hit(READS)) { if (kind != SHORT) return fail(); if (n > 1) n /= 2; } return call
ssize_t read(int fd, void *b, size_t n) { REAL(read); SHORTENED(real(fd, b, n)); }
ssize_t pread(int fd, void *b, size_t n, off_t o) { REAL(pread); SHORTENED(real(fd, b, n, o)); }
ssize_t pread64(int fd, void *b, size_t n, off64_t o) { REAL(pread64); SHORTENED(real(fd, b, n, o)); }
ssize_t sendfile(int out, int in, off_t *o, size_t n) { REAL(sendfile); if (is_watched(out) && hit(WRITES)) return fail(); return real(out, in, o, n); }
ssize_t sendfile64(int out, int in, off64_t *o, size_t n) { REAL(sendfile64); if (is_watched(out) && hit(WRITES)) return fail(); return real(out, in, o, n); }
int fsync(int fd) { REAL(fsync); if (is_watched(fd) && hit(M(IO) | M(KILL))) return fail(); return real(fd); }
int fdatasync(int fd) { REAL(fdatasync); if (is_watched(fd) && hit(M(IO) | M(KILL))) return fail(); return real(fd); }
int ftruncate(int fd, off_t n) { REAL(ftruncate); if (is_watched(fd) && hit(WRITES)) return fail(); return real(fd, n); }
int ftruncate64(int fd, off64_t n) { REAL(ftruncate64); if (is_watched(fd) && hit(WRITES)) return fail(); return real(fd, n); }

#define CHANGES (M(NOSPC) | M(ACCES) | M(KILL))
#define REMOVES (M(ACCES) | M(GONE) | M(KILL))
int mkdir(const char *p, mode_t m) { REAL(mkdir); if (below(p) && hit(CHANGES)) return fail(); return real(p, m); }
int symlink(const char *a, const char *p) { REAL(symlink); if (below(p) && hit(CHANGES)) return fail(); return real(a, p); }
int link(const char *a, const char *p) { REAL(link); if (below(p) && hit(CHANGES)) return fail(); return real(a, p); }
int linkat(int d, const char *a, int e, const char *p, int f) { REAL(linkat); if (below(p) && hit(CHANGES)) return fail(); return real(d, a, e, p, f); }
int rename(const char *a, const char *p) { REAL(rename); if (below(p) && hit(CHANGES | M(GONE))) return fail(); return real(a, p); }
int renameat(int d, const char *a, int e, const char *p) { REAL(renameat); if (below(p) && hit(CHANGES | M(GONE))) return fail(); return real(d, a, e, p); }
int unlink(const char *p) { REAL(unlink); if (below(p) && hit(REMOVES)) return fail(); return real(p); }
int rmdir(const char *p) { REAL(rmdir); if (below(p) && hit(REMOVES)) return fail(); return real(p); }
