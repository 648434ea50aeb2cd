// SPDX-License-Identifier: ISC
// How far a capacity may go: pipe(7), "/proc files", pipe-max-size; F_SETPIPE_SZ(2const).

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi.h"
#include "case.h"

// Growing is what the limit is for: shrinking a pipe to a size above it is allowed, so
// the cases begin with one page.

struct file_row {
	const char *name, *path;
};

static const struct file_row limits[] = {
	{ "pipe_max_size", "/proc/sys/fs/pipe-max-size" },
	{ "pipe_user_pages_soft", "/proc/sys/fs/pipe-user-pages-soft" },
	{ "pipe_user_pages_hard", "/proc/sys/fs/pipe-user-pages-hard" },
};

// proc(5), "subset=pid", mounts a /proc without it.
static const char *need_proc_sys(struct trial *t)
{
	(void)t;
	return access("/proc/sys", F_OK) == 0 ? NULL : "absent: /proc/sys";
}

CASE(everybody_can_read_the_limits,
     .claim = { DOCUMENTED, "the limits on pipes are files below /proc/sys/fs, readable by all",
		"pipe(7), /proc files; proc_sys(5)" },
     .covers = { "CAP-36" }, .since = "4.5", .needs = { need_proc, need_proc_sys }, ROWS(limits))
{
	const struct file_row *r = trial_row(t);

	expect(t, open(r->path, O_RDONLY), RETURNS_IN(0, INT_MAX));
}

// A size as times * pipe-max-size + bytes.
struct limit_row {
	const char *name;
	long times, bytes, want_times;
};

static const struct limit_row within[] = {
	{ "at_the_limit", 1, 0, 1 },
	{ "one_byte_less", 1, -1, 1 },
};

CASE(up_to_pipe_max_size_needs_no_capability,
     .claim = { DOCUMENTED, "F_SETPIPE_SZ up to and including pipe-max-size needs no capability",
		"F_SETPIPE_SZ(2const); pipe(7), /proc files" },
     .covers = { "CAP-09" }, .since = "2.6.35", ROWS(within))
{
	const struct limit_row *r = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	long max = must_modest_max_size(t);

	must_drop_capability(t, CAP_SYS_RESOURCE);
	must(t, fcntl(p.wr, F_SETPIPE_SZ, page_size()));
	expect(t, set_capacity(t, p.wr, (size_t)(r->times * max + r->bytes)),
	       RETURNS(r->want_times * max));
}

static const struct limit_row beyond[] = {
	{ "one_byte_more", 1, 1, 2 },
	{ "twice_the_limit", 2, 0, 2 },
};

static void refuse_by_row(struct trial *t)
{
	const struct limit_row *r = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	long max = must_modest_max_size(t);

	must(t, fcntl(p.wr, F_SETPIPE_SZ, page_size()));
	must_drop_capability(t, CAP_SYS_RESOURCE);
	expect(t, fcntl(p.wr, F_SETPIPE_SZ, r->times * max + r->bytes), FAILS(EPERM));
}

CASE(above_pipe_max_size_takes_cap_sys_resource,
     .claim = { DOCUMENTED,
		"without CAP_SYS_RESOURCE a request above pipe-max-size fails "
		"with EPERM",
		"F_SETPIPE_SZ(2const); pipe(7), /proc files" },
     .covers = { "CAP-10" }, .since = "2.6.35", ROWS(beyond))
{
	refuse_by_row(t);
}

CASE(cap_sys_resource_exceeds_pipe_max_size,
     .claim = { DOCUMENTED, "with CAP_SYS_RESOURCE a request above pipe-max-size is granted",
		"F_SETPIPE_SZ(2const); capabilities(7), CAP_SYS_RESOURCE" },
     .covers = { "CAP-11", "FLK-03" }, .since = "2.6.35",
     .against = "pipe-max-size is the most that privileged processes can set",
     .needs = { need_cap_sys_resource }, ROWS(beyond))
{
	const struct limit_row *r = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	long max = must_modest_max_size(t);

	expect(t, fcntl(p.wr, F_SETPIPE_SZ, r->times * max + r->bytes),
	       RETURNS(r->want_times * max));
}

CASE(cap_sys_admin_does_not_exceed_pipe_max_size,
     .claim = { DOCUMENTED,
		"with CAP_SYS_ADMIN but not CAP_SYS_RESOURCE a request above "
		"pipe-max-size fails with EPERM",
		"pipe(7), /proc files: pipe-max-size names CAP_SYS_RESOURCE alone" },
     .covers = { "CAP-12" }, .since = "2.6.35",
     .against = "either capability exempts, as it does from pipe-user-pages-soft",
     .needs = { need_cap_sys_admin }, ROWS(beyond))
{
	refuse_by_row(t);
}

CASE(eperm_leaves_the_capacity_alone,
     .claim = { OBSERVED, "a request refused with EPERM leaves the capacity as it was",
		"fs/pipe.c, pipe_set_size()" },
     .covers = { "CAP-10" }, .since = "2.6.35", .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);
	long max = must_modest_max_size(t);

	must(t, fcntl(p.wr, F_SETPIPE_SZ, page_size()));
	must_drop_capability(t, CAP_SYS_RESOURCE);
	expect(t, fcntl(p.wr, F_SETPIPE_SZ, 2 * max), FAILS(EPERM));
	expect(t, fcntl(p.wr, F_GETPIPE_SZ), RETURNS_PAGES(1, 0));
}

