// SPDX-License-Identifier: ISC
// When a pipe is writable, for poll(), select() and epoll: fs/pipe.c, pipe_poll().

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

#include "case.h"

enum { WRITABLE = POLLOUT | POLLWRNORM };

struct room_row {
	const char *name;
	struct extent room; // behind what was written into an empty pipe
	short events;
};

static const struct room_row rooms[] = {
	// clang-format off
	{ "none",           { 0, 0 },  0 },
	{ "byte",           { 0, 1 },  0 },
	{ "page_less_byte", { 1, -1 }, 0 },
	{ "page",           { 1, 0 },  WRITABLE },
	{ "page_and_byte",  { 1, 1 },  WRITABLE },
	// clang-format on
};

CASE(room_is_a_page_that_nothing_is_in,
     .claim = { OBSERVED,
		"poll() tells POLLOUT while a whole page is free, however much room there is "
		"behind the last byte of another",
		"fs/pipe.c, pipe_poll()" },
     .covers = { "POL-19" }, .against = "a pipe with room for a byte is writable", .ways = BY_PIPE2,
     ROWS(rooms))
{
	const struct room_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);

	must_fill(t, &p, bytes_in(row->room));
	expect_events(t, p.wr, row->events);
	if (row->room.pages + row->room.bytes > 0) // what poll() denies
		expect(t, write(p.wr, "x", 1), RETURNS(1));
}

enum look { BY_POLL, BY_SELECT, BY_EPOLL };
struct look_row {
	const char *name;
	enum look by;
};
static const struct look_row looks[] = {
	{ "poll", BY_POLL },
	{ "select", BY_SELECT },
	{ "epoll", BY_EPOLL },
};

static bool is_writable(struct trial *t, int fd)
{
	const struct look_row *row = trial_row(t);
	struct pollfd asked = { fd, POLLOUT, 0 };
	struct epoll_event event;
	int epoll = -1;
	fd_set set;

	FD_ZERO(&set);
	FD_SET((size_t)fd, &set);
	switch (row->by) {
	case BY_POLL:
		return must(t, poll(&asked, 1, 0)) == 1;
	case BY_SELECT:
		return must(t, select(fd + 1, NULL, &set, NULL, &(struct timeval){ 0, 0 })) == 1;
	case BY_EPOLL:
		epoll = must_epoll(t);
		must_watch_by(t, epoll, fd, EPOLLOUT);
		bool ready = must(t, epoll_wait(epoll, &event, 1, 0)) == 1;
		must(t, close(epoll));
		return ready;
	}
	return false;
}

CASE(full_pipe_is_writable_from_a_page_read,
     .claim = { OBSERVED,
		"a full pipe is writable once the last byte of its first page is read, and not "
		"before",
		"fs/pipe.c, pipe_poll(), pipe_read()" },
     .covers = { "POL-04", "POL-19" }, .against = "every byte that is read makes room for another",
     ROWS(looks))
{
	struct pipe p = must_pipe(t, O_NONBLOCK);
	char *bytes = must_share(t, page_size());

	must_fill(t, &p, 0);
	expect_true(t, !is_writable(t, p.wr));
	must_read(t, p.rd, bytes, 1);
	expect_true(t, !is_writable(t, p.wr));
	must_read(t, p.rd, bytes, page_size() - 2);
	expect_true(t, !is_writable(t, p.wr));
	must_read(t, p.rd, bytes, 1);
	expect_true(t, is_writable(t, p.wr));
	must_write(t, p.wr, "x", 1);
	expect_true(t, !is_writable(t, p.wr));
}

CASE(page_with_one_byte_is_freed_by_one_byte,
     .claim = { OBSERVED, "a full pipe whose first page holds a byte is writable once that is read",
		"fs/pipe.c, pipe_poll(), pipe_read()" },
     .covers = { "POL-19" }, .against = "POLLOUT comes after PIPE_BUF bytes were read")
{
	struct pipe p = must_pipe(t, O_NONBLOCK);
	const size_t pages = must_capacity(t, p.wr) / page_size();
	char *page = must_share(t, page_size());

	must_write(t, p.wr, "x", 1);
	for (size_t i = 1; i < pages; i++)
		must_write(t, p.wr, page, page_size());
	expect_events(t, p.wr, 0);
	must_read(t, p.rd, page, 1);
	expect_events(t, p.wr, WRITABLE);
}

struct size_row {
	const char *name;
	size_t size;
	enum look by;
};

static const struct size_row bytes_after[] = {
	{ "poll", 1, BY_POLL },
	{ "select", 1, BY_SELECT },
};

static const struct size_row blocks_after[] = {
	{ "pipe_buf", PIPE_BUF, BY_POLL },
	{ "pipe_buf_less_one", PIPE_BUF - 1, BY_POLL },
};

// Until it is full again, with writes that are asked about one by one.
static void expect_no_refusal(struct trial *t, const struct pipe *p)
{
	const struct size_row *row = trial_row(t);
	struct pollfd asked = { p->wr, POLLOUT, 0 };
	char *bytes = must_share(t, page_size());
	int writes = 0;
	fd_set set;

	must_fill(t, p, page_size() + 1);
	must_read(t, p->rd, bytes, page_size());
	for (;; writes++) {
		FD_ZERO(&set);
		FD_SET((size_t)p->wr, &set);
		long ready = row->by == BY_POLL ? must(t, poll(&asked, 1, 0))
						: must(t, select(p->wr + 1, NULL, &set, NULL,
								 &(struct timeval){ 0, 0 }));
		if (ready == 0)
			break;
		expect(t, write(p->wr, bytes, row->size), RETURNS((long)row->size));
	}
	expect_true(t, writes > 0);
}

CASE(byte_is_taken_after_pollout,
     .claim = { POSIX, "a byte is not refused by a pipe that was just found to be writable",
		"POSIX.1-2024 poll(), select(), DESCRIPTION" },
     .covers = { "POL-20" }, ROWS(bytes_after))
{
	struct pipe p = must_pipe(t, O_NONBLOCK);

	expect_no_refusal(t, &p);
}

CASE(pipe_buf_is_taken_after_pollout,
     .claim = { OBSERVED,
		"PIPE_BUF bytes are not refused by a pipe that was just found to be writable",
		"fs/pipe.c, pipe_poll()" },
     .covers = { "POL-20" }, ROWS(blocks_after))
{
	struct pipe p = must_pipe(t, O_NONBLOCK);

	expect_no_refusal(t, &p);
}

const struct family poll_room_family = {
	.name = "poll_room",
	.about = "When poll(), select() and epoll find a pipe writable",
	.cases = {
		&room_is_a_page_that_nothing_is_in,
		&full_pipe_is_writable_from_a_page_read,
		&page_with_one_byte_is_freed_by_one_byte,
		&byte_is_taken_after_pollout,
		&pipe_buf_is_taken_after_pollout,
	},
};
