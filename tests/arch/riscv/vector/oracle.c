// Executes cases of vector instructions (cases.ts) one after the other, from standard input to standard output, as ../corpus/oracle.c does. The
// vector registers are not in a signal's frame: the handler reads and writes them.

#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <ucontext.h>

#define CODE 0x10200000ul
#define DATA_FROM 0x20000000ul
#define DATA_BYTES 0x10000ul
#define WINDOW_BYTES 1024
#define WINDOW (DATA_FROM + DATA_BYTES - WINDOW_BYTES)
#define C_EBREAK 0x9002

struct record {
  uint64_t pc_or_raw, fcsr, vl, vtype, vstart, vcsr;
  uint64_t x[32], f[32];
  uint8_t v[512], data[WINDOW_BYTES];
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

#define V(text) ".option push\n.option arch, +v\n" text "\n.option pop\n"

static void save(void) {
  asm volatile(V("csrr %0, vstart\ncsrr %1, vl\ncsrr %2, vtype\ncsrr %3, vcsr\ncsrw vstart, x0")
               : "=r"(record.vstart), "=r"(record.vl), "=r"(record.vtype), "=r"(record.vcsr));
  uint8_t *v = record.v;
  asm volatile(V("vs8r.v v0, (%0)\nvs8r.v v8, (%1)\nvs8r.v v16, (%2)\nvs8r.v v24, (%3)")
               :: "r"(v), "r"(v + 128), "r"(v + 256), "r"(v + 384) : "memory");
}

static void restore(void) {
  uint8_t *v = record.v;
  asm volatile(V("vl8re8.v v0, (%0)\nvl8re8.v v8, (%1)\nvl8re8.v v16, (%2)\nvl8re8.v v24, (%3)")
               :: "r"(v), "r"(v + 128), "r"(v + 256), "r"(v + 384) : "memory");
  asm volatile(V("vsetvl x0, %0, %1\ncsrw vcsr, %2\ncsrw vstart, %3")
               :: "r"(record.vl), "r"(record.vtype), "r"(record.vcsr), "r"(record.vstart));
}

static void handler(int signal, siginfo_t *info, void *context) {
  ucontext_t *uc = context;
  unsigned long *gregs = uc->uc_mcontext.__gregs;
  struct __riscv_mc_d_ext_state *fp = &uc->uc_mcontext.__fpregs.__d;
  if (begun) {
    save();
    record.pc_or_raw = gregs[0] | (signal == SIGILL ? 1ul << 63 : signal == SIGTRAP ? 0 : 1ul << 62);
    record.fcsr = fp->__fcsr;
    for (int n = 1; n < 32; n++) record.x[n] = gregs[n];
    for (int n = 0; n < 32; n++) record.f[n] = fp->__f[n];
    copy(record.data, (uint8_t *)WINDOW, WINDOW_BYTES);
    all(64, 1, (char *)&record, sizeof record);
  }
  begun = 1;
  all(63, 0, (char *)&record, sizeof record);
  volatile uint16_t *code = (uint16_t *)CODE;
  uint32_t raw = record.pc_or_raw;
  if (code[0] != (uint16_t)raw || code[1] != raw >> 16) {
    code[0] = raw;
    code[1] = raw >> 16;
    asm volatile("fence.i" ::: "memory");
  }
  copy((uint8_t *)WINDOW, record.data, WINDOW_BYTES);
  gregs[0] = CODE;
  fp->__fcsr = record.fcsr;
  for (int n = 1; n < 32; n++) gregs[n] = record.x[n];
  for (int n = 0; n < 32; n++) fp->__f[n] = record.f[n];
  restore();
}

int main(void) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
  uint16_t *code = mmap((void *)CODE, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, flags, -1, 0);
  void *data = mmap((void *)DATA_FROM, DATA_BYTES, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (code != (void *)CODE || data != (void *)DATA_FROM) return 1;
  for (unsigned long k = 0; k < 2048; k++) code[k] = C_EBREAK;
  stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternative, 0);
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  int signals[] = {SIGTRAP, SIGILL, SIGSEGV, SIGBUS, SIGFPE};
  for (int k = 0; k < 5; k++) sigaction(signals[k], &action, 0);
  asm volatile("ebreak");
  return 1;
}
