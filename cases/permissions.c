// SPDX-License-Identifier: ISC
// Who may open a pipe anew: its inode has an owner and permission bits, proc_pid_fd(5).

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi.h"
#include "case.h"

enum { AS_MADE = -1 };

struct mode_row {
	const char *name;
	int mode, flags;
	struct outcome want;
};

static void expect_change_of_mode(struct trial *t, int fd)
{
	const struct mode_row *row = trial_row(t);

	if (row->mode != AS_MADE)
		expect(t, fchmod(fd, (mode_t)row->mode), RETURNS(0));
}

static void expect_opening(struct trial *t, int fd)
{
	const struct mode_row *row = trial_row(t);
	char path[32];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	expect_as(t, open(path, row->flags | O_CLOEXEC), &row->want);
}

#define OPENS RETURNS_IN(0, INT_MAX)

static const struct mode_row others[] = {
	// clang-format off
	{ "as_made/reading",   AS_MADE, O_RDONLY, FAILS(EACCES) },
	{ "as_made/writing",   AS_MADE, O_WRONLY, FAILS(EACCES) },
	{ "all_read/reading",  0644,    O_RDONLY, OPENS },
	{ "all_read/writing",  0644,    O_WRONLY, FAILS(EACCES) },
	{ "all_write/writing", 0622,    O_WRONLY, OPENS },
	{ "all_write/both",    0622,    O_RDWR,   FAILS(EACCES) },
	{ "all/both",          0666,    O_RDWR,   OPENS },
	// clang-format on
};

enum stage { DONE = 1 };

// The stranger: what it was sent it may use, whatever it may open.
static void try_to_open(struct trial *t, const void *arg)
{
	int rd = must_receive_descriptor(t), wr = must_receive_descriptor(t);
	char byte = 0;

	(void)arg;
	expect_opening(t, rd);
	expect_opening(t, wr);
	expect(t, write(wr, "x", 1), RETURNS(1));
	expect(t, read(rd, &byte, 1), RETURNS(1));
	expect_equal(t, byte, 'x');
	reach_stage(t, DONE);
}

CASE(mode_says_which_users_may_open,
     .claim = { DOCUMENTED,
		"another user opens a pipe by /proc/self/fd as its permission bits say, 0600 at "
		"first; what it was sent works regardless",
		"proc_pid_fd(5): permission bits and ownership of the inode" },
     .covers = { "CRE-29" }, .stranger = try_to_open, .needs = { need_proc }, ROWS(others),
     .against = "who holds a descriptor can always open /proc/self/fd/N")
{
	struct pipe p = must_pipe(t, 0);

	expect_change_of_mode(t, p.wr);
	must_send_descriptor(t, p.rd);
	must_send_descriptor(t, p.wr);
	await_stage(t, DONE);
}

static const struct mode_row owners[] = {
	// clang-format off
	{ "as_made/both",      AS_MADE, O_RDWR,   OPENS },
	{ "none/reading",      0000,    O_RDONLY, FAILS(EACCES) },
	{ "others/both",       0066,    O_RDWR,   FAILS(EACCES) },
	{ "read/writing",      0400,    O_WRONLY, FAILS(EACCES) },
	{ "read/reading",      0400,    O_RDONLY, OPENS },
	// clang-format on
};

CASE(mode_binds_the_owner_too,
     .claim = { OBSERVED,
		"the maker of a pipe opens it by /proc/self/fd as its permission bits say; the "
		"descriptors it has work regardless",
		"fs/namei.c, may_open(); path_resolution(7), Permissions" },
     .covers = { "CRE-29" }, .needs = { need_proc }, ROWS(owners))
{
	struct pipe p = must_pipe(t, 0);
	char byte = 0;

	must_drop_capability(t, CAP_DAC_OVERRIDE);
	must_drop_capability(t, CAP_DAC_READ_SEARCH);
	expect_change_of_mode(t, p.rd);
	expect_opening(t, p.rd);
	expect_opening(t, p.wr);
	expect(t, write(p.wr, "x", 1), RETURNS(1));
	expect(t, read(p.rd, &byte, 1), RETURNS(1));
	expect_equal(t, byte, 'x');
}

const struct family permissions_family = {
	.name = "permissions",
	.about = "Who may open a pipe anew",
	.cases = {
		&mode_says_which_users_may_open,
		&mode_binds_the_owner_too,
	},
};
