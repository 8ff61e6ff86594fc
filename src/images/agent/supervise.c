#include "supervise.h"
#include "spawn.h"
#include "text.h"

enum { MOST_PROCESSES = 32768, PATIENCE_MS = 5000, LOOK_MS = 20, MOST_FDS = 65536 };

static const u64 WATCHED = 1UL << (SIGCHLD - 1) | 1UL << (SIGUSR1 - 1);
static const u64 NONE = 0;

void close_from(s32 first) {
  if (SYS(close_range, first, ~0U, 0) == 0) return;
  for (s32 fd = first; fd < MOST_FDS; fd++) SYS(close, fd);
}

s64 supervise_begin(void) {
  SYS(prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  SYS(rt_sigprocmask, SIG_SETMASK, &WATCHED, NULL, 8);
  SYS(setsid, 0);
  s64 command = fork();
  if (command == 0) SYS(rt_sigprocmask, SIG_SETMASK, &NONE, NULL, 8);
  return command;
}

struct process { u32 pid, parent; u8 ours; };
static struct process processes[MOST_PROCESSES];

/** A process's parent, out of /proc/N/stat: behind the last bracket come the state and it. */
static u32 parent_of(const char *pid) {
  static char path[64], text[1024];
  append(append(append(path, path + 64, "/proc/"), path + 64, pid), path + 64, "/stat");
  s64 length = read_file(path, text, sizeof text);
  if (length <= 0) return 0;
  char *at = text + length;
  while (at > text && *at != ')') at--;
  if (at[0] != ')' || at[1] == 0 || at[2] == 0 || at[3] == 0) return 0;
  char *from = at + 4, *to = from;
  while (*to >= '0' && *to <= '9') to++;
  *to = 0;
  u32 parent = 0;
  number_of(from, &parent);
  return parent;
}

/** All processes there are; false where /proc does not say. */
static u32 list(void) {
  static char entries[8192];
  s64 fd = SYS(openat, AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  u32 count = 0;
  if (fd < 0) return 0;
  for (s64 n; (n = SYS(getdents64, fd, entries, sizeof entries)) > 0;)
    for (s64 at = 0; at < n;) {
      struct dirent64 *entry = (struct dirent64 *)(entries + at);
      u32 pid;
      if (number_of(entry->name, &pid) && count < MOST_PROCESSES) {
        struct process one = {pid, parent_of(entry->name), 0};
        processes[count++] = one;
      }
      at += entry->length;
    }
  SYS(close, fd);
  return count;
}

/** Kills everything below this process that is there at this moment. */
static void kill_below(s64 command) {
  u32 self = (u32)SYS(getpid, 0), count = list();
  if (count == 0) {
    SYS(kill, -command, SIGKILL);
    SYS(kill, command, SIGKILL);
  }
  for (int found = 1; found;) {
    found = 0;
    for (u32 i = 0; i < count; i++) {
      if (processes[i].ours) continue;
      int ours = processes[i].parent == self;
      for (u32 k = 0; k < count && !ours; k++) ours = processes[k].ours && processes[k].pid == processes[i].parent;
      if (!ours) continue;
      processes[i].ours = found = 1;
      // It starts nothing more while others are looked for.
      SYS(kill, processes[i].pid, SIGSTOP);
    }
  }
  for (u32 i = 0; i < count; i++)
    if (processes[i].ours) SYS(kill, processes[i].pid, SIGKILL);
}

static void report(s32 status) {
  struct report ended = {REPORT_ENDED, 0, status};
  write_all(STATUS_FD, &ended, sizeof ended);
}

_Noreturn void supervise(s64 command) {
  int told = 0, have = 0, killing = 0;
  s32 status = 0;
  u64 began = 0;
  // What the command has of them, it has.
  for (int fd = 0; fd < 3; fd++) SYS(close, fd);
  if (command < 0) {
    struct report failed = {REPORT_FAILED, STAGE_START, (s32)-command};
    write_all(STATUS_FD, &failed, sizeof failed);
    leave(0);
  }
  for (;;) {
    s32 one = 0;
    s64 pid;
    while ((pid = SYS(wait4, -1, &one, WNOHANG, 0, 0)) > 0)
      if (pid == command) status = one, have = 1;
    int none = pid == -ECHILD;
    // Who is killed is reported when all is gone, or when that takes too long.
    if (have && !told && (!killing || none || now_ms() - began > PATIENCE_MS)) report(status), told = 1;
    if (none) leave(0);
    if (killing) kill_below(command);
    struct timespec time = {killing ? 0 : 3600, killing ? LOOK_MS * 1000000L : 0};
    s64 signal = SYS(rt_sigtimedwait, &WATCHED, 0, &time, 8);
    if (signal == SIGUSR1 && !killing) killing = 1, began = now_ms();
  }
}
