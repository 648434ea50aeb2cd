// SPDX-License-Identifier: ISC
// pace.h - how fast processes get on here, and how busy the machine is.

#ifndef PACE_H
#define PACE_H

#include "text.h"

struct pace {
	long fork_us;   // fork(), _exit() and waitpid(), the median
	long wakeup_us; // one process wakes another by a futex, the median
	double slower;  // factor of time limits, at least 1
};

void pace_measure(struct pace *pace);
// Pure: how many times longer than usual such a machine needs, from 1 to 8.
double pace_slower(long fork_us, long wakeup_us);
// Adds what was measured as facts.
void pace_add(struct text *text, const struct pace *pace);
// Adds as facts the load average of the last minute, and how much of the last 10 seconds somebody
// waited for a processor, in percent, where the kernel tells them.  Their names end in `when`.
void pace_add_load(struct text *text, const char *when);

#endif
