// A request taken apart, in place.

#ifndef REQUEST_H
#define REQUEST_H

#include "protocol.h"

enum { MOST_STRINGS = 16384 };

struct parsed {
  const struct request *head;
  /** Empty: the user's home. */
  const char *directory;
  /** Empty: the agent's own. */
  const char *user;
  /** Both end with NULL. */
  char **arguments;
  char **variables;
};

/** False for what is no request. Changes the bytes: each string is ended by a NUL. There has to be a byte behind them. */
int parse_request(u8 *bytes, u32 length, struct parsed *into);

#endif
