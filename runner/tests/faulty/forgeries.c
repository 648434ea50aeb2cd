// SPDX-License-Identifier: ISC
// Text that would be taken for results if it came to standard output.

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case.h"

#define FAULTY(id, says_) CASE(id, .claim = { POSIX, says_, "nothing" }, .covers = { "EOF-01" })

static const char forged[] = "\nok 1 - forged\nBail out! forged\n";

static void forge_on(int fd)
{
	if (write(fd, forged, strlen(forged)) == -1)
		return;
}

static void forge_in(const char *path)
{
	int fd = open(path, O_WRONLY | O_NOCTTY);

	if (fd == -1)
		return;
	forge_on(fd);
	close(fd);
}

FAULTY(on_every_descriptor, "a trial has no way to standard output")
{
	for (int fd = 0; fd < 256; fd++)
		forge_on(fd);
	printf("%s", forged);
	fflush(stdout);
	fprintf(stderr, "%s", forged);
	expect(t, close(-1), FAILS(EBADF));
}

FAULTY(reopened, "a trial finds no way to standard output")
{
	static const char *const ways[] = {
		"/dev/stdout",     "/dev/stderr",     "/dev/tty",
		"/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2"
	};
	char path[64];

	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		forge_in(ways[i]);
	for (int fd = 0; fd < 16; fd++) {
		snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)getppid(), fd);
		forge_in(path);
	}
	expect(t, close(-1), FAILS(EBADF));
}

FAULTY(by_a_child, "a child of a trial finds no way to standard output")
{
	struct pipe p = must_pipe(t, 0);
	char byte;

	if (must(t, fork()) == 0) {
		setsid();
		forge_on(1);
		forge_in("/dev/tty");
		_exit(0);
	}
	must(t, close(p.wr));
	expect(t, read(p.rd, &byte, 1), RETURNS(0));
	must(t, wait(NULL));
}

const struct family forgeries_family = {
	.name = "forgeries",
	.about = "Text that would be taken for results if it came to standard output",
	.cases = {
		&on_every_descriptor,
		&reopened,
		&by_a_child,
	},
};
