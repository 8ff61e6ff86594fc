#include "spawn.h"
#include "files.h"
#include "request.h"
#include "supervise.h"
#include "text.h"
#include "users.h"

enum { MOST_VARIABLES = 1024, MOST_PATH = 4096 };

extern char **inherited;
/** Of open files, as it was before the agent wanted more. */
extern u64 command_limit[2];

static _Noreturn void failed(u32 stage, s64 error) {
  struct report report = {REPORT_FAILED, stage, (s32)-error};
  write_all(STATUS_FD, &report, sizeof report);
  leave(127);
}

/** Whether `variable` and `other` set the same name. */
static int same_name(const char *variable, const char *other) {
  while (*variable && *variable == *other && *variable != '=') variable++, other++;
  return *variable == '=' && *other == '=';
}

static char *environment[MOST_VARIABLES + 1];
static int variables;

static void set(char *variable) {
  for (int i = 0; i < variables; i++)
    if (same_name(environment[i], variable)) {
      environment[i] = variable;
      return;
    }
  if (variables < MOST_VARIABLES) environment[variables++] = variable;
}

static void set_to(char *room, u64 size, const char *name, const char *value) {
  append(append(room, room + size, name), room + size, value);
  set(room);
}

static const char *get(const char *name) {
  for (int i = 0; i < variables; i++)
    if (starts_with(environment[i], name)) return environment[i] + length_of(name);
  return "";
}

