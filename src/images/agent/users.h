// Users and groups, as /etc/passwd and /etc/group have them.

#ifndef USERS_H
#define USERS_H

#include "sys.h"

struct user {
  u32 uid, gid;
  char name[64];
  char home[256];
  char shell[256];
};

/** By a name or a number; a number need not be in the file. False for a name that is not. */
int find_user(const char *name, struct user *into);
/** This process is the user's from now on; 0, or an error number below it. */
s64 become(const struct user *user);

#endif
