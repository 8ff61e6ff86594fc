// A command: a process of ours that has everything the command starts below it, and the command itself.

#ifndef SPAWN_H
#define SPAWN_H

#include "protocol.h"

/** The agent's ends of a command. Those that are not there are -1. */
struct command {
  s64 supervisor;
  s32 input, output, errors;
  /** Reports come out of it; it ends when everything that the command started has ended. */
  s32 status;
};

/** What a supervisor reports: the command could not be started, or has ended with a status as wait4() gives it. */
struct report { u32 kind; u32 stage; s32 value; };
enum { REPORT_FAILED = 1, REPORT_ENDED = 2 };

/** Starts a command; 0, or an error number below it. */
s64 spawn(u8 *request, u32 length, struct command *into);
/** Everything that a command has started ends at once. */
void kill_command(const struct command *command);

#endif
