#include "port.h"
#include "protocol.h"
#include "text.h"

enum { LOOK_MS = 50, S_IFCHR = 020000 };

static const char PORTS[] = "/sys/class/virtio-ports";

/** The device node of a port; one is made where /dev has none. */
static s64 open_node(const char *port) {
  static char path[256], number[32];
  char *end = path + sizeof path;
  append(append(path, end, "/dev/"), end, port);
  s64 fd = SYS(openat, AT_FDCWD, path, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
  if (fd != -ENOENT) return fd;
  append(append(append(append(path, end, PORTS), end, "/"), end, port), end, "/dev");
  if (read_file(path, number, sizeof number) <= 0) return -ENOENT;
  char *colon = number, *last;
  while (*colon && *colon != ':') colon++;
  if (!*colon) return -ENOENT;
  *colon = 0;
  for (last = colon + 1; *last >= '0' && *last <= '9'; last++) {}
  *last = 0;
  u32 major, minor;
  if (!number_of(number, &major) || !number_of(colon + 1, &minor)) return -ENOENT;
  append(path, end, "/dev/wasmachine-agent-port");
  SYS(mknodat, AT_FDCWD, path, S_IFCHR | 0600, (u64)(major << 8 | minor));
  return SYS(openat, AT_FDCWD, path, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
}

static s64 look(void) {
  static char entries[4096], path[256], name[64];
  s64 found = -ENOENT;
  s64 fd = SYS(openat, AT_FDCWD, PORTS, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (fd < 0) return fd;
  for (s64 n; (n = SYS(getdents64, fd, entries, sizeof entries)) > 0;)
    for (s64 at = 0; at < n;) {
      struct dirent64 *entry = (struct dirent64 *)(entries + at);
      at += entry->length;
      char *end = path + sizeof path;
      append(append(append(append(path, end, PORTS), end, "/"), end, entry->name), end, "/name");
      s64 length = read_file(path, name, sizeof name);
      if (length > 0 && name[length - 1] == '\n') name[length - 1] = 0;
      if (length > 0 && same(name, PORT_NAME)) found = open_node(entry->name);
    }
  SYS(close, fd);
  return found;
}

s64 open_port(u64 patience) {
  u64 began = now_ms();
  for (;;) {
    // Names come by messages, some time after the device.
    s64 fd = look();
    if (fd != -ENOENT || now_ms() - began >= patience) return fd;
    sleep_ms(LOOK_MS);
  }
}
