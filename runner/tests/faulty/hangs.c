// SPDX-License-Identifier: ISC
// Calls that never return: the claim's fault, the ground's, or nobody's.

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "case.h"

#define FAULTY(id, says_) CASE(id, .claim = { POSIX, says_, "nothing" }, .covers = { "EOF-01" })

static long spin(void)
{
	volatile long i = 0;

	while (i >= 0)
		i = i == 0;
	return i;
}

FAULTY(in_an_expectation, "pause() returns")
{
	expect(t, pause(), FAILS(EINTR));
}

FAULTY(in_the_ground, "pause() is ground")
{
	must(t, pause());
}

FAULTY(after_an_expectation, "what hangs behind an expectation is not what was expected")
{
	expect(t, close(-1), FAILS(EBADF));
	pause();
}

FAULTY(before_any_call, "the case is carried out")
{
	(void)t;
	pause();
}

FAULTY(busy_in_an_expectation, "a call that computes for ever has shown nothing")
{
	expect(t, spin(), RETURNS(0));
}

FAULTY(stops_in_an_expectation, "raise(SIGSTOP) returns")
{
	expect(t, raise(SIGSTOP), RETURNS(0));
}

FAULTY(stops_in_the_ground, "raise(SIGSTOP) is ground")
{
	must(t, raise(SIGSTOP));
}

FAULTY(ignores_every_signal, "the ground is there though nothing but SIGKILL ends it")
{
	sigset_t all;

	for (int sig = 1; sig < 32; sig++)
		if (sig != SIGKILL && sig != SIGSTOP)
			must_ignore(t, sig);
	sigfillset(&all);
	must(t, sigprocmask(SIG_SETMASK, &all, NULL));
	must(t, pause());
}

FAULTY(only_the_first_time, "a trial that was too slow is run again")
{
	const char *fifo = must_fifo(t, 0600);
	char mark[192];

	snprintf(mark, sizeof mark, "%.*s/run-before", (int)(strrchr(fifo, '/') - fifo), fifo);
	if (mkdir(mark, 0700) == 0)
		must(t, spin());
	expect(t, close(-1), FAILS(EBADF));
}

FAULTY(busy_for_a_while, "a call that computes for 0.2 s returns")
{
	const clock_t until = clock() + CLOCKS_PER_SEC / 5;

	while (clock() < until)
		;
	expect(t, close(-1), FAILS(EBADF));
}

const struct family hangs_family = {
	.name = "hangs",
	.about = "Calls that never return: the claim's fault, the ground's, or nobody's",
	.cases = {
		&in_an_expectation,
		&in_the_ground,
		&after_an_expectation,
		&before_any_call,
		&busy_in_an_expectation,
		&stops_in_an_expectation,
		&stops_in_the_ground,
		&ignores_every_signal,
		&only_the_first_time,
		&busy_for_a_while,
	},
};
