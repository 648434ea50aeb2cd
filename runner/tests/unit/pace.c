// SPDX-License-Identifier: ISC
// What of a while counts as time in which a process could run, and how limits follow the machine.

#include "pace.h"
#include "time_limit.h"
#include "unit.h"

enum { TICK = 50, MS = 1000000 };

static const struct {
	struct proc_times before, after;
	long passed_ms, counted_ms;
} ticks[] = {
	// clang-format off
	// Blocked, or on a processor, all the time.
	{ { 'S', 0, 0, 0, true },   { 'S', 0, 0, 0, true },             TICK,   TICK },
	{ { 'R', 0, 0, 0, true },   { 'R', TICK * MS, 0, 1, true }, TICK, TICK },
	// It was given a processor for a part of the time, or for nothing of it.
	{ { 'R', 0, 0, 0, true },   { 'R', 10 * MS, 0, 1, true },   TICK, 10 },
	{ { 'R', 0, 0, 0, true },   { 'R', 0, 0, 0, true },         TICK, 0 },
	// It waited for one, and sleeps now.
	{ { 'S', 0, 0, 0, true },   { 'S', 10 * MS, 40 * MS, 1, true }, TICK,   10 },
	{ { 'R', MS, MS, 9, true }, { 'S', 1 * MS, 51 * MS, 9, true },  TICK,   0 },
	// There is no telling how long it waited.
	{ { 'R', 0, 0, 0, false },   { 'R', 0, 0, 0, false },             TICK,   TICK },
	// It was stopped.
	{ { 'S', 0, 0, 0, true },   { 'T', 0, 0, 0, true },             TICK,   0 },
	{ { 'S', 0, 0, 0, true },   { 't', 0, 0, 0, true },             TICK,   0 },
	// The tick came late: what counts is the part of it, as a part of a tick.
	{ { 'S', 0, 0, 0, true },   { 'S', 0, 0, 0, true },             20000,  TICK },
	{ { 'S', 0, 0, 0, true },   { 'S', 0, 10000ull * MS, 1, true },   20000,  TICK / 2 },
	{ { 'R', 0, 0, 0, true },   { 'R', 20000ull * MS, 0, 1, true }, 20000, TICK },
	// Times of the kernel may be a little late, or early.
	{ { 'R', 0, 0, 0, true },   { 'R', 60 * MS, 0, 1, true },   TICK, TICK },
	{ { 'S', 0, 0, 0, true },   { 'S', 0, 60 * MS, 1, true },       TICK,   0 },
	// clang-format on
};

START_TEST(only_time_in_which_a_process_could_run_counts)
{
	ck_assert_int_eq(
		time_counted(&ticks[_i].before, &ticks[_i].after, ticks[_i].passed_ms, TICK),
		ticks[_i].counted_ms);
}
END_TEST

START_TEST(limits_grow_with_what_a_fork_and_a_wakeup_cost)
{
	ck_assert_double_eq(pace_slower(0, 0), 1);
	ck_assert_double_eq(pace_slower(1900, 480), 1);
	ck_assert_double_eq(pace_slower(6000, 10), 3);
	ck_assert_double_eq(pace_slower(200, 2000), 4);
	ck_assert_double_eq(pace_slower(1000000, 10), 8);
}
END_TEST

TCase *pace_tests(void)
{
	TCase *tests = tcase_create("pace");

	tcase_add_loop_test(tests, only_time_in_which_a_process_could_run_counts, 0, COUNT(ticks));
	tcase_add_test(tests, limits_grow_with_what_a_fork_and_a_wakeup_cost);
	return tests;
}
