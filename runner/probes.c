// SPDX-License-Identifier: ISC
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "abi.h"
#include "credentials.h"
#include "measures.h"
#include "outcome.h"
#include "probes.h"
#include "process.h"
#include "sysctl.h"
#include "tap.h"

// `number`, or what errno says where it is negative.
static void add_number(const struct probes *p, const char *name, long number, const char *how)
{
	char value[32];

	snprintf(value, sizeof value, "%ld", number);
	p->add(p->text, name, number < 0 ? errno_name(errno) : value, how);
}

// The smallest blocks that fill a pipe in no more writes than one byte does where pages have 4 KiB.
// Where they have 64 KiB and are emulated, single bytes would take minutes.
static int smallest_shift(long capacity)
{
	enum { WRITES_MAX = 1 << 16 };
	int shift = 0;

	while (shift < BLOCK_SHIFT_MAX && capacity >> shift > WRITES_MAX)
		shift++;
	return shift;
}

static void add_bytes(const struct probes *p, int shift, long by_alarm)
{
	char unit[32] = "one byte", how[96];

	if (shift > 0)
		snprintf(unit, sizeof unit, "%ld bytes", 1L << shift);
	snprintf(how, sizeof how, "blocking writes of %s until a signal comes", unit);
	add_number(p, "bytes_by_alarm", by_alarm, how);
	snprintf(how, sizeof how, "non-blocking writes of %s until EAGAIN", unit);
	add_number(p, "bytes_by_O_NONBLOCK", measure_refused((size_t)1 << shift), how);
}

// Blocks of powers of two; those in a row that come to the same are put together.
static void add_blocks(const struct probes *p, int smallest, long of_smallest)
{
	long all[BLOCK_SHIFT_MAX + 1];
	char name[48];

	all[smallest] = of_smallest;
	for (int shift = smallest + 1; shift <= BLOCK_SHIFT_MAX; shift++)
		all[shift] = measure_blocking((size_t)1 << shift);
	for (int from = smallest, to; from <= BLOCK_SHIFT_MAX; from = to + 1) {
		for (to = from; to < BLOCK_SHIFT_MAX && all[to + 1] == all[from];)
			to++;
		snprintf(name, sizeof name, "blocks_of_%ld_to_%ld", 1L << from, 1L << to);
		add_number(p, name, all[from],
			   "blocking writes of such blocks, those that returned");
	}
}

static int read_limit(const char *file, char value[SYSCTL_VALUE_MAX])
{
	char name[SYSCTL_NAME_MAX];

	snprintf(name, sizeof name, "fs/%s", file);
	return sysctl_read(name, value);
}

static void add_sysctl(const struct probes *p, const char *file, const char *how)
{
	char value[SYSCTL_VALUE_MAX];
	int err = read_limit(file, value);

	p->add(p->text, file, err ? errno_name(err) : value, how);
}

static void add_fionspace(const struct probes *p, int fd)
{
	const char *how = "ioctl() of an empty pipe";
	int space;

	if (ioctl(fd, ABI_FIONSPACE, &space) == -1)
		p->add(p->text, "FIONSPACE", "none", how);
	else
		add_number(p, "FIONSPACE", space, how);
}

// Only who shares the budget with nobody, and is bound by it, can use it up.
static void add_past_soft(const struct probes *p)
{
	const char *name = "F_GETPIPE_SZ_past_soft";
	const char *how = "fcntl() of a new pipe of who holds pipe-user-pages-soft pages";
	char soft[SYSCTL_VALUE_MAX], max[SYSCTL_VALUE_MAX];

	if (p->own_uid && !in_force(CAP_SYS_RESOURCE) && !in_force(CAP_SYS_ADMIN) &&
	    read_limit("pipe-user-pages-soft", soft) == 0 && atol(soft) > 0 &&
	    read_limit("pipe-max-size", max) == 0)
		add_number(p, name,
			   measure_capacity_beyond(atol(soft), atol(max) / (long)page_size()), how);
	else
		p->add(p->text, name, "not measured", how);
}

void probes_row(struct text *text, const char *name, const char *value, const char *how)
{
	text_add(text, "%-28s %-22s %s\n", name, value, how);
}

void probes_add(const struct probes *p)
{
	int fds[2];

	process_unblock_all();
	if (pipe2(fds, O_CLOEXEC) == -1) {
		p->add(p->text, "pipe", errno_name(errno), "pipe2()");
		return;
	}
	add_number(p, "_PC_PIPE_BUF", fpathconf(fds[1], _PC_PIPE_BUF), "fpathconf() of a pipe");
	add_number(p, "_PC_PIPE_BUF_of_a_directory", pathconf("/", _PC_PIPE_BUF),
		   "pathconf() of /");
	add_number(p, "PIPE_BUF", PIPE_BUF, "limits.h, when the program was built");
	add_fionspace(p, fds[1]);
	long capacity = fcntl(fds[1], F_GETPIPE_SZ);
	add_number(p, "F_GETPIPE_SZ", capacity, "fcntl() of a new pipe");
	close(fds[0]);
	close(fds[1]);
	add_past_soft(p);
	int smallest = smallest_shift(capacity);
	long of_smallest = measure_blocking((size_t)1 << smallest);
	add_bytes(p, smallest, of_smallest);
	add_blocks(p, smallest, of_smallest);
	add_number(p, "largest_atomic_write", measure_largest_whole(),
		   "writes with ever so little room, those that were never cut");
	add_sysctl(p, "pipe-max-size", "sysctl");
	add_sysctl(p, "pipe-user-pages-soft", "sysctl, pages");
	add_sysctl(p, "pipe-user-pages-hard", "sysctl, pages; 0 is none");
}
