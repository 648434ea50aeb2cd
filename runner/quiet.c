// SPDX-License-Identifier: ISC
#include <sched.h>
#include <time.h>

#include "abi.h"
#include "proc.h"
#include "quiet.h"
#include "trial.h"

long quiet_time_us(long wakeup_us)
{
	enum { LEAST_US = 10000, WAKEUPS = 50 }; // some slices of the scheduler

	return wakeup_us > LEAST_US / WAKEUPS ? wakeup_us * WAKEUPS : LEAST_US;
}

static long used_us(clockid_t clock)
{
	struct timespec used;

	return clock_gettime(clock, &used) == -1
		       ? -1
		       : (long)used.tv_sec * 1000000 + used.tv_nsec / 1000;
}

// Both that want a processor get the same share of it, however many others there are, so the
// measure is what this process got: on a busy machine it takes longer and proves as much.
enum quiet quiet_watch(pid_t pid, bool thread, long wakeup_us)
{
	const clockid_t its = ABI_CPU_CLOCK(pid, thread);
	const long before = used_us(its), begun = used_us(CLOCK_THREAD_CPUTIME_ID);
	const long end = begun + quiet_time_us(wakeup_us);

	if (before == -1 || begun == -1)
		return NO_CLOCK;
	while (used_us(CLOCK_THREAD_CPUTIME_ID) < end) {
		if (used_us(its) != before)
			return RUNS;
		sched_yield();
	}
	return QUIET;
}

// The weaker evidence, after which no expectation that does not hold makes the kernel fail.
static bool quiet(struct trial *t, const struct actor *a)
{
	enum quiet seen = quiet_watch(atomic_load(&a->pid), a->thread, t->wakeup_us);

	if (seen == NO_CLOCK)
		skip(t, "absent: /proc of this PID namespace, to see a process asleep");
	if (seen == RUNS || atomic_load(&a->phase) != CALLING)
		return false;
	atomic_store(&t->record->quiet, 1);
	return true;
}

// Before its attempt returns, an actor sleeps nowhere else.
bool asleep(struct trial *t, const struct actor *a)
{
	enum sleep sleep = proc_sleep(atomic_load(&a->pid));

	if (sleep == NOBODY_CAN_TELL)
		return atomic_load(&a->phase) == CALLING && quiet(t, a);
	return sleep == ASLEEP && atomic_load(&a->phase) == CALLING;
}
