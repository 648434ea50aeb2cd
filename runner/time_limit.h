// SPDX-License-Identifier: ISC
//
// time_limit.h - how long a trial may take, in time that counts: that in which its processes could
// run.  Time in which one of them waited for a processor or was stopped does not count, and a tick
// of the supervisor counts once however late it comes.

#ifndef TIME_LIMIT_H
#define TIME_LIMIT_H

#include "proc.h"
#include "trial.h"

enum time_end {
	TIME_LEFT,
	TIME_QUIET,   // the limit has passed, and every process of the trial is blocked
	TIME_RUNNING, // it has passed, and one of them still computes
	TIME_STARVED, // it has not passed in many times as much elapsed time
	TIME_STOPPED, // a signal stopped one of the trial's processes, and nobody continued it
	TIME_UNSEEN,  // it has passed, and without /proc nobody knows what they do
};

struct time_limit {
	const struct record *record;
	pid_t first; // the trial's first process
	long limit_ms, quiet_ms;
	long counted_ms, elapsed_ms; // so far; a late tick is one tick in both
	long still_ms;               // counted, since a process of the trial last ran
	long stopped_ms;             // elapsed, since a process of the trial was not yet stopped
	bool seen;                   // /proc told something
	struct timespec tick;        // when the present tick began
	struct proc_times processes[TRIAL_ACTORS_MAX + 2]; // at its beginning
};

// Starts to count for the trial whose first process is `first`.  The limit has passed after
// `limit_ms`, or when the trial's processes are blocked and none has run for `quiet_ms`.
void time_limit_begin(struct time_limit *limit, const struct record *record, pid_t first,
		      long limit_ms, long quiet_ms);
// Microseconds until the present tick ends; 0 when it is over.
long time_limit_tick_us(const struct time_limit *limit);
// Counts the tick if it is over, and says whether time is left.
enum time_end time_limit_look(struct time_limit *limit);

// Pure: how much of a tick of `tick_ms`, which took `passed_ms`, counts for a process: what it
// did not spend waiting for a processor, or stopped.
long time_counted(const struct proc_times *before, const struct proc_times *after, long passed_ms,
		  long tick_ms);

#endif
