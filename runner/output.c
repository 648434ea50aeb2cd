// SPDX-License-Identifier: ISC
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "output.h"

static bool discarding;

void output_discard(void)
{
	discarding = true;
}

bool output_write(struct text *text)
{
	size_t done = 0;

	while (!discarding && done < text->length) {
		ssize_t n = write(STDOUT_FILENO, text->bytes + done, text->length - done);

		if (n > 0)
			done += (size_t)n;
		else if (errno == EAGAIN) // the caller's descriptor may be O_NONBLOCK
			poll(&(struct pollfd){ STDOUT_FILENO, POLLOUT, 0 }, 1, -1);
		else if (errno != EINTR)
			return false;
	}
	text->length = 0;
	text->bytes[0] = '\0';
	return true;
}
