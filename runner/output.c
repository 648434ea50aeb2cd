// SPDX-License-Identifier: ISC
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "outcome.h"
#include "output.h"
#include "process.h"

static bool discarding;

void output_discard(void)
{
	discarding = true;
}

// Signals are blocked and interrupt no write(), so a reader that has stopped to
// read is waited for here, where they are seen.
static bool wait_for_reader(void)
{
	enum { TICK_MS = 100 };
	struct pollfd output = { STDOUT_FILENO, POLLOUT, 0 };

	while (poll(&output, 1, TICK_MS) == 0)
		if (process_is_to_end()) {
			errno = EINTR;
			return false;
		}
	return true;
}

bool output_write(struct text *text)
{
	size_t done = 0;

	while (!discarding && done < text->length) {
		size_t left = text->length - done;

		if (!wait_for_reader())
			return false;
		// Of a pipe that poll() says can be written to, so much does not block.
		ssize_t n =
			write(STDOUT_FILENO, text->bytes + done, left < PIPE_BUF ? left : PIPE_BUF);
		if (n > 0)
			done += (size_t)n;
		else if (errno != EAGAIN && errno != EINTR) // it may be O_NONBLOCK
			return false;
	}
	text->length = 0;
	text->bytes[0] = '\0';
	return true;
}

static int open_anew(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
}

bool output_to(const char *path)
{
	int fd = open_anew(path);

	if (fd == -1)
		return false;
	if (fd == STDOUT_FILENO)
		return true;
	bool moved = dup2(fd, STDOUT_FILENO) != -1;
	close(fd);
	return moved;
}

// Who waits for the file reads it as soon as it is there.
bool output_announce(const char *path, const char *text)
{
	char complaint[512], whole[512];
	ssize_t length = (ssize_t)strlen(text);
	int fd = -1;

	errno = ENAMETOOLONG;
	if (snprintf(whole, sizeof whole, "%s.new", path) < (int)sizeof whole)
		fd = open_anew(whole);
	bool written = fd != -1 && write(fd, text, (size_t)length) == length;
	int err = errno;
	if (fd != -1)
		close(fd);
	if (written && rename(whole, path) == 0)
		return true;
	snprintf(complaint, sizeof complaint, "--done '%.128s': %s", path,
		 errno_name(written ? errno : err));
	output_complain(complaint);
	if (fd != -1)
		unlink(whole);
	return false;
}

void output_complain(const char *complaint)
{
	char bytes[1024];
	struct text text = { bytes, sizeof bytes, 0 };

	text_add(&text, "pipe7: ");
	text_add_printable(&text, complaint, sizeof bytes);
	fprintf(stderr, "%s\n", bytes);
}
