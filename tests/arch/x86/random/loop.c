/* Runs loops of machine code over operand sets on this machine's CPU (layout.ts has the addresses, loop.ts makes the code).
 * Standard input holds jobs, standard output their outcomes. Build: cc -O1 -o loop loop.c (x86-64 Linux). */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#define CODE 0x20000000ull
#define DATA 0x30000000ull
#define PAGES 0x2000
#define BULK 0x30200000ull
#define AREA 0x100000

struct job {
  uint32_t code_bytes, entry, count, in_bytes, out_bytes;
  uint32_t memory; /* the operand sets hold memory windows, which are part of the outcome */
  uint32_t pad[2];
};

struct result {
  uint32_t signal, left; /* 0, or the signal that ended the loop too early, and how many operand sets were left then */
  uint32_t pad[2];
};

void enter(uint64_t address);
__asm__(
    ".globl enter\nenter:\n"
    "push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
    "cld; jmp *%rdi\n");

static sigjmp_buf back;
static volatile int ended_by;

/* Loops end with INT3; the stack pointer may be anything then, so nothing returns. */
static void on_signal(int number, siginfo_t *info, void *context) {
  (void)info, (void)context;
  ended_by = number;
  siglongjmp(back, 1);
}

static void *map(uint64_t at, size_t bytes, int protection) {
  void *p = mmap((void *)at, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (p != (void *)at) perror("mmap"), _exit(1);
  return p;
}

static int get(void *into, size_t bytes) { return bytes == 0 || fread(into, bytes, 1, stdin) == 1; }
static int put(const void *from, size_t bytes) { return bytes == 0 || fwrite(from, bytes, 1, stdout) == 1; }

int main(void) {
  uint8_t *code = map(CODE, PAGES, PROT_READ | PROT_WRITE | PROT_EXEC);
  uint8_t *data = map(DATA, PAGES, PROT_READ | PROT_WRITE);
  uint8_t *bulk = map(BULK, 2 * AREA, PROT_READ | PROT_WRITE);
  static uint8_t alternative[65536];
  stack_t stack = {.ss_sp = alternative, .ss_size = sizeof alternative};
  sigaltstack(&stack, NULL);
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
  for (int i = 0; i < 5; i++) sigaction(signals[i], &action, NULL);
  static char in_buffer[1 << 20], out_buffer[1 << 20];
  setvbuf(stdin, in_buffer, _IOFBF, sizeof in_buffer);
  setvbuf(stdout, out_buffer, _IOFBF, sizeof out_buffer);
  struct job job;
  while (fread(&job, sizeof job, 1, stdin) == 1) {
    if (job.code_bytes > PAGES || job.in_bytes > AREA || job.out_bytes > AREA) return 2;
    memset(code, 0xcc, PAGES);
    memset(data, 0, PAGES);
    if (!get(code, job.code_bytes) || !get(bulk, job.in_bytes)) return 3;
    memset(bulk + AREA, 0, job.out_bytes);
    *(uint64_t *)(data + 0x10) = BULK;
    *(uint64_t *)(data + 0x18) = BULK + AREA;
    *(uint32_t *)(data + 0x20) = job.count;
    if (sigsetjmp(back, 1) == 0) enter(CODE + job.entry);
    uint32_t mxcsr = 0x1f80;
    __asm__ volatile("cld; fninit; ldmxcsr %0" : : "m"(mxcsr));
    uint32_t left = *(uint32_t *)(data + 0x20);
    struct result result = {.signal = ended_by == SIGTRAP && left == 0 ? 0 : ended_by, .left = left};
    if (!put(&result, sizeof result) || !put(bulk + AREA, job.out_bytes)) return 4;
    if (job.memory && !put(bulk, job.in_bytes)) return 4;
  }
  return fflush(stdout) == 0 ? 0 : 4;
}
