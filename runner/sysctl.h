// SPDX-License-Identifier: ISC
// sysctl.h - the files below /proc/sys, by names such as "fs/pipe-max-size".

#ifndef SYSCTL_H
#define SYSCTL_H

#include <stdbool.h>
#include <stddef.h>

enum { SYSCTL_NAME_MAX = 64, SYSCTL_VALUE_MAX = 64 };

// The value without its newline.  Returns 0 or an errno value.
int sysctl_read(const char *name, char value[SYSCTL_VALUE_MAX]);
int sysctl_write(const char *name, const char *value);
// The same by splice() from a pipe.
int sysctl_splice(const char *name, const char *value);
// 0 if the caller could write it, else an errno value; writes nothing.
int sysctl_writable(const char *name);

#endif
