// SPDX-License-Identifier: ISC
// suite.h - a run from the profile to the exit status.

#ifndef SUITE_H
#define SUITE_H

#include "run.h"

enum { STATUS_OK = 0, STATUS_UNEXPECTED = 1, STATUS_USAGE = 2, STATUS_BAILED_OUT = 255 };

// Runs the selected trials (or gathers the facts alone) under the profile that
// the options name, prints, and returns the exit status in TAP style.
int suite_run(struct run *run);

#endif
