// What agent and host tell each other: docs/agent.md. All numbers are little-endian, as are the three processors.

#ifndef PROTOCOL_H
#define PROTOCOL_H

#include "sys.h"

#define PORT_NAME "org.wasmachine.agent.0"
#define VERSION 1

/** A frame: this header, the payload, and a byte END. Zeros between frames are nothing. */
struct header { u8 type; u8 flags; u16 zero; u32 id; u32 length; };

enum { END = 0xa5, MOST_PAYLOAD = 32768, MOST_FRAME = sizeof(struct header) + MOST_PAYLOAD + 1 };
/** Bytes of input on the way to a command that it has not taken. */
enum { INPUT_WINDOW = 32768 };
/** Bytes of a request, in one frame or several. */
enum { MOST_REQUEST = 1 << 20 };

/** From the host. */
enum { HELLO = 1, EXEC = 2, INPUT = 3, KILL = 4 };
/** To the host. */
enum { WELCOME = 129, OUTPUT = 130, ERRORS = 131, TAKEN = 132, EXITED = 133, FAILED = 134 };

/** EXEC: more of the request follows. INPUT: there is no more. */
enum { FLAG_MORE = 1, FLAG_LAST = 1 };

/** A HELLO begins with these bytes, and has 16 of the host's choice behind them that the WELCOME repeats. */
#define MAGIC "\0wasmachine/agen"
enum { MAGIC_LENGTH = 16, NONCE_LENGTH = 16 };

/** Of a request: it begins with these numbers; then come strings, each with its length: directory, user, arguments, environment. */
struct request { u32 flags; u32 timeout; u32 arguments; u32 variables; u16 columns; u16 rows; };
enum { REQUEST_INPUT = 1, REQUEST_TTY = 2, REQUEST_FILES = 4 };

/** What did not work, in FAILED, with an error number. */
enum { STAGE_START = 1, STAGE_USER = 2, STAGE_DIRECTORY = 3, STAGE_PROGRAM = 4, STAGE_REQUEST = 5 };

struct failed { u32 stage; u32 error; };
struct exited { u32 code; u32 signal; u32 timed_out; };

#endif
