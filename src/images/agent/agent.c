// The agent: runs the host's commands in the guest, several at a time, with their outputs apart. One thread, which waits for nothing but all
// of its files at once.

#include "link.h"
#include "port.h"
#include "spawn.h"
#include "text.h"

enum { MOST_COMMANDS = 512, PATIENCE_MS = 10000, TTY_GRACE_MS = 200, UNLIMITED = ~0U };

/** A command from its start until nothing is left of it. */
struct slot {
  u8 used;
  /** Nobody hears of it any more: what is left of it in the background may write, to nobody. */
  u8 quiet;
  u8 tty, ended, timed_out, killed, last_input;
  u32 id;
  struct command command;
  s32 status;
  /** When it is to be killed, or for a terminal's end to be taken for ended; 0: never. */
  u64 deadline, grace;
  /** Bytes of output that are still the command's own, once it has ended. */
  u32 output_left, errors_left;
  /** Input that it has not taken yet. */
  u32 from, length;
};

char **inherited;
u64 command_limit[2];

static struct slot slots[MOST_COMMANDS];
/** None from here on is used. */
static int top;
static u8 input[MOST_COMMANDS][INPUT_WINDOW];
static struct pollfd files[1 + 4 * MOST_COMMANDS];
static struct { u8 bytes[MOST_REQUEST + 4]; u32 length, id; } request;

static void shut(s32 *fd) {
  if (*fd >= 0) SYS(close, *fd);
  *fd = -1;
}

static struct slot *find(u32 id) {
  for (int i = 0; i < top; i++)
    if (slots[i].used && !slots[i].quiet && slots[i].id == id) return &slots[i];
  return NULL;
}

static void fail(u32 id, u32 stage, s64 error) {
  struct failed failed = {stage, (u32)-error};
  link_send_bytes(FAILED, id, &failed, sizeof failed);
}

static void hush(struct slot *slot) {
  slot->quiet = 1;
  slot->length = 0;
  shut(&slot->command.input);
}

static void finish(struct slot *slot) {
  s32 status = slot->status;
  u32 signal = (u32)status & 0x7f;
  struct exited exited = {signal ? 0 : ((u32)status >> 8) & 0xff, signal, slot->timed_out};
  link_send_bytes(EXITED, slot->id, &exited, sizeof exited);
  hush(slot);
}

// ---- what the host says -----------------------------------------------------------------------------------------------------

static void start(u32 id, u32 length) {
  struct slot *slot = NULL;
  for (int i = 0; i < MOST_COMMANDS && !slot; i++)
    if (!slots[i].used) slot = &slots[i];
  if (!slot) return fail(id, STAGE_START, -EAGAIN);
  struct slot fresh = {0};
  s64 error = spawn(request.bytes, length, &fresh.command);
  if (error < 0) return fail(id, STAGE_START, error);
  const struct request *head = (const struct request *)request.bytes;
  fresh.used = 1;
  fresh.id = id;
  fresh.tty = (head->flags & REQUEST_TTY) != 0;
  fresh.output_left = fresh.errors_left = UNLIMITED;
  if (head->timeout) fresh.deadline = now_ms() + head->timeout;
  *slot = fresh;
  if (slot - slots >= top) top = (int)(slot - slots) + 1;
}

static int take_exec(const struct header *header, const u8 *payload) {
  if (request.length && request.id != header->id) return 0;
  if (request.length + header->length > MOST_REQUEST) return 0;
  memcpy(request.bytes + request.length, payload, header->length);
  request.length += header->length;
  request.id = header->id;
  if (header->flags & FLAG_MORE) return 1;
  u32 length = request.length;
  request.length = 0;
  if (length < sizeof(struct request)) return 0;
  start(header->id, length);
  return 1;
}

static int take_input(const struct header *header, const u8 *payload) {
  struct slot *slot = find(header->id);
  if (!slot || slot->command.input < 0) return 1;
  if (slot->length + header->length > INPUT_WINDOW || slot->last_input) return 0;
  u8 *ring = input[slot - slots];
  for (u32 done = 0; done < header->length;) {
    u32 to = (slot->from + slot->length) % INPUT_WINDOW, n = INPUT_WINDOW - to;
    if (n > header->length - done) n = header->length - done;
    memcpy(ring + to, payload + done, n);
    slot->length += n;
    done += n;
  }
  if (header->flags & FLAG_LAST) slot->last_input = 1;
  if (slot->last_input && slot->length == 0 && !slot->tty) shut(&slot->command.input);
  return 1;
}

static int take_hello(const struct header *header, const u8 *payload) {
  if (header->length != MAGIC_LENGTH + NONCE_LENGTH + 4 || memcmp(payload, MAGIC, MAGIC_LENGTH) != 0) return 0;
  // Somebody else is there: commands of before go on, heard by nobody.
  for (int i = 0; i < top; i++)
    if (slots[i].used) hush(&slots[i]);
  request.length = 0;
  link_forget();
  u8 answer[NONCE_LENGTH + 4] = {0};
  memcpy(answer, payload + MAGIC_LENGTH, NONCE_LENGTH);
  answer[NONCE_LENGTH] = VERSION;
  link_send_bytes(WELCOME, 0, answer, sizeof answer);
  return 1;
}

