// SPDX-License-Identifier: ISC
// What a call came to, what was said about it, and what is printed.

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "case.h"

#define FAULTY(id, level_, says_)                                                                  \
	CASE(id, .claim = { level_, says_, "nothing" }, .covers = { "EOF-01" })

FAULTY(passes, POSIX, "read() of no descriptor fails with EBADF")
{
	expect(t, read(-1, NULL, 0), FAILS(EBADF));
}

CASE(passes_in_every_way, .claim = { POSIX, "a pipe can be made in every way", "nothing" },
     .covers = { "EOF-01" }, .ways = EVERY_WAY)
{
	struct pipe p = must_pipe(t, 0);

	expect(t, must_capacity(t, p.wr) / (trial_way(t) == BY_ONE_PAGE ? 1 : DEFAULT_PAGES),
	       RETURNS_PAGES(1, 0));
}

struct size_row {
	const char *name;
	size_t size;
	struct outcome want;
};

static const struct size_row sizes[] = {
	{ "right", 1, RETURNS(1) },
	{ "short/by/one", 2, RETURNS(3) },
	{ "outside", 3, RETURNS_IN(4, 5) },
	{ "pages", 4, RETURNS_PAGES(1, 4) },
};

CASE(one_row_in_four_is_right, .claim = { POSIX, "write() returns what the row says", "nothing" },
     .covers = { "EOF-01" }, ROWS(sizes))
{
	const struct size_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);

	expect_as(t, write(p.wr, "four", row->size), &row->want);
}

FAULTY(another_errno, POSIX, "read() of no descriptor fails with EAGAIN")
{
	expect(t, read(-1, NULL, 0), FAILS(EAGAIN));
}

FAULTY(an_errno_instead_of_a_count, POSIX, "read() of no descriptor returns 0")
{
	expect(t, read(-1, NULL, 0), RETURNS(0));
}

FAULTY(a_count_instead_of_an_errno, POSIX, "a byte does not fit into a pipe")
{
	struct pipe p = must_pipe(t, 0);

	expect(t, write(p.wr, "x", 1), FAILS(EPIPE));
}

FAULTY(a_condition_that_does_not_hold, POSIX, "both ends have the same number")
{
	struct pipe p = must_pipe(t, 0);

	expect_true(t, p.rd == p.wr);
}

CASE(a_documented_failure,
     .claim = { DOCUMENTED, "read() of no descriptor fails with EIO", "nothing" },
     .covers = { "EOF-01" }, .since = "1.0", .against = "common sense: it's EBADF")
{
	expect(t, read(-1, NULL, 0), FAILS(EIO));
}

FAULTY(an_observed_failure, OBSERVED, "read() of no descriptor fails with EIO")
{
	expect(t, read(-1, NULL, 0), FAILS(EIO));
}

FAULTY(observed_but_broken, OBSERVED, "its ground is not there, which is no observation")
{
	must(t, read(-1, NULL, 0));
	expect(t, read(-1, NULL, 0), FAILS(EBADF));
}

FAULTY(no_expectation, POSIX, "nothing")
{
	must_pipe(t, 0);
}

FAULTY(ground_fails, POSIX, "close() of no descriptor is ground")
{
	must(t, close(-1));
	expect(t, close(-1), FAILS(EBADF));
}

FAULTY(ground_ends_early, POSIX, "an empty pipe has bytes to read")
{
	struct pipe p = must_pipe(t, 0);
	char byte;

	must(t, close(p.wr));
	must_read(t, p.rd, &byte, 1);
}

FAULTY(only_the_first_failure_counts, POSIX, "close() of no descriptor fails with EIO, then ENXIO")
{
	expect(t, close(-1), FAILS(EIO));
	expect(t, close(-1), FAILS(ENXIO));
}

FAULTY(skips_with_a_class, POSIX, "nothing")
{
	skip(t, "absent: there is nothing like it");
}

