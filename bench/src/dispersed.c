// dispersed2k: 2,000 distinct blocks of 8 instructions visited in turn, again and again: code too wide for hot loops, but warm.
// dispersed50k: 50,000 distinct blocks visited twice, other ones each time: code that runs about once, like all a shell starts.
//
// The code is generated here. Ten blocks in a row make a group, as in a function; the groups lie in random order. A block is 6
// or 7 operations on registers and a small array, then a jump to the next block: direct, conditional, or, at the end of every
// other group, through a pointer in memory. The result is compared with that of interpreting the same operations.
#include "bench.h"
#ifdef __x86_64__
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define GROUP 10
#define OPS 7
#define ROOM 72              // bytes for a block, of which about 50 are used and at most 70
#define WORDS 1024           // the array
#define REGS 8               // ecx, edx, esi, edi, r8d to r11d
#define MARGIN 4096          // for the way in and out

enum kind { ADD, XOR, SUB, ROL, IMUL, LOAD, STORE, LEA, KINDS };
struct op { uint8_t kind, a, b; uint32_t imm; };
struct state { uint32_t reg[REGS], data[WORDS]; };

struct program {
  uint32_t blocks, visits;   // visits: how often the blocks are run through for one result
  size_t size;
  uint8_t *code;
  struct op *ops;            // OPS for each block; a block with a compare leaves the last one out
  uint8_t *compares;
  uint32_t *place;           // of a group
  uint32_t want;
};

static const uint8_t number[REGS] = { 1, 2, 6, 7, 8, 9, 10, 11 };
static uint32_t seed;
static uint32_t rnd(void) { seed ^= seed << 13; seed ^= seed >> 17; seed ^= seed << 5; return seed; }

static uint8_t *put32(uint8_t *p, uint32_t v) { memcpy(p, &v, 4); return p + 4; }

// An instruction of one opcode byte with the registers `reg` and `rm` of the ModRM byte; mod 3: registers only.
static uint8_t *modrm(uint8_t *p, int opcode, int mod, int reg, int rm) {
  if (reg > 7 || rm > 7) *p++ = 0x40 | (reg > 7) << 2 | (rm > 7);
  *p++ = opcode;
  *p++ = mod << 6 | (reg & 7) << 3 | (rm & 7);
  return p;
}

static uint8_t *emit(uint8_t *p, const struct op *o) {
  int a = number[o->a], b = number[o->b];
  switch (o->kind) {
    case ADD: return put32(modrm(p, 0x81, 3, 0, a), o->imm);
    case XOR: return put32(modrm(p, 0x81, 3, 6, a), o->imm);
    case SUB: return modrm(p, 0x29, 3, b, a);
    case ROL: p = modrm(p, 0xc1, 3, 0, a); *p++ = o->imm & 31; return p;
    case IMUL: return put32(modrm(p, 0x69, 3, a, b), o->imm);
    case LOAD: return put32(modrm(p, 0x8b, 2, a, 3), offsetof(struct state, data) + o->imm % WORDS * 4);
    case STORE: return put32(modrm(p, 0x01, 2, a, 3), offsetof(struct state, data) + o->imm % WORDS * 4);
    default: // lea imm(b, a, 4), a
      *p++ = 0x40 | (a > 7) << 2 | (a > 7) << 1 | (b > 7);
      *p++ = 0x8d;
      *p++ = 0x84 | (a & 7) << 3;
      *p++ = 0x80 | (a & 7) << 3 | (b & 7);
      return put32(p, o->imm & 0xffff);
  }
}

static void model(const struct op *o, struct state *s) {
  uint32_t *a = &s->reg[o->a], b = s->reg[o->b], imm = o->imm;
  switch (o->kind) {
    case ADD: *a += imm; break;
    case XOR: *a ^= imm; break;
    case SUB: *a -= b; break;
    case ROL: if (imm & 31) *a = *a << (imm & 31) | *a >> (32 - (imm & 31)); break;
    case IMUL: *a = b * imm; break;
    case LOAD: *a = s->data[imm % WORDS]; break;
    case STORE: s->data[imm % WORDS] += *a; break;
    default: *a = b + *a * 4 + (imm & 0xffff);
  }
}

static uint8_t *target(const struct program *g, uint32_t block) {
  return g->code + MARGIN + ((size_t)g->place[block / GROUP] * GROUP + block % GROUP) * ROOM;
}

static uint8_t *jump(uint8_t *p, const uint8_t *to) { *p++ = 0xe9; return put32(p, to - p - 4); }

