// SPDX-License-Identifier: ISC
// Asleep in poll(), select() or epoll_wait(): what wakes, and what does not.

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

#include "case.h"

enum { GARBAGE = 0x5a5a, HERD = 3 };

enum wait_by { POLL, SELECT, EPOLL, EPOLL_FINE };

// Who waits for one end, with the other one closed.
struct wait {
	enum wait_by by;
	int fd, other, epoll;
	short events; // POLLIN or POLLOUT
	short told;   // POLLIN, POLLOUT or what poll() and epoll tell in their place
};

static void poll_once(struct trial *t, const struct wait *w)
{
	struct pollfd asked = { w->fd, w->events, GARBAGE };

	attempt(t, poll(&asked, 1, -1));
	if (w->told == POLLHUP)
		expect_equal(t, asked.revents & POLLHUP, POLLHUP);
	else
		expect_equal(t, asked.revents, w->told);
}

static void select_once(struct trial *t, const struct wait *w)
{
	fd_set set, none;

	FD_ZERO(&set);
	FD_ZERO(&none);
	FD_SET((size_t)w->fd, &set);
	if (w->events == POLLIN)
		attempt(t, select(w->fd + 1, &set, &none, NULL, NULL));
	else
		attempt(t, select(w->fd + 1, &none, &set, NULL, NULL));
	expect_true(t, FD_ISSET((size_t)w->fd, &set));
}

static void epoll_once(struct trial *t, const struct wait *w)
{
	struct epoll_event event = { .events = 0 };

	long n = w->by == EPOLL ? attempt(t, epoll_wait(w->epoll, &event, 1, -1))
				: attempt(t, epoll_wait2(w->epoll, &event, -1));
	if (n == -1)
		return; // not every kernel has both
	expect(t, event.events, RETURNS(w->told));
	expect(t, event.data.fd, RETURNS(w->fd));
}

static void wait_once(struct trial *t, const void *arg)
{
	const struct wait *w = arg;

	must(t, close(w->other));
	switch (w->by) {
	case POLL:
		poll_once(t, w);
		break;
	case SELECT:
		select_once(t, w);
		break;
	case EPOLL:
	case EPOLL_FINE:
		epoll_once(t, w);
		break;
	}
}

static struct actor *must_start_waiter(struct trial *t, struct wait *w)
{
	w->epoll = must_epoll(t);
	must_watch_by(t, w->epoll, w->fd, (uint32_t)w->events);
	struct actor *waiter = start(t, wait_once, w);

	expect_actor(t, waiter, BLOCKS);
	return waiter;
}

static void expect_woken(struct trial *t, struct actor *waiter)
{
	expect_actor(t, waiter, RETURNS(1));
	must_finish(t, waiter);
}

struct call_row {
	const char *name;
	enum wait_by by;
};

static const struct call_row calls[] = {
	{ "poll", POLL },
	{ "select", SELECT },
	{ "epoll_wait", EPOLL },
	{ "epoll_pwait2", EPOLL_FINE },
};

static const struct call_row paths[] = {
	{ "poll", POLL },
	{ "select", SELECT },
	{ "epoll_wait", EPOLL },
};

CASE(data_wake,
     .claim = { DOCUMENTED,
		"poll() and its kin wait at an empty pipe until something is written, and tell it",
		"poll(2), select(2), epoll_wait(2)" },
     .covers = { "POL-01", "POL-12", "POL-41" }, ROWS(calls))
{
	const struct call_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct wait w = { row->by, p.rd, p.wr, -1, POLLIN, POLLIN };
	struct actor *waiter = must_start_waiter(t, &w);

	must_write(t, p.wr, "x", 1);
	expect_woken(t, waiter);
}

static void expect_woken_by_the_last_writer(struct trial *t)
{
	const struct call_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct wait w = { row->by, p.rd, p.wr, -1, POLLIN, POLLHUP };
	struct actor *waiter = must_start_waiter(t, &w);

	must(t, close(p.wr));
	expect_woken(t, waiter);
}

static const struct call_row of_posix[] = { { "poll", POLL }, { "select", SELECT } };

CASE(last_writer_wakes,
     .claim = { POSIX,
		"a process that waits for data in poll() or select() is woken when the last "
		"writer closes: POLLHUP, or readable",
		"POSIX.1-2024 poll(), DESCRIPTION, POLLHUP; select(), DESCRIPTION" },
     .covers = { "POL-13" }, ROWS(of_posix))
{
	expect_woken_by_the_last_writer(t);
}

static const struct call_row of_linux[] = { { "epoll_wait", EPOLL } };

CASE(last_writer_wakes_epoll,
     .claim = { DOCUMENTED,
		"a process that waits for data in epoll_wait() is woken when the last writer "
		"closes: EPOLLHUP",
		"epoll_ctl(2), EPOLLHUP" },
     .covers = { "POL-13" }, ROWS(of_linux))
{
	expect_woken_by_the_last_writer(t);
}

