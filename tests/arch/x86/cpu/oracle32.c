// Executes single instructions in 32-bit compatibility mode on this host's CPU: the oracle of the 32-bit corpus. Reads
// records of `struct input` on standard input, writes `struct output` for each (tests/arch/x86/corpus/state.ts; R8 to R15 are not
// used). Linux on x86-64 only. Build: cc -O1 -no-pie (addresses below 4 GiB).
//
// The instruction lies at CODE among INT3s, one of which ends it; data lies at DATA, with nothing mapped around it; at ZEROS are two pages of zeros,
// the second read-only.

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
struct __attribute__((packed)) { uint32_t offset; uint16_t selector; } entry = {0, 0x23};

void enter(void);
__asm__(
  ".text\n.globl enter\nenter:\n"
  "fxrstor64 st+144\n"
  "mov $0x2b, %eax\nmov %eax, %ds\nmov %eax, %es\n"
  "mov st+136, %rax\nmov %eax, entry\n"
  "pushq st+128\n"
  "mov st+0, %eax\nmov st+8, %ecx\nmov st+16, %edx\nmov st+24, %ebx\n"
  "mov st+40, %ebp\nmov st+48, %esi\nmov st+56, %edi\n"
  "popfq\n"
  "mov st+32, %esp\n"
  "ljmp *entry\n");

static sigjmp_buf back;
static struct output out;

static void on_signal(int sig, siginfo_t *info, void *context) {
  (void)sig; (void)info;
  // The handler runs with the flags of the instruction: alignment is not checked in it.
  __asm__ volatile("pushfq; andl $~0x40000,(%%rsp); popfq" ::: "memory", "cc");
  ucontext_t *u = context;
  greg_t *g = u->uc_mcontext.gregs;
  static const int order[8] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI};
  for (int i = 0; i < 8; i++) out.gpr[i] = g[order[i]];
  out.rflags = g[REG_EFL];
  out.rip = g[REG_RIP];
  out.trap = g[REG_TRAPNO];
  out.error = g[REG_ERR];
  out.cr2 = out.trap == 14 ? g[REG_CR2] : 0;
  memcpy(out.fx, u->uc_mcontext.fpregs, 512);
  siglongjmp(back, 1);
}

int main(void) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
  uint8_t *code = mmap((void *)CODE, PAGES, PROT_READ | PROT_WRITE | PROT_EXEC, flags, -1, 0);
  uint8_t *data = mmap((void *)DATA, PAGES, PROT_READ | PROT_WRITE, flags, -1, 0);
  uint8_t *zeros = mmap((void *)ZEROS, PAGES, PROT_READ | PROT_WRITE, flags, -1, 0);
  // A page that has been read is there.
  (void)*(volatile uint8_t *)(zeros + 4096);
  mprotect(zeros + 4096, 4096, PROT_READ);
  static uint8_t alt[65536];
  stack_t ss = {.ss_sp = alt, .ss_size = sizeof alt};
  sigaltstack(&ss, NULL);
  struct sigaction sa = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
  for (int i = 0; i < 5; i++) sigaction(signals[i], &sa, NULL);
  // An instruction that never ends must not keep this process.
  alarm(60);
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
    if (out.trap == 3 && out.rip == CODE + in.at + in.length + 1) {
      out.trap = 0xffffffff;
      out.rip--;
    }
    memcpy(out.data, data, PAGES);
    if (fwrite(&out, sizeof out, 1, stdout) != 1) return 1;
  }
  return 0;
}
