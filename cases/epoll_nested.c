// SPDX-License-Identifier: ISC
// Epoll instances within one another round a pipe: epoll_ctl(2), epoll(7).

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "case.h"

enum { DEPTH_MAX = 6 };

// The last one holds the one before it, and so on; the first one holds `fd`.
static void must_nest(struct trial *t, int nest[DEPTH_MAX], int depth, int fd)
{
	for (int i = 0; i < depth; i++) {
		nest[i] = must_epoll(t);
		must_watch_by(t, nest[i], i == 0 ? fd : nest[i - 1], EPOLLIN);
	}
}

struct depth_row {
	const char *name;
	int depth;
};

static const struct depth_row depths[] = { { "2", 2 }, { "5", 5 } };

CASE(readiness_goes_through_a_nest,
     .claim = { DOCUMENTED,
		"each of the epoll instances in one another tells that the one within is readable "
		"while the pipe in the first one holds data; so does poll() of the last",
		"epoll(7), Questions and answers, on nesting" },
     .covers = { "POL-36" }, ROWS(depths))
{
	const struct depth_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	int nest[DEPTH_MAX] = { 0 };
	char byte;

	must_nest(t, nest, row->depth, p.rd);
	expect_events(t, nest[row->depth - 1], 0);
	must_write(t, p.wr, "x", 1);
	expect_events(t, nest[row->depth - 1], POLLIN | POLLRDNORM);
	for (int i = row->depth - 1; i >= 0; i--)
		expect_epoll_tells(t, nest[i], i == 0 ? p.rd : nest[i - 1], EPOLLIN);
	must_read(t, p.rd, &byte, 1);
	for (int i = row->depth - 1; i >= 0; i--)
		expect_epoll_quiet(t, nest[i]);
	expect_events(t, nest[row->depth - 1], 0);
}

static void wait_for_event(struct trial *t, const void *arg)
{
	struct epoll_event event;

	attempt(t, epoll_wait(*(const int *)arg, &event, 1, -1));
}

CASE(sleeper_at_the_top_of_a_nest_is_woken,
     .claim = { DOCUMENTED,
		"a byte written to the pipe wakes who sleeps in epoll_wait() of the last of the "
		"epoll instances in one another",
		"epoll(7), Questions and answers, on nesting" },
     .covers = { "POL-36" }, ROWS(depths))
{
	const struct depth_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	int nest[DEPTH_MAX] = { 0 };

	must_nest(t, nest, row->depth, p.rd);
	struct actor *sleeper = start(t, wait_for_event, &nest[row->depth - 1]);

	expect_actor(t, sleeper, BLOCKS);
	must_write(t, p.wr, "x", 1);
	expect_actor(t, sleeper, RETURNS(1));
}

// A sixth one round five in one another.
static void expect_sixth_refused(struct trial *t, bool looped)
{
	struct pipe p = must_pipe(t, 0);
	struct epoll_event event = { .events = EPOLLIN };
	int nest[DEPTH_MAX] = { 0 }, sixth = must_epoll(t);

	must_nest(t, nest, DEPTH_MAX - 1, p.rd);
	must_write(t, p.wr, "x", 1);
	if (looped)
		expect(t, epoll_ctl(sixth, EPOLL_CTL_ADD, nest[DEPTH_MAX - 2], &event),
		       FAILS(ELOOP));
	else
		expect(t, epoll_ctl(sixth, EPOLL_CTL_ADD, nest[DEPTH_MAX - 2], &event),
		       FAILS_ANYHOW);
	expect_epoll_quiet(t, sixth);
}

CASE(nest_that_is_too_deep_is_refused,
     .claim = { DOCUMENTED,
		"a sixth epoll instance cannot be put round five in one another, and tells nothing",
		"epoll_ctl(2), ELOOP" },
     .covers = { "POL-36" })
{
	expect_sixth_refused(t, false);
}

CASE(nest_that_is_too_deep_is_a_loop,
     .claim = { OBSERVED, "a sixth epoll instance round five in one another is refused with ELOOP",
		"epoll_ctl(2), ELOOP; but Linux 5.10 says EINVAL" },
     .covers = { "POL-36" })
{
	expect_sixth_refused(t, true);
}

static const struct depth_row rings[] = { { "2", 2 }, { "3", 3 } };

CASE(ring_is_refused,
     .claim = { DOCUMENTED,
		"an epoll instance that would watch itself through others is refused with ELOOP",
		"epoll_ctl(2), ELOOP" },
     .covers = { "POL-36" }, ROWS(rings))
{
	const struct depth_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct epoll_event event = { .events = EPOLLIN };
	int nest[DEPTH_MAX] = { 0 };

	must_nest(t, nest, row->depth, p.rd);
	expect(t, epoll_ctl(nest[0], EPOLL_CTL_ADD, nest[row->depth - 1], &event), FAILS(ELOOP));
}

CASE(exclusive_nest_is_refused,
     .claim = { DOCUMENTED, "an epoll instance cannot be added with EPOLLEXCLUSIVE: EINVAL",
		"epoll_ctl(2), ERRORS" },
     .covers = { "POL-36", "POL-38" }, .since = "4.5")
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	int inner = must_epoll(t);

	expect(t, epoll_ctl(must_epoll(t), EPOLL_CTL_ADD, inner, &event), FAILS(EINVAL));
}

const struct family epoll_nested_family = {
	.name = "epoll_nested",
	.about = "Epoll instances within one another round a pipe",
	.cases = {
		&readiness_goes_through_a_nest,
		&sleeper_at_the_top_of_a_nest_is_woken,
		&nest_that_is_too_deep_is_refused,
		&nest_that_is_too_deep_is_a_loop,
		&ring_is_refused,
		&exclusive_nest_is_refused,
	},
};
