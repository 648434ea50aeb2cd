// SPDX-License-Identifier: ISC
// Ground about what a user may hold in pipes: pipe(7), "/proc files".

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "trial.h"

static const char no_soft_limit[] = "sysctl: fs/pipe-user-pages-soft is 0, which limits nothing";
static const char hard_is_near[] = "sysctl: fs/pipe-user-pages-hard leaves no room beyond the "
				   "soft limit";

// Pages; SKIP sysctl where it limits nothing.
static long must_soft_limit(struct trial *t)
{
	enum { ROOM = 4096 }; // pages that a case takes beyond
	long soft = must_sysctl(t, "fs/pipe-user-pages-soft");
	long hard = must_sysctl(t, "fs/pipe-user-pages-hard");

	if (soft == 0)
		skip(t, no_soft_limit);
	if (hard != 0 && hard < soft + ROOM)
		skip(t, hard_is_near);
	return soft;
}

long must_largest_pages(struct trial *t)
{
	return must_sysctl(t, "fs/pipe-max-size") / (long)page_size();
}

long must_modest_max_size(struct trial *t)
{
	enum { MOST = 4 << 20 };
	size_t max = (size_t)must_sysctl(t, "fs/pipe-max-size");

	if (max > MOST)
		skip(t, "sysctl: pipe-max-size is above 4 MiB");
	return (long)max;
}

long unless_limited(struct trial *t, long n)
{
	int err = errno;

	if (n == -1 && (err == ENFILE || err == ENOMEM) &&
	    must_sysctl(t, "fs/pipe-user-pages-hard") != 0)
		skip(t, "resource: pipe-user-pages-hard leaves no room for a pipe");
	errno = err;
	return n;
}

static int new_pipe_by(struct trial *t, enum way way)
{
	int fds[2];

	if (way == BY_FIFO) {
		const char *path = must_fifo(t, 0600);
		int fd = (int)must(t, unless_limited(t, open(path, O_RDWR | O_CLOEXEC)));

		must(t, unlink(path));
		return fd;
	}
	must(t, unless_limited(t, any_pipe(fds, way, O_CLOEXEC)));
	must(t, close(fds[1]));
	return fds[0];
}

static void must_resize(struct trial *t, int fd, long pages)
{
	size_t size = (size_t)pages * page_size();

	if (must_capacity(t, fd) != size)
		must(t, fcntl(fd, F_SETPIPE_SZ, (int)size));
}

int must_new_pipe(struct trial *t)
{
	return new_pipe_by(t, trial_way(t));
}

int must_sized_pipe(struct trial *t, long pages)
{
	int fd = must_new_pipe(t);

	must_resize(t, fd, pages);
	return fd;
}

// Capacities are powers of two, so the largest that fits comes first.
void must_hold_pages(struct trial *t, long pages)
{
	enum { SMALLER_ONES = 16 };
	long largest = must_largest_pages(t);

	must_have_descriptors(t, (size_t)(pages / largest) + SMALLER_ONES);
	for (long size = largest; size > 0; size /= 2)
		for (; pages >= size; pages -= size)
			must_resize(t, new_pipe_by(t, BY_PIPE2), size);
}

void must_leave_pages(struct trial *t, long left, long held)
{
	must_hold_pages(t, must_soft_limit(t) - left - held);
}

// Below pipe-max-size, with a capability that exempts it, or with a uid of its own and the
// limits that Linux ships, nothing but the kernel is to blame for a refusal.
long set_capacity(struct trial *t, int fd, size_t bytes)
{
	long got = fcntl(fd, F_SETPIPE_SZ, (unsigned long)bytes);
	int err = errno;

	if (got == -1)
		skip_if_filtered(t, "fcntl(F_SETPIPE_SZ)", err);
	if (got == -1 && err == EPERM && need_cap_sys_resource(t) != NULL &&
	    (long)bytes > must_sysctl(t, "fs/pipe-max-size"))
		skip(t, "sysctl: pipe-max-size is less than the case takes");
	if (got == -1 && err == EPERM && need_no_exemption(t) == NULL &&
	    (need_own_page_budget(t) != NULL || need_default_limits(t) != NULL))
		skip(t, "resource: pipe-max-size or the uid's page budget leaves no room to grow");
	errno = err;
	return got;
}
