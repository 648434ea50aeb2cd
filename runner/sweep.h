// SPDX-License-Identifier: ISC
// sweep.h - what a trial leaves behind: found, ended, counted.

#ifndef SWEEP_H
#define SWEEP_H

#include "trial.h"

// Ends every child of this process, a subreaper whose only trial is over, and
// the session of `leader` (0: there is none; it has been reaped already).
// Returns how many had not been declared as actors, -1 if some remain.  With
// NULL for `record` it ends all children but `except`.
int sweep(const struct record *record, pid_t leader, pid_t except);

#endif
