// SPDX-License-Identifier: ISC
// Which signal O_ASYNC sends, what it tells, and how many are queued: F_SETSIG(2const).

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "case.h"

enum {
	EVENTS = 5,
	IN_BAND = POLLIN | POLLRDNORM,
	OUT_BAND = POLLOUT | POLLWRNORM | POLLWRBAND,
};

static void must_watch(struct trial *t, int fd, int signal)
{
	must_mask(t, SIGIO, true);
	if (signal != 0)
		must_mask(t, signal, true);
	must(t, fcntl(fd, F_SETOWN, getpid()));
	must(t, fcntl(fd, F_SETSIG, signal));
	must_set_async(t, fd, true);
}

// Takes a pending signal.
static siginfo_t expect_signal(struct trial *t, int signal)
{
	const struct timespec at_once = { 0, 0 };
	siginfo_t info = { .si_signo = 0 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	expect(t, sigtimedwait(&set, &info, &at_once), RETURNS(signal));
	return info;
}

static void expect_no_signal(struct trial *t, int signal)
{
	const struct timespec at_once = { 0, 0 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	expect(t, sigtimedwait(&set, NULL, &at_once), FAILS(EAGAIN));
}

static void expect_told(struct trial *t, int signal, int fd)
{
	siginfo_t info = expect_signal(t, signal);

	expect(t, info.si_fd, RETURNS(fd));
	expect(t, info.si_code, RETURNS(POLL_IN));
}

struct signal_row {
	const char *name;
	int signal;
};

static const struct signal_row chosen[] = {
	{ "sigusr1", SIGUSR1 },
	{ "sigio", SIGIO },
	{ "last_of_all", 64 },
};

CASE(chosen_signal_tells_the_descriptor,
     .claim = { DOCUMENTED,
		"the signal that F_SETSIG chose, SIGIO too, comes in place of a plain SIGIO, with "
		"the descriptor and POLL_IN; F_GETSIG tells it",
		"F_SETSIG(2const); sigaction(2), POLL_IN" },
     .covers = { "ASY-02", "ASY-05", "ASY-07" }, ROWS(chosen))
{
	const struct signal_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);

	if (row->signal >= SIGRTMIN)
		must_queue_signals(t);
	must_watch(t, p.rd, row->signal);
	expect(t, fcntl(p.rd, F_GETSIG), RETURNS(row->signal));
	must_write(t, p.wr, "x", 1);
	expect_told(t, row->signal, p.rd);
	expect_no_signal(t, SIGIO);
}

CASE(plain_sigio_is_the_default_and_tells_nothing,
     .claim = { OBSERVED,
		"without F_SETSIG, and after F_SETSIG of 0, SIGIO comes from the kernel as such "
		"and tells neither descriptor nor event",
		"fs/fcntl.c, send_sigio_to_task(); F_SETSIG(2const) promises SIGIO" },
     .covers = { "ASY-07" })
{
	struct pipe p = must_pipe(t, 0);

	must_watch(t, p.rd, 0);
	for (int round = 0; round < 2; round++) {
		must_write(t, p.wr, "x", 1);
		siginfo_t info = expect_signal(t, SIGIO);

		expect(t, info.si_code, RETURNS(SI_KERNEL));
		must(t, fcntl(p.rd, F_SETSIG, SIGUSR1));
		must(t, fcntl(p.rd, F_SETSIG, 0));
		expect(t, fcntl(p.rd, F_GETSIG), RETURNS(0));
	}
}

struct band_row {
	const char *name;
	enum pipe_end end;
	bool alone; // it is the last close() of the other end that signals
	int code;
	long band;
};

static const struct band_row bands[] = {
	{ "read_end", READ_END, false, POLL_IN, IN_BAND },
	{ "write_end", WRITE_END, false, POLL_OUT, OUT_BAND },
	{ "read_end/alone", READ_END, true, POLL_IN, IN_BAND },
	{ "write_end/alone", WRITE_END, true, POLL_OUT, OUT_BAND },
};

CASE(band_is_of_the_code_not_of_the_pipe,
     .claim = { OBSERVED,
		"a reader is told POLL_IN, in si_band POLLIN and POLLRDNORM, a writer POLL_OUT, "
		"POLLOUT, POLLWRNORM and POLLWRBAND, though the other end be gone",
		"fs/fcntl.c, band_table" },
     .covers = { "ASY-06", "ASY-10", "ASY-11" },
     .against = "sigaction(2): si_band is what poll() tells in revents", ROWS(bands))
{
	const struct band_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	const int fd = this_end(&p, row->end);
	char byte;

	must_watch(t, fd, SIGUSR1);
	if (row->alone) {
		must(t, close(other_end(&p, row->end)));
	} else {
		must_write(t, p.wr, "x", 1);
		must_read(t, p.rd, &byte, 1);
	}
	siginfo_t info = expect_signal(t, SIGUSR1);
	expect(t, info.si_code, RETURNS(row->code));
	expect(t, info.si_fd, RETURNS(fd));
	expect(t, info.si_band, RETURNS(row->band));
}

// --- copies ---------------------------------------------------------------------

CASE(descriptor_told_is_that_of_the_flag,
     .claim = { OBSERVED,
		"the descriptor told is the one that O_ASYNC was set by: F_SETSIG by a copy "
		"changes the signal, and only setting the flag anew the number",
		"fs/fcntl.c, fasync_helper()" },
     .covers = { "ASY-08" },
     .against = "F_SETSIG(2const): si_fd is the descriptor that F_SETSIG was called with")
{
	struct pipe p = must_pipe(t, 0);
	int copy = (int)must(t, dup(p.rd));

	must_mask(t, SIGUSR2, true);
	must_watch(t, p.rd, SIGUSR1);
	must(t, fcntl(copy, F_SETSIG, SIGUSR2));
	must_write(t, p.wr, "x", 1);
	expect_told(t, SIGUSR2, p.rd);
	expect_no_signal(t, SIGUSR1);
	must_set_async(t, copy, true); // is set already
	must_write(t, p.wr, "x", 1);
	expect_told(t, SIGUSR2, p.rd);
	must_set_async(t, copy, false);
	must_set_async(t, copy, true);
	must_write(t, p.wr, "x", 1);
	expect_told(t, SIGUSR2, copy);
}

CASE(closed_descriptor_is_still_told,
     .claim = { DOCUMENTED,
		"when the descriptor that the signals tell is closed, a copy keeps them coming, "
		"with the same number",
		"F_SETSIG(2const)" },
     .covers = { "ASY-08" })
{
	struct pipe p = must_pipe(t, 0);

	must(t, dup(p.rd));
	must_watch(t, p.rd, SIGUSR1);
	must(t, close(p.rd));
	must_write(t, p.wr, "x", 1);
	expect_told(t, SIGUSR1, p.rd);
}

CASE(closing_a_copy_changes_nothing,
     .claim = { DOCUMENTED,
		"signals come on after a copy of the descriptor that they tell is closed",
		"F_SETSIG(2const)" },
     .covers = { "ASY-08" })
{
	struct pipe p = must_pipe(t, 0);
	int copy = (int)must(t, dup(p.rd));

	must_watch(t, p.rd, SIGUSR1);
	must(t, close(copy));
	must_write(t, p.wr, "x", 1);
	expect_told(t, SIGUSR1, p.rd);
}

// --- the queue ------------------------------------------------------------------

// Into an empty pipe: what comes to data that are there already need not be told.
static void must_bring_data(struct trial *t, const struct pipe *p)
{
	must_write(t, p->wr, "x", 1);
	must_empty(t, p->rd);
}

CASE(real_time_signals_are_queued,
     .claim = { DOCUMENTED,
		"a real-time signal that F_SETSIG chose is queued each time that data come, "
		"another signal is pending once",
		"F_SETSIG(2const); signal(7), Real-time signals" },
     .covers = { "ASY-09", "ASY-18" })
{
	struct pipe p = must_pipe(t, 0);

	must_queue_signals(t);
	must_watch(t, p.rd, SIGRTMIN);
	for (int i = 0; i < EVENTS; i++)
		must_bring_data(t, &p);
	for (int i = 0; i < EVENTS; i++)
		expect_told(t, SIGRTMIN, p.rd);
	expect_no_signal(t, SIGRTMIN);
	must(t, fcntl(p.rd, F_SETSIG, SIGIO));
	for (int i = 0; i < EVENTS; i++)
		must_bring_data(t, &p);
	expect_told(t, SIGIO, p.rd);
	expect_no_signal(t, SIGIO);
}

CASE(full_queue_falls_back_to_sigio,
     .claim = { DOCUMENTED,
		"an event for which no more real-time signals can be queued raises SIGIO; those "
		"that were queued before stay",
		"F_SETSIG(2const)" },
     .covers = { "ASY-18" })
{
	struct pipe p = must_pipe(t, 0);

	must_queue_signals(t);
	must_watch(t, p.rd, SIGRTMIN);
	must_bring_data(t, &p);
	expect_no_signal(t, SIGIO);
	must_close_queue(t);
	for (int i = 0; i < EVENTS; i++)
		must_bring_data(t, &p);
	expect_signal(t, SIGIO);
	expect_no_signal(t, SIGIO);
	expect_told(t, SIGRTMIN, p.rd);
	expect_no_signal(t, SIGRTMIN);
}

const struct family async_signal_family = {
	.name = "async_signal",
	.about = "Which signal O_ASYNC sends, what it tells, how many are queued",
	.cases = {
		&chosen_signal_tells_the_descriptor,
		&plain_sigio_is_the_default_and_tells_nothing,
		&band_is_of_the_code_not_of_the_pipe,
		&descriptor_told_is_that_of_the_flag,
		&closed_descriptor_is_still_told,
		&closing_a_copy_changes_nothing,
		&real_time_signals_are_queued,
		&full_queue_falls_back_to_sigio,
	},
};
