// SPDX-License-Identifier: ISC
// The file /proc/sys/fs/pipe-max-size: what may be written to it, how, by whom, and what it
// then says; pipe(7), "/proc files"; proc_sys(5).

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "abi.h"
#include "case.h"

static const char max_size[] = "fs/pipe-max-size";
static const char max_size_path[] = "/proc/sys/fs/pipe-max-size";

enum { VALUE_MAX = 64, BEFORE = 8 }; // bytes of text; pages that stand there before

// --- values -----------------------------------------------------------------------

// What is assigned, in pages and bytes, and what the file then says.
struct value_row {
	const char *name;
	long pages, bytes;
	struct outcome want;
};

static void must_be_set(struct trial *t, const struct value_row *r)
{
	must_tune(t, max_size, BEFORE * (long)page_size());
	must_tune(t, max_size, r->pages * (long)page_size() + r->bytes);
}

// clang-format off
static const struct value_row any_value[] = {
	{ "page_and_one",  1, 1,       RETURNS_PAGES(2, 0) },
	{ "two_pages",     2, 0,       RETURNS_PAGES(2, 0) },
	{ "three_pages",   3, 0,       RETURNS_PAGES(4, 0) },
	{ "default_and_1", 16, 1,      RETURNS_PAGES(32, 0) },
	{ "a_million",     0, 1000000, RETURNS(1 << 20) },
};

static const struct value_row below_a_page[] = {
	{ "zero",          0, 0,       RETURNS_PAGES(1, 0) },
	{ "page_less_one", 1, -1,      RETURNS_PAGES(1, 0) },
};
// clang-format on

CASE(value_is_never_rounded_down,
     .claim = { DOCUMENTED, "pipe-max-size says at least what was assigned to it",
		"pipe(7), /proc files, pipe-max-size" },
     .covers = { "CAP-30" }, .tunes = { max_size })
{
	must_tune(t, max_size, BEFORE * (long)page_size());
	must_tune(t, max_size, 1000000);
	expect(t, must_sysctl(t, max_size), RETURNS_IN(1000000, INT_MAX));
}

CASE(value_becomes_a_power_of_two_of_pages,
     .claim = { OBSERVED, "a value is rounded up to the next power of two of pages",
		"fs/pipe.c, round_pipe_size()" },
     .covers = { "CAP-30" }, .tunes = { max_size }, ROWS(any_value))
{
	must_be_set(t, trial_row(t));
	expect_as(t, must_sysctl(t, max_size), &((const struct value_row *)trial_row(t))->want);
}

CASE(value_shown_is_the_one_employed,
     .claim = { DOCUMENTED, "the rounded value that pipe-max-size says is what requests may reach",
		"pipe(7), /proc files, pipe-max-size" },
     .covers = { "CAP-30" }, .tunes = { max_size })
{
	struct pipe p = must_pipe(t, 0);

	must_drop_capability(t, CAP_SYS_RESOURCE);
	must(t, fcntl(p.wr, F_SETPIPE_SZ, page_size()));
	must_tune(t, max_size, 3 * (long)page_size());
	long shown = must_sysctl(t, max_size);
	expect(t, set_capacity(t, p.wr, (size_t)shown), RETURNS(shown));
	expect(t, fcntl(p.wr, F_SETPIPE_SZ, shown + 1), FAILS(EPERM));
}

CASE(value_below_a_page_becomes_a_page,
     .claim = { OBSERVED, "a value below the page size is taken, and is the page size then",
		"fs/pipe.c, round_pipe_size()" },
     .covers = { "CAP-31" }, .tunes = { max_size },
     .against = "pipe(7), pipe-max-size: less than the page size fails with EINVAL",
     ROWS(below_a_page))
{
	must_be_set(t, trial_row(t));
	expect_as(t, must_sysctl(t, max_size), &((const struct value_row *)trial_row(t))->want);
}

// What is written, and what the file then says.
struct text_row {
	const char *name, *text;
	long want;
};

static const struct text_row good_texts[] = {
	{ "as_echo_writes_it", "65536\n", 65536 },
	{ "hexadecimal", "0x20000", 131072 },
};

