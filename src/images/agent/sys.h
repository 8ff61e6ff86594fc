// Linux's system calls on the three processors there are, and the numbers of its interface: nothing of a C library is used.

#ifndef SYS_H
#define SYS_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef int s32;
typedef unsigned long u64;
typedef long s64;

#define NULL ((void *)0)

#if defined(__x86_64__)

enum {
  SYS_read = 0, SYS_write = 1, SYS_close = 3, SYS_mmap = 9, SYS_rt_sigaction = 13, SYS_rt_sigprocmask = 14, SYS_ioctl = 16,
  SYS_getpid = 39, SYS_clone = 56, SYS_execve = 59, SYS_wait4 = 61, SYS_kill = 62, SYS_fcntl = 72, SYS_chdir = 80,
  SYS_setuid = 105, SYS_setgid = 106, SYS_setsid = 112, SYS_setgroups = 116, SYS_rt_sigtimedwait = 128, SYS_prctl = 157,
  SYS_mount = 165, SYS_getdents64 = 217, SYS_clock_gettime = 228, SYS_exit_group = 231, SYS_openat = 257, SYS_mkdirat = 258,
  SYS_mknodat = 259, SYS_unlinkat = 263, SYS_fchmodat = 268, SYS_ppoll = 271, SYS_dup3 = 292, SYS_pipe2 = 293,
  SYS_prlimit64 = 302, SYS_renameat2 = 316, SYS_statx = 332, SYS_close_range = 436, SYS_fchmod = 91, SYS_readlinkat = 267,
  SYS_symlinkat = 266,
};

static inline long call(long number, long a, long b, long c, long d, long e) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                   : "rcx", "r11", "memory");
  return result;
}

#define START \
  __asm__(".globl _start\n_start:\n xor %ebp, %ebp\n mov %rsp, %rdi\n and $-16, %rsp\n call begin\n")

#else

enum {
  SYS_dup3 = 24, SYS_fcntl = 25, SYS_ioctl = 29, SYS_mknodat = 33, SYS_mkdirat = 34, SYS_unlinkat = 35, SYS_symlinkat = 36,
  SYS_mount = 40, SYS_chdir = 49, SYS_fchmod = 52, SYS_fchmodat = 53, SYS_openat = 56, SYS_close = 57, SYS_pipe2 = 59,
  SYS_getdents64 = 61, SYS_read = 63, SYS_write = 64, SYS_ppoll = 73, SYS_readlinkat = 78, SYS_exit_group = 94,
  SYS_clock_gettime = 113, SYS_kill = 129, SYS_rt_sigaction = 134, SYS_rt_sigprocmask = 135, SYS_rt_sigtimedwait = 137,
  SYS_setgid = 144, SYS_setuid = 146, SYS_setsid = 157, SYS_setgroups = 159, SYS_prctl = 167, SYS_getpid = 172,
  SYS_clone = 220, SYS_execve = 221, SYS_mmap = 222, SYS_wait4 = 260, SYS_prlimit64 = 261, SYS_renameat2 = 276,
  SYS_statx = 291, SYS_close_range = 436,
};

#if defined(__aarch64__)

static inline long call(long number, long a, long b, long c, long d, long e) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
  return x0;
}

#define START __asm__(".globl _start\n_start:\n mov x29, 0\n mov x30, 0\n mov x0, sp\n bl begin\n")

#elif defined(__riscv) && __riscv_xlen == 64

static inline long call(long number, long a, long b, long c, long d, long e) {
  register long a7 __asm__("a7") = number;
  register long a0 __asm__("a0") = a;
  register long a1 __asm__("a1") = b;
  register long a2 __asm__("a2") = c;
  register long a3 __asm__("a3") = d;
  register long a4 __asm__("a4") = e;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4) : "memory");
  return a0;
}

#define START \
  __asm__(".globl _start\n_start:\n.option push\n.option norelax\n lla gp, __global_pointer$\n.option pop\n" \
          " mv a0, sp\n andi sp, sp, -16\n call begin\n")

#else
#error "there is no agent for this processor"
#endif
#endif

#define SYS(name, ...) SYS_PICK(__VA_ARGS__, SYS5, SYS4, SYS3, SYS2, SYS1)(SYS_##name, __VA_ARGS__)
#define SYS_PICK(a, b, c, d, e, pick, ...) pick
#define SYS1(n, a) call(n, (long)(a), 0, 0, 0, 0)
#define SYS2(n, a, b) call(n, (long)(a), (long)(b), 0, 0, 0)
#define SYS3(n, a, b, c) call(n, (long)(a), (long)(b), (long)(c), 0, 0)
#define SYS4(n, a, b, c, d) call(n, (long)(a), (long)(b), (long)(c), (long)(d), 0)
#define SYS5(n, a, b, c, d, e) call(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e))

enum { ENOENT = 2, EINTR = 4, EIO = 5, E2BIG = 7, ECHILD = 10, EAGAIN = 11, EACCES = 13, EEXIST = 17, ENOTDIR = 20, EISDIR = 21, EINVAL = 22, EPIPE = 32 };

enum {
  O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0100, O_NOCTTY = 0400, O_TRUNC = 01000, O_NONBLOCK = 04000,
  O_CLOEXEC = 02000000,
#if defined(__aarch64__)
  O_DIRECTORY = 040000, O_NOFOLLOW = 0100000,
#else
  O_DIRECTORY = 0200000, O_NOFOLLOW = 0400000,
#endif
};

enum { AT_FDCWD = -100, AT_REMOVEDIR = 0x200, AT_SYMLINK_NOFOLLOW = 0x100 };
enum { SIGHUP = 1, SIGKILL = 9, SIGUSR1 = 10, SIGPIPE = 13, SIGCHLD = 17, SIGSTOP = 19 };
enum { SIG_BLOCK = 0, SIG_SETMASK = 2, WNOHANG = 1 };
enum { POLLIN = 1, POLLOUT = 4, POLLERR = 8, POLLHUP = 16 };
enum { F_SETFL = 4, PR_SET_CHILD_SUBREAPER = 36, RLIMIT_NOFILE = 7, CLOCK_MONOTONIC = 1 };
enum { FIONREAD = 0x541b, TIOCSCTTY = 0x540e, TIOCGPTN = (s32)0x80045430, TIOCSPTLCK = 0x40045431, TIOCSWINSZ = 0x5414 };

struct pollfd { s32 fd; u16 events; u16 revents; };
struct timespec { s64 seconds; s64 nanoseconds; };
struct dirent64 { u64 ino; s64 off; u16 length; u8 type; char name[]; };

static inline long fork(void) { return SYS(clone, SIGCHLD, 0L, 0L, 0L, 0L); }
static inline _Noreturn void leave(int status) { for (;;) SYS(exit_group, status); }

/** Milliseconds of a clock that only goes on. */
static inline u64 now_ms(void) {
  struct timespec time = {0, 0};
  SYS(clock_gettime, CLOCK_MONOTONIC, &time);
  return (u64)time.seconds * 1000 + (u64)time.nanoseconds / 1000000;
}

static inline void sleep_ms(u32 ms) {
  struct timespec time = {ms / 1000, (s64)(ms % 1000) * 1000000};
  SYS(ppoll, 0, 0, &time, 0, 8);
}

#endif
