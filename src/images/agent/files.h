// Work with files, done in a process of its own like a command: its arguments say what, its input and output are the contents.

#ifndef FILES_H
#define FILES_H

/** 0, or an error number of Linux: the exit status. */
int do_files(char **arguments);

#endif
