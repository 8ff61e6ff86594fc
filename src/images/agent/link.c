#include "link.h"
#include "text.h"

enum { OUT = 8 * MOST_FRAME, IN = 2 * MOST_FRAME, HELLO_START = sizeof(struct header) + MAGIC_LENGTH };

s32 link_fd = -1;

static u8 out[OUT];
static u32 out_from, out_to;
static u8 in[IN];
static u32 in_length;
/** What came was no frame: everything is passed over until a HELLO begins. */
static int lost;

int link_room(void) {
  if (OUT - out_to >= MOST_FRAME) return 1;
  if (OUT - (out_to - out_from) < MOST_FRAME) return 0;
  memmove(out, out + out_from, out_to - out_from);
  out_to -= out_from;
  out_from = 0;
  return 1;
}

int link_pending(void) { return out_to > out_from; }

u8 *link_payload(void) { return out + out_to + sizeof(struct header); }

void link_send(u8 type, u32 id, u32 length) {
  struct header header = {type, 0, 0, id, length};
  memcpy(out + out_to, &header, sizeof header);
  out_to += (u32)sizeof header + length;
  out[out_to++] = END;
}

void link_send_bytes(u8 type, u32 id, const void *bytes, u32 length) {
  memcpy(link_payload(), bytes, length);
  link_send(type, id, length);
}

void link_forget(void) { out_from = out_to = 0; }

s64 link_flush(void) {
  while (out_from < out_to) {
    s64 n = SYS(write, link_fd, out + out_from, out_to - out_from);
    if (n == -EINTR) continue;
    if (n == -EAGAIN) return 0;
    if (n <= 0) return n < 0 ? n : -EIO;
    out_from += (u32)n;
  }
  out_from = out_to = 0;
  return 0;
}

/** How a HELLO begins, whose length is always the same. */
static int begins_hello(const u8 *at) {
  struct header header;
  memcpy(&header, at, sizeof header);
  return header.type == HELLO && header.flags == 0 && header.zero == 0 && header.id == 0 &&
         header.length == MAGIC_LENGTH + NONCE_LENGTH + 4 && memcmp(at + sizeof header, MAGIC, MAGIC_LENGTH) == 0;
}

/** Takes frames off the front; how many bytes are used. */
static u32 parse(take_frame *take) {
  u32 at = 0;
  for (;;) {
    if (lost) {
      while (at + HELLO_START <= in_length && !begins_hello(in + at)) at++;
      if (at + HELLO_START > in_length) return at;
      lost = 0;
    }
    while (at < in_length && in[at] == 0) at++;
    struct header header;
    if (in_length - at < sizeof header) return at;
    memcpy(&header, in + at, sizeof header);
    u64 size = sizeof header + (u64)header.length + 1;
    if (header.length > MOST_PAYLOAD || header.zero != 0) {
      lost = 1;
      at++;
      continue;
    }
    if (in_length - at < size) return at;
    u8 *payload = in + at + sizeof header;
    if (payload[header.length] != END || !take(&header, payload)) {
      lost = 1;
      at++;
      continue;
    }
    at += (u32)size;
  }
}

s64 link_read(take_frame *take) {
  s64 n = SYS(read, link_fd, in + in_length, IN - in_length);
  if (n == -EAGAIN || n == -EINTR) return 0;
  // Nobody is at the other end.
  if (n <= 0) return n < 0 ? n : -EIO;
  in_length += (u32)n;
  u32 used = parse(take);
  memmove(in, in + used, in_length - used);
  in_length -= used;
  return 0;
}
