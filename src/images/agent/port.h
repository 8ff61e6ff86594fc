// The connection to the host: a port of a virtio console device that has the agent's name.

#ifndef PORT_H
#define PORT_H

#include "sys.h"

/** Opens the port, waiting for it for so many milliseconds; an error number below 0. */
s64 open_port(u64 patience);

#endif
