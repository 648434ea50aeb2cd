// SPDX-License-Identifier: ISC
// Making a FIFO and removing its name: mkfifo(3), mknod(2), fifo(7).

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "abi.h"
#include "case.h"

enum { NAME_SIZE = 224, OLD = 1000000000 }; // seconds since the epoch

struct name {
	const char *directory;
	char path[NAME_SIZE];
};

// A name in a new directory, where a FIFO can be made.
static struct name must_free_name(struct trial *t)
{
	struct name name;

	must(t, unlink(must_fifo(t, 0600))); // SKIP where there are no FIFOs
	name.directory = must_directory(t, 0700);
	removexattr(name.directory, "system.posix_acl_default"); // would take the umask's place
	snprintf(name.path, sizeof name.path, "%s/fifo", name.directory);
	return name;
}

static void expect_fifo(struct trial *t, const char *path, mode_t permissions)
{
	struct stat st;

	expect(t, lstat(path, &st), RETURNS(0));
	expect_true(t, S_ISFIFO(st.st_mode));
	expect(t, st.st_mode & 07777, RETURNS((long)permissions));
}

// --- what makes one -------------------------------------------------------------------

enum maker { MKFIFO, MKNOD, MKFIFOAT, MKNODAT };

static void expect_made(struct trial *t, enum maker maker, const char *path,
			const struct outcome *want)
{
	switch (maker) {
	case MKFIFO:
		expect_as(t, mkfifo(path, 0640), want);
		break;
	case MKNOD:
		expect_as(t, mknod(path, S_IFIFO | 0640, 0), want);
		break;
	case MKFIFOAT:
		expect_as(t, mkfifoat(AT_FDCWD, path, 0640), want);
		break;
	case MKNODAT:
		expect_as(t, mknodat(AT_FDCWD, path, S_IFIFO | 0640, 0), want);
		break;
	}
}

struct maker_row {
	const char *name;
	enum maker maker;
};

static const struct maker_row makers[] = {
	{ "mkfifo", MKFIFO },
	{ "mknod", MKNOD },
	{ "mkfifoat", MKFIFOAT },
	{ "mknodat", MKNODAT },
};

static const struct outcome made = RETURNS(0), exists = FAILS(EEXIST);

CASE(a_fifo_is_made,
     .claim = { POSIX,
		"mkfifo(), mknod() with S_IFIFO and their *at() forms make a FIFO of the caller's, "
		"with one name",
		"POSIX.1-2024 mkfifo(), mknod(), DESCRIPTION" },
     .covers = { "FIF-01" }, ROWS(makers))
{
	const struct maker_row *row = trial_row(t);
	struct name name = must_free_name(t);
	struct stat st;

	umask(0);
	expect_made(t, row->maker, name.path, &made);
	expect_fifo(t, name.path, 0640);
	must(t, stat(name.path, &st));
	expect_equal(t, st.st_uid, geteuid());
	expect_equal(t, st.st_nlink, 1);
}

struct mask_row {
	const char *name;
	mode_t mask, asked, permissions;
};

static const struct mask_row masks[] = {
	{ "022/0666", 022, 0666, 0644 },   { "077/0666", 077, 0666, 0600 },
	{ "0777/0666", 0777, 0666, 0 },    { "0/0777", 0, 0777, 0777 },
	{ "0151/0345", 0151, 0345, 0204 },
};

CASE(mode_is_what_umask_leaves,
     .claim = { POSIX, "the permission bits of a new FIFO are those asked for that umask lets pass",
		"POSIX.1-2024 mkfifo(), DESCRIPTION; umask(2)" },
     .covers = { "FIF-02" }, ROWS(masks))
{
	const struct mask_row *row = trial_row(t);
	struct name name = must_free_name(t);

	umask(row->mask);
	expect(t, mkfifo(name.path, row->asked), RETURNS(0));
	expect_fifo(t, name.path, row->permissions);
}

