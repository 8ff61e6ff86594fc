// Bytes and strings.

#ifndef TEXT_H
#define TEXT_H

#include "sys.h"

void *memcpy(void *to, const void *from, u64 count);
void *memmove(void *to, const void *from, u64 count);
void *memset(void *to, int value, u64 count);
int memcmp(const void *a, const void *b, u64 count);

u64 length_of(const char *text);
int same(const char *a, const char *b);
int starts_with(const char *text, const char *start);
/** Whether all of it is digits, and what they say. */
int number_of(const char *text, u32 *value);
/** Writes decimal digits and a NUL; answers where the NUL is. */
char *digits(char *to, u64 value);
/** Copies a string with its NUL as far as there is room before `end`; answers where the NUL is. */
char *append(char *to, const char *end, const char *text);
/** Writes all of it. */
int write_all(int fd, const void *bytes, u64 count);
void say(const char *text);
/** Reads a file of at most `room` - 1 bytes; its bytes, ended by a NUL, or an error number below 0. */
s64 read_file(const char *path, char *into, u64 room);

#endif
