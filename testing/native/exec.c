/* Runs single instructions on this machine's CPU: the reference for differential tests.
 * Reads records of 128 bytes from standard input, writes records of 128 bytes to standard output (layout below,
 * little-endian, also in tests/arch/x86/simd/records.ts). Build: cc -O1 -o exec exec.c (x86-64 Linux). */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

struct input {
  uint8_t code[16];   /* 0: the instruction, padded with NOPs (90) */
  uint8_t xmm[3][16]; /* 16 */
  uint64_t mm[2];     /* 64 */
  uint64_t gpr[3];    /* 80: RAX RCX RDX */
  uint8_t mem[16];    /* 104: at RDI, 16-byte aligned */
  uint32_t mxcsr;     /* 120 */
  uint32_t pad;       /* 124 */
};

struct output {
  uint8_t xmm[2][16]; /* 0 */
  uint64_t mm[2];     /* 32 */
  uint64_t gpr[3];    /* 48 */
  uint64_t rflags;    /* 72 */
  uint8_t mem[16];    /* 80 */
  uint32_t mxcsr;     /* 96 */
  uint32_t signal;    /* 100: 0, or the signal that ended it (registers and memory then as found by the handler) */
  uint64_t pad[3];    /* 104 */
};

void exec_stub(const struct input *, struct output *, const void *code, void *mem);

__asm__(
    ".globl exec_stub\nexec_stub:\n"
    "push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
    "mov %rdi, %r12; mov %rsi, %r13; mov %rdx, %r14; mov %rcx, %rdi\n"
    "movdqu 16(%r12), %xmm0; movdqu 32(%r12), %xmm1; movdqu 48(%r12), %xmm2\n"
    "emms; movq 64(%r12), %mm0; movq 72(%r12), %mm1\n"
    "mov 80(%r12), %rax; mov 88(%r12), %rcx; mov 96(%r12), %rdx\n"
    "ldmxcsr 120(%r12)\n"
    "push $0x202; popfq\n"
    "call *%r14\n"
    "pushfq; pop %r15\n"
    "stmxcsr 96(%r13)\n"
    "movdqu %xmm0, 0(%r13); movdqu %xmm1, 16(%r13)\n"
    "movq %mm0, 32(%r13); movq %mm1, 40(%r13)\n"
    "mov %rax, 48(%r13); mov %rcx, 56(%r13); mov %rdx, 64(%r13); mov %r15, 72(%r13)\n"
    "emms; movl $0x1f80, -8(%rsp); ldmxcsr -8(%rsp); cld\n"
    "pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx; ret\n");

static sigjmp_buf escape;
static struct output out;

static void on_signal(int number, siginfo_t *info, void *context) {
  ucontext_t *u = context;
  (void)info;
  out.signal = number;
  out.mxcsr = u->uc_mcontext.fpregs->mxcsr;
  memcpy(out.xmm, u->uc_mcontext.fpregs->_xmm, 32);
  for (int i = 0; i < 2; i++) memcpy(&out.mm[i], u->uc_mcontext.fpregs->_st[i].significand, 8);
  out.gpr[0] = u->uc_mcontext.gregs[REG_RAX];
  out.gpr[1] = u->uc_mcontext.gregs[REG_RCX];
  out.gpr[2] = u->uc_mcontext.gregs[REG_RDX];
  out.rflags = u->uc_mcontext.gregs[REG_EFL];
  siglongjmp(escape, 1);
}

static struct input batch[4096];
static struct output results[4096];

int main(void) {
  uint8_t *code = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  static uint8_t mem[64] __attribute__((aligned(64)));
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_NODEFER};
  if (code == MAP_FAILED) return perror("mmap"), 1;
  sigaction(SIGFPE, &action, 0);
  sigaction(SIGILL, &action, 0);
  sigaction(SIGSEGV, &action, 0);
  sigaction(SIGBUS, &action, 0);
  memset(code, 0x90, 16);
  code[16] = 0xc3;
  size_t count;
  while ((count = fread(batch, sizeof batch[0], 4096, stdin)) > 0) {
    for (size_t i = 0; i < count; i++) {
      struct input *in = &batch[i];
      memset(&out, 0, sizeof out);
      if (memcmp(code, in->code, 16) != 0) memcpy(code, in->code, 16);
      memcpy(mem, in->mem, 16);
      if (sigsetjmp(escape, 0) == 0) exec_stub(in, &out, code, mem);
      else __asm__ volatile("emms; cld");
      memcpy(out.mem, mem, 16);
      results[i] = out;
    }
    if (fwrite(results, sizeof results[0], count, stdout) != count) return perror("write"), 1;
    fflush(stdout);
  }
  return 0;
}
