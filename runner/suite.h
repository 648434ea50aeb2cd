// SPDX-License-Identifier: ISC
// suite.h - a run from the profile to the exit status.

#ifndef SUITE_H
#define SUITE_H

#include "run.h"

enum {
	STATUS_OK = 0,
	STATUS_UNEXPECTED = 1,
	STATUS_USAGE = 2,
	STATUS_ALL_SKIPPED = 3, // these two are what no caller of the program sees
	STATUS_NO_PROFILE = 4,
	STATUS_BAILED_OUT = 255,
};

// Runs the selected trials (or gathers the facts alone) under the run's profile,
// prints, and returns one of these.  Leaves nothing for a next run to find.
int suite_run(struct run *run);

#endif
