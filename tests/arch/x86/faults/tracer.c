// What this host's debug registers and single-step do with a piece of code: the judge of tests/arch/x86/faults/debug-cases.ts. Linux on x86-64.
// Reads records of `struct input`; prints for each a line of stops until the INT3 behind the code, in the form of debugger.ts.

#define _GNU_SOURCE
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define CODE 0x20000000ull
#define DATA 0x30000000ull
#define PAGES 0x2000
#define AT 0x100
#define MAX_STOPS 16

struct input {
  uint8_t code[32];
  uint32_t length, step;
  uint64_t gpr[16], dr[4], dr7;
  uint8_t data[PAGES];
};

static void poke(pid_t child, int n, uint64_t value) {
  ptrace(PTRACE_POKEUSER, child, offsetof(struct user, u_debugreg) + 8 * n, value);
}

/** The vector of the exception that a signal stands for. */
static int vector(int signal, int code) {
  switch (signal) {
    case SIGTRAP: return code == SI_KERNEL ? 3 : 1;
    case SIGILL: return 6;
    case SIGBUS: return 17;
    case SIGFPE: return 16;
    default: return code == SI_KERNEL ? 13 : 14;
  }
}

static void trace(const struct input *in) {
  pid_t child = fork();
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  struct user_regs_struct r;
  ptrace(PTRACE_GETREGS, child, 0, &r);
  const uint64_t *g = in->gpr;
  r.rax = g[0], r.rcx = g[1], r.rdx = g[2], r.rbx = g[3], r.rsp = g[4], r.rbp = g[5], r.rsi = g[6], r.rdi = g[7];
  r.rip = CODE + AT;
  r.eflags = 0x202;
  r.orig_rax = -1;
  ptrace(PTRACE_SETREGS, child, 0, &r);
  for (int n = 0; n < 4; n++) poke(child, n, in->dr[n]);
  poke(child, 7, in->dr7);
  for (int n = 0; n < MAX_STOPS; n++) {
    ptrace(in->step ? PTRACE_SINGLESTEP : PTRACE_CONT, child, 0, 0);
    waitpid(child, &status, 0);
    if (!WIFSTOPPED(status)) break;
    siginfo_t info;
    ptrace(PTRACE_GETSIGINFO, child, 0, &info);
    ptrace(PTRACE_GETREGS, child, 0, &r);
    int v = vector(WSTOPSIG(status), info.si_code);
    if (v == 3 && r.rip == CODE + AT + in->length + 1) break;
    long dr6 = v == 1 ? ptrace(PTRACE_PEEKUSER, child, offsetof(struct user, u_debugreg[6]), 0) & 0xf00f : 0;
    poke(child, 6, 0);
    // Linux sets RF itself where it is an instruction breakpoint.
    int own = 0;
    for (int k = 0; k < 4; k++) own |= (dr6 >> k & 1) && (in->dr7 >> (16 + 4 * k) & 3) == 0;
    printf("%s#%d +%llx cx%llx", n ? ", " : "", v, r.rip - CODE - AT, r.rcx);
    if (v == 1) printf(" dr6=%lx", dr6);
    if (!own && r.eflags & 0x10000) printf(" RF");
    if (v != 1) break;
  }
  printf("\n");
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
}

int main(void) {
  uint8_t *code = mmap((void *)CODE, PAGES, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  uint8_t *data = mmap((void *)DATA, PAGES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  static struct input in;
  while (fread(&in, sizeof in, 1, stdin) == 1) {
    memset(code, 0xcc, PAGES);
    memcpy(code + AT, in.code, in.length);
    memcpy(data, in.data, PAGES);
    trace(&in);
    fflush(stdout);
  }
  return 0;
}
