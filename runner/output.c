// SPDX-License-Identifier: ISC
#include <errno.h>
#include <poll.h>
#include <stdio.h>
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

void output_complain(const char *complaint)
{
	char bytes[1024];
	struct text text = { bytes, sizeof bytes, 0 };

	text_add(&text, "pipe7: ");
	text_add_printable(&text, complaint, sizeof bytes);
	fprintf(stderr, "%s\n", bytes);
}
