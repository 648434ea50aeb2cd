// SPDX-License-Identifier: ISC
// Ground for races: two processes that ask for the last of something in the same instant.
//
// In each round they meet while neither holds anything, ask, and meet again: what they got is
// added up when neither is in its call any more, so a kernel that charges before it checks cannot
// fail, however many the rounds.  One that checks first fails in a round in which one call checks
// between the other's check and charge, for which they have to overlap.
//
// How many rounds find such a kernel was measured with a stand-in that clears a new ring between
// check and charge.  On two processors nearly all rounds overlap, and 2 to 24 of 100 fall into that
// gap: of 500 rounds not one does in one run of 20000.  An emulator that runs one processor at a
// time overlaps 1 to 10 rounds of 100, and 40 of 100 overlaps fall into the gap when a pipe is
// enlarged, 3 when one is made: of 10 overlaps none does in one run of 160, or in three of four.
// So there are 500 rounds, and up to 2000 until 10 have overlapped; with fewer nothing was tested.

#include <sched.h>
#include <signal.h>
#include <sys/time.h>

#include "abi.h"
#include "trial.h"

enum {
	ROUNDS_LEAST = 500,
	ROUNDS_MOST = 2000,
	OVERLAPS_LEAST = 10,
	SPINS = 10000,
	SWEEP_US = 100, // longer than a call takes, emulated too
};

struct race {
	_Atomic unsigned arrived, sleepers; // of meet()
	_Atomic unsigned inside;            // racers that are in their call
	_Atomic uint32_t overlapped;        // the last round in which both were
	_Atomic unsigned overlaps;          // how many there were
	_Atomic unsigned successes;
	_Atomic long taken; // in this round
	_Atomic uint32_t rounds;
	_Atomic bool over;
	long room;
	const struct racer *racers;
};

struct seat {
	struct race *race;
	size_t nth;
};

// Left alone, two that wake each other share a processor.  Where it cannot be had, by a sandbox
// or because it has just gone offline, they are left alone: too few overlaps are a SKIP.
static void take_a_processor(size_t nth)
{
	cpu_set_t allowed, one;

	CPU_ZERO(&one);
	if (sched_getaffinity(0, sizeof allowed, &allowed) == -1)
		return; // more processors than cpu_set_t has room for, perhaps
	for (size_t cpu = 0, seen = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &allowed) && seen++ == nth)
			CPU_SET(cpu, &one);
	if (CPU_COUNT(&one) == 1)
		sched_setaffinity(0, sizeof one, &one);
}

// Returns when all have called it for the nth time; at once, unless one had to wait.
static void meet(struct trial *t, struct race *race, uint32_t nth)
{
	unsigned all = RACERS * nth;

	if (atomic_fetch_add(&race->arrived, 1) + 1 == all) {
		if (atomic_load(&race->sleepers) > 0)
			reach_stage(t, nth);
		return;
	}
	for (int i = 0; i < SPINS; i++) {
		if (atomic_load(&race->arrived) >= all)
			return;
		ABI_GIVE_WAY();
	}
	atomic_fetch_add(&race->sleepers, 1);
	if (atomic_load(&race->arrived) < all)
		await_stage(t, nth);
	atomic_fetch_sub(&race->sleepers, 1);
}

// An interrupt during the call makes an emulator go on to the other processor, and so the
// calls overlap; where they do so anyway there is none.
static void interrupt_soon(struct trial *t, const struct race *race, uint32_t round)
{
	struct itimerval once = { { 0, 0 }, { 0, 1 + (long)round % SWEEP_US } };

	if (2 * atomic_load(&race->overlaps) < round)
		must(t, setitimer(ITIMER_REAL, &once, NULL));
}

static long take(struct trial *t, const struct seat *seat, uint32_t round)
{
	struct race *race = seat->race;
	const struct racer *racer = &race->racers[seat->nth];

	interrupt_soon(t, race, round);
	bool first = atomic_fetch_add(&race->inside, 1) == 0;
	long taken = racer->take(t, racer);
	bool last = atomic_fetch_sub(&race->inside, 1) == 1;
	if (!(first && last) && atomic_exchange(&race->overlapped, round) != round)
		atomic_fetch_add(&race->overlaps, 1);
	if (taken != -1)
		atomic_fetch_add(&race->taken, racer->size);
	return taken;
}

static bool is_enough(const struct trial *t, const struct race *race, uint32_t round)
{
	return time_is_short(t) || round == ROUNDS_MOST ||
	       (round >= ROUNDS_LEAST && atomic_load(&race->overlaps) >= OVERLAPS_LEAST);
}

static void run_the_race(struct trial *t, const void *arg)
{
	const struct seat *seat = arg;
	struct race *race = seat->race;
	const struct racer *racer = &race->racers[seat->nth];

	take_a_processor(seat->nth);
	for (uint32_t nth = 0, round = 1; !atomic_load(&race->over); round++) {
		meet(t, race, ++nth); // who was asleep is awake now,
		meet(t, race, ++nth); // and all start
		long taken = take(t, seat, round);
		meet(t, race, ++nth);
		expect_true(t, atomic_load(&race->taken) <= race->room);
		atomic_store(&race->rounds, round);
		if (is_enough(t, race, round))
			atomic_store(&race->over, true);
		meet(t, race, ++nth);
		if (taken == -1)
			continue;
		atomic_fetch_add(&race->successes, 1);
		atomic_fetch_sub(&race->taken, racer->size);
		racer->give_back(t, racer, taken);
	}
}

void expect_no_overshoot(struct trial *t, const struct racer racers[RACERS], long room)
{
	struct race *race = must_share(t, sizeof *race);
	struct actor *actors[RACERS];

	race->room = room;
	race->racers = racers;
	must_catch(t, SIGALRM, SA_RESTART);
	for (size_t i = 0; i < RACERS; i++)
		actors[i] = start(t, run_the_race, &(struct seat){ race, i });
	for (int i = 0; i < RACERS; i++)
		must_finish(t, actors[i]);
	note(t, "%u rounds, in %u of which the two calls overlapped; %u of %u attempts succeeded",
	     race->rounds, race->overlaps, race->successes, RACERS * race->rounds);
	if (race->overlaps < OVERLAPS_LEAST && race->rounds < ROUNDS_MOST)
		skip_late(t, "resource: no time for enough rounds");
	if (race->overlaps < OVERLAPS_LEAST)
		skip(t, "resource: no two processes run at the same time here, or hardly ever");
}
