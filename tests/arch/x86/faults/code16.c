/* Runs programs in a 16-bit code segment of a user process (modify_ldt) on this machine's CPU, and says where and how each ended: the reference
 * for what EIP becomes past FFFFh and at the segment's end. A line for each case from standard input (tests/arch/x86/faults/code16-cases.ts), a line
 * for each to standard output. Build: cc -O1 -o code16 code16.c (x86-64 Linux). */
#define _GNU_SOURCE
#include <asm/ldt.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define CODE 0x20000000
#define STACK 0x30000000
#define CODE_BYTES 0x200000
#define STACK_BYTES 0x20000
#define TF 0x100
#define MAX_STEPS 16
/* Kinds of data segments; 0: DS and ES are null. */
#define DOWN 2
#define READ_ONLY 4
#define BIG 8

static greg_t start[NGREG], end[NGREG], home[NGREG], trace[MAX_STEPS];
static int steps, stepped, data;

static void enter(int number, siginfo_t *info, void *context) {
  greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
  (void)number, (void)info;
  memcpy(home, g, sizeof home);
  for (int k = 0; k <= REG_CSGSFS; k++) g[k] = start[k];
  __asm__ volatile("mov %0, %%ds; mov %0, %%es" ::"r"(data));
}

static void leave(int number, siginfo_t *info, void *context) {
  greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
  (void)number, (void)info;
  if (g[REG_TRAPNO] == 1 && stepped < steps) {
    trace[stepped++] = g[REG_RIP];
    if (stepped == steps) g[REG_EFL] &= ~TF;
    return;
  }
  memcpy(end, g, sizeof end);
  for (int k = 0; k <= REG_CSGSFS; k++) g[k] = home[k];
}

static int segment(int number, uint32_t base, uint32_t limit, int wide, int contents, int fixed) {
  struct user_desc d = {.entry_number = number, .base_addr = base, .limit = limit, .seg_32bit = wide, .contents = contents, .read_exec_only = fixed, .useable = 1};
  if (limit > 0xfffff) d.limit = limit >> 12, d.limit_in_pages = 1;
  return syscall(SYS_modify_ldt, 0x11, &d, sizeof d);
}

int main(void) {
  stack_t own = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
  struct sigaction action = {.sa_sigaction = enter, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  const int faults[] = {SIGTRAP, SIGSEGV, SIGILL, SIGBUS, SIGFPE};
  uint8_t *code = mmap((void *)CODE, CODE_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  uint8_t *stack = mmap((void *)STACK, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (code != (void *)CODE || stack != (void *)STACK) return perror("mmap"), 1;
  sigaltstack(&own, 0);
  sigaction(SIGUSR1, &action, 0);
  action.sa_sigaction = leave;
  for (size_t k = 0; k < sizeof faults / sizeof *faults; k++) sigaction(faults[k], &action, 0);
  char line[1024];
  while (fgets(line, sizeof line, stdin)) {
    unsigned base, limit, wide, entry, esp, ecx, flat, kind, top, ebx, esi, edi, ebp;
    int used;
    if (sscanf(line, "%x %x %u %x %x %x %u %u %u %x %x %x %x %x%n", &base, &limit, &wide, &entry, &esp, &ecx, &flat,
               (unsigned *)&steps, &kind, &top, &ebx, &esi, &edi, &ebp, &used) != 14) return 2;
    memset(code, 0xcc, CODE_BYTES);
    memset(stack, 0, STACK_BYTES);
    for (char *at = strtok(line + used, " \n"); at; at = strtok(0, " \n")) {
      uint8_t *to = *at == 's' ? stack : code;
      to += strtoul(at + (*at == 's'), &at, 16);
      for (unsigned byte; sscanf(++at, "%2x", &byte) == 1; at++) *to++ = byte;
    }
    int down = kind & DOWN ? 1 : 0, big = kind & BIG ? 1 : 0;
    if (segment(0, CODE + base, limit, wide, 2, 0) || segment(1, STACK, kind ? top : 0xfffff, big, down, 0) ||
        segment(2, STACK, top, big, down, kind & READ_ONLY ? 1 : 0))
      return perror("modify_ldt"), 1;
    memset(start, 0, sizeof start);
    start[REG_RIP] = entry;
    start[REG_RSP] = flat ? STACK + esp : esp;
    start[REG_RAX] = 0x11112222;
    start[REG_RBX] = ebx;
    start[REG_RSI] = esi;
    start[REG_RDI] = edi;
    start[REG_RBP] = ebp;
    start[REG_RCX] = ecx;
    start[REG_EFL] = 0x202 | (steps ? TF : 0);
    start[REG_CSGSFS] = 7 | (greg_t)(flat ? 0x2b : 0xf) << 48;
    stepped = 0;
    data = kind ? 0x17 : 0;
    __asm__ volatile("fninit; pxor %xmm0, %xmm0");
    raise(SIGUSR1);
    printf("#%d error %x eip %llx sp %llx cx %llx ax %llx", (int)end[REG_TRAPNO], (int)end[REG_ERR], end[REG_RIP],
           flat ? end[REG_RSP] - STACK : end[REG_RSP], end[REG_RCX], end[REG_RAX]);
    if (end[REG_TRAPNO] == 14) printf(" cr2 %llx", end[REG_CR2]);
    for (int k = 0; k < stepped; k++) printf(k ? " %llx" : " steps %llx", trace[k]);
    /* The bytes under where the stack pointer began, and from there on. */
    for (int k = -8; k < 8; k++) printf(k == -8 ? " stack %02x" : k == 0 ? " | %02x" : "%02x", stack[(esp + k) & 0xffff]);
    if (kind) {
      uint32_t sum = 0;
      for (int k = 0; k < STACK_BYTES; k++) sum = (sum + stack[k]) * 0x01000193;
      printf(" bx %llx si %llx di %llx bp %llx dx %llx sum %x", end[REG_RBX], end[REG_RSI], end[REG_RDI], end[REG_RBP], end[REG_RDX], sum);
    }
    puts("");
  }
  return 0;
}
