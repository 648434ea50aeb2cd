// SPDX-License-Identifier: ISC
// Ground: what poll() tells of a descriptor.

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "trial.h"

void expect_events_(struct trial *t, const struct here *at, int fd, short want)
{
	enum { EVERY_EVENT = -1 };
	struct pollfd asked = { .fd = fd, .events = EVERY_EVENT, .revents = EVERY_EVENT };
	const struct outcome ready = RETURNS(want != 0), events = RETURNS(want);

	expect_begin(t, at);
	long n = poll(&asked, 1, 0);
	if (n != -1 && asked.revents != want)
		note(t, "revents is 0x%x, not 0x%x", (unsigned)asked.revents, (unsigned)want);
	expect_end(t, at, n, &ready);
	errno = 0;
	expect_end(t, at, asked.revents, &events);
}
