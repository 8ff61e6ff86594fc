// Frames to and from the host. Nothing here waits: output has a buffer, whose room is looked at first.

#ifndef LINK_H
#define LINK_H

#include "protocol.h"

extern s32 link_fd;

/** Whether there is room for a frame. */
int link_room(void);
int link_pending(void);
/** Where the payload of the next frame goes, MOST_PAYLOAD bytes. */
u8 *link_payload(void);
/** Ends the frame whose payload is there. */
void link_send(u8 type, u32 id, u32 length);
void link_send_bytes(u8 type, u32 id, const void *bytes, u32 length);
/** Forgets what was not written. */
void link_forget(void);
/** Writes what can be written; an error number below 0 when the port is gone. */
s64 link_flush(void);

/** Is told of each frame. False: the sender does not keep to the protocol. */
typedef int take_frame(const struct header *header, u8 *payload);
/** Reads what there is; 0, or an error number below it. */
s64 link_read(take_frame *take);

#endif