static void make_environment(const struct parsed *request, const struct user *user) {
  static char room[4][512];
  for (char **each = inherited; *each; each++) set(*each);
  if (!*get("PATH=") || user->uid != 0 || *request->user)
    set("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  set_to(room[0], 512, "HOME=", user->home);
  set_to(room[1], 512, "USER=", user->name);
  set_to(room[2], 512, "LOGNAME=", user->name);
  set_to(room[3], 512, "SHELL=", user->shell);
  if (request->head->flags & REQUEST_TTY) set("TERM=xterm");
  for (char **each = request->variables; *each; each++) set(*each);
  environment[variables] = NULL;
}

/** Becomes the program, which is looked for as a shell does; answers why not. */
static s64 run(char **arguments) {
  static char path[MOST_PATH];
  const char *name = arguments[0];
  if (!*name) return -ENOENT;
  for (const char *c = name; *c; c++)
    if (*c == '/') return SYS(execve, name, arguments, environment);
  s64 error = -ENOENT;
  for (const char *from = get("PATH="); *from;) {
    const char *to = from;
    while (*to && *to != ':') to++;
    u64 size = (u64)(to - from);
    if (size + length_of(name) + 2 <= MOST_PATH) {
      memcpy(path, from, size);
      char *end = append(path + size, path + MOST_PATH, size ? "/" : "./");
      append(end, path + MOST_PATH, name);
      s64 found = SYS(execve, path, arguments, environment);
      if (found != -ENOENT && found != -ENOTDIR) {
        error = found;
        if (found != -EACCES) break;
      }
    }
    from = *to ? to + 1 : to;
  }
  return error;
}

/** In a process of its own, with its files and signals in place. */
static _Noreturn void become_command(u8 *bytes, u32 length) {
  struct parsed request;
  static struct user user;
  if (!parse_request(bytes, length, &request)) failed(STAGE_REQUEST, -EINVAL);
  u32 flags = request.head->flags;
  // The agent does without these; a program expects them.
  u64 usual[4] = {0};
  SYS(rt_sigaction, SIGPIPE, usual, 0, 8);
  if (command_limit[1]) SYS(prlimit64, 0, RLIMIT_NOFILE, command_limit, 0);
  SYS(setsid, 0);
  if (flags & REQUEST_TTY) {
    u16 size[4] = {request.head->rows, request.head->columns, 0, 0};
    if (size[0] && size[1]) SYS(ioctl, 0, TIOCSWINSZ, size);
    SYS(ioctl, 0, TIOCSCTTY, 0);
  }
  if (!find_user(*request.user ? request.user : "0", &user)) failed(STAGE_USER, -ENOENT);
  make_environment(&request, &user);
  if (*request.user) {
    s64 error = become(&user);
    if (error < 0) failed(STAGE_USER, error);
  }
  if (*request.directory) {
    s64 error = SYS(chdir, request.directory);
    if (error < 0) failed(STAGE_DIRECTORY, error);
  } else if (SYS(chdir, user.home) < 0) SYS(chdir, "/");
  if (flags & REQUEST_FILES) {
    SYS(close, STATUS_FD);
    leave(do_files(request.arguments));
  }
  failed(STAGE_PROGRAM, run(request.arguments));
}

/** The command's ends, as 0, 1 and 2. */
static void take_ends(const s32 ends[3]) {
  for (int fd = 0; fd < 3; fd++) SYS(dup3, ends[fd], fd, 0);
}

static s64 open_terminal(s32 *master, s32 *slave) {
  char name[32] = "/dev/pts/";
  s32 number = 0, unlocked = 0;
  s64 fd = SYS(openat, AT_FDCWD, "/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK, 0);
  if (fd < 0) return fd;
  s64 error = SYS(ioctl, fd, TIOCSPTLCK, &unlocked);
  if (error == 0) error = SYS(ioctl, fd, TIOCGPTN, &number);
  if (error == 0) {
    digits(name + 9, (u64)number);
    error = SYS(openat, AT_FDCWD, name, O_RDWR | O_NOCTTY | O_CLOEXEC, 0);
  }
  if (error < 0) {
    SYS(close, fd);
    return error;
  }
  *master = (s32)fd;
  *slave = (s32)error;
  return 0;
}

static s64 make_pipe(s32 pipe[2]) { return SYS(pipe2, pipe, O_CLOEXEC); }

static void close_all(const s32 *fds, int count) {
  for (int i = 0; i < count; i++)
    if (fds[i] >= 0) SYS(close, fds[i]);
}

/** Our ends and the command's ends: of input, output, errors, status. */
static s64 make_ends(u32 flags, s32 ours[4], s32 theirs[4]) {
  s32 pipe[2];
  s64 error = 0;
  for (int i = 0; i < 4; i++) ours[i] = theirs[i] = -1;
  if (flags & REQUEST_TTY) {
    error = open_terminal(&ours[1], &theirs[0]);
    // Each end has an owner.
    if (error == 0 && (error = SYS(fcntl, ours[1], 1030, 3)) >= 0) ours[0] = (s32)error, error = 0;
    for (int i = 1; i < 3 && error >= 0; i++) theirs[i] = (s32)(error = SYS(fcntl, theirs[0], 1030, 3));
    if (error > 0) error = 0;
  } else {
    if (flags & REQUEST_INPUT) {
      error = make_pipe(pipe);
      if (error == 0) theirs[0] = pipe[0], ours[0] = pipe[1];
    } else {
      error = SYS(openat, AT_FDCWD, "/dev/null", O_RDONLY | O_CLOEXEC, 0);
      if (error >= 0) theirs[0] = (s32)error, error = 0;
    }
    for (int i = 1; i < 3 && error == 0; i++) {
      error = make_pipe(pipe);
      if (error == 0) ours[i] = pipe[0], theirs[i] = pipe[1];
    }
  }
  if (error == 0) {
    error = make_pipe(pipe);
    if (error == 0) ours[3] = pipe[0], theirs[3] = pipe[1];
  }
  for (int i = 0; i < 4 && error == 0; i++)
    if (ours[i] >= 0) SYS(fcntl, ours[i], F_SETFL, O_NONBLOCK);
  return error;
}

s64 spawn(u8 *request, u32 length, struct command *into) {
  s32 ours[4], theirs[4];
  u32 flags = length >= sizeof(struct request) ? ((const struct request *)request)->flags : 0;
  s64 error = make_ends(flags, ours, theirs);
  s64 pid = error < 0 ? error : fork();
  if (pid == 0) {
    take_ends(theirs);
    if (theirs[3] != STATUS_FD) SYS(dup3, theirs[3], STATUS_FD, O_CLOEXEC);
    close_from(STATUS_FD + 1);
    s64 command = supervise_begin();
    if (command == 0) become_command(request, length);
    supervise(command);
  }
  close_all(theirs, 4);
  if (pid < 0) {
    close_all(ours, 4);
    return pid;
  }
  into->supervisor = pid;
  into->input = ours[0];
  into->output = ours[1];
  into->errors = ours[2];
  into->status = ours[3];
  return 0;
}

void kill_command(const struct command *command) { SYS(kill, command->supervisor, SIGUSR1); }