static int take_frame_of_host(const struct header *header, u8 *payload) {
  struct slot *slot;
  switch (header->type) {
    case HELLO:
      return take_hello(header, payload);
    case EXEC:
      return take_exec(header, payload);
    case INPUT:
      return take_input(header, payload);
    case KILL:
      slot = find(header->id);
      if (slot && !slot->killed) kill_command(&slot->command), slot->killed = 1;
      return 1;
  }
  return 0;
}

// ---- what commands do -------------------------------------------------------------------------------------------------------

/** Moves what a command wrote on. */
static void take_output(struct slot *slot, s32 *fd, u32 *left, u8 type) {
  u32 most = slot->quiet ? MOST_PAYLOAD : *left < MOST_PAYLOAD ? *left : MOST_PAYLOAD;
  if (most == 0) most = MOST_PAYLOAD;
  if (!link_room()) return;
  s64 n = SYS(read, *fd, link_payload(), most);
  if (n == -EAGAIN || n == -EINTR) return;
  if (n <= 0) {
    *left = 0;
    shut(fd);
    return;
  }
  if (slot->quiet || *left == 0) return;
  if (*left != UNLIMITED) *left -= (u32)n;
  link_send(type, slot->id, (u32)n);
}

static void give_input(struct slot *slot) {
  u8 *ring = input[slot - slots];
  u32 taken = 0;
  while (slot->length > 0) {
    u32 n = INPUT_WINDOW - slot->from;
    if (n > slot->length) n = slot->length;
    s64 done = SYS(write, slot->command.input, ring + slot->from, n);
    if (done == -EAGAIN || done == -EINTR) break;
    if (done <= 0) {
      // It does not read any more: the host need not send the rest.
      shut(&slot->command.input);
      taken = UNLIMITED;
      slot->length = 0;
      break;
    }
    slot->from = (slot->from + (u32)done) % INPUT_WINDOW;
    slot->length -= (u32)done;
    taken += (u32)done;
  }
  if (slot->length == 0 && slot->last_input) {
    // A terminal's input does not end; this is the key that says so.
    if (slot->tty && slot->command.input >= 0) SYS(write, slot->command.input, "\4", 1);
    if (!slot->tty) shut(&slot->command.input);
  }
  if (taken && link_room()) link_send_bytes(TAKEN, slot->id, &taken, 4);
}

static u32 waiting_in(s32 fd) {
  s32 count = 0;
  if (fd < 0 || SYS(ioctl, fd, FIONREAD, &count) < 0) return 0;
  return (u32)count;
}

static void take_status(struct slot *slot) {
  struct report report;
  s64 n = SYS(read, slot->command.status, &report, sizeof report);
  if (n == -EAGAIN || n == -EINTR) return;
  if (n != sizeof report) {
    // Nothing is left of it. Without a report its supervisor was killed, and so is it.
    shut(&slot->command.status);
    SYS(wait4, slot->command.supervisor, 0, 0, 0, 0);
    if (!slot->ended) slot->ended = 1, slot->status = SIGKILL, slot->output_left = slot->errors_left = 0;
    return;
  }
  if (slot->ended || slot->quiet) return;
  if (report.kind == REPORT_FAILED) {
    slot->ended = 1;
    fail(slot->id, report.stage, -report.value);
    hush(slot);
    return;
  }
  slot->ended = 1;
  slot->status = report.value;
  slot->output_left = waiting_in(slot->command.output);
  slot->errors_left = waiting_in(slot->command.errors);
  // What was written to a terminal may still be on its way.
  if (slot->tty) slot->output_left = UNLIMITED, slot->grace = now_ms() + TTY_GRACE_MS;
}

// ---- the loop ---------------------------------------------------------------------------------------------------------------

static void forget_unused(void) {
  while (top > 0 && !slots[top - 1].used) top--;
}

static u64 earliest(u64 a, u64 b) { return b && (!a || b < a) ? b : a; }

/** What is due now; when the next thing is due, 0: never. */
static u64 look_at_times(void) {
  u64 next = 0, now = now_ms();
  for (int i = 0; i < top; i++) {
    struct slot *slot = &slots[i];
    if (!slot->used) continue;
    if (slot->deadline && !slot->ended && !slot->killed) {
      if (now >= slot->deadline) {
        kill_command(&slot->command);
        slot->killed = 1;
        if (!slot->quiet) slot->timed_out = 1;
      } else next = earliest(next, slot->deadline);
    }
    if (slot->grace && !slot->quiet) {
      if (now >= slot->grace) slot->output_left = 0;
      else next = earliest(next, slot->grace);
    }
    if (slot->ended && !slot->quiet && slot->output_left == 0 && slot->errors_left == 0) {
      if (link_room()) finish(slot);
      else continue;
    }
    struct command *command = &slot->command;
    if (slot->quiet && command->status < 0 && command->output < 0 && command->errors < 0) slot->used = 0;
    // Nothing is left that could write.
    else if (slot->quiet && command->status < 0) shut(&command->output), shut(&command->errors), slot->used = 0;
  }
  forget_unused();
  return next;
}

