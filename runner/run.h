// SPDX-License-Identifier: ISC
// run.h - one run: which trials, as whom, and what became of them.

#ifndef RUN_H
#define RUN_H

#include "credentials.h"
#include "guardian.h"
#include "known.h"
#include "options.h"
#include "pace.h"
#include "registry.h"
#include "trial.h"

struct run {
	const struct options *options;
	enum profile profile;
	struct identity *trials; // in order of printing
	unsigned count;
	struct record *records; // shared memory, one for each trial
	struct shared *shared;  // shared memory, of the supervisors
	struct credentials credentials;
	struct pace pace;
	struct timespec begun;
	struct guardian *guardian;
	pid_t guardian_pid; // where it is a child of this process; else 0
	struct known known;
	unsigned printed;
	unsigned unexpected, skipped, again;
	bool output_lost; // standard output refused a write
};

// Runs one trial from beginning to end, leaving no process behind.  In a
// supervisor: a process of its own, which is the subreaper of its trials.  One that comes to no
// verdict in time is marked to be run `again`, unless this is its `last` chance.
// False when the host was not left as found.
bool supervise(struct run *run, unsigned index, bool last);
// Runs all trials, printing each as soon as those before it are printed.
// Returns 0, or the signal that ended it, or -1 after a bail-out.
int run_all(struct run *run, char reason[REASON_MAX]);

#endif
