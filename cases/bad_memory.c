// SPDX-License-Identifier: ISC
// What is no memory to read into or to write from: read(2), write(2), EFAULT.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "case.h"

enum { FEW = 100 };

static char *must_have_none(struct trial *t)
{
	(void)t;
	return NULL;
}

static char *must_have_locked(struct trial *t)
{
	return must_map_part(t, 0, FEW);
}

static char *must_have_unmapped(struct trial *t)
{
	char *memory = must_share(t, page_size());

	must(t, munmap(memory, page_size()));
	return memory;
}

static char *must_have_read_only(struct trial *t)
{
	char *memory = must_share(t, page_size());

	must(t, mprotect(memory, page_size(), PROT_READ));
	return memory;
}

// The page of a file that was cut off: whoever looks there is sent SIGBUS.
static char *must_have_cut_off(struct trial *t)
{
	int file = (int)must(t, memfd_create("pipe7", MFD_CLOEXEC));
	void *memory = NULL;

	must(t, (memory = mmap(NULL, page_size(), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)) ==
				MAP_FAILED
			? -1
			: 0);
	return memory;
}

// The last page of the address space is nobody's.
static char *must_have_kernels(struct trial *t)
{
	const uintptr_t address = UINTPTR_MAX - page_size() + 1;
	char *memory;

	(void)t;
	memcpy(&memory, &address, sizeof memory);
	return memory;
}

struct memory_row {
	const char *name;
	char *(*must_have)(struct trial *t);
};

static const struct memory_row unreadable[] = {
	{ "null", must_have_none },
	{ "no_access", must_have_locked },
	{ "not_mapped", must_have_unmapped },
	{ "file_cut_off", must_have_cut_off },
	{ "of_the_kernel", must_have_kernels },
};

static const struct memory_row unwritable[] = {
	{ "null", must_have_none },
	{ "no_access", must_have_locked },
	{ "not_mapped", must_have_unmapped },
	{ "file_cut_off", must_have_cut_off },
	{ "of_the_kernel", must_have_kernels },
	{ "read_only", must_have_read_only },
};

struct target {
	struct pipe p;
	struct iovec vector;
};

// In processes of their own, so that one that is killed by a signal is no broken trial.
static void read_into(struct trial *t, const void *arg)
{
	const struct target *to = arg;

	attempt(t, read(to->p.rd, to->vector.iov_base, FEW));
	must_write_stream(t, to->p.wr, 0, 1); // no manual says that any is left after EFAULT
	expect(t, read(to->p.rd, to->vector.iov_base, 1), FAILS(EFAULT));
	must_write_stream(t, to->p.wr, 0, 1);
	expect(t, readv(to->p.rd, &to->vector, 1), FAILS(EFAULT));
}

static void write_from(struct trial *t, const void *arg)
{
	const struct target *from = arg;

	attempt(t, write(from->p.wr, from->vector.iov_base, FEW));
	expect(t, write(from->p.wr, from->vector.iov_base, 1), FAILS(EFAULT));
	expect(t, writev(from->p.wr, &from->vector, 1), FAILS(EFAULT));
}

CASE(read_into_no_memory_fails,
     .claim = { DOCUMENTED, "read() and readv() into what cannot be written fail with EFAULT",
		"read(2), EFAULT; readv(2), ERRORS" },
     .covers = { "WRM-25" }, ROWS(unwritable))
{
	const struct memory_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	struct target to = { p, { row->must_have(t), FEW } };

	must_write_stream(t, p.wr, 0, FEW);
	struct actor *reader = start(t, read_into, &to);

	expect_actor(t, reader, FAILS(EFAULT));
	must_finish(t, reader);
}

CASE(write_from_no_memory_fails,
     .claim = { DOCUMENTED, "write() and writev() from what cannot be read fail with EFAULT",
		"write(2), EFAULT; readv(2), ERRORS" },
     .covers = { "WRM-27" }, ROWS(unreadable))
{
	const struct memory_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	struct target from = { p, { row->must_have(t), FEW } };
	struct actor *writer = start(t, write_from, &from);

	expect_actor(t, writer, FAILS(EFAULT));
	must_finish(t, writer);
}

const struct family bad_memory_family = {
	.name = "bad_memory",
	.about = "What is no memory to read into or to write from",
	.cases = {
		&read_into_no_memory_fails,
		&write_from_no_memory_fails,
	},
};
