// SPDX-License-Identifier: ISC
// How many buffers, how long, and from where: readv(2), writev(2), write(2).

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "case.h"

enum { TOO_MANY = IOV_MAX + 1 };

struct count_row {
	const char *name;
	int count;
};

static const struct count_row empty_counts[] = {
	{ "one", 1 },
	{ "three", 3 },
	{ "iov_max", IOV_MAX },
};

CASE(readv_of_nothing_takes_nothing,
     .claim = { POSIX, "readv() into buffers of 0 bytes returns 0 without waiting or taking a byte",
		"POSIX.1-2024 readv() and read(), DESCRIPTION" },
     .covers = { "WRM-29" }, ROWS(empty_counts))
{
	const struct count_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	static const struct iovec vectors[IOV_MAX];

	expect(t, readv(p.rd, vectors, row->count), RETURNS(0));
	must_write_stream(t, p.wr, 0, 1);
	expect(t, readv(p.rd, vectors, row->count), RETURNS(0));
	expect_stream(t, p.rd, 0, 1);
}

CASE(call_with_no_buffers_returns_0,
     .claim = { OBSERVED,
		"with no vectors at all readv() of an empty pipe, and O_NONBLOCK writev() to a "
		"full one, return 0",
		"Linux, vfs_readv() and vfs_writev()" },
     .covers = { "WRM-29", "WRM-30" },
     .against = "POSIX.1-2024 readv(), writev(), EINVAL, which they may give")
{
	struct pipe p = must_pipe(t, 0);
	struct iovec none = { NULL, 0 };

	must_set_nonblocking(t, p.wr, true);
	expect(t, readv(p.rd, &none, 0), RETURNS(0));
	must_fill(t, &p, 0);
	expect(t, writev(p.wr, &none, 0), RETURNS(0));
}

struct nowhere_row {
	const char *name;
	bool null;
};

static const struct nowhere_row nowhere[] = {
	{ "null", true },
	{ "unreadable", false },
};

CASE(vectors_from_nowhere_fault,
     .claim = { OBSERVED, "readv() and writev() of vectors that cannot be read fail with EFAULT",
		"Linux, import_iovec(); readv(2) and read(2) say so of buffers alone" },
     .covers = { "WRM-29" }, ROWS(nowhere))
{
	const struct nowhere_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	const struct iovec *vectors = row->null ? NULL : must_map_part(t, 0, sizeof *vectors);

	must_write_stream(t, p.wr, 0, 1);
	expect(t, readv(p.rd, vectors, 1), FAILS(EFAULT));
	expect(t, writev(p.wr, vectors, 1), FAILS(EFAULT));
	expect(t, must_unread(t, p.rd), RETURNS(1));
}

// One byte each.
static struct iovec *must_byte_vectors(struct trial *t)
{
	char *bytes = must_stream(t, 0, TOO_MANY);
	struct iovec *vectors = must_share(t, TOO_MANY * sizeof *vectors);

	for (int i = 0; i < TOO_MANY; i++)
		vectors[i] = (struct iovec){ bytes + i, 1 };
	return vectors;
}

CASE(iov_max_buffers_are_taken,
     .claim = { POSIX, "writev() and readv() of IOV_MAX buffers move them all",
		"POSIX.1-2024 writev(), readv(), limits.h, DESCRIPTION" },
     .covers = { "WRM-32" })
{
	struct pipe p = must_pipe(t, 0);
	struct iovec *vectors = must_byte_vectors(t);

	expect(t, writev(p.wr, vectors, IOV_MAX), RETURNS(IOV_MAX));
	memset(vectors[0].iov_base, 0, IOV_MAX);
	expect(t, readv(p.rd, vectors, IOV_MAX), RETURNS(IOV_MAX));
	expect_streamed(t, vectors[0].iov_base, 0, IOV_MAX);
}

static const struct count_row bad_counts[] = {
	{ "iov_max_and_one", TOO_MANY },
	{ "minus_one", -1 },
	{ "lowest", INT_MIN },
};

CASE(bad_number_of_buffers_is_invalid,
     .claim = { DOCUMENTED,
		"more than IOV_MAX buffers, or less than 0, are EINVAL, and move nothing",
		"readv(2), EINVAL" },
     .covers = { "WRM-32" }, ROWS(bad_counts))
{
	const struct count_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	struct iovec *vectors = must_byte_vectors(t);

	must_write_stream(t, p.wr, 0, 1);
	expect(t, writev(p.wr, vectors, row->count), FAILS(EINVAL));
	expect(t, readv(p.rd, vectors, row->count), FAILS(EINVAL));
	expect(t, must_unread(t, p.rd), RETURNS(1));
}

struct length_row {
	const char *name;
	size_t first, second;
};

