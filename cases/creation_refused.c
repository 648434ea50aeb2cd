// SPDX-License-Identifier: ISC
// What pipe2() refuses, and that it leaves nothing behind then: pipe(2), ERRORS.

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "case.h"

struct flag_row {
	const char *name;
	int flags;
};

static const struct flag_row invalid[] = {
	{ "rdwr", O_RDWR },
	{ "append", O_APPEND },
	{ "append_among_valid_ones", O_CLOEXEC | O_NONBLOCK | O_APPEND },
	{ "all", -1 },
};

CASE(other_flags_are_refused,
     .claim = { DOCUMENTED, "pipe2() fails with EINVAL for flags of open() that it does not name",
		"pipe(2), ERRORS, EINVAL" },
     .covers = { "CRE-10" }, ROWS(invalid))
{
	const struct flag_row *row = trial_row(t);
	int fds[2];

	expect(t, pipe2(fds, row->flags), FAILS(EINVAL));
}

struct bits_row {
	const char *name;
	int first;
};

// A note for each bit says which one it was.
static const struct bits_row eights[] = {
	{ "bits_0_to_7", 0 },
	{ "bits_8_to_15", 8 },
	{ "bits_16_to_23", 16 },
	{ "bits_24_to_31", 24 },
};

CASE(every_other_bit_is_refused,
     .claim = { OBSERVED, "pipe2() fails with EINVAL for each bit that is no flag of it",
		"fs/pipe.c, __do_pipe_flags()" },
     .covers = { "CRE-10" }, ROWS(eights))
{
	const unsigned taken = O_CLOEXEC | O_NONBLOCK | O_DIRECT | O_EXCL;
	const struct bits_row *row = trial_row(t);
	int fds[2];

	for (int bit = row->first; bit < row->first + 8; bit++) {
		if (taken & 1u << bit)
			continue;
		note(t, "bit %d", bit);
		expect(t, pipe2(fds, (int)(1u << bit)), FAILS(EINVAL));
	}
}

struct failure_row {
	const char *name;
	int flags;
	size_t slots; // descriptors that are left
	struct outcome want;
};

static const struct failure_row failures[] = {
	{ "no_descriptor_left", O_CLOEXEC, 0, FAILS(EMFILE) },
	{ "one_descriptor_left", O_CLOEXEC, 1, FAILS(EMFILE) },
};

CASE(failure_leaves_pipefd,
     .claim = { POSIX, "pipe2() that fails leaves the array of descriptors as it was",
		"POSIX.1-2024 pipe2(), RETURN VALUE; pipe(2), RETURN VALUE" },
     .covers = { "CRE-11" }, ROWS(failures))
{
	const struct failure_row *row = trial_row(t);
	int fds[2] = { -7, -8 };

	must_leave_descriptors(t, row->slots);
	expect_as(t, unless_limited(t, pipe2(fds, row->flags)), &row->want);
	expect_equal(t, fds[0], -7);
	expect_equal(t, fds[1], -8);
}

CASE(invalid_flags_leave_pipefd,
     .claim = { DOCUMENTED,
		"pipe2() that fails with EINVAL leaves the array of descriptors as it was",
		"pipe(2), RETURN VALUE; ERRORS, EINVAL" },
     .covers = { "CRE-11" })
{
	int fds[2] = { -7, -8 };

	expect(t, unless_limited(t, pipe2(fds, O_APPEND)), FAILS(EINVAL));
	expect_equal(t, fds[0], -7);
	expect_equal(t, fds[1], -8);
}

enum place { NOWHERE, KERNEL, UNMAPPED, NO_ACCESS, READ_ONLY, SECOND_HALF };

struct place_row {
	const char *name;
	enum place place;
};

static const struct place_row places[] = {
	{ "null", NOWHERE },        { "kernel", KERNEL },
	{ "unmapped", UNMAPPED },   { "no_access", NO_ACCESS },
	{ "read_only", READ_ONLY }, { "second_is_read_only", SECOND_HALF },
};

// Of what cannot be stored at all, and of what can in part.
static const struct place_row costs[] = {
	{ "null", NOWHERE },
	{ "kernel", KERNEL },
	{ "second_is_read_only", SECOND_HALF },
};

// Where pipefd cannot be stored, the second element of it at the least.
static int *must_bad_array(struct trial *t)
{
	const struct place_row *row = trial_row(t);
	char *first = must_share(t, 2 * page_size()), *second = first + page_size();
	const union {
		intptr_t number;
		int *pointer;
	} last = { -(intptr_t)sizeof(int[2]) }; // of all addresses

	switch (row->place) {
	case NOWHERE:
		return NULL;
	case KERNEL:
		return last.pointer;
	case UNMAPPED:
		must(t, munmap(second, page_size()));
		break;
	case NO_ACCESS:
		must(t, mprotect(second, page_size(), PROT_NONE));
		break;
	case READ_ONLY:
	case SECOND_HALF:
		must(t, mprotect(second, page_size(), PROT_READ));
		break;
	}
	return (int *)(void *)(row->place == SECOND_HALF ? second - sizeof(int) : second);
}

// By pipe2() alone: there are machines whose pipe() returns the two in registers.
CASE(bad_address_is_refused,
     .claim = { DOCUMENTED, "pipe2() fails with EFAULT where the descriptors cannot be stored",
		"pipe(2), ERRORS, EFAULT" },
     .covers = { "CRE-12" }, ROWS(places))
{
	int *array = must_bad_array(t);

	expect(t, unless_limited(t, pipe2(array, O_CLOEXEC)), FAILS(EFAULT));
}

CASE(bad_address_costs_no_descriptor,
     .claim = { OBSERVED, "pipe2() that fails with EFAULT leaves no descriptor open",
		"fs/pipe.c, do_pipe2()" },
     .covers = { "CRE-13" }, ROWS(costs))
{
	enum { TRIES = 64 };
	int *array = must_bad_array(t), fds[2];

	must_leave_descriptors(t, 2);
	for (int i = 0; i < TRIES; i++)
		expect(t, unless_limited(t, pipe2(array, O_CLOEXEC)), FAILS(EFAULT));
	expect(t, unless_limited(t, pipe2(fds, O_CLOEXEC)), RETURNS(0));
}

const struct family creation_refused_family = {
	.name = "creation_refused",
	.about = "What pipe2() refuses, and that it leaves nothing behind then",
	.cases = {
		&other_flags_are_refused,
		&every_other_bit_is_refused,
		&failure_leaves_pipefd,
		&invalid_flags_leave_pipefd,
		&bad_address_is_refused,
		&bad_address_costs_no_descriptor,
	},
};