FAULTY(skips_with_what_tap_reserves, POSIX, "nothing")
{
	skip(t, "absent: # TODO \\ 'quoted'\nnot ok 99");
}

static const char *need_what_is_not_there(struct trial *t)
{
	(void)t;
	return "kernel-config: no kernel has it";
}

CASE(needs_what_is_not_there, .claim = { POSIX, "nothing", "nothing" }, .covers = { "EOF-01" },
     .needs = { need_proc, need_what_is_not_there })
{
	expect(t, close(-1), FAILS(EIO));
}

FAULTY(more_notes_than_are_kept, POSIX, "close() of no descriptor fails with EBADF")
{
	for (int i = 1; i <= 10; i++)
		note(t, "note %d of 10", i);
	expect(t, close(-1), FAILS(EBADF));
}

FAULTY(notes_that_look_like_tap, POSIX, "close() of no descriptor fails with EIO")
{
	note(t, "line\nnot ok 1 - forged\n  ...\nBail out!\r\t\033[2J\177");
	note(t, "it's # a \"comment\" \\ : - { [");
	expect(t, close(-1 /* it's "#1" \ */), FAILS(EIO));
}

FAULTY(other_flags, POSIX, "a new pipe has O_NONBLOCK")
{
	expect_flags(t, fcntl(must_pipe(t, 0).wr, F_GETFL), O_ACCMODE | O_NONBLOCK,
		     O_WRONLY | O_NONBLOCK);
}

FAULTY(flags_of_a_call_that_failed, POSIX, "no descriptor has O_NONBLOCK")
{
	expect_flags(t, fcntl(-1, F_GETFL), O_NONBLOCK, O_NONBLOCK);
}

FAULTY(other_values, POSIX, "two is three")
{
	expect_equal(t, 1 + 1, 3);
}

FAULTY(other_bytes, POSIX, "abc is abd")
{
	expect_bytes(t, "abc", "abd", 3);
}

FAULTY(errno_that_is_not_allowed, POSIX, "close() of no descriptor returns 1, or fails with EAGAIN")
{
	expect_or_fail(t, close(-1), EAGAIN, RETURNS(1));
}

FAULTY(errno_where_none_is_allowed, POSIX, "close() of no descriptor returns 1")
{
	expect_or_fail(t, close(-1), 0, RETURNS(1));
}

FAULTY(values_as_claimed, POSIX, "flags, values, bytes and errnos are told apart")
{
	struct pipe p = must_pipe(t, O_NONBLOCK);

	expect_flags(t, fcntl(p.rd, F_GETFL), O_ACCMODE | O_NONBLOCK, O_NONBLOCK);
	expect_equal(t, 1u + 1u, 2);
	expect_bytes(t, "abc", "abd", 2);
	expect_or_fail(t, read(p.rd, &p, 1), EAGAIN, RETURNS(1));
	expect(t, read(-1, &p, 1), FAILS_ANYHOW);
}

const struct family verdicts_family = {
	.name = "verdicts",
	.about = "Calls that come to something else, ground that is not there, skips and notes",
	.cases = {
		&passes,
		&passes_in_every_way,
		&one_row_in_four_is_right,
		&another_errno,
		&an_errno_instead_of_a_count,
		&a_count_instead_of_an_errno,
		&a_condition_that_does_not_hold,
		&a_documented_failure,
		&an_observed_failure,
		&observed_but_broken,
		&no_expectation,
		&ground_fails,
		&ground_ends_early,
		&only_the_first_failure_counts,
		&skips_with_a_class,
		&skips_with_what_tap_reserves,
		&needs_what_is_not_there,
		&more_notes_than_are_kept,
		&notes_that_look_like_tap,
		&other_flags,
		&flags_of_a_call_that_failed,
		&other_values,
		&other_bytes,
		&errno_that_is_not_allowed,
		&errno_where_none_is_allowed,
		&values_as_claimed,
	},
};
