// SPDX-License-Identifier: ISC
//
// guardian.h - what must come back though the runner be killed.
//
// The guardian is a process in a session of its own.  It is the only one that
// writes sysctls, so nothing can write one after it has put the old values back,
// and it does that when asked to, and when the runner dies for any reason.  It
// makes and removes the scratch directory too.

#ifndef GUARDIAN_H
#define GUARDIAN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "sysctl.h"

enum { TUNABLES_MAX = 8, SCRATCH_MAX = 128, GUARDIAN_REASON_MAX = 192 };

struct tunable {
	char name[SYSCTL_NAME_MAX];
	char old[SYSCTL_VALUE_MAX];
};

struct refused {
	char name[SYSCTL_NAME_MAX];
	int err;
};

// Shared memory.  One request at a time: trials that tune run alone.
struct guardian {
	pid_t pid;
	_Atomic uint32_t requests, replies; // futexes
	_Atomic int bereaved;               // the runner is dead
	enum request { READY, WRITE, SPLICE, RESTORE, FINISH } request;
	unsigned tunable;
	char value[SYSCTL_VALUE_MAX];
	_Atomic int err; // of the last request
	unsigned tunable_count;
	struct tunable tunables[TUNABLES_MAX];
	unsigned refused_count; // those that cannot be read and written, and why
	struct refused refused[TUNABLES_MAX];
	char untunable[GUARDIAN_REASON_MAX]; // "class: reason"; empty when tuning works
	char directory[SCRATCH_MAX];         // where to make the scratch directory; or empty
	char scratch[SCRATCH_MAX];           // empty when there is none
	char record[SCRATCH_MAX];            // where `pipe7 restore` finds the old values
};

// Starts it.  `names` are the `count` sysctls that may be tuned; `directory` is
// where scratch belongs, NULL for the usual places.  NULL with errno set when no
// process can be.  One that does not answer is done without: nothing can be tuned then.
struct guardian *guardian_start(const char *const *names, unsigned count, const char *directory);
// Changes a sysctl by write() or by splice(), as `how` says.  0, or an errno value
// (ENOENT: not one of `names`; EIO: the guardian is gone).
int guardian_tune(struct guardian *g, enum request how, const char *name, const char *value);
// Why the sysctl cannot be tuned, as "class: reason" in `why`; false if it can.
bool guardian_refuses(const struct guardian *g, const char *name, char why[GUARDIAN_REASON_MAX]);
// Puts all old values back and reads them again.  0 or an errno value.
int guardian_restore(struct guardian *g);
// To be called when it was killed, and reaped: restores at once.
int guardian_replace(struct guardian *g);
// Restores, removes the scratch directory and ends the guardian.
int guardian_finish(struct guardian *g);

#endif
