// SPDX-License-Identifier: ISC
// The entries of an epoll instance, for pipes: epoll_ctl(2), epoll_wait(2), epoll(7).

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "case.h"

// --- how many -------------------------------------------------------------------

enum { PIPES = 13, AT_ONCE = 5, CALLS = 3 }; // as many calls as tell of all

static void must_ready(struct trial *t, int epoll, struct pipe pipes[PIPES])
{
	for (int i = 0; i < PIPES; i++) {
		struct epoll_event event = { .events = EPOLLIN, .data.fd = i };

		pipes[i] = must_pipe_by(t, BY_ONE_PAGE, 0);
		must(t, epoll_ctl(epoll, EPOLL_CTL_ADD, pipes[i].rd, &event));
		must_write(t, pipes[i].wr, "x", 1);
	}
}

CASE(ready_pipes_are_told_in_turns,
     .claim = { DOCUMENTED,
		"of 13 ready pipes epoll_wait() for 5 tells 5, others the next time, and all in "
		"three calls",
		"epoll_wait(2), NOTES" },
     .covers = { "POL-37" })
{
	struct epoll_event events[AT_ONCE + 1];
	struct pipe pipes[PIPES];
	int epoll = must_epoll(t), times[PIPES] = { 0 };

	must_ready(t, epoll, pipes);
	for (int call = 0; call < CALLS; call++) {
		events[AT_ONCE].data.fd = PIPES;
		expect(t, epoll_wait(epoll, events, AT_ONCE, 0), RETURNS(AT_ONCE));
		expect(t, events[AT_ONCE].data.fd, RETURNS(PIPES));
		for (int i = 0; i < AT_ONCE; i++) {
			expect_true(t, events[i].data.fd >= 0 && events[i].data.fd < PIPES);
			times[events[i].data.fd]++;
		}
	}
	for (int i = 0; i < PIPES; i++)
		expect(t, times[i], RETURNS_IN(1, 2));
}

CASE(all_ready_pipes_are_told_where_there_is_room,
     .claim = { DOCUMENTED, "epoll_wait() with room for more tells of each of 13 ready pipes, once",
		"epoll_wait(2), DESCRIPTION" },
     .covers = { "POL-37" })
{
	struct epoll_event events[PIPES + 1];
	struct pipe pipes[PIPES];
	int epoll = must_epoll(t), told = 0;

	must_ready(t, epoll, pipes);
	expect(t, epoll_wait(epoll, events, PIPES + 1, 0), RETURNS(PIPES));
	for (int i = 0; i < PIPES; i++)
		told |= 1 << events[i].data.fd;
	expect(t, told, RETURNS((1 << PIPES) - 1));
}

// --- what is refused ------------------------------------------------------------

enum thing { EPOLL, PIPE, WATCHED, CLOSED };

struct refusal_row {
	const char *name;
	enum thing of, fd;
	int operation;
	uint32_t events;
	struct outcome want;
};

static const struct refusal_row refusals[] = {
	// clang-format off
	{ "add/of_closed",           CLOSED, PIPE,    EPOLL_CTL_ADD, EPOLLIN, FAILS(EBADF) },
	{ "add/of_pipe",             PIPE,   WATCHED, EPOLL_CTL_ADD, EPOLLIN, FAILS(EINVAL) },
	{ "add/closed",              EPOLL,  CLOSED,  EPOLL_CTL_ADD, EPOLLIN, FAILS(EBADF) },
	{ "add/watched",             EPOLL,  WATCHED, EPOLL_CTL_ADD, EPOLLIN, FAILS(EEXIST) },
	{ "add/itself",              EPOLL,  EPOLL,   EPOLL_CTL_ADD, EPOLLIN, FAILS(EINVAL) },
	{ "modify/unwatched",        EPOLL,  PIPE,    EPOLL_CTL_MOD, EPOLLIN, FAILS(ENOENT) },
	{ "delete/unwatched",        EPOLL,  PIPE,    EPOLL_CTL_DEL, 0,       FAILS(ENOENT) },
	{ "unknown_operation",       EPOLL,  PIPE,    4,             EPOLLIN, FAILS(EINVAL) },
	{ "exclusive/modify",        EPOLL,  WATCHED, EPOLL_CTL_MOD, EPOLLIN | EPOLLEXCLUSIVE,
	  FAILS(EINVAL) },
	{ "exclusive/one_shot",      EPOLL,  PIPE,    EPOLL_CTL_ADD,
	  EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT, FAILS(EINVAL) },
	{ "exclusive/pri",           EPOLL,  PIPE,    EPOLL_CTL_ADD, EPOLLPRI | EPOLLEXCLUSIVE,
	  FAILS(EINVAL) },
	// clang-format on
};

