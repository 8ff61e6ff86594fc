#include "files.h"
#include "text.h"

enum { ROOM = 32768, MOST_DEPTH = 64, MOST_PATH = 4096 };

static char room[ROOM];

static int copy(s64 from, s64 to) {
  for (;;) {
    s64 n = SYS(read, from, room, ROOM);
    if (n == -EINTR) continue;
    if (n <= 0) return (int)-n;
    int error = write_all((int)to, room, (u64)n);
    if (error < 0) return -error;
  }
}

static int read_out(const char *path) {
  s64 fd = SYS(openat, AT_FDCWD, path, O_RDONLY, 0);
  return fd < 0 ? (int)-fd : copy(fd, 1);
}

static int write_in(const char *path, u32 mode) {
  s64 fd = SYS(openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
  if (fd < 0) return (int)-fd;
  int error = copy(0, fd);
  s64 closed = SYS(close, fd);
  return error ? error : (int)-closed;
}

static int is_dots(const char *name) { return same(name, ".") || same(name, ".."); }

/** Names, each ended by a NUL. */
static int list(const char *path) {
  s64 fd = SYS(openat, AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
  if (fd < 0) return (int)-fd;
  for (;;) {
    s64 n = SYS(getdents64, fd, room, ROOM);
    if (n <= 0) return (int)-n;
    for (s64 at = 0; at < n;) {
      struct dirent64 *entry = (struct dirent64 *)(room + at);
      if (!is_dots(entry->name)) {
        int error = write_all(1, entry->name, length_of(entry->name) + 1);
        if (error < 0) return -error;
      }
      at += entry->length;
    }
  }
}

struct statx {
  u32 mask, block_size; u64 attributes; u32 links, uid, gid; u16 mode, pad;
  u64 inode, size, blocks, attributes_mask;
  struct { s64 seconds; u32 nanoseconds, pad; } accessed, born, changed, modified;
  u32 rdev_major, rdev_minor, dev_major, dev_minor; u64 spare[14];
};

/** Numbers: mode, size, uid, gid, seconds and nanoseconds of the last change, links, inode. */
static int stat(const char *path, int follow) {
  static struct statx found;
  s64 error = SYS(statx, AT_FDCWD, path, follow ? 0 : AT_SYMLINK_NOFOLLOW, 0x7ff, &found);
  if (error < 0) return (int)-error;
  s64 seconds = found.modified.seconds;
  u64 numbers[] = {found.mode, found.size, found.uid, found.gid, (u64)(seconds < 0 ? -seconds : seconds),
                   found.modified.nanoseconds, found.links, found.inode, seconds < 0};
  char *to = room;
  for (u32 i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    to = digits(to, numbers[i]);
    *to++ = ' ';
  }
  return -write_all(1, room, (u64)(to - room));
}

/** With `parents`, those above it too, and it may be there. */
static int make_directory(char *path, int parents, u32 mode) {
  for (char *at = path + 1; parents && *path && *at; at++) {
    if (*at != '/') continue;
    *at = 0;
    s64 error = SYS(mkdirat, AT_FDCWD, path, 0777);
    *at = '/';
    if (error < 0 && error != -EEXIST) return (int)-error;
  }
  s64 error = SYS(mkdirat, AT_FDCWD, path, mode);
  if (error == -EEXIST && parents) {
    s64 fd = SYS(openat, AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
    return fd < 0 ? EEXIST : 0;
  }
  return (int)-error;
}

/** What is in a directory; links are removed, not followed. */
static int empty(s64 fd, int depth) {
  char entries[1024];
  if (depth == MOST_DEPTH) return E2BIG;
  for (;;) {
    s64 n = SYS(getdents64, fd, entries, sizeof entries);
    if (n <= 0) return (int)-n;
    for (s64 at = 0; at < n;) {
      struct dirent64 *entry = (struct dirent64 *)(entries + at);
      at += entry->length;
      if (is_dots(entry->name)) continue;
      s64 error = SYS(unlinkat, fd, entry->name, 0);
      if (error == -EISDIR || error == -1) {
        s64 inner = SYS(openat, fd, entry->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
        if (inner < 0) return (int)-inner;
        int failed = empty(inner, depth + 1);
        SYS(close, inner);
        if (failed) return failed;
        error = SYS(unlinkat, fd, entry->name, AT_REMOVEDIR);
      }
      if (error < 0 && error != -ENOENT) return (int)-error;
    }
  }
}

static int remove_path(const char *path, int recursive) {
  s64 error = SYS(unlinkat, AT_FDCWD, path, 0);
  if (error != -EISDIR && error != -1) return (int)-error;
  s64 fd = SYS(openat, AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
  if (fd < 0) return (int)-error;
  if (recursive) {
    int failed = empty(fd, 0);
    if (failed) return failed;
  }
  return (int)-SYS(unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
}

static int rename_path(const char *from, const char *to) {
  return (int)-SYS(renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

static int read_link(const char *path) {
  s64 n = SYS(readlinkat, AT_FDCWD, path, room, ROOM);
  return n < 0 ? (int)-n : -write_all(1, room, (u64)n);
}

static u32 octal(const char *text) {
  u32 value = 0;
  for (; *text >= '0' && *text <= '7'; text++) value = value * 8 + (u32)(*text - '0');
  return value & 07777;
}

int do_files(char **arguments) {
  const char *what = arguments[0];
  char *path = arguments[1];
  const char *more = path ? arguments[2] : NULL;
  if (!path) return EINVAL;
  if (same(what, "read")) return read_out(path);
  if (same(what, "list")) return list(path);
  if (same(what, "stat")) return stat(path, 1);
  if (same(what, "lstat")) return stat(path, 0);
  if (same(what, "readlink")) return read_link(path);
  if (!more) return EINVAL;
  if (same(what, "write")) return write_in(path, octal(more));
  if (same(what, "mkdir")) return make_directory(path, starts_with(more, "p"), 0777);
  if (same(what, "remove")) return remove_path(path, starts_with(more, "r"));
  if (same(what, "rename")) return rename_path(path, more);
  if (same(what, "chmod")) return (int)-SYS(fchmodat, AT_FDCWD, path, octal(more));
  return EINVAL;
}