CASE(number_may_be_written_in_hexadecimal,
     .claim = { DOCUMENTED, "a number is taken in decimal and in hexadecimal", "proc_sys(5)" },
     .covers = { "CAP-32" }, .tunes = { max_size }, ROWS(good_texts))
{
	const struct text_row *r = trial_row(t);

	must_tune(t, max_size, BEFORE * DEFAULT_PAGES * (long)page_size());
	expect(t, tune(t, max_size, r->text), RETURNS(0));
	expect(t, must_sysctl(t, max_size), RETURNS(r->want));
}

static const struct text_row bad_texts[] = {
	{ "negative", "-1", 0 },      { "word", "unlimited", 0 }, { "suffix_k", "64k", 0 },
	{ "fraction", "65536.5", 0 }, { "no_number", "\n", 0 },
};

static const struct text_row too_much[] = {
	{ "two_gib_and_one", "2147483649", 0 },
	{ "largest_of_32_bits", "4294967295", 0 },
};

static void expect_refused(struct trial *t)
{
	const struct text_row *r = trial_row(t);

	must_tune(t, max_size, BEFORE * (long)page_size());
	expect(t, tune(t, max_size, r->text), FAILS(EINVAL));
	expect(t, must_sysctl(t, max_size), RETURNS_PAGES(BEFORE, 0));
}

CASE(what_is_no_number_is_invalid,
     .claim = { OBSERVED, "a text that is no number fails with EINVAL and changes nothing",
		"fs/pipe.c, proc_dopipe_max_size(); kernel/sysctl.c" },
     .covers = { "CAP-32" }, .tunes = { max_size }, ROWS(bad_texts))
{
	expect_refused(t);
}

CASE(value_above_two_gib_is_invalid,
     .claim = { OBSERVED, "a value above 2^31 fails with EINVAL and changes nothing",
		"fs/pipe.c, round_pipe_size()" },
     .covers = { "CAP-32" }, .tunes = { max_size }, ROWS(too_much))
{
	expect_refused(t);
}

CASE(two_gib_is_a_value,
     .claim = { OBSERVED, "2^31 is taken, the largest value that is",
		"fs/pipe.c, round_pipe_size()" },
     .covers = { "CAP-32" }, .tunes = { max_size })
{
	must_tune(t, max_size, BEFORE * (long)page_size());
	expect(t, tune(t, max_size, "2147483648"), RETURNS(0));
	expect(t, must_sysctl(t, max_size), RETURNS((long)(1UL << 31)));
}

static const struct text_row beyond_32_bits[] = {
	{ "nothing_below", "4294967296", 0 },
	{ "two_pages_of_64_kib_below", "4295098368", 131072 },
};

CASE(low_32_bits_of_a_value_count,
     .claim = { OBSERVED, "of a value above 32 bits only the low ones count: 2^32 sets one page",
		"fs/pipe.c, do_proc_dopipe_max_size_conv()" },
     .covers = { "CAP-33" }, .since = "6.6", .tunes = { max_size },
     .against = "Linux before 6.6: EINVAL, as for any value above 2^31", ROWS(beyond_32_bits))
{
	const struct text_row *r = trial_row(t);

	must_tune(t, max_size, BEFORE * (long)page_size());
	expect(t, tune(t, max_size, r->text), RETURNS(0));
	expect(t, must_sysctl(t, max_size), RETURNS(r->want ? r->want : (long)page_size()));
}

CASE(kernel_starts_with_one_mib,
     .claim = { DOCUMENTED, "pipe-max-size is 1048576 unless somebody sets it",
		"pipe(7), /proc files, pipe-max-size" },
     .covers = { "CAP-34" }, .needs = { need_own_kernel })
{
	expect(t, must_sysctl(t, max_size), RETURNS(1 << 20));
}

// --- who ----------------------------------------------------------------------------

struct file_row {
	const char *name, *sysctl, *path;
};

static const struct file_row limits[] = {
	{ "pipe_max_size", max_size, max_size_path },
	{ "pipe_user_pages_soft", "fs/pipe-user-pages-soft", "/proc/sys/fs/pipe-user-pages-soft" },
	{ "pipe_user_pages_hard", "fs/pipe-user-pages-hard", "/proc/sys/fs/pipe-user-pages-hard" },
};