CASE(wrong_arguments_of_epoll_ctl_are_refused,
     .claim = { DOCUMENTED,
		"epoll_ctl() refuses what is no epoll instance, no open descriptor, watched "
		"already or not yet, no operation, or does not go with EPOLLEXCLUSIVE",
		"epoll_ctl(2), ERRORS" },
     .covers = { "POL-38" }, ROWS(refusals))
{
	const struct refusal_row *row = trial_row(t);
	struct epoll_event event = { .events = row->events };
	struct pipe p = must_pipe(t, 0), closed = must_pipe(t, 0);
	int things[] = { must_epoll(t), p.rd, p.wr, closed.rd };

	must_watch_by(t, things[EPOLL], things[WATCHED], EPOLLIN);
	must(t, close(closed.rd));
	expect_as(t, epoll_ctl(things[row->of], row->operation, things[row->fd], &event),
		  &row->want);
}

CASE(exclusive_entry_cannot_be_modified,
     .claim = { DOCUMENTED, "EPOLL_CTL_MOD of an entry with EPOLLEXCLUSIVE fails with EINVAL",
		"epoll_ctl(2), ERRORS" },
     .covers = { "POL-38" }, .since = "4.5")
{
	struct epoll_event event = { .events = EPOLLIN };
	struct pipe p = must_pipe(t, 0);
	int epoll = must_epoll(t);

	must_watch_by(t, epoll, p.rd, EPOLLIN | EPOLLEXCLUSIVE);
	expect(t, epoll_ctl(epoll, EPOLL_CTL_MOD, p.rd, &event), FAILS(EINVAL));
}

struct wait_row {
	const char *name;
	enum thing of;
	int room;
	struct outcome want;
};

static const struct wait_row waits[] = {
	{ "of_closed", CLOSED, 1, FAILS(EBADF) },
	{ "of_pipe", PIPE, 1, FAILS(EINVAL) },
	{ "room_0", EPOLL, 0, FAILS(EINVAL) },
	{ "room_below_0", EPOLL, -1, FAILS(EINVAL) },
};

CASE(wrong_arguments_of_epoll_wait_are_refused,
     .claim = { DOCUMENTED,
		"epoll_wait() refuses what is no epoll instance and room for no event, though a "
		"pipe is ready",
		"epoll_wait(2), ERRORS" },
     .covers = { "POL-38" }, ROWS(waits))
{
	const struct wait_row *row = trial_row(t);
	struct epoll_event event;
	struct pipe p = must_pipe(t, 0), closed = must_pipe(t, 0);
	int things[] = { must_epoll(t), p.rd, p.wr, closed.rd };

	must_watch_by(t, things[EPOLL], p.wr, EPOLLOUT);
	must(t, close(closed.rd));
	expect_as(t, epoll_wait(things[row->of], &event, row->room, 0), &row->want);
}