// fcntl() is handed an int by most callers, and so these go past it.
struct raw_row {
	const char *name;
	unsigned long bytes;
};

static const struct raw_row out_of_range[] = {
	{ "two_gib_and_one", (1UL << 31) + 1 },
	{ "largest_of_32_bits", 0xffffffffUL },
	{ "minus_one", -1UL },
};

CASE(more_than_two_gib_is_invalid,
     .claim = { OBSERVED, "a request above 2^31 bytes fails with EINVAL, -1 among them",
		"fs/pipe.c, round_pipe_size()" },
     .covers = { "CAP-13" }, ROWS(out_of_range))
{
	const struct raw_row *r = trial_row(t);
	struct pipe p = must_pipe(t, 0);

	expect(t, syscall(SYS_fcntl, p.wr, F_SETPIPE_SZ, r->bytes), FAILS(EINVAL));
}

CASE(two_gib_is_in_range,
     .claim = { OBSERVED,
		"without CAP_SYS_RESOURCE a request for 2^31 bytes fails with EPERM, "
		"not EINVAL",
		"fs/pipe.c, round_pipe_size()" },
     .covers = { "CAP-14" })
{
	struct pipe p = must_pipe(t, 0);

	must_drop_capability(t, CAP_SYS_RESOURCE);
	expect(t, syscall(SYS_fcntl, p.wr, F_SETPIPE_SZ, 1UL << 31), FAILS(EPERM));
}

CASE(two_gib_of_4k_pages_find_no_memory,
     .claim = { OBSERVED,
		"with CAP_SYS_RESOURCE and pages of 4 KiB a request for 2^31 bytes "
		"fails with ENOMEM",
		"fs/pipe.c, pipe_resize_ring()" },
     .covers = { "CAP-14" }, .needs = { need_cap_sys_resource, need_page_4k })
{
	struct pipe p = must_pipe(t, 0);

	expect(t, syscall(SYS_fcntl, p.wr, F_SETPIPE_SZ, 1UL << 31), FAILS(ENOMEM));
}

// The ring takes up to 5 MiB in one piece, which a machine that has run for long may
// not have.
static long granted(struct trial *t, long n)
{
	if (n == -1 && errno == ENOMEM)
		skip(t, "resource: no memory for a ring of 2^31 bytes");
	return n;
}

CASE(two_gib_of_larger_pages_are_granted_as_a_negative_number,
     .claim = { OBSERVED,
		"with CAP_SYS_RESOURCE and pages above 4 KiB a request for 2^31 bytes "
		"is granted, and fcntl() returns -2147483648",
		"fs/pipe.c, pipe_set_size(): an unsigned int through fcntl()'s int" },
     .covers = { "CAP-14" },
     .against = "F_GETPIPE_SZ(2const), RETURN VALUE: the capacity on success, -1 on error",
     .needs = { need_cap_sys_resource, need_page_above_4k })
{
	struct pipe p = must_pipe(t, 0);

	expect(t, granted(t, fcntl(p.wr, F_SETPIPE_SZ, 1UL << 31)), RETURNS(INT_MIN));
}

// A request of high * 2^32 bytes and pages.
struct wide_row {
	const char *name;
	uint64_t high;
	size_t pages;
	struct outcome want;
};

static const struct wide_row wider_than_int[] = {
	{ "nothing_below", 1, 0, RETURNS_PAGES(1, 0) },
	{ "two_pages_below", 1, 2, RETURNS_PAGES(2, 0) },
	{ "top_bit", 1UL << 31, 4, RETURNS_PAGES(4, 0) },
};

CASE(only_the_low_32_bits_count,
     .claim = { OBSERVED, "of a request wider than an int only the low 32 bits count",
		"fs/fcntl.c, do_fcntl()" },
     .covers = { "CAP-15" }, .since = "6.6",
     .against = "Linux before 6.6: EINVAL, as for any request above 2^31", ROWS(wider_than_int))
{
	const struct wide_row *r = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	uint64_t bytes = (r->high << 32) + r->pages * page_size();

	if (sizeof(long) < sizeof bytes)
		skip(t, "absent: an argument wider than 32 bits");
	expect_as(t, syscall(SYS_fcntl, p.wr, F_SETPIPE_SZ, (unsigned long)bytes), &r->want);
}

const struct family capacity_limit_family = {
	.name = "capacity_limit",
	.about = "How far a capacity may go, and for whom",
	.cases = {
		&everybody_can_read_the_limits,
		&up_to_pipe_max_size_needs_no_capability,
		&above_pipe_max_size_takes_cap_sys_resource,
		&cap_sys_resource_exceeds_pipe_max_size,
		&cap_sys_admin_does_not_exceed_pipe_max_size,
		&eperm_leaves_the_capacity_alone,
		&more_than_two_gib_is_invalid,
		&two_gib_is_in_range,
		&two_gib_of_4k_pages_find_no_memory,
		&two_gib_of_larger_pages_are_granted_as_a_negative_number,
		&only_the_low_32_bits_count,
	},
};
