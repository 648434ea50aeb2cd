// SPDX-License-Identifier: ISC
#include "time_limit.h"

enum {
	TICK_MS = 50,
	// Ticks that do not count end, too: a trial starved for so many limits is given up.
	STARVED_LIMITS = 4,
	QUIET_TICKS = 2, // in which none of the trial's processes ran
	NS_PER_MS = 1000000,
};

void time_limit_begin(struct time_limit *limit, const struct record *record, pid_t first,
		      long limit_ms, long quiet_ms)
{
	*limit = (struct time_limit){
		.record = record, .first = first, .limit_ms = limit_ms, .quiet_ms = quiet_ms
	};
	clock_gettime(CLOCK_MONOTONIC, &limit->tick);
}

long time_limit_tick_us(const struct time_limit *limit)
{
	long left = TICK_MS * 1000L - us_since(&limit->tick);

	return left > 0 ? left : 0;
}

long time_counted(const struct proc_times *before, const struct proc_times *after, long passed_ms,
		  long tick_ms)
{
	long ran = (long)((after->ran_ns - before->ran_ns) / NS_PER_MS);
	long waited = (long)((after->waited_ns - before->waited_ns) / NS_PER_MS);

	// What waits at the end of the tick is charged with its wait only once it runs.  Where
	// waits are not told, only that the tick came late tells of a busy machine.
	if (after->state == 'R' && after->waits_told)
		waited = passed_ms - ran;
	if (after->state == 'T' || after->state == 't')
		waited = passed_ms;
	if (waited <= 0 || passed_ms <= 0)
		return tick_ms;
	return waited >= passed_ms ? 0 : tick_ms * (passed_ms - waited) / passed_ms;
}

static bool is_still(const struct proc_times *before, const struct proc_times *after)
{
	bool blocked = after->state == 'S' || after->state == 'D';

	return blocked && before->ran_ns == after->ran_ns && before->switches == after->switches;
}

// The processes of the trial by number; 0 when there is none of it, or no more.
// Whether the case itself has stopped it goes to `stopped`.
static pid_t process_of(const struct time_limit *limit, uint32_t nth, bool *stopped)
{
	const struct actor *a;

	*stopped = false;
	if (nth == 0)
		return limit->first;
	if (nth == 1)
		return atomic_load(&limit->record->stranger);
	a = &limit->record->actors[nth - 2];
	*stopped = atomic_load(&a->stopped) != 0;
	return atomic_load(&a->pid);
}

// What of the tick counts for all: what counts for the process that had least of it.
static long count_tick(struct time_limit *limit, long passed_ms, bool *still, bool *stopped)
{
	uint32_t actors = atomic_load(&limit->record->actor_count);
	long counted = TICK_MS;
	bool wanted;

	*still = true;
	*stopped = false;
	if (actors > TRIAL_ACTORS_MAX)
		actors = TRIAL_ACTORS_MAX;
	for (uint32_t i = 0; i < actors + 2; i++) {
		struct proc_times *before = &limit->processes[i], now;
		pid_t pid = process_of(limit, i, &wanted);

		if (pid <= 0 || !proc_read_times(pid, &now))
			continue;
		limit->seen = true;
		if (now.state == 'Z' || now.state == 'X' || (wanted && now.state == 'T'))
			continue;
		long of_this = time_counted(before, &now, passed_ms, TICK_MS);
		counted = of_this < counted ? of_this : counted;
		*still = *still && is_still(before, &now);
		*stopped = *stopped || now.state == 'T';
		*before = now;
	}
	return counted;
}

static enum time_end end_of(const struct time_limit *limit)
{
	bool quiet = limit->still_ms >= QUIET_TICKS * TICK_MS;

	if (limit->still_ms >= limit->quiet_ms && limit->seen)
		return TIME_QUIET;
	if (limit->counted_ms >= limit->quiet_ms && !limit->seen)
		return TIME_UNSEEN;
	if (limit->counted_ms >= limit->limit_ms && quiet)
		return TIME_QUIET;
	// What polls for something is seen quiet only by luck, and has a limit of its own.
	if (limit->counted_ms >= limit->limit_ms + limit->limit_ms / 4 + QUIET_TICKS * TICK_MS)
		return TIME_RUNNING;
	if (limit->stopped_ms >= STARVED_LIMITS * limit->quiet_ms)
		return TIME_STOPPED;
	if (limit->elapsed_ms >= STARVED_LIMITS * limit->limit_ms)
		return TIME_STARVED;
	return TIME_LEFT;
}

enum time_end time_limit_look(struct time_limit *limit)
{
	long passed_ms = us_since(&limit->tick) / 1000;
	bool still, stopped;

	if (passed_ms < TICK_MS)
		return TIME_LEFT;
	long counted = count_tick(limit, passed_ms, &still, &stopped);
	clock_gettime(CLOCK_MONOTONIC, &limit->tick);
	limit->elapsed_ms += TICK_MS;
	limit->counted_ms += counted;
	limit->stopped_ms = stopped ? limit->stopped_ms + TICK_MS : 0;
	limit->still_ms = still ? limit->still_ms + counted : 0;
	return end_of(limit);
}
