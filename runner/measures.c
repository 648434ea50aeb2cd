// SPDX-License-Identifier: ISC
// Plain calls, since no expectation is behind them.

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "case.h"
#include "measures.h"

// What no pipe holds: a kernel that never has enough must not keep whoever asks.
enum { BYTES_MAX = 1 << 24 };

static char bytes[BLOCK_MAX];

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

long measure_blocking(size_t block)
{
	enum { TICK_US = 5000 };
	const struct sigaction heard = { .sa_handler = tick };
	long all = 0;
	int fds[2];

	if (make_pipe(fds, 0) == -1)
		return -1;
	sigaction(SIGALRM, &heard, NULL);
	set_timer(TICK_US);
	while (all < BYTES_MAX && write(fds[1], bytes, block) == (ssize_t)block) {
		all += (long)block;
		ticks = 0;
	}
	set_timer(0);
	close_pipe(fds);
	return all;
}

long measure_refused(size_t block)
{
	long all = 0;
	ssize_t n = 0;
	int fds[2];

	if (make_pipe(fds, O_NONBLOCK) == -1)
		return -1;
	while (all < BYTES_MAX && (n = write(fds[1], bytes, block)) > 0)
		all += (long)n;
	if (n == 0 || (n == -1 && errno != EAGAIN))
		all = -1;
	close_pipe(fds);
	return all;
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

long measure_largest_whole(void)
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

// A descriptor of a new pipe of so many pages, or -1.
static int hold(long pages)
{
	int fds[2];

	if (make_pipe(fds, 0) == -1)
		return -1;
	close(fds[1]);
	if (fcntl(fds[0], F_SETPIPE_SZ, (int)(pages * (long)page_size())) != -1)
		return fds[0];
	int err = errno;
	close(fds[0]);
	errno = err;
	return -1;
}

static long capacity_of_new(void)
{
	int fds[2];

	if (make_pipe(fds, 0) == -1)
		return -1;
	long capacity = fcntl(fds[1], F_GETPIPE_SZ);
	close_pipe(fds);
	return capacity;
}

// One descriptor each, and some that are open anyhow.
static void allow_pipes(rlim_t most)
{
	enum { OTHERS = 16 };
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return;
	limit.rlim_cur = limit.rlim_max < most + OTHERS ? limit.rlim_max : most + OTHERS;
	setrlimit(RLIMIT_NOFILE, &limit);
}

long measure_capacity_beyond(long pages, long largest)
{
	enum { PIPES_MAX = 1100 }; // 1 MiB each, of pages of 64 KiB
	int held[PIPES_MAX], count = 0, fd = 0;
	long capacity = -1;

	allow_pipes(PIPES_MAX);
	for (long size = largest; size > 0 && fd != -1; size /= 2)
		for (; pages >= size && fd != -1; pages -= size) {
			errno = EMFILE;
			fd = count < PIPES_MAX ? hold(size) : -1;
			if (fd != -1)
				held[count++] = fd;
		}
	if (fd != -1)
		capacity = capacity_of_new();
	int err = errno;
	while (count > 0)
		close(held[--count]);
	errno = err;
	return capacity;
}
