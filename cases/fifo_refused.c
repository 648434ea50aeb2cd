// SPDX-License-Identifier: ISC
// Names at which no FIFO can be made: mkfifo(3), ERRORS.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi.h"
#include "case.h"

// What follows the name of a directory that has a regular file `file` and a symbolic link `loop`
// to itself; `letters` more letters come after it.
struct bad_name {
	const char *name, *rest;
	size_t letters;
	struct outcome want;
};

enum { LONGEST = NAME_MAX, PATH_SIZE = PATH_MAX + 1 };

static const struct bad_name bad_names[] = {
	// clang-format off
	{ "longest",          "/",             LONGEST,       RETURNS(0) },
	{ "too_long",         "/",             LONGEST + 1,   FAILS(ENAMETOOLONG) },
	{ "no_directory",     "/none/fifo",    0,             FAILS(ENOENT) },
	{ "file_as_directory","/file/fifo",    0,             FAILS(ENOTDIR) },
	{ "loop",             "/loop/fifo",    0,             FAILS(ELOOP) },
	// clang-format on
};

static const char *must_furnish(struct trial *t)
{
	char name[256];

	must(t, unlink(must_fifo(t, 0600)));
	const char *directory = must_directory(t, 0700);
	snprintf(name, sizeof name, "%s/file", directory);
	must(t, close((int)must(t, open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600))));
	snprintf(name, sizeof name, "%s/loop", directory);
	must(t, symlink("loop", name));
	return directory;
}

CASE(name_must_be_possible,
     .claim = { POSIX,
		"a name that is too long, or in no directory, or behind a loop of symbolic links, "
		"is refused with the error for it",
		"POSIX.1-2024 mkfifo(), ERRORS, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR" },
     .covers = { "FIF-04", "FIF-06" }, ROWS(bad_names))
{
	const struct bad_name *row = trial_row(t);
	char path[PATH_SIZE] = "";
	const char *directory = must_furnish(t);
	int length = snprintf(path, sizeof path, "%s%s", directory, row->rest);

	if (pathconf(directory, _PC_NAME_MAX) != LONGEST)
		skip(t, "filesystem: names have another limit than NAME_MAX");
	memset(path + length, 'x', row->letters);
	expect_as(t, mkfifo(path, 0600), &row->want);
}

CASE(empty_name_is_enoent,
     .claim = { POSIX, "a FIFO with an empty name is refused with ENOENT",
		"POSIX.1-2024 mkfifo(), ERRORS, ENOENT" },
     .covers = { "FIF-04" })
{
	must_furnish(t);
	expect(t, mkfifo("", 0600), FAILS(ENOENT));
}

CASE(path_of_path_max_is_too_long,
     .claim = { OBSERVED,
		"a path of PATH_MAX bytes without the one that ends it is refused with "
		"ENAMETOOLONG",
		"fs/namei.c, getname(); path_resolution(7), Length limit, of no number" },
     .covers = { "FIF-04" })
{
	char path[PATH_SIZE];

	must_furnish(t);
	memset(path, '/', sizeof path);
	path[PATH_MAX] = '\0';
	expect(t, mkfifo(path, 0600), FAILS(ENAMETOOLONG));
	path[PATH_MAX - 1] = '\0';
	expect(t, mkfifo(path, 0600), FAILS(EEXIST));
}

CASE(name_outside_memory_is_efault,
     .claim = { DOCUMENTED, "a FIFO whose name cannot be read is refused with EFAULT",
		"mknod(2), EFAULT" },
     .covers = { "FIF-04" })
{
	must_furnish(t);
	char *edge = must_map_part(t, 1, page_size());

	*edge = 'x'; // and no zero byte behind it
	expect(t, mkfifo(edge, 0600), FAILS(EFAULT));
	expect(t, mkfifo(edge + 1, 0600), FAILS(EFAULT));
}

struct closed_row {
	const char *name;
	mode_t mode;
};

static const struct closed_row closed[] = {
	{ "no_write", 0500 },
	{ "no_search", 0600 },
};

CASE(directory_must_be_writable,
     .claim = { POSIX,
		"in a directory that the caller may not write to, or search, a FIFO is refused "
		"with EACCES",
		"POSIX.1-2024 mkfifo(), ERRORS, EACCES" },
     .covers = { "FIF-05" }, ROWS(closed))
{
	const struct closed_row *row = trial_row(t);
	const char *directory = must_furnish(t);
	char path[256];

	snprintf(path, sizeof path, "%s/fifo", directory);
	must_drop_capability(t, CAP_DAC_OVERRIDE);
	must_drop_capability(t, CAP_DAC_READ_SEARCH);
	must(t, chmod(directory, row->mode));
	expect(t, mkfifo(path, 0600), FAILS(EACCES));
	must(t, chmod(directory, 0300));
	expect(t, mkfifo(path, 0600), RETURNS(0));
}

const struct family fifo_refused_family = {
	.name = "fifo_refused",
	.about = "Names at which no FIFO can be made",
	.cases = {
		&name_must_be_possible,
		&empty_name_is_enoent,
		&path_of_path_max_is_too_long,
		&name_outside_memory_is_efault,
		&directory_must_be_writable,
	},
};
