// SPDX-License-Identifier: ISC
// Measured with plain calls, since no expectation is behind them.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <unistd.h>

#include "abi.h"
#include "outcome.h"
#include "probes.h"
#include "process.h"
#include "sysctl.h"
#include "trial.h"

enum { BLOCK_SHIFT_MAX = 18, BLOCK_MAX = 1 << BLOCK_SHIFT_MAX };

static char bytes[BLOCK_MAX];

static void add(struct text *text, const char *name, const char *value, const char *how)
{
	text_add(text, "%-28s %-22s %s\n", name, value, how);
}

// `number`, or what errno says where it is negative.
static void add_number(struct text *text, const char *name, long number, const char *how)
{
	char value[32];

	snprintf(value, sizeof value, "%ld", number);
	add(text, name, number < 0 ? errno_name(errno) : value, how);
}

static int make_pipe(int fds[2], int flags)
{
	return pipe2(fds, O_CLOEXEC | flags);
}

static void close_pipe(const int fds[2])
{
	int err = errno;

	close(fds[0]);
	close(fds[1]);
	errno = err;
}

// Ticks since the last write that returned.  A kernel that never wakes the writer must not keep
// whoever asks.
static volatile sig_atomic_t ticks;

static void tick(int signo)
{
	enum { PATIENCE = 2000 };

	(void)signo;
	if (++ticks > PATIENCE)
		_exit(1);
}

static void set_timer(long us)
{
	const struct itimerval each = { { 0, us }, { 0, us } };

	setitimer(ITIMER_REAL, &each, NULL);
}

// What was in blocks that were written whole when a timer found the writer asleep, or -1.
static long until_interrupted(size_t block)
{
	enum { TICK_US = 5000 };
	const struct sigaction heard = { .sa_handler = tick };
	long all = 0;
	int fds[2];

	if (make_pipe(fds, 0) == -1)
		return -1;
	sigaction(SIGALRM, &heard, NULL);
	set_timer(TICK_US);
	while (write(fds[1], bytes, block) == (ssize_t)block) {
		all += (long)block;
		ticks = 0;
	}
	set_timer(0);
	close_pipe(fds);
	return all;
}

static long until_refused(void)
{
	long all = 0;
	int fds[2];

	if (make_pipe(fds, O_NONBLOCK) == -1)
		return -1;
	while (write(fds[1], bytes, 1) == 1)
		all++;
	if (errno != EAGAIN)
		all = -1;
	close_pipe(fds);
	return all;
}

// Blocks of powers of two; those in a row that come to the same are put together.
static void add_blocks(struct text *text)
{
	long all[BLOCK_SHIFT_MAX + 1];
	char name[48];

	for (int shift = 0; shift <= BLOCK_SHIFT_MAX; shift++)
		all[shift] = until_interrupted((size_t)1 << shift);
	for (int from = 0, to; from <= BLOCK_SHIFT_MAX; from = to + 1) {
		for (to = from; to < BLOCK_SHIFT_MAX && all[to + 1] == all[from];)
			to++;
		snprintf(name, sizeof name, "blocks_of_%ld_to_%ld", 1L << from, 1L << to);
		add_number(text, name, all[from],
			   "blocking writes of such blocks, those that returned");
	}
}

// Does write() of n bytes do all or nothing with less than n bytes left, `behind` of them in the
// last page that is in use?  -1 where it cannot be tried.
static int is_whole(size_t n, size_t behind)
{
	size_t page = page_size(), pages = (n - 1) / page;
	int fds[2], whole = -1;

	if (make_pipe(fds, O_NONBLOCK) == -1)
		return -1;
	long used = fcntl(fds[1], F_GETPIPE_SZ) / (long)page - (long)pages;
	if (used > 0) {
		while (--used > 0)
			if (write(fds[1], bytes, page) != (ssize_t)page)
				break;
		if (used == 0 && write(fds[1], bytes, page - behind) == (ssize_t)(page - behind)) {
			ssize_t done = write(fds[1], bytes, n);
			whole = done == (ssize_t)n || done == -1;
		}
	}
	close_pipe(fds);
	return whole;
}

static bool is_split(size_t n)
{
	return is_whole(n, 0) != 1 || is_whole(n, (n - 1) % page_size()) != 1;
}

static long largest_whole(void)
{
	size_t whole = 0, split = 1;

	while (split <= BLOCK_MAX && !is_split(split)) {
		whole = split;
		split *= 2;
	}
	while (split - whole > 1) {
		size_t middle = whole + (split - whole) / 2;

		*(is_split(middle) ? &split : &whole) = middle;
	}
	return (long)whole;
}

static void add_sysctl(struct text *text, const char *file, const char *how)
{
	char name[SYSCTL_NAME_MAX], value[SYSCTL_VALUE_MAX];

	snprintf(name, sizeof name, "fs/%s", file);
	int err = sysctl_read(name, value);
	add(text, file, err ? errno_name(err) : value, how);
}

static void add_fionspace(struct text *text, int fd)
{
	int space;

	if (ioctl(fd, ABI_FIONSPACE, &space) == -1)
		add(text, "FIONSPACE", "none", "ioctl() of an empty pipe");
	else
		add_number(text, "FIONSPACE", space, "ioctl() of an empty pipe");
}

void probes_add(struct text *text)
{
	int fds[2];

	process_unblock_all();
	if (make_pipe(fds, 0) == -1) {
		add(text, "pipe", errno_name(errno), "pipe2()");
		return;
	}
	add_number(text, "_PC_PIPE_BUF", fpathconf(fds[1], _PC_PIPE_BUF), "fpathconf() of a pipe");
	add_number(text, "_PC_PIPE_BUF_of_a_directory", pathconf("/", _PC_PIPE_BUF),
		   "pathconf() of /");
	add_number(text, "PIPE_BUF", PIPE_BUF, "limits.h, when the program was built");
	add_fionspace(text, fds[1]);
	add_number(text, "F_GETPIPE_SZ", fcntl(fds[1], F_GETPIPE_SZ), "fcntl() of a new pipe");
	close_pipe(fds);
	add_number(text, "bytes_by_alarm", until_interrupted(1),
		   "blocking writes of one byte until a signal comes");
	add_number(text, "bytes_by_O_NONBLOCK", until_refused(),
		   "non-blocking writes of one byte until EAGAIN");
	add_blocks(text);
	add_number(text, "largest_atomic_write", largest_whole(),
		   "the largest that is never cut, however little room there is");
	add_sysctl(text, "pipe-max-size", "sysctl");
	add_sysctl(text, "pipe-user-pages-soft", "sysctl, pages");
	add_sysctl(text, "pipe-user-pages-hard", "sysctl, pages; 0 is none");
}
