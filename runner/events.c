// SPDX-License-Identifier: ISC
// Ground: what poll() and epoll tell of a descriptor.

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "trial.h"

void expect_events_(struct trial *t, const struct here *at, int fd, short want)
{
	enum { EVERY_EVENT = -1 };
	struct pollfd asked = { .fd = fd, .events = EVERY_EVENT, .revents = EVERY_EVENT };
	const struct outcome ready = RETURNS(want != 0), events = RETURNS(want);

	expect_begin(t, at, &ready);
	long n = poll(&asked, 1, 0);
	if (n != -1 && asked.revents != want)
		note(t, "revents is 0x%x, not 0x%x", (unsigned)asked.revents, (unsigned)want);
	expect_end(t, at, n, &ready);
	errno = 0;
	expect_end(t, at, asked.revents, &events);
}

void expect_hangup_(struct trial *t, const struct here *at, int fd, bool told)
{
	struct pollfd asked = { .fd = fd };
	const struct outcome ready = RETURNS_IN(told, 1);

	expect_begin(t, at, &ready);
	expect_end(t, at, poll(&asked, 1, 0), &ready);
	expect_equal_(t, at, asked.revents & POLLHUP, told ? POLLHUP : 0);
}

int must_epoll(struct trial *t)
{
	return (int)must(t, epoll_create1(EPOLL_CLOEXEC));
}

void must_watch_by(struct trial *t, int epoll, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	must(t, epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
}

void expect_epoll_tells_(struct trial *t, const struct here *at, int epoll, int fd, uint32_t events)
{
	const struct outcome one = RETURNS(1), all = RETURNS((long)events), it = RETURNS(fd);
	struct epoll_event event = { .events = 0 };

	expect_begin(t, at, &one);
	expect_end(t, at, epoll_wait(epoll, &event, 1, 0), &one);
	errno = 0;
	expect_end(t, at, event.events, &all);
	expect_end(t, at, event.data.fd, &it);
}

void expect_epoll_quiet_(struct trial *t, const struct here *at, int epoll)
{
	const struct outcome none = RETURNS(0);
	struct epoll_event event;

	expect_begin(t, at, &none);
	expect_end(t, at, epoll_wait(epoll, &event, 1, 0), &none);
}
