// Executes single instructions on this host's CPU and reports what they did: the oracle of the instruction corpus.
// Reads records of `struct input` on standard input, writes `struct output` for each. Linux on x86-64 only.
//
// The instruction lies at CODE (two pages; `at` says where in them), data at DATA (two pages, nothing mapped around
// them). At ZEROS are two pages of zeros, the second read-only. The rest of the code pages is INT3, so every case ends with a signal, whose context holds the outcome.

#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#define CODE 0x20000000ull
#define DATA 0x30000000ull
#define ZEROS 0x30010000ull
#define PAGES 0x2000

struct input {
  uint8_t code[16];
  uint32_t length, at;
  uint64_t gpr[16], rflags;
  uint8_t fx[512];
  uint8_t data[PAGES];
};

struct output {
  uint64_t gpr[16], rflags, rip;
  uint32_t trap, error;
  uint64_t cr2;
  uint8_t fx[512];
  uint8_t data[PAGES];
};

// Shared with the assembly below.
struct { uint64_t gpr[16], rflags, rip; uint8_t fx[512] __attribute__((aligned(16))); } st __attribute__((aligned(64)));

void enter(void);
__asm__(
  ".text\n.globl enter\nenter:\n"
  "fxrstor64 st+144(%rip)\n"
  "pushq st+128(%rip)\n"
  "mov st+0(%rip), %rax\nmov st+8(%rip), %rcx\nmov st+16(%rip), %rdx\nmov st+24(%rip), %rbx\n"
  "mov st+40(%rip), %rbp\nmov st+48(%rip), %rsi\nmov st+56(%rip), %rdi\n"
  "mov st+64(%rip), %r8\nmov st+72(%rip), %r9\nmov st+80(%rip), %r10\nmov st+88(%rip), %r11\n"
  "mov st+96(%rip), %r12\nmov st+104(%rip), %r13\nmov st+112(%rip), %r14\nmov st+120(%rip), %r15\n"
  "popfq\n"
  "mov st+32(%rip), %rsp\n"
  "jmp *st+136(%rip)\n");

static sigjmp_buf back;
static struct output out;

static void on_signal(int sig, siginfo_t *info, void *context) {
  (void)sig; (void)info;
  // The handler runs with the flags of the instruction: alignment is not checked in it.
  __asm__ volatile("pushfq; andl $~0x40000,(%%rsp); popfq" ::: "memory", "cc");
  ucontext_t *u = context;
  greg_t *g = u->uc_mcontext.gregs;
  static const int order[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
  for (int i = 0; i < 16; i++) out.gpr[i] = g[order[i]];
  out.rflags = g[REG_EFL];
  out.rip = g[REG_RIP];
  out.trap = g[REG_TRAPNO];
  out.error = g[REG_ERR];
  out.cr2 = out.trap == 14 ? g[REG_CR2] : 0;
  memcpy(out.fx, u->uc_mcontext.fpregs, 512);
  siglongjmp(back, 1);
}

int main(void) {
  uint8_t *code = mmap((void *)CODE, PAGES, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  uint8_t *data = mmap((void *)DATA, PAGES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  uint8_t *zeros = mmap((void *)ZEROS, PAGES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  // A page that has been read is there.
  (void)*(volatile uint8_t *)(zeros + 4096);
  mprotect(zeros + 4096, 4096, PROT_READ);
  static uint8_t alt[65536];
  stack_t ss = {.ss_sp = alt, .ss_size = sizeof alt};
  sigaltstack(&ss, NULL);
  struct sigaction sa = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
  for (int i = 0; i < 5; i++) sigaction(signals[i], &sa, NULL);
  static struct input in;
  while (fread(&in, sizeof in, 1, stdin) == 1) {
    memset(&out, 0, sizeof out);
    memset(code, 0xcc, PAGES);
    memcpy(code + in.at, in.code, in.length);
    memcpy(data, in.data, PAGES);
    memset(zeros, 0, 4096);
    memcpy(st.gpr, in.gpr, sizeof st.gpr);
    st.rflags = in.rflags;
    st.rip = CODE + in.at;
    memcpy(st.fx, in.fx, 512);
    if (sigsetjmp(back, 1) == 0) enter();
    __asm__ volatile("cld; fninit");
    // The INT3 right behind the instruction: it completed.
    if (out.trap == 3 && out.rip == CODE + in.at + in.length + 1) {
      out.trap = 0xffffffff;
      out.rip--;
    }
    memcpy(out.data, data, PAGES);
    if (fwrite(&out, sizeof out, 1, stdout) != 1) return 1;
  }
  return 0;
}
