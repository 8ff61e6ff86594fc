#include "users.h"
#include "text.h"

enum { MOST_GROUPS = 256, ROOM = 1 << 18 };

static char file[ROOM];

/** The next field of a line, ended by a NUL; moves `line` behind it. */
static char *field(char **line, char end) {
  char *from = *line, *to = from;
  while (*to && *to != end) to++;
  *line = *to ? to + 1 : to;
  *to = 0;
  return from;
}

int find_user(const char *name, struct user *into) {
  u32 number = 0;
  int numeric = number_of(name, &number);
  into->uid = into->gid = number;
  append(into->name, into->name + sizeof into->name, name);
  append(into->home, into->home + sizeof into->home, "/");
  append(into->shell, into->shell + sizeof into->shell, "/bin/sh");
  if (read_file("/etc/passwd", file, ROOM) >= 0) {
    for (char *at = file; *at;) {
      char *line = field(&at, '\n');
      char *own = field(&line, ':');
      field(&line, ':');
      u32 uid, gid;
      if (!number_of(field(&line, ':'), &uid) || !number_of(field(&line, ':'), &gid)) continue;
      if (!same(own, name) && !(numeric && uid == number)) continue;
      field(&line, ':');
      into->uid = uid;
      into->gid = gid;
      append(into->name, into->name + sizeof into->name, own);
      const char *home = field(&line, ':'), *shell = field(&line, ':');
      if (*home) append(into->home, into->home + sizeof into->home, home);
      if (*shell) append(into->shell, into->shell + sizeof into->shell, shell);
      return 1;
    }
  }
  // A guest without the file has root all the same.
  if (same(name, "root")) {
    into->uid = into->gid = 0;
    append(into->home, into->home + sizeof into->home, "/root");
    return 1;
  }
  return numeric;
}

s64 become(const struct user *user) {
  u32 groups[MOST_GROUPS];
  u64 count = 0;
  groups[count++] = user->gid;
  if (read_file("/etc/group", file, ROOM) >= 0) {
    for (char *at = file; *at && count < MOST_GROUPS;) {
      char *line = field(&at, '\n');
      field(&line, ':');
      field(&line, ':');
      u32 gid;
      if (!number_of(field(&line, ':'), &gid) || gid == user->gid) continue;
      while (*line)
        if (same(field(&line, ','), user->name)) {
          groups[count++] = gid;
          break;
        }
    }
  }
  s64 error = SYS(setgroups, count, groups);
  if (error == 0) error = SYS(setgid, user->gid);
  return error == 0 ? SYS(setuid, user->uid) : error;
}