static void emit_block(const struct program *g, uint32_t k) {
  uint8_t *p = target(g, k), *out = g->code + MARGIN / 2, *next = k + 1 < g->blocks ? target(g, k + 1) : out;
  const struct op *o = g->ops + (size_t)k * OPS;
  for (int i = 0; i < OPS - g->compares[k]; i++) p = emit(p, o + i);
  if (g->compares[k]) { // jumps but once in 2^32
    p = put32(modrm(p, 0x81, 3, 7, number[o->a]), o->imm);
    *p++ = 0x0f; *p++ = 0x85;
    p = put32(p, next - p - 4);
    jump(p, next);
  } else if (k % GROUP == GROUP - 1 && k / GROUP % 2) { // jmp *0(%rip)
    *p++ = 0xff; *p++ = 0x25;
    p = put32(p, 0);
    memcpy(p, &next, sizeof next);
  } else jump(p, next);
}

// void code(struct state *): the registers from the state, the blocks, the registers back.
static void emit_frame(const struct program *g) {
  uint8_t *p = g->code, *q = g->code + MARGIN / 2;
  *p++ = 0x53;                                        // push %rbx
  *p++ = 0x48; *p++ = 0x89; *p++ = 0xfb;              // mov %rdi, %rbx
  for (int r = 0; r < REGS; r++) {
    p = put32(modrm(p, 0x8b, 2, number[r], 3), r * 4);
    q = put32(modrm(q, 0x89, 2, number[r], 3), r * 4);
  }
  jump(p, target(g, 0));
  *q++ = 0x5b; *q = 0xc3;                             // pop %rbx; ret
}

static void begin(struct state *s) {
  for (uint32_t i = 0; i < REGS + WORDS; i++) ((uint32_t *)s)[i] = i * 2654435761u;
}

static uint32_t hash(const struct state *s) {
  uint32_t h = 0;
  for (uint32_t i = 0; i < REGS + WORDS; i++) h = h * 31 + ((const uint32_t *)s)[i];
  return h;
}

// Other code from each seed, in memory that is mapped anew.
static void generate(struct program *g, uint32_t from) {
  static struct state s;
  seed = from;
  if (g->code) munmap(g->code, g->size);
  g->code = mmap(NULL, g->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (g->code == MAP_FAILED) abort();
  uint32_t groups = g->blocks / GROUP;
  for (uint32_t i = 0; i < groups; i++) g->place[i] = i;
  for (uint32_t i = groups - 1; i > 0; i--) {
    uint32_t j = rnd() % (i + 1), t = g->place[i];
    g->place[i] = g->place[j]; g->place[j] = t;
  }
  for (uint32_t i = 0; i < g->blocks * OPS; i++) {
    uint32_t r = rnd();
    g->ops[i] = (struct op){ r % KINDS, r >> 8 & 7, r >> 16 & 7, rnd() };
  }
  for (uint32_t k = 0; k < g->blocks; k++) g->compares[k] = k % GROUP != GROUP - 1 && (rnd() >> 9) & 1;
  emit_frame(g);
  for (uint32_t k = 0; k < g->blocks; k++) emit_block(g, k);
  mprotect(g->code, g->size, PROT_READ | PROT_EXEC);
  begin(&s);
  for (uint32_t v = 0; v < g->visits; v++)
    for (uint32_t k = 0; k < g->blocks; k++)
      for (int i = 0; i < OPS - g->compares[k]; i++) model(g->ops + (size_t)k * OPS + i, &s);
  g->want = hash(&s);
}

static int make(struct program *g) {
  g->size = MARGIN + (size_t)g->blocks * ROOM;
  g->ops = malloc(g->blocks * OPS * sizeof *g->ops);
  g->compares = malloc(g->blocks);
  g->place = malloc(g->blocks / GROUP * sizeof *g->place);
  return !g->ops || !g->compares || !g->place;
}

static uint32_t run(const struct program *g) {
  static struct state s;
  void (*code)(struct state *);
  memcpy(&code, &g->code, sizeof code);
  begin(&s);
  for (uint32_t v = 0; v < g->visits; v++) code(&s);
  return hash(&s) == g->want;
}

static struct program warm = { .blocks = 2000, .visits = 50 }, once = { .blocks = 50000, .visits = 2 };
static uint32_t fresh = 1;
static int setup2k(void) { if (make(&warm)) return 1; generate(&warm, 12345); return 0; }
static int setup50k(void) { return make(&once); }
static void prepare50k(void) { generate(&once, fresh++ * 7919); }
static uint32_t batch2k(void) { return run(&warm); }
static uint32_t batch50k(void) { return run(&once); }
const struct bench b_dispersed2k = { "dispersed2k", "kblocks/s", 100, setup2k, batch2k, 1, NULL };
const struct bench b_dispersed50k = { "dispersed50k", "kblocks/s", 100, setup50k, batch50k, 1, prepare50k };
#else
static int none(void) { return 1; }
const struct bench b_dispersed2k = { "dispersed2k", "kblocks/s", 1, none, NULL, 0, NULL };
const struct bench b_dispersed50k = { "dispersed50k", "kblocks/s", 1, none, NULL, 0, NULL };
#endif
