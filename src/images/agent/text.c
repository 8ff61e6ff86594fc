#include "text.h"

void *memcpy(void *to, const void *from, u64 count) {
  u8 *t = to;
  const u8 *f = from;
  if ((((u64)t | (u64)f) & 7) == 0)
    for (; count >= 8; count -= 8, t += 8, f += 8) *(u64 *)t = *(const u64 *)f;
  while (count--) *t++ = *f++;
  return to;
}

void *memmove(void *to, const void *from, u64 count) {
  u8 *t = to;
  const u8 *f = from;
  if (t <= f || t >= f + count) return memcpy(to, from, count);
  while (count--) t[count] = f[count];
  return to;
}

void *memset(void *to, int value, u64 count) {
  u8 *t = to;
  while (count--) *t++ = (u8)value;
  return to;
}

int memcmp(const void *a, const void *b, u64 count) {
  const u8 *x = a, *y = b;
  for (; count--; x++, y++)
    if (*x != *y) return *x - *y;
  return 0;
}

u64 length_of(const char *text) {
  u64 n = 0;
  while (text[n]) n++;
  return n;
}

int same(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

int starts_with(const char *text, const char *start) {
  while (*start)
    if (*text++ != *start++) return 0;
  return 1;
}

int number_of(const char *text, u32 *value) {
  u64 n = 0;
  if (!*text) return 0;
  for (; *text; text++) {
    if (*text < '0' || *text > '9') return 0;
    n = n * 10 + (u64)(*text - '0');
    if (n > 0xffffffff) return 0;
  }
  *value = (u32)n;
  return 1;
}

char *digits(char *to, u64 value) {
  char turned[24];
  int n = 0;
  do turned[n++] = (char)('0' + value % 10);
  while (value /= 10);
  while (n) *to++ = turned[--n];
  *to = 0;
  return to;
}

char *append(char *to, const char *end, const char *text) {
  while (*text && to + 1 < end) *to++ = *text++;
  *to = 0;
  return to;
}

int write_all(int fd, const void *bytes, u64 count) {
  const u8 *from = bytes;
  while (count > 0) {
    s64 n = SYS(write, fd, from, count);
    if (n == -EINTR) continue;
    if (n <= 0) return n < 0 ? (int)n : -EIO;
    from += n;
    count -= (u64)n;
  }
  return 0;
}

void say(const char *text) {
  write_all(2, "wasmachine-agent: ", 18);
  write_all(2, text, length_of(text));
  write_all(2, "\n", 1);
}

s64 read_file(const char *path, char *into, u64 room) {
  s64 fd = SYS(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return fd;
  u64 have = 0;
  while (have + 1 < room) {
    s64 n = SYS(read, fd, into + have, room - 1 - have);
    if (n == -EINTR) continue;
    if (n <= 0) break;
    have += (u64)n;
  }
  into[have] = 0;
  SYS(close, fd);
  return (s64)have;
}
