#include "request.h"
#include "text.h"

static char *strings[MOST_STRINGS + 4];

int parse_request(u8 *bytes, u32 length, struct parsed *into) {
  const struct request *head = (const struct request *)bytes;
  if (length < sizeof *head) return 0;
  u32 at = sizeof *head, count = 0, n = 0, ended = 0;
  if (head->arguments > MOST_STRINGS / 2 || head->variables > MOST_STRINGS / 2) return 0;
  if (head->arguments == 0) return 0;
  count = 2 + head->arguments + head->variables;
  for (u32 i = 0; i < count; i++) {
    u32 size;
    if (length - at < 4) return 0;
    memcpy(&size, bytes + at, 4);
    // Where the length was, the string before it ends.
    bytes[at] = 0;
    at += 4;
    if (size > length - at) return 0;
    for (u32 k = 0; k < size; k++)
      if (bytes[at + k] == 0) return 0;
    if (i == 2 + head->arguments) strings[n++] = NULL, ended = n;
    strings[n++] = (char *)bytes + at;
    at += size;
  }
  if (at != length) return 0;
  bytes[at] = 0;
  if (ended == 0) strings[n++] = NULL, ended = n;
  strings[n] = NULL;
  into->head = head;
  into->directory = strings[0];
  into->user = strings[1];
  into->arguments = strings + 2;
  into->variables = strings + ended;
  return 1;
}