CASE(takes_no_cap_mknod,
     .claim = { DOCUMENTED, "mknod() makes a FIFO without CAP_MKNOD",
		"mknod(2), ERRORS, EPERM; capabilities(7), CAP_MKNOD" },
     .covers = { "FIF-08" })
{
	struct name name = must_free_name(t);

	must_drop_capability(t, CAP_MKNOD);
	must(t, trial_has_capability(CAP_MKNOD) ? -1 : 0);
	expect(t, mknod(name.path, S_IFIFO | 0600, 0), RETURNS(0));
	expect_fifo(t, name.path, 0600);
}

// --- where ----------------------------------------------------------------------------

CASE(relative_name_is_of_the_directory_given,
     .claim = { POSIX,
		"mkfifoat() and mknodat() take a relative name in the directory given, an absolute "
		"one regardless of it",
		"POSIX.1-2024 mkfifo(), mkfifoat(), DESCRIPTION; mknodat(), DESCRIPTION" },
     .covers = { "FIF-07" })
{
	struct name name = must_free_name(t);
	int at = (int)must(t, open(name.directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	struct stat st;

	expect(t, mkfifoat(at, "fifo", 0600), RETURNS(0));
	expect(t, mknodat(at, "other", S_IFIFO | 0600, 0), RETURNS(0));
	expect_fifo(t, name.path, 0600);
	expect(t, fstatat(at, "other", &st, 0), RETURNS(0));
	expect_true(t, S_ISFIFO(st.st_mode));
	must(t, unlink(name.path));
	expect(t, mkfifoat(-1, name.path, 0600), RETURNS(0));
	expect_fifo(t, name.path, 0600);
	must(t, unlink(name.path));
	expect(t, mknodat(-1, name.path, S_IFIFO | 0600, 0), RETURNS(0));
	expect_fifo(t, name.path, 0600);
	expect(t, mkfifoat(-1, "third", 0600), FAILS(EBADF));
	expect(t, mknodat(-1, "third", S_IFIFO | 0600, 0), FAILS(EBADF));
	at = (int)must(t, open(name.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
	expect(t, mkfifoat(at, "third", 0600), FAILS(ENOTDIR));
	expect(t, mknodat(at, "third", S_IFIFO | 0600, 0), FAILS(ENOTDIR));
}

CASE(relative_name_is_of_the_directory_of_o_path,
     .claim = { DOCUMENTED,
		"mkfifoat() and mknodat() take a directory opened with O_PATH, and fail with "
		"ENOTDIR for another file opened so",
		"open(2), O_PATH" },
     .covers = { "FIF-07" })
{
	struct name name = must_free_name(t);
	int at = (int)must(t, open(name.directory, O_PATH | O_DIRECTORY | O_CLOEXEC));

	expect(t, mkfifoat(at, "fifo", 0600), RETURNS(0));
	expect_fifo(t, name.path, 0600);
	at = (int)must(t, open(name.path, O_PATH | O_CLOEXEC));
	expect(t, mkfifoat(at, "third", 0600), FAILS(ENOTDIR));
	expect(t, mknodat(at, "third", S_IFIFO | 0600, 0), FAILS(ENOTDIR));
}

CASE(directory_is_marked_as_modified,
     .claim = { POSIX,
		"a new FIFO gives its directory a new time of modification and one of change",
		"POSIX.1-2024 mkfifo(), DESCRIPTION: the parent directory" },
     .covers = { "FIF-10" })
{
	const struct timespec old[2] = { { OLD, 1 }, { OLD, 2 } };
	struct name name = must_free_name(t);
	struct stat aged, st;

	must(t, utimensat(AT_FDCWD, name.directory, old, 0));
	must(t, stat(name.directory, &aged));
	must(t, aged.st_mtim.tv_sec == OLD ? 0 : -1);
	must_pass_time(t, &aged);
	expect(t, mkfifo(name.path, 0600), RETURNS(0));
	expect(t, stat(name.directory, &st), RETURNS(0));
	expect_true(t, st.st_mtim.tv_sec != OLD);
	expect_true(t, st.st_ctim.tv_sec != aged.st_ctim.tv_sec ||
			       st.st_ctim.tv_nsec != aged.st_ctim.tv_nsec);
}

enum stage { MADE = 1 };

// The stranger's directory: its group is not that of who makes the FIFO.
static void lend_directory(struct trial *t, const void *arg)
{
	(void)arg;
	const char *path = must_directory(t, 02777);

	must_send_descriptor(t, (int)must(t, open(path, O_PATH | O_DIRECTORY | O_CLOEXEC)));
	await_stage(t, MADE);
}

CASE(group_is_that_of_a_setgid_directory,
     .claim = { DOCUMENTED,
		"a FIFO made in a set-group-ID directory has the group of that, and no "
		"set-group-ID bit itself",
		"mknod(2); inode(7), The file type and mode, S_ISGID" },
     .covers = { "FIF-09" }, .stranger = lend_directory)
{
	int at = must_receive_descriptor(t);
	struct stat directory, fifo;

	must(t, unlink(must_fifo(t, 0600)));
	must(t, fstatat(at, ".", &directory, 0));
	must(t, directory.st_mode & S_ISGID && directory.st_gid != getegid() ? 0 : -1);
	umask(0);
	expect(t, mkfifoat(at, "fifo", 0666), RETURNS(0));
	expect(t, fstatat(at, "fifo", &fifo, 0), RETURNS(0));
	expect_equal(t, fifo.st_gid, directory.st_gid);
	expect_equal(t, fifo.st_uid, geteuid());
	expect(t, fifo.st_mode & 07777, RETURNS(0666));
	reach_stage(t, MADE);
}

// --- and where not --------------------------------------------------------------------

CASE(existing_name_is_refused,
     .claim = { POSIX,
		"a name that is taken, by a file, a directory, a FIFO or a symbolic link to "
		"anything or nothing, is EEXIST",
		"POSIX.1-2024 mkfifo(), ERRORS, EEXIST; mknod(), DESCRIPTION" },
     .covers = { "FIF-03" }, ROWS(makers))
{
	const struct maker_row *row = trial_row(t);
	struct name name = must_free_name(t);

	must(t, mkfifo(name.path, 0600));
	expect_made(t, row->maker, name.path, &exists);
	expect_made(t, row->maker, name.directory, &exists);
	must(t, unlink(name.path));
	must(t, close((int)must(t, open(name.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600))));
	expect_made(t, row->maker, name.path, &exists);
	must(t, unlink(name.path));
	must(t, symlink("nothing", name.path));
	expect_made(t, row->maker, name.path, &exists);
	must(t, unlink(name.path));
	must(t, symlink(".", name.path));
	expect_made(t, row->maker, name.path, &exists);
}

CASE(removed_name_is_free,
     .claim = { POSIX, "unlink() of a FIFO removes its name, which can be given to another one",
		"POSIX.1-2024 unlink(), DESCRIPTION" },
     .covers = { "FIF-11" })
{
	const char *path = must_fifo(t, 0600);

	expect(t, unlink(path), RETURNS(0));
	expect(t, open(path, O_RDWR | O_CLOEXEC), FAILS(ENOENT));
	expect(t, unlink(path), FAILS(ENOENT));
	expect(t, mkfifo(path, 0600), RETURNS(0));
}

const struct family fifo_creation_family = {
	.name = "fifo_creation",
	.about = "Making a FIFO, and removing its name",
	.cases = {
		&a_fifo_is_made,
		&mode_is_what_umask_leaves,
		&takes_no_cap_mknod,
		&relative_name_is_of_the_directory_given,
		&relative_name_is_of_the_directory_of_o_path,
		&directory_is_marked_as_modified,
		&group_is_that_of_a_setgid_directory,
		&existing_name_is_refused,
		&removed_name_is_free,
	},
};
