// sieve: byte sieve up to 1 Mi (sequential and strided stores).
// memwalk: a random pointer chase over 8 MiB, one node a cache line: address translation and
//   cache misses, no parallelism.
// memcpy: libc memcpy of 4 MiB between two buffers.
#include "bench.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define N (1u << 20)
static uint8_t flags[N];
static uint32_t sieve(void) {
  uint32_t count = 0;
  memset(flags, 1, N);
  for (uint32_t i = 2; i < N; i++) {
    if (!flags[i]) continue;
    count++;
    for (uint32_t j = i + i; j < N; j += i) flags[j] = 0;
  }
  return count;
}
const struct bench b_sieve = { "sieve", "passes/s", 1, NULL, sieve, 82025, NULL };

#define LINES (8u << 20 >> 6)
struct line { uint32_t next, place, pad[14]; }; // place: how many lines on from line perm[0]
static struct line *lines;
static uint32_t pos;
static int walk_setup(void) {
  lines = mmap(NULL, LINES * sizeof *lines, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (lines == MAP_FAILED) return 1;
  uint32_t *perm = malloc(LINES * 4), r = 12345;
  if (!perm) return 1;
  for (uint32_t i = 0; i < LINES; i++) perm[i] = i;
  for (uint32_t i = LINES - 1; i > 0; i--) {
    r ^= r << 13; r ^= r >> 17; r ^= r << 5;
    uint32_t j = r % (i + 1), t = perm[i];
    perm[i] = perm[j]; perm[j] = t;
  }
  for (uint32_t i = 0; i < LINES; i++) lines[perm[i]] = (struct line){ .next = perm[(i + 1) % LINES], .place = i };
  free(perm);
  return 0;
}
static uint32_t walk(void) {
  uint32_t p = pos, want = (lines[p].place + 100000) % LINES;
  for (int i = 0; i < 100000; i++) p = lines[p].next;
  pos = p;
  return lines[p].place == want;
}
const struct bench b_memwalk = { "memwalk", "Mloads/s", 0.1, walk_setup, walk, 1, NULL };

static uint8_t *src, *dst;
static int copy_setup(void) {
  src = malloc(4 << 20); dst = malloc(4 << 20);
  if (!src || !dst) return 1;
  for (int i = 0; i < 4 << 20; i++) src[i] = i * 7 + (i >> 8);
  return 0;
}
static uint32_t copy(void) {
  memcpy(dst, src, 4 << 20);
  __asm__ volatile("" ::: "memory");
  uint32_t sum = 0;
  for (int i = 0; i < 4 << 20; i += 65521) sum = sum * 31 + dst[i];
  return sum;
}
const struct bench b_memcpy = { "memcpy", "MiB/s", 4, copy_setup, copy, 0x2733ac9e, NULL };