// One buffer each.  A sum beyond SSIZE_MAX of shorter ones Linux does not look for: they are no
// memory (EFAULT), or the request is cut.
static const struct length_row lengths[] = {
	{ "first", SIZE_MAX, 0 },
	{ "second", 1, SSIZE_MAX + (size_t)1 },
};

CASE(length_beyond_ssize_max_is_invalid,
     .claim = { POSIX,
		"a buffer longer than SSIZE_MAX, the first or not, is EINVAL, and nothing moves",
		"POSIX.1-2024 readv(), writev(), ERRORS, EINVAL" },
     .covers = { "WRM-39" }, ROWS(lengths))
{
	const struct length_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	char byte = 1;
	struct iovec vectors[] = { { &byte, row->first }, { &byte, row->second } };

	must_write_stream(t, p.wr, 0, 1);
	expect(t, writev(p.wr, vectors, 2), FAILS(EINVAL));
	expect(t, readv(p.rd, vectors, 2), FAILS(EINVAL));
	expect_stream(t, p.rd, 0, 1);
	expect_nothing_more(t, p.rd);
}

// What one call moves at most: INT_MAX less the part of a page.
static size_t most_moved(void)
{
	return INT_MAX / page_size() * page_size();
}

// Address space that nothing is stored in: no more than its first page is looked at.
static const char *must_map_much(struct trial *t, size_t size)
{
	void *bytes = NULL;

	if (must_or_fail(t,
			 (bytes = mmap(NULL, size, PROT_READ,
				       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) ==
					 MAP_FAILED
				 ? -1
				 : 0,
			 ENOMEM) == -1)
		skip(t, "resource: takes 2 GiB of address space");
	return bytes;
}

struct most_row {
	const char *name;
	struct extent more; // than most_moved()
	struct outcome want;
};

// clang-format off
static const struct most_row around_most[] = {
	{ "one_less",      { 0, -1 }, RETURNS_PAGES(1, -1) },
	{ "page_less_one", { -1, 1 }, RETURNS(1) },
	{ "most",          { 0, 0 },  FAILS(EAGAIN) },
	{ "one_more",      { 0, 1 },  FAILS(EAGAIN) },
	{ "page_and_one",  { 1, 1 },  FAILS(EAGAIN) },
};
// clang-format on

// Nobody has to move 2 GiB to see it: of a request it is the size modulo the page that shares
// the last page, and what is cut to whole pages shares nothing.
CASE(write_is_cut_to_what_one_call_moves,
     .claim = { OBSERVED,
		"one write() takes INT_MAX bytes less the part of a page at most: of a larger "
		"one the excess does not count",
		"Linux, vfs_write(), MAX_RW_COUNT" },
     .covers = { "WRM-35" }, ROWS(around_most),
     .against = "write(2), NOTES: 0x7ffff000 bytes, which is so on pages of 4 KiB")
{
	const struct most_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	size_t size =
		most_moved() + (size_t)row->more.pages * page_size() + (size_t)row->more.bytes;
	const char *bytes = must_map_much(t, most_moved() + 2 * page_size());

	must_fill(t, &p, page_size() - 1);
	expect_as(t, write(p.wr, bytes, size), &row->want);
}

CASE(writev_is_cut_to_what_one_call_moves,
     .claim = { OBSERVED, "one writev() takes no more than one write(), however many its buffers",
		"Linux, import_iovec(), MAX_RW_COUNT" },
     .covers = { "WRM-35" })
{
	enum { EACH = 1 << 21 }; // IOV_MAX times which is most_moved() and a part of a page
	struct pipe p = must_pipe(t, O_NONBLOCK);
	struct iovec vectors[IOV_MAX];
	char *bytes = must_share(t, EACH + 1);

	for (int i = 0; i < IOV_MAX; i++)
		vectors[i] = (struct iovec){ bytes, EACH };
	vectors[IOV_MAX - 1].iov_len++;
	must_fill(t, &p, page_size() - 1);
	expect(t, writev(p.wr, vectors, IOV_MAX), FAILS(EAGAIN));
	vectors[IOV_MAX - 1].iov_len -= EACH;
	expect(t, writev(p.wr, vectors, IOV_MAX), RETURNS(1));
}

const struct family vector_limits_family = {
	.name = "vector_limits",
	.about = "How many buffers readv() and writev() take, of what length, and none",
	.cases = {
		&readv_of_nothing_takes_nothing,
		&call_with_no_buffers_returns_0,
		&vectors_from_nowhere_fault,
		&iov_max_buffers_are_taken,
		&bad_number_of_buffers_is_invalid,
		&length_beyond_ssize_max_is_invalid,
		&write_is_cut_to_what_one_call_moves,
		&writev_is_cut_to_what_one_call_moves,
	},
};
