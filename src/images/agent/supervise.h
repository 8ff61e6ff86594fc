// The process above a command: whatever the command starts stays below it, however often it forks and whatever session it opens, since
// orphans become this process's children. So all of it can be found and ended.

#ifndef SUPERVISE_H
#define SUPERVISE_H

#include "sys.h"

/** Where a supervisor writes its reports to. */
enum { STATUS_FD = 3 };

void close_from(s32 first);
/** Forks: 0 in the command's process, whose signals are as at a program's start; else the command's number, or an error below 0. */
s64 supervise_begin(void);
/** Until all that the command has started has ended. */
_Noreturn void supervise(s64 command);

#endif
