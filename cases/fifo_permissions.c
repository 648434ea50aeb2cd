// SPDX-License-Identifier: ISC
// Who may open, use or link to the FIFO of another: open(2), proc_pid_fd(5), proc_sys_fs(5).

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi.h"
#include "case.h"

#define OPENS RETURNS_IN(0, INT_MAX)

enum stage { MADE = 1, TRIED, LEAVE };

struct mode_row {
	const char *name;
	mode_t mode;
	int flags;
	struct outcome want;
};

static void open_by_row(struct trial *t)
{
	const struct mode_row *row = trial_row(t);
	const char *path = must_fifo(t, row->mode);

	must_drop_capability(t, CAP_DAC_OVERRIDE);
	must_drop_capability(t, CAP_DAC_READ_SEARCH);
	expect_as(t, unless_limited(t, open(path, row->flags | O_CLOEXEC)), &row->want);
}

static const struct mode_row owners[] = {
	// clang-format off
	{ "none/reading",  0000, O_RDONLY,              FAILS(EACCES) },
	{ "none/writing",  0000, O_WRONLY,              FAILS(EACCES) },
	{ "write/reading", 0222, O_RDONLY,              FAILS(EACCES) },
	{ "read/writing",  0444, O_WRONLY,              FAILS(EACCES) },
	{ "read/reading",  0400, O_RDONLY | O_NONBLOCK, OPENS },
	// clang-format on
};

CASE(permission_bits_are_asked_before_any_wait,
     .claim = { POSIX,
		"who may not read or write a FIFO by its permission bits gets EACCES, and does not "
		"wait for a partner",
		"POSIX.1-2024 open(), ERRORS, EACCES" },
     .covers = { "FIF-25" }, ROWS(owners))
{
	open_by_row(t);
}

// POSIX does not say which of two errors comes: EACCES, or ENXIO for want of a reader.
static const struct mode_row readerless[] = {
	{ "none", 0000, O_WRONLY | O_NONBLOCK, FAILS(EACCES) },
	{ "read", 0444, O_WRONLY | O_NONBLOCK, FAILS(EACCES) },
};

CASE(permission_is_checked_before_the_missing_reader,
     .claim = { OBSERVED,
		"open() of a FIFO with O_WRONLY and O_NONBLOCK fails with EACCES if both the "
		"permission and a reader are missing",
		"fs/namei.c, may_open(), before fs/pipe.c, fifo_open()" },
     .covers = { "FIF-25" }, ROWS(readerless))
{
	open_by_row(t);
}

static const struct mode_row owners_for_both[] = {
	{ "read/both", 0444, O_RDWR, FAILS(EACCES) },
	{ "others/both", 0066, O_RDWR, FAILS(EACCES) },
	{ "owner/both", 0600, O_RDWR, OPENS },
};

CASE(permission_for_both_takes_both,
     .claim = { DOCUMENTED,
		"a FIFO is opened for reading and writing by who may do both, another gets EACCES",
		"open(2), EACCES; fifo(7), DESCRIPTION; POSIX leaves it undefined" },
     .covers = { "FIF-25" }, ROWS(owners_for_both))
{
	open_by_row(t);
}

static const struct mode_row others[] = {
	// clang-format off
	{ "owner/reading", 0600, O_RDONLY, FAILS(EACCES) },
	{ "owner/writing", 0600, O_WRONLY, FAILS(EACCES) },
	{ "read/reading",  0644, O_RDONLY, OPENS },
	{ "read/writing",  0644, O_WRONLY, FAILS(EACCES) },
	{ "all/both",      0666, O_RDWR,   OPENS },
	// clang-format on
};

// The stranger.
static void open_what_is_sent(struct trial *t, const void *arg)
{
	const struct mode_row *row = trial_row(t);
	const int fd = must_receive_descriptor(t);
	char path[32];

	(void)arg;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	expect_as(t, open(path, row->flags | O_CLOEXEC), &row->want);
	expect(t, write(fd, "x", 1), RETURNS(1));
	reach_stage(t, TRIED);
}

CASE(descriptor_is_no_permission_to_open,
     .claim = { DOCUMENTED,
		"another user opens a FIFO that it was sent by /proc/self/fd as the permission "
		"bits say; the descriptor works regardless",
		"proc_pid_fd(5); open(2), EACCES" },
     .covers = { "FIF-47" }, .stranger = open_what_is_sent, .needs = { need_proc }, ROWS(others),
     .against = "who holds a descriptor can always open /proc/self/fd/N")
{
	const struct mode_row *row = trial_row(t);

	must_send_descriptor(t, must_open_end(t, must_fifo(t, row->mode), O_RDWR));
	await_stage(t, TRIED);
}

// --- protection -----------------------------------------------------------------------

static const char fifos[] = "fs/protected_fifos", hardlinks[] = "fs/protected_hardlinks";

enum protection { OFF, STICKY_OF_ALL, STICKY_OF_GROUP_TOO };

struct protected_row {
	const char *name;
	enum protection protection;
	mode_t directory;
	int flags;
	struct outcome want;
};