static u32 watch(s32 fd, u16 events, u32 count) {
  files[count].fd = fd;
  files[count].events = events;
  files[count].revents = 0;
  return count + 1;
}

/** Four files of each slot that is used, in the order of the slots; those not looked at now are -1. */
static u32 watch_all(int room) {
  u32 count = watch(link_fd, (u16)((room ? POLLIN : 0) | (link_pending() ? POLLOUT : 0)), 0);
  for (int i = 0; i < top; i++) {
    struct slot *slot = &slots[i];
    if (!slot->used) continue;
    count = watch(room ? slot->command.output : -1, POLLIN, count);
    count = watch(room ? slot->command.errors : -1, POLLIN, count);
    count = watch(room && slot->length ? slot->command.input : -1, POLLOUT, count);
    count = watch(room ? slot->command.status : -1, POLLIN, count);
  }
  return count;
}

static void serve(void) {
  u32 at = 1;
  for (int i = 0; i < top; i++) {
    struct slot *slot = &slots[i];
    if (!slot->used) continue;
    struct pollfd *file = files + at;
    at += 4;
    if (file[0].revents) take_output(slot, &slot->command.output, &slot->output_left, OUTPUT);
    if (file[1].revents && link_room()) take_output(slot, &slot->command.errors, &slot->errors_left, ERRORS);
    if (file[2].revents && link_room()) give_input(slot);
    if (file[3].revents && link_room()) take_status(slot);
    link_flush();
  }
}

static _Noreturn void loop(void) {
  for (;;) {
    u64 next = look_at_times();
    if (link_flush() < 0) sleep_ms(100);
    u64 now = now_ms(), wait = next > now ? next - now : 0;
    struct timespec time = {(s64)(wait / 1000), (s64)(wait % 1000) * 1000000};
    u32 count = watch_all(link_room());
    s64 n = SYS(ppoll, files, count, next ? &time : NULL, NULL, 8);
    if (n < 0) continue;
    serve();
    if (files[0].revents & POLLIN) {
      // Every frame may be answered; what cannot be is read later.
      if (link_room() && link_read(take_frame_of_host) < 0) sleep_ms(100);
    } else if (files[0].revents) sleep_ms(100);
  }
}

/** Commands have what is here as 0, 1 and 2 where they are given nothing else. */
static void settle_files(int foreground) {
  s64 fd = SYS(openat, AT_FDCWD, "/dev/null", O_RDWR, 0);
  for (int i = 0; i < (foreground ? 1 : 3); i++)
    if (fd >= 0 && fd != i) SYS(dup3, fd, i, 0);
  if (fd > 2) SYS(close, fd);
  u64 limit[2] = {4 * MOST_COMMANDS + 64, 4 * MOST_COMMANDS + 64};
  SYS(prlimit64, 0, RLIMIT_NOFILE, limit, command_limit);
}

static int agent_main(int count, char **arguments) {
  int foreground = 0;
  s64 fd = -1;
  for (int i = 1; i < count; i++) {
    u32 number;
    if (same(arguments[i], "--foreground")) foreground = 1;
    else if (starts_with(arguments[i], "--fd=") && number_of(arguments[i] + 5, &number)) fd = (s64)number, foreground = 1;
    else {
      say("usage: wasmachine-agent [--foreground]");
      return 2;
    }
  }
  if (fd < 0) {
    fd = open_port(PATIENCE_MS);
    if (fd == -16) {
      say("it is running already");
      return 1;
    }
    if (fd < 0) {
      say("there is no port " PORT_NAME ": the machine has no agent's port, or the guest no driver (virtio_console)");
      return 1;
    }
  } else {
    SYS(fcntl, fd, F_SETFL, O_NONBLOCK);
    SYS(fcntl, fd, 2, 1);
  }
  if (!foreground && fork() > 0) return 0;
  if (!foreground) SYS(setsid, 0), SYS(chdir, "/");
  settle_files(foreground);
  link_fd = (s32)fd;
  struct { void *handler; u64 flags; void *restorer; u64 mask; } ignore = {(void *)1, 0, 0, 0};
  SYS(rt_sigaction, SIGPIPE, &ignore, 0, 8);
  loop();
}

void begin(long *stack);
START;

void begin(long *stack) {
  int count = (int)stack[0];
  char **arguments = (char **)(stack + 1);
  inherited = arguments + count + 1;
  leave(agent_main(count, arguments));
}
