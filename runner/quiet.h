// SPDX-License-Identifier: ISC
// quiet.h - a process that does nothing, told by the clocks of processors, where there is no /proc.

#ifndef QUIET_H
#define QUIET_H

#include <stdbool.h>
#include <sys/types.h>

// Microseconds of processor time in which whoever is woken in `wakeup_us` would have run.  Pure.
long quiet_time_us(long wakeup_us);
enum quiet { QUIET, RUNS, NO_CLOCK };
// Does the process, or the thread of this process, use no processor while this one uses the
// quiet time of it?  Then it sleeps, or is starved by a kernel that shares processors unfairly.
enum quiet quiet_watch(pid_t pid, bool thread, long wakeup_us);

#endif