CASE(event_that_could_not_be_told_is_told_later,
     .claim = { OBSERVED,
		"epoll_wait() into no memory fails with EFAULT, and an edge that it could not "
		"tell is told by the next one",
		"fs/eventpoll.c, ep_send_events(); epoll_wait(2), EFAULT" },
     .covers = { "POL-38" })
{
	struct pipe p = must_pipe(t, 0);
	char *beyond = must_map_part(t, 0, sizeof(struct epoll_event));
	int epoll = must_epoll(t);

	must_watch_by(t, epoll, p.rd, EPOLLIN | EPOLLET);
	must_write(t, p.wr, "x", 1);
	expect(t, epoll_wait(epoll, (struct epoll_event *)(void *)beyond, 1, 0), FAILS(EFAULT));
	expect_epoll_tells(t, epoll, p.rd, EPOLLIN);
	expect_epoll_quiet(t, epoll);
}

CASE(every_bit_of_events_is_taken,
     .claim = { OBSERVED, "epoll_ctl() adds a pipe with any one bit of events, known or not",
		"fs/eventpoll.c, do_epoll_ctl(); epoll_ctl(2) names no refusal" },
     .covers = { "POL-38" }, ROWS(either_end))
{
	const struct end_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	const int fd = this_end(&p, row->end), epoll = must_epoll(t);
	enum { BITS = 32 };

	for (int bit = 0; bit < BITS; bit++) {
		struct epoll_event event = { .events = 1U << bit };

		expect(t, epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), RETURNS(0));
		expect(t, epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL), RETURNS(0));
	}
}

// --- whose they are -------------------------------------------------------------

CASE(entry_outlives_its_descriptor,
     .claim = { DOCUMENTED,
		"an entry whose descriptor was closed tells on while a copy of it is open, and "
		"ends with the last copy",
		"epoll(7), Questions and answers, on closing a file descriptor" },
     .covers = { "POL-39" }, .against = "close() takes a descriptor out of every epoll instance")
{
	struct pipe p = must_pipe(t, 0);
	int copy = (int)must(t, dup(p.rd)), epoll = must_epoll(t);

	must_watch_by(t, epoll, p.rd, EPOLLIN);
	must(t, close(p.rd));
	expect_epoll_quiet(t, epoll);
	must_write(t, p.wr, "x", 1);
	expect_epoll_tells(t, epoll, p.rd, EPOLLIN);
	must(t, close(copy));
	expect_epoll_quiet(t, epoll);
}

CASE(entry_is_found_by_its_number_alone,
     .claim = { DOCUMENTED,
		"an entry cannot be removed by its closed descriptor (EBADF), nor by a copy "
		"(ENOENT), which can be added beside it; then both are told",
		"epoll(7), Questions and answers; epoll_ctl(2), ERRORS" },
     .covers = { "POL-39" })
{
	struct pipe p = must_pipe(t, 0);
	int copy = (int)must(t, dup(p.rd)), epoll = must_epoll(t);
	struct epoll_event event = { .events = EPOLLIN, .data.fd = copy }, told[3];

	must_watch_by(t, epoll, p.rd, EPOLLIN);
	must(t, close(p.rd));
	expect(t, epoll_ctl(epoll, EPOLL_CTL_DEL, p.rd, NULL), FAILS(EBADF));
	expect(t, epoll_ctl(epoll, EPOLL_CTL_DEL, copy, NULL), FAILS(ENOENT));
	expect(t, epoll_ctl(epoll, EPOLL_CTL_ADD, copy, &event), RETURNS(0));
	must_write(t, p.wr, "x", 1);
	expect(t, epoll_wait(epoll, told, 3, 0), RETURNS(2));
	expect(t, told[0].data.fd ^ told[1].data.fd, RETURNS(p.rd ^ copy));
}

const struct family epoll_entries_family = {
	.name = "epoll_entries",
	.about = "Entries of an epoll instance: what is told, refused, and kept",
	.cases = {
		&ready_pipes_are_told_in_turns,
		&all_ready_pipes_are_told_where_there_is_room,
		&wrong_arguments_of_epoll_ctl_are_refused,
		&exclusive_entry_cannot_be_modified,
		&wrong_arguments_of_epoll_wait_are_refused,
		&event_that_could_not_be_told_is_told_later,
		&every_bit_of_events_is_taken,
		&entry_outlives_its_descriptor,
		&entry_is_found_by_its_number_alone,
	},
};