CASE(page_emptied_wakes,
     .claim = { DOCUMENTED,
		"who waits for room in a full pipe in poll(), select() or epoll_wait() is woken "
		"when a page of it is read",
		"poll(2), select(2), epoll_wait(2)" },
     .covers = { "POL-04", "POL-14" }, ROWS(paths))
{
	const struct call_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct wait w = { row->by, p.wr, p.rd, -1, POLLOUT, POLLOUT };
	char *page = must_share(t, page_size());

	must_fill(t, &p, 0);
	struct actor *waiter = must_start_waiter(t, &w);
	must_read(t, p.rd, page, page_size());
	expect_woken(t, waiter);
}

CASE(last_reader_wakes,
     .claim = { DOCUMENTED,
		"who waits for room in a full pipe in poll(), select() or epoll_wait() is woken "
		"when the last reader closes: POLLERR",
		"poll(2), POLLERR; epoll_ctl(2), EPOLLERR; select(2)" },
     .covers = { "POL-15" }, ROWS(paths))
{
	const struct call_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct wait w = { row->by, p.wr, p.rd, -1, POLLOUT, POLLERR };

	must_fill(t, &p, 0);
	struct actor *waiter = must_start_waiter(t, &w);
	must(t, close(p.rd));
	expect_woken(t, waiter);
}

static const struct call_row with_events[] = {
	{ "poll", POLL },
	{ "epoll_wait", EPOLL },
};

CASE(what_was_not_asked_does_not_wake,
     .claim = { DOCUMENTED,
		"who asked for nothing sleeps on in poll() and epoll_wait() while data are "
		"written, and is woken by the hang-up",
		"poll(2), DESCRIPTION, events; epoll_ctl(2)" },
     .covers = { "POL-09", "POL-11" }, ROWS(with_events))
{
	const struct call_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct wait w = { row->by, p.rd, p.wr, -1, 0, POLLHUP };
	struct actor *waiter = must_start_waiter(t, &w);

	must_write(t, p.wr, "x", 1);
	expect_actor(t, waiter, BLOCKS);
	must(t, close(p.wr));
	expect_woken(t, waiter);
}

CASE(one_write_wakes_all,
     .claim = { DOCUMENTED,
		"one byte wakes all who wait for it in poll() or select(), or each in "
		"epoll_wait() of an instance of its own",
		"poll(2), select(2), epoll_ctl(2), EPOLLEXCLUSIVE, on the default" },
     .covers = { "POL-12", "POL-35" }, ROWS(paths))
{
	const struct call_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct wait w = { row->by, p.rd, p.wr, -1, POLLIN, POLLIN };
	struct actor *waiters[HERD];

	for (int i = 0; i < HERD; i++)
		waiters[i] = must_start_waiter(t, &w);
	must_write(t, p.wr, "x", 1);
	for (int i = 0; i < HERD; i++)
		expect_woken(t, waiters[i]);
}

// In which place of the two each pipe is asked for, and which events it reports.
struct places {
	int data, room;
	short in_data, in_room;
};

static const struct places asked_for[] = {
	{ 0, 1, POLLIN, 0 },
	{ 0, 1, 0, POLLOUT },
	{ 1, 0, POLLIN, 0 },
	{ 1, 0, 0, POLLOUT },
};

struct two {
	struct pipe data, room;
	const struct places *places;
};

static void wait_for_two(struct trial *t, const void *arg)
{
	const struct two *two = arg;
	const struct places *places = two->places;
	struct pollfd asked[2];

	asked[places->data] = (struct pollfd){ two->data.rd, POLLIN, GARBAGE };
	asked[places->room] = (struct pollfd){ two->room.wr, POLLOUT, GARBAGE };
	attempt(t, poll(asked, 2, -1));
	expect(t, asked[places->data].revents, RETURNS(places->in_data));
	expect(t, asked[places->room].revents, RETURNS(places->in_room));
}

CASE(either_of_two_pipes_wakes,
     .claim = { POSIX,
		"who waits for data in one pipe and room in another, in either order, is woken by "
		"either, again and again, and told which",
		"POSIX.1-2024 poll(), DESCRIPTION" },
     .covers = { "POL-14" })
{
	struct two two = { must_pipe(t, 0), must_pipe_by(t, BY_ONE_PAGE, 0), NULL };
	char *bytes = must_share(t, page_size());

	for (size_t i = 0; i < sizeof asked_for / sizeof asked_for[0]; i++) {
		two.places = &asked_for[i];
		size_t full = must_fill(t, &two.room, 0);
		struct actor *waiter = start(t, wait_for_two, &two);
		expect_actor(t, waiter, BLOCKS);
		if (two.places->in_data)
			must_write(t, two.data.wr, "x", 1);
		else
			must_read(t, two.room.rd, bytes, full);
		expect_woken(t, waiter);
		if (two.places->in_data) {
			must_read(t, two.data.rd, bytes, 1);
			must_read(t, two.room.rd, bytes, full);
		}
	}
}

const struct family poll_waits_family = {
	.name = "poll_waits",
	.about = "What wakes who sleeps in poll(), select() or epoll_wait(), and what does not",
	.cases = {
		&data_wake,
		&last_writer_wakes,
		&last_writer_wakes_epoll,
		&page_emptied_wakes,
		&last_reader_wakes,
		&what_was_not_asked_does_not_wake,
		&one_write_wakes_all,
		&either_of_two_pipes_wakes,
	},
};
