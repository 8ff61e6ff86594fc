// A loop of records, string compares, procedure calls through pointers and integer arithmetic
// with division: the style of the old synthetic systems-programming benchmarks.
#include "bench.h"
#include <string.h>

struct rec { struct rec *link; int kind, ival; char s[32]; };
static struct rec ra, rb;
static int arr1[50], arr2[50][50];
static char c1, c2;
static int g_int, g_bool;

#define NOINLINE __attribute__((noinline))
static NOINLINE int func1(char a, char b) { if (a != b) return 0; c1 = a; return 1; }
static NOINLINE int func2(const char *a, const char *b) {
  int i = 2; char c = 'A';
  while (i <= 2) if (!func1(a[i], b[i + 1])) { c = 'A'; i++; } else i++;
  if (c >= 'W' && c < 'Z') i = 7;
  if (c == 'R') return 1;
  if (strcmp(a, b) > 0) { i += 7; g_int = i; return 1; }
  return 0;
}
static NOINLINE void proc7(int a, int b, int *o) { *o = b + a + 2; }
static NOINLINE void proc8(int *a, int (*b)[50], int x, int y) {
  int i = x + 5;
  a[i] = y; a[i + 1] = a[i]; a[i + 30] = i;
  for (int j = i; j <= i + 1; j++) b[i][j] = i;
  b[i][i - 1]++;
  b[i + 20 > 49 ? 49 : i + 20][i] = a[i];
  g_int = 5;
}
static NOINLINE void proc6(int k, int *o) {
  *o = k;
  if (k != 3) *o = 4;
  switch (k) {
    case 0: *o = 1; break;
    case 1: *o = g_int > 100 ? 1 : 4; break;
    case 2: *o = 2; break;
    case 3: break;
    default: *o = 3;
  }
}
static NOINLINE void proc3(struct rec **o) { if (ra.link) *o = ra.link; proc7(10, g_int, &ra.ival); }
static NOINLINE void proc1(struct rec *p) {
  struct rec *n = p->link;
  *n = *p;
  p->ival = 5; n->ival = p->ival; n->link = p->link;
  proc3(&n->link);
  if (n->kind == 0) { n->ival = 6; proc6(p->kind, &n->kind); n->link = ra.link; proc7(n->ival, 10, &n->ival); }
  else *p = *n;
}
static void (*volatile vproc7)(int, int, int *) = proc7;

static uint32_t batch(void) {
  char s1[32] = "A PROGRAM TEXT, 1'ST STRING", s2[32];
  int a, b, c = 0;
  uint32_t sum = 0;
  memset(arr1, 0, sizeof arr1); memset(arr2, 0, sizeof arr2);
  ra.link = &rb; ra.kind = 2; ra.ival = 40; strcpy(ra.s, s1);
  rb = ra; rb.link = &ra; g_int = 0; g_bool = 0;
  for (int run = 1; run <= 4000; run++) {
    c2 = 'B'; g_bool = c1 == 'A'; g_bool |= c2 == 'B';
    a = 2; b = 3;
    memcpy(s2, "A PROGRAM TEXT, 2'ND STRING", 28);
    g_bool = !func2(s1, s2);
    while (a < b) { c = 5 * a - b; vproc7(a, b, &c); a++; }
    proc8(arr1, arr2, a, c);
    ra.link = &rb; proc1(&ra);
    for (char ch = 'A'; ch <= c2; ch++) if (func1(ch, 'C')) { proc6(0, &ra.kind); g_int = run; }
    b = b * a; a = b / (c | 1); b = 7 * (b - c) - a + run % 13;
    sum = sum * 31 + a + b + c + ra.ival + arr1[8];
  }
  return sum;
}
const struct bench b_intloop = { "intloop", "loops/s", 4000, NULL, batch, 0x2a3d338b, NULL };
