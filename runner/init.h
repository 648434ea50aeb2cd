// SPDX-License-Identifier: ISC
// init.h - the program as init of a booted kernel.

#ifndef INIT_H
#define INIT_H

#include <stdbool.h>

// Are we PID 1 of a kernel, not of a container?  Mounts what is missing first,
// because /proc is what tells; in a container nothing is missing.
bool init_is_ours(void);
// Is this the PID namespace that the kernel started with?
bool init_namespace_is_initial(void);
// Does the kernel's command line set any (sysctl.NAME=VALUE)?
bool init_boot_sets_sysctls(void);
// Sends 0-2 to a device, raw.  False if it cannot be opened.
bool init_console(const char *device);
// Prints the trailer line, which says how a run ended.
void init_tell(int status);
// Does that for the last run, waits until it is out, and switches the machine off.
_Noreturn void init_leave(int status);

#endif
