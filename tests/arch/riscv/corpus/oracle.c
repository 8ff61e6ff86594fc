// Executes cases of the corpus (cases.ts) one after the other, from standard input to standard output. A case is put into the registers by
// returning from a signal handler, and ends with a trap, so that the handler sees them again. No libc, gp or tp in the handler.

#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define CODE_FROM 0x10000000ul
#define CODE 0x10200000ul
#define CODE_BYTES 0x400000ul
#define DATA 0x20000000ul
#define DATA_BYTES 128
#define C_EBREAK 0x9002
#define MORE 15

struct record {
  uint64_t pc_or_raw, fcsr;
  uint64_t x[32], f[32];
  uint8_t data[DATA_BYTES];
  uint32_t more[MORE + 1];
};

static struct record record;
static int begun;
static char stack[65536];

static long call(long number, long a, long b, long c) {
  register long a7 asm("a7") = number, a0 asm("a0") = a, a1 asm("a1") = b, a2 asm("a2") = c;
  asm volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2) : "memory");
  return a0;
}

static void all(long number, long file, char *at, long left) {
  while (left > 0) {
    long done = call(number, file, (long)at, left);
    if (done <= 0) call(93, number == 64, 0, 0);
    at += done;
    left -= done;
  }
}

static void copy(volatile uint8_t *to, volatile uint8_t *from, long bytes) {
  while (bytes-- > 0) *to++ = *from++;
}

static void handler(int signal, siginfo_t *info, void *context) {
  ucontext_t *uc = context;
  unsigned long *gregs = uc->uc_mcontext.__gregs;
  struct __riscv_mc_d_ext_state *fp = &uc->uc_mcontext.__fpregs.__d;
  if (begun) {
    record.pc_or_raw = gregs[0] | (signal == SIGILL ? 1ul << 63 : signal == SIGTRAP ? 0 : 1ul << 62);
    record.fcsr = fp->__fcsr;
    for (int n = 1; n < 32; n++) record.x[n] = gregs[n];
    for (int n = 0; n < 32; n++) record.f[n] = fp->__f[n];
    copy(record.data, (uint8_t *)DATA, DATA_BYTES);
    all(64, 1, (char *)&record, sizeof record);
  }
  begun = 1;
  all(63, 0, (char *)&record, sizeof record);
  volatile uint16_t *code = (uint16_t *)CODE;
  uint32_t raw = record.pc_or_raw;
  uint16_t words[2 * (MORE + 2)] = {raw, (raw & 3) == 3 ? raw >> 16 : C_EBREAK};
  int changed = 0;
  for (int n = 0; n <= MORE; n++) {
    uint32_t word = n < MORE && record.more[n] ? record.more[n] : C_EBREAK | C_EBREAK << 16;
    words[2 * n + 2] = word;
    words[2 * n + 3] = word >> 16;
  }
  for (int n = 0; n < 2 * (MORE + 2); n++) {
    changed |= code[n] != words[n];
    code[n] = words[n];
  }
  if (changed) asm volatile("fence.i" ::: "memory");
  copy((uint8_t *)DATA, record.data, DATA_BYTES);
  gregs[0] = CODE;
  fp->__fcsr = record.fcsr;
  for (int n = 1; n < 32; n++) gregs[n] = record.x[n];
  for (int n = 0; n < 32; n++) fp->__f[n] = record.f[n];
}

int main(void) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
  uint16_t *code = mmap((void *)CODE_FROM, CODE_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC, flags, -1, 0);
  void *data = mmap((void *)DATA, 65536, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (code != (void *)CODE_FROM || data != (void *)DATA) return 1;
  for (unsigned long k = 0; k < CODE_BYTES / 2; k++) code[k] = C_EBREAK;
  stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternative, NULL);
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  int signals[] = {SIGTRAP, SIGILL, SIGSEGV, SIGBUS, SIGFPE};
  for (int k = 0; k < 5; k++) sigaction(signals[k], &action, NULL);
  asm volatile("ebreak");
  return 1;
}
