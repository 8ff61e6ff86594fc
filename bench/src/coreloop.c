// A mixed integer kernel in the spirit of the usual embedded-core scores: linked-list search,
// reversal and merge sort, a 16-bit integer matrix product, a text state machine, CRC-16 of the
// results. Small working set: it stays in the first-level cache and in few code pages.
#include "bench.h"
#include <string.h>

struct node { struct node *next; int16_t key, val; };
static struct node pool[64];
static int16_t ma[12][12], mb[12][12];
static int32_t mc[12][12];
static const char text[] =
  "5012,-17,+3.25,1e9,-.5E-3,x12,0x1F,77,,9.9.9,1234567,-0,+,1E,3e+4,T0,5012,88,-1.5,zz,";

static uint16_t crc16(uint16_t crc, uint16_t v) {
  for (int i = 0; i < 16; i++) {
    unsigned bit = (crc ^ v) & 1;
    crc >>= 1; v >>= 1;
    if (bit) crc ^= 0xA001;
  }
  return crc;
}

static struct node *merge_sort(struct node *list, int by_val) {
  if (!list || !list->next) return list;
  struct node *slow = list, *fast = list->next;
  while (fast && fast->next) { slow = slow->next; fast = fast->next->next; }
  struct node *b = slow->next, head, *tail = &head;
  slow->next = NULL;
  struct node *a = merge_sort(list, by_val);
  b = merge_sort(b, by_val);
  while (a && b) {
    int16_t x = by_val ? a->val : a->key, y = by_val ? b->val : b->key;
    if (x <= y) { tail->next = a; a = a->next; } else { tail->next = b; b = b->next; }
    tail = tail->next;
  }
  tail->next = a ? a : b;
  return head.next;
}

static struct node *reverse(struct node *l) {
  struct node *r = NULL;
  while (l) { struct node *n = l->next; l->next = r; r = l; l = n; }
  return r;
}

enum state { START, INT, SIGN, FRAC, EXP0, EXP, HEX, BAD, NSTATE };
static uint16_t machine(uint16_t crc) {
  unsigned count[NSTATE] = {0}, moves = 0;
  enum state s = START;
  for (const char *p = text; *p; p++) {
    char c = *p;
    enum state o = s;
    if (c == ',') { count[s]++; s = START; continue; }
    int digit = c >= '0' && c <= '9';
    switch (s) {
      case START: s = digit ? INT : (c == '+' || c == '-') ? SIGN : c == '.' ? FRAC : BAD; break;
      case SIGN: s = digit ? INT : c == '.' ? FRAC : BAD; break;
      case INT: s = digit ? INT : c == '.' ? FRAC : (c == 'e' || c == 'E') ? EXP0 : c == 'x' ? HEX : BAD; break;
      case FRAC: s = digit ? FRAC : (c == 'e' || c == 'E') ? EXP0 : BAD; break;
      case EXP0: s = (digit || c == '+' || c == '-') ? EXP : BAD; break;
      case EXP: s = digit ? EXP : BAD; break;
      case HEX: s = (digit || (c >= 'A' && c <= 'F')) ? HEX : BAD; break;
      default: break;
    }
    if (s != o) moves++;
  }
  for (int i = 0; i < NSTATE; i++) crc = crc16(crc, count[i]);
  return crc16(crc, moves);
}

static uint16_t once(uint16_t seed) {
  uint16_t crc = seed, r = seed | 1;
  for (int i = 0; i < 64; i++) {
    r = r * 25173 + 13849;
    pool[i].key = r >> 3; pool[i].val = (r >> 5) ^ i;
    pool[i].next = i < 63 ? &pool[i + 1] : NULL;
  }
  struct node *l = reverse(pool);
  l = merge_sort(l, 0);
  for (int k = 0; k < 16; k++) {               // searches
    int16_t want = pool[k * 3].key; int d = 0;
    for (struct node *n = l; n && n->key != want; n = n->next) d++;
    crc = crc16(crc, d);
  }
  l = merge_sort(l, 1);
  int k = 0;
  for (struct node *n = l; n; n = n->next) if ((k++ & 7) == 0) crc = crc16(crc, n->val);

  for (int i = 0; i < 12; i++)
    for (int j = 0; j < 12; j++) { ma[i][j] = (i * 7 + j + seed) & 0xff; mb[i][j] = (i ^ (j * 5)) - 6; }
  for (int i = 0; i < 12; i++)
    for (int j = 0; j < 12; j++) {
      int32_t acc = 0;
      for (int m = 0; m < 12; m++) acc += ma[i][m] * mb[m][j];
      mc[i][j] = acc;
    }
  for (int i = 0; i < 12; i++) crc = crc16(crc, mc[i][(i * 5) % 12]);
  return machine(crc);
}

static uint32_t batch(void) {
  uint32_t s = 0x1234;
  for (int i = 0; i < 200; i++) s = once(s) + i;
  return s;
}
const struct bench b_coreloop = { "coreloop", "iter/s", 200, NULL, batch, 0xfc8, NULL };