CASE(only_uid_0_may_set_the_limits,
     .claim = { OBSERVED, "for any uid but 0 opening a limit for writing fails with EACCES",
		"fs/proc/proc_sysctl.c, proc_sys_permission()" },
     .covers = { "CAP-34", "FLK-06" }, .against = "an unprivileged user can raise pipe-max-size",
     .needs = { need_proc, need_other_than_uid_0 }, ROWS(limits))
{
	const struct file_row *r = trial_row(t);

	must_sysctl(t, r->sysctl);
	expect(t, open(r->path, O_WRONLY), FAILS(EACCES));
}

static void become_root_of_a_namespace(struct trial *t, const void *arg)
{
	char map[VALUE_MAX];
	int length = snprintf(map, sizeof map, "0 %u 1\n", (unsigned)getuid());

	(void)arg;
	if (attempt(t, unshare(CLONE_NEWUSER)) == -1)
		skip(t, "kernel-config: no user namespace can be made here");
	int fd = (int)must(t, open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC));
	if (must_or_fail(t, write(fd, map, (size_t)length), EPERM) == -1)
		skip(t, "kernel-config: a user namespace has no capabilities here");
	expect_equal(t, geteuid(), 0);
	expect_true(t, trial_has_capability(CAP_SYS_ADMIN));
	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
		expect(t, open(limits[i].path, O_WRONLY), FAILS(EACCES));
}

CASE(root_of_a_user_namespace_may_not_set_them,
     .claim = { OBSERVED,
		"root of a user namespace that is not root outside cannot open a limit "
		"for writing: EACCES",
		"fs/proc/proc_sysctl.c, proc_sys_permission()" },
     .covers = { "FLK-01", "FLK-06" }, .against = "root in a container can set its pipe-max-size",
     .needs = { need_proc, need_other_than_uid_0 })
{
	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
		must_sysctl(t, limits[i].sysctl);
	must_finish(t, start(t, become_root_of_a_namespace, NULL));
}

// --- splice -------------------------------------------------------------------------

CASE(splice_reads_the_file,
     .claim = { OBSERVED,
		"splice() moves the text of pipe-max-size into a pipe, as read() gives it",
		"fs/proc/proc_sysctl.c, proc_sys_file_operations" },
     .covers = { "CAP-35", "SPL-30" }, .since = "5.11; stable 5.10 has it", .needs = { need_proc })
{
	char text[VALUE_MAX] = "", moved[VALUE_MAX] = "";
	struct pipe p = must_pipe(t, 0);

	must_sysctl(t, max_size);
	int fd = (int)must(t, open(max_size_path, O_RDONLY | O_CLOEXEC));
	long size = must(t, pread(fd, text, sizeof text - 1, 0));

	expect(t, splice(fd, NULL, p.wr, NULL, page_size(), 0), RETURNS(size));
	must_read(t, p.rd, moved, (size_t)size);
	expect_true(t, strcmp(text, moved) == 0);
}

CASE(splice_writes_the_file,
     .claim = { OBSERVED, "splice() from a pipe sets pipe-max-size as write() does",
		"fs/proc/proc_sysctl.c, proc_sys_file_operations" },
     .covers = { "CAP-35", "SPL-30" }, .since = "5.11; stable 5.10 has it", .tunes = { max_size })
{
	must_tune(t, max_size, BEFORE * DEFAULT_PAGES * (long)page_size());
	expect(t, tune_by_splice(t, max_size, "65536"), RETURNS(0));
	expect(t, must_sysctl(t, max_size), RETURNS(65536));
	expect(t, tune_by_splice(t, max_size, "many"), FAILS(EINVAL));
	expect(t, must_sysctl(t, max_size), RETURNS(65536));
}

const struct family pipe_max_size_file_family = {
	.name = "pipe_max_size_file",
	.about = "What can be written to /proc/sys/fs/pipe-max-size, how, and by whom",
	.cases = {
		&value_is_never_rounded_down,
		&value_becomes_a_power_of_two_of_pages,
		&value_shown_is_the_one_employed,
		&value_below_a_page_becomes_a_page,
		&number_may_be_written_in_hexadecimal,
		&what_is_no_number_is_invalid,
		&value_above_two_gib_is_invalid,
		&two_gib_is_a_value,
		&low_32_bits_of_a_value_count,
		&kernel_starts_with_one_mib,
		&only_uid_0_may_set_the_limits,
		&root_of_a_user_namespace_may_not_set_them,
		&splice_reads_the_file,
		&splice_writes_the_file,
	},
};
