// SPDX-License-Identifier: ISC
// Signals and the calls that wait for readiness: signal(7), poll(2), select(2), epoll_pwait(2).

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "case.h"

enum { GARBAGE = 0x5a5a };

enum wait_by { POLL, PPOLL, SELECT, PSELECT, EPOLL, EPOLL_MASKED };

struct wait {
	enum wait_by by;
	int fd, epoll;
	const sigset_t *mask; // of ppoll(), pselect() and epoll_pwait(); NULL: what is
};

// What was asked, and what the calls may write to.
struct asked {
	struct pollfd entry;
	fd_set in;
	struct epoll_event event;
};

static struct asked ask(int fd)
{
	struct asked a = { .entry = { fd, POLLIN, GARBAGE } };

	FD_ZERO(&a.in);
	FD_SET((size_t)fd, &a.in);
	return a;
}

static void attempt_wait(struct trial *t, const struct wait *w, struct asked *a)
{
	switch (w->by) {
	case POLL:
		attempt(t, poll(&a->entry, 1, -1));
		break;
	case PPOLL:
		attempt(t, ppoll(&a->entry, 1, NULL, w->mask));
		break;
	case SELECT:
		attempt(t, select(w->fd + 1, &a->in, NULL, NULL, NULL));
		break;
	case PSELECT:
		attempt(t, pselect(w->fd + 1, &a->in, NULL, NULL, NULL, w->mask));
		break;
	case EPOLL:
		attempt(t, epoll_wait(w->epoll, &a->event, 1, -1));
		break;
	case EPOLL_MASKED:
		attempt(t, epoll_pwait(w->epoll, &a->event, 1, -1, w->mask));
		break;
	}
}

static void wait_once(struct trial *t, const void *arg)
{
	const struct wait *w = arg;
	struct asked a = ask(w->fd);

	attempt_wait(t, w, &a);
}

static struct wait must_prepare(struct trial *t, enum wait_by by, int fd)
{
	struct wait w = { by, fd, must_epoll(t), NULL };

	must_watch_by(t, w.epoll, fd, EPOLLIN);
	return w;
}

struct call_row {
	const char *name;
	enum wait_by by;
};

static const struct call_row calls[] = {
	{ "poll", POLL },
	{ "select", SELECT },
	{ "epoll_wait", EPOLL },
};

CASE(handler_ends_the_wait_in_spite_of_sa_restart,
     .claim = { DOCUMENTED,
		"a handler with SA_RESTART ends poll(), select() and epoll_wait() asleep on a "
		"pipe with EINTR",
		"signal(7), Interruption of system calls and library functions by signal "
		"handlers" },
     .covers = { "POL-18" }, .against = "SA_RESTART restarts every call that waits for a pipe",
     ROWS(calls))
{
	const struct call_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct wait w = must_prepare(t, row->by, p.rd);

	must_catch(t, SIGUSR1, SA_RESTART);
	struct actor *waiter = start(t, wait_once, &w);
	must_block(t, waiter);
	must_interrupt(t, waiter, SIGUSR1);
	expect_actor(t, waiter, FAILS(EINTR));
}

static void poll_and_look(struct trial *t, const void *arg)
{
	const struct wait *w = arg;
	struct asked a = ask(w->fd);

	attempt_wait(t, w, &a);
	expect(t, a.entry.revents, RETURNS(0));
}

static void select_and_look(struct trial *t, const void *arg)
{
	const struct wait *w = arg;
	struct asked a = ask(w->fd);

	attempt_wait(t, w, &a);
	expect_true(t, FD_ISSET((size_t)w->fd, &a.in));
}

CASE(interrupted_poll_clears_revents,
     .claim = { OBSERVED, "poll() that fails with EINTR has set revents to 0",
		"fs/select.c, do_sys_poll()" },
     .covers = { "POL-18" })
{
	struct pipe p = must_pipe(t, 0);
	struct wait w = must_prepare(t, POLL, p.rd);

	must_catch(t, SIGUSR1, 0);
	struct actor *waiter = start(t, poll_and_look, &w);
	must_block(t, waiter);
	must_interrupt(t, waiter, SIGUSR1);
	expect_actor(t, waiter, FAILS(EINTR));
	must_finish(t, waiter);
}