static const struct protected_row directories[] = {
	// clang-format off
	{ "off",               OFF,                 01777, O_RDWR | O_CREAT, OPENS },
	{ "on/all",            STICKY_OF_ALL,       01777, O_RDWR | O_CREAT, FAILS(EACCES) },
	{ "on/all/no_creat",   STICKY_OF_ALL,       01777, O_RDWR,           OPENS },
	{ "on/not_sticky",     STICKY_OF_ALL,       00777, O_RDWR | O_CREAT, OPENS },
	{ "on/group",          STICKY_OF_ALL,       01770, O_RDWR | O_CREAT, OPENS },
	{ "more/all",          STICKY_OF_GROUP_TOO, 01777, O_RDWR | O_CREAT, FAILS(EACCES) },
	{ "more/group",        STICKY_OF_GROUP_TOO, 01770, O_RDWR | O_CREAT, FAILS(EACCES) },
	{ "more/owner",        STICKY_OF_GROUP_TOO, 01700, O_RDWR | O_CREAT, OPENS },
	// clang-format on
};

// The stranger's directory, in which the other user makes a FIFO for all.
static int must_lend_directory(struct trial *t)
{
	const char *path = must_directory(t, 0777);
	int at = (int)must(t, open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));

	must_send_descriptor(t, at);
	await_stage(t, MADE);
	return at;
}

static void make_in_lent_directory(struct trial *t)
{
	const int at = must_receive_descriptor(t);

	must(t, mkfifoat(at, "fifo", 0600));
	must(t, fchmodat(at, "fifo", 0666, 0));
	reach_stage(t, MADE);
}

static void open_in_own_directory(struct trial *t, const void *arg)
{
	const struct protected_row *row = trial_row(t);
	const int at = must_lend_directory(t);

	(void)arg;
	must(t, fchmod(at, row->directory));
	expect_as(t, openat(at, "fifo", row->flags | O_CLOEXEC, 0600), &row->want);
	reach_stage(t, TRIED);
}

CASE(protected_fifos_refuses_the_fifos_of_others,
     .claim = { DOCUMENTED,
		"with fs.protected_fifos 1, or 2, O_CREAT of another user's FIFO is EACCES in a "
		"sticky directory that all, or a group too, can write to, and only there",
		"proc_sys_fs(5), protected_fifos; open(2), EACCES" },
     .covers = { "FIF-40" }, .tunes = { fifos }, .stranger = open_in_own_directory,
     ROWS(directories))
{
	const struct protected_row *row = trial_row(t);

	must_tune(t, fifos, row->protection);
	make_in_lent_directory(t);
	await_stage(t, TRIED);
}

static void open_of_owner(struct trial *t, const void *arg)
{
	(void)arg;
	const int at = must_lend_directory(t);

	must(t, fchmod(at, 01777));
	must(t, mkfifoat(at, "own", 0600));
	must(t, fchmodat(at, "own", 0666, 0));
	reach_stage(t, TRIED);
	await_stage(t, LEAVE);
}

CASE(protected_fifos_lets_owners_pass,
     .claim = { DOCUMENTED,
		"with fs.protected_fifos 2, O_CREAT of one's own FIFO, and of one that is of the "
		"directory's owner, opens it",
		"proc_sys_fs(5), protected_fifos" },
     .covers = { "FIF-40" }, .tunes = { fifos }, .stranger = open_of_owner)
{
	const int at = must_receive_descriptor(t);

	must_tune(t, fifos, STICKY_OF_GROUP_TOO);
	must(t, mkfifoat(at, "fifo", 0600));
	reach_stage(t, MADE);
	await_stage(t, TRIED);
	expect(t, openat(at, "fifo", O_RDWR | O_CREAT | O_CLOEXEC, 0600), OPENS);
	expect(t, openat(at, "own", O_RDWR | O_CREAT | O_CLOEXEC, 0600), OPENS);
	reach_stage(t, LEAVE);
}

struct link_row {
	const char *name;
	long protection;
	struct outcome want;
};

static const struct link_row links[] = {
	{ "off", 0, RETURNS(0) },
	{ "on", 1, FAILS(EPERM) },
};

static void link_in_own_directory(struct trial *t, const void *arg)
{
	const struct link_row *row = trial_row(t);
	const int at = must_lend_directory(t);

	(void)arg;
	must_drop_capability(t, CAP_FOWNER);
	expect_as(t, linkat(at, "fifo", at, "link", 0), &row->want);
	reach_stage(t, TRIED);
}

CASE(protected_hardlinks_refuses_links_to_fifos_of_others,
     .claim = { DOCUMENTED,
		"with fs.protected_hardlinks 1, and not with 0, link() to another user's FIFO "
		"fails with EPERM, though one may read and write it",
		"proc_sys_fs(5), protected_hardlinks; link(2), EPERM" },
     .covers = { "FIF-49" }, .tunes = { hardlinks }, .stranger = link_in_own_directory, ROWS(links))
{
	const struct link_row *row = trial_row(t);

	must_tune(t, hardlinks, row->protection);
	make_in_lent_directory(t);
	await_stage(t, TRIED);
}

const struct family fifo_permissions_family = {
	.name = "fifo_permissions",
	.about = "Who may open a FIFO, and make use of another's",
	.cases = {
		&permission_bits_are_asked_before_any_wait,
		&permission_is_checked_before_the_missing_reader,
		&permission_for_both_takes_both,
		&descriptor_is_no_permission_to_open,
		&protected_fifos_refuses_the_fifos_of_others,
		&protected_fifos_lets_owners_pass,
		&protected_hardlinks_refuses_links_to_fifos_of_others,
	},
};
