/* Runs single x87 instructions on this machine's CPU: the reference for tests/arch/x86/x87.
 * Reads records of `struct input` on standard input, writes `struct output` for each (little-endian; also in
 * tests/arch/x86/x87/records.ts). Build: cc -O1 -o host host.c (x86-64 Linux). */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

struct input {
  uint8_t code[12];  /* 0: the instruction, padded with NOPs (90); memory operands at RDI */
  uint16_t fcw, fsw; /* 12, 14: FSW with TOP */
  uint8_t valid;     /* 16: a bit per physical register, 1: not empty */
  uint8_t flags;     /* 17: CF PF AF ZF SF of EFLAGS */
  uint16_t ax;       /* 18 */
  uint8_t pad[12];
  uint8_t st[8][10]; /* 32: ST(0)..ST(7) */
  uint8_t mem[112];  /* 112 */
};                   /* 224 */

struct output {
  uint16_t fcw, fsw; /* 0 */
  uint8_t valid;     /* 4 */
  uint8_t signal;    /* 5: 0, or the signal that ended it */
  uint16_t eflags;   /* 6 */
  uint16_t ax;       /* 8 */
  uint16_t fop;      /* 10 */
  uint32_t fip;      /* 12: from the start of the instruction, where it is near (not after FLDENV, FRSTOR) */
  uint32_t fdp;      /* 16: from RDI, likewise */
  uint32_t cs_ds;    /* 20 */
  uint8_t pad[8];
  uint8_t st[8][10]; /* 32 */
  uint8_t mem[112];  /* 112 */
};                   /* 224 */

struct { uint8_t fx[512]; uint8_t env[32]; uint64_t flags, ax; uint64_t host_rsp; } st __attribute__((aligned(64)));

void run(const void *code, void *mem);
__asm__(
    ".globl run\nrun:\n"
    "push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
    "mov %rdi, %r14; mov %rsi, %rdi\n"
    "fxrstor64 st(%rip)\n"
    "mov st+552(%rip), %rax\n"
    "pushq st+544(%rip); popfq\n"
    "call *%r14\n"
    "pushfq; popq st+544(%rip); mov %rax, st+552(%rip)\n"
    "fxsave64 st(%rip)\n"
    "fnstenv st+512(%rip)\n"
    "fninit; cld\n"
    "pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx; ret\n");

static sigjmp_buf escape;
static int caught;

static void on_signal(int number, siginfo_t *info, void *context) {
  ucontext_t *u = context;
  (void)info;
  caught = number;
  memcpy(st.fx, u->uc_mcontext.fpregs, 512);
  memset(st.env, 0, sizeof st.env);
  st.flags = u->uc_mcontext.gregs[REG_EFL];
  st.ax = u->uc_mcontext.gregs[REG_RAX];
  siglongjmp(escape, 1);
}

static uint32_t near(uint32_t pointer, const uint8_t *page) {
  uint32_t offset = pointer - (uint32_t)(uintptr_t)page;
  return offset < 4096 ? offset : pointer;
}

static struct input batch[2048];
static struct output results[2048];

int main(void) {
  uint8_t *code = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  uint8_t *mem = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_NODEFER};
  if (code == MAP_FAILED || mem == MAP_FAILED) return perror("mmap"), 1;
  sigaction(SIGFPE, &action, 0);
  sigaction(SIGILL, &action, 0);
  sigaction(SIGSEGV, &action, 0);
  sigaction(SIGBUS, &action, 0);
  memset(code, 0x90, 16);
  code[12] = 0xc3;
  size_t count;
  while ((count = fread(batch, sizeof batch[0], 2048, stdin)) > 0) {
    for (size_t i = 0; i < count; i++) {
      struct input *in = &batch[i];
      struct output *o = &results[i];
      if (memcmp(code, in->code, 12) != 0) memcpy(code, in->code, 12);
      memcpy(mem, in->mem, 112);
      memset(&st, 0, sizeof st);
      memcpy(st.fx, &in->fcw, 2);
      memcpy(st.fx + 2, &in->fsw, 2);
      st.fx[4] = in->valid;
      st.fx[24] = 0x80;
      st.fx[25] = 0x1f;
      for (int k = 0; k < 8; k++) memcpy(st.fx + 32 + 16 * k, in->st[k], 10);
      st.flags = 0x202 | in->flags;
      st.ax = in->ax;
      caught = 0;
      if (sigsetjmp(escape, 0) == 0) run(code, mem);
      else __asm__ volatile("fninit; cld");
      memset(o, 0, sizeof *o);
      memcpy(&o->fcw, st.fx, 2);
      memcpy(&o->fsw, st.fx + 2, 2);
      o->valid = st.fx[4];
      o->signal = caught;
      o->eflags = st.flags;
      o->ax = st.ax;
      if (!caught) {
        uint32_t word[7];
        memcpy(word, st.env, 28);
        o->fip = near(word[3], code);
        o->fop = word[4] >> 16;
        o->fdp = near(word[5], mem);
        o->cs_ds = (word[4] & 0xffff) | word[6] << 16;
      }
      for (int k = 0; k < 8; k++) memcpy(o->st[k], st.fx + 32 + 16 * k, 10);
      memcpy(o->mem, mem, 112);
    }
    if (fwrite(results, sizeof results[0], count, stdout) != count) return perror("write"), 1;
    fflush(stdout);
  }
  return 0;
}