CASE(interrupted_select_leaves_its_sets,
     .claim = { POSIX, "select() that fails with EINTR leaves its sets as they were",
		"POSIX.1-2024 select(), RETURN VALUE" },
     .covers = { "POL-18" })
{
	struct pipe p = must_pipe(t, 0);
	struct wait w = must_prepare(t, SELECT, p.rd);

	must_catch(t, SIGUSR1, 0);
	struct actor *waiter = start(t, select_and_look, &w);
	must_block(t, waiter);
	must_interrupt(t, waiter, SIGUSR1);
	expect_actor(t, waiter, FAILS(EINTR));
	must_finish(t, waiter);
}

// --- another mask -----------------------------------------------------------------

static const struct call_row masked[] = {
	{ "ppoll", PPOLL },
	{ "pselect", PSELECT },
	{ "epoll_pwait", EPOLL_MASKED },
};

static void wait_with_pending(struct trial *t, const void *arg)
{
	must_mask(t, SIGUSR1, true);
	must(t, kill(getpid(), SIGUSR1));
	expect(t, caught(t, SIGUSR1).count, RETURNS(0));
	wait_once(t, arg);
	expect(t, caught(t, SIGUSR1).count, RETURNS(1));
	must(t, kill(getpid(), SIGUSR1)); // blocked again
	expect(t, caught(t, SIGUSR1).count, RETURNS(1));
}

CASE(pending_signal_ends_a_wait_that_unblocks_it,
     .claim = { DOCUMENTED,
		"ppoll() and pselect(), and epoll_pwait() likewise, whose mask lets a pending "
		"signal through fail with EINTR once it is handled, and put the mask back",
		"poll(2), select(2), epoll_pwait(2)" },
     .covers = { "POL-41" }, ROWS(masked))
{
	const struct call_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct wait w = must_prepare(t, row->by, p.rd);
	sigset_t none;

	sigemptyset(&none);
	w.mask = &none;
	must_catch(t, SIGUSR1, 0);
	struct actor *waiter = start(t, wait_with_pending, &w);

	expect_actor(t, waiter, FAILS(EINTR));
	must_finish(t, waiter);
}

static void wait_and_count(struct trial *t, const void *arg)
{
	wait_once(t, arg);
	expect(t, caught(t, SIGUSR1).count, RETURNS(1)); // after the wait
}

CASE(masked_signal_does_not_end_the_wait,
     .claim = { DOCUMENTED,
		"a signal that the mask of ppoll(), pselect() or epoll_pwait() blocks leaves the "
		"call asleep, and is handled when data have ended it",
		"poll(2), select(2), epoll_pwait(2)" },
     .covers = { "POL-41" }, ROWS(masked))
{
	const struct call_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct wait w = must_prepare(t, row->by, p.rd);
	sigset_t one;

	sigemptyset(&one);
	sigaddset(&one, SIGUSR1);
	w.mask = &one;
	must_catch(t, SIGUSR1, 0);
	struct actor *waiter = start(t, wait_and_count, &w);
	must_block(t, waiter);
	must_signal(t, waiter, SIGUSR1);
	expect_actor(t, waiter, BLOCKS);
	expect(t, caught(t, SIGUSR1).count, RETURNS(0));
	must_write(t, p.wr, "x", 1);
	expect_actor(t, waiter, RETURNS(1));
	must_finish(t, waiter);
}

const struct family poll_signals_family = {
	.name = "poll_signals",
	.about = "Signals to who waits in poll(), select() or epoll_wait()",
	.cases = {
		&handler_ends_the_wait_in_spite_of_sa_restart,
		&interrupted_poll_clears_revents,
		&interrupted_select_leaves_its_sets,
		&pending_signal_ends_a_wait_that_unblocks_it,
		&masked_signal_does_not_end_the_wait,
	},
};
