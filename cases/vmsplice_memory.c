// SPDX-License-Identifier: ISC
// The memory of vmsplice(2): filled by copying, put by reference.

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "case.h"

enum { FEW = 100 }; // bytes

CASE(ranges_are_filled_in_turn,
     .claim = { DOCUMENTED,
		"vmsplice() at the read end fills its ranges one after the other from the pipe, "
		"and returns how many bytes it took out",
		"vmsplice(2)" },
     .covers = { "VMS-02" }, .since = "2.6.17", .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_pipe(t, 0);
	const size_t page = page_size();
	char *bytes = must_share(t, 2 * page);
	const struct iovec ranges[] = { { bytes + FEW, page - 1 }, { bytes, 0 }, { bytes, FEW } };

	must_write_stream(t, p.wr, 0, page);
	must_write_stream(t, p.wr, page, page);
	const long most = (long)page - 1 + FEW;
	size_t n = (size_t)expect(t, vmsplice(p.rd, ranges, 3, 0), RETURNS_IN(1, most));
	size_t in_first = n < page - 1 ? n : page - 1;
	expect_streamed(t, bytes + FEW, 0, in_first);
	expect_streamed(t, bytes, in_first, n - in_first);
	expect_equal(t, bytes[FEW + in_first], 0); // which no byte of the stream is
	expect_stream(t, p.rd, n, 2 * page - n);
}

CASE(what_there_is_is_enough,
     .claim = { OBSERVED,
		"vmsplice() at the read end returns what the pipe has, and does not wait until "
		"its ranges are full",
		"fs/splice.c, splice_from_pipe_next()" },
     .covers = { "VMS-02" }, .since = "2.6.17")
{
	struct pipe p = must_pipe(t, 0);
	char bytes[3 * FEW] = { 0 };
	const struct iovec ranges[] = { { bytes, FEW }, { bytes + FEW, 2 * FEW } };

	must_write_stream(t, p.wr, 0, FEW + 1);
	expect(t, vmsplice(p.rd, ranges, 2, 0), RETURNS(FEW + 1));
	expect_streamed(t, bytes, 0, FEW + 1);
	expect_equal(t, bytes[FEW + 1], 0);
}

CASE(what_was_taken_is_a_copy,
     .claim = { DOCUMENTED,
		"memory that vmsplice() filled does not change with the memory that was put into "
		"the pipe",
		"vmsplice(2), NOTES: it copies in this direction" },
     .covers = { "VMS-02" }, .since = "2.6.17")
{
	struct pipe p = must_pipe(t, 0);
	const size_t page = page_size();
	char *source = must_share(t, page);
	const struct iovec put = { source, page }, taken = { must_share(t, page), page };

	stream_make(source, 0, page);
	expect(t, vmsplice(p.wr, &put, 1, 0), RETURNS_PAGES(1, 0));
	expect(t, vmsplice(p.rd, &taken, 1, 0), RETURNS_PAGES(1, 0));
	memset(source, 0, page);
	expect_streamed(t, taken.iov_base, 0, page);
	stream_make(source, page, page);
	memset(taken.iov_base, 0, page);
	expect_streamed(t, source, page, page);
}

struct mapping_row {
	const char *name;
	int flags;
};

static const struct mapping_row mappings[] = {
	{ "shared", MAP_SHARED },
	{ "private", MAP_PRIVATE },
};

// A page, with the stream in it.
static char *must_map(struct trial *t, int flags)
{
	char *memory = MAP_FAILED;

	must(t, (memory = mmap(NULL, page_size(), PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1,
			       0)) == MAP_FAILED
			? -1
			: 0);
	stream_make(memory, 0, page_size());
	return memory;
}

CASE(later_change_is_read,
     .claim = { OBSERVED,
		"what is changed in memory between vmsplice() and read() is read as changed",
		"fs/splice.c, iter_to_pipe(); vmsplice(2): it maps the memory into the pipe" },
     .covers = { "VMS-12" }, .since = "2.6.17", ROWS(mappings))
{
	const struct mapping_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	char *memory = must_map(t, row->flags);
	const struct iovec part = { memory, 2 * FEW };

	expect(t, vmsplice(p.wr, &part, 1, 0), RETURNS(2 * FEW));
	stream_make(memory + FEW, 7, FEW);
	expect_stream(t, p.rd, 0, FEW);
	expect_stream(t, p.rd, 7, FEW);
}

static void stay(struct trial *t, const void *arg)
{
	(void)arg;
	await_stage(t, 1);
}

CASE(change_after_fork_is_not_read,
     .claim = { OBSERVED,
		"private memory changed while a child shares its pages is read as vmsplice() "
		"found it",
		"fs/splice.c, iter_to_pipe(); mm/memory.c, copy on write" },
     .covers = { "VMS-12" }, .since = "2.6.17")
{
	struct pipe p = must_pipe(t, 0);
	char *memory = must_map(t, MAP_PRIVATE);
	const struct iovec part = { memory, FEW };

	expect(t, vmsplice(p.wr, &part, 1, 0), RETURNS(FEW));
	struct actor *child = start(t, stay, NULL);
	memset(memory, 0, FEW);
	expect_stream(t, p.rd, 0, FEW);
	reach_stage(t, 1);
	must_finish(t, child);
}

// On a page that may be the one of other memory, should that have been freed.
static void must_scribble(struct trial *t)
{
	char *memory = must_map(t, MAP_PRIVATE);

	memset(memory, 0, page_size());
}

static void must_unmap(struct trial *t, char *memory)
{
	must(t, munmap(memory, page_size()));
}

static void must_forbid(struct trial *t, char *memory)
{
	must(t, mprotect(memory, page_size(), PROT_NONE));
}

static void must_drop(struct trial *t, char *memory)
{
	must(t, madvise(memory, page_size(), MADV_DONTNEED));
	must(t, memory[0] == 0 ? 0 : -1);
}

struct loss_row {
	const char *name;
	void (*must_lose)(struct trial *t, char *memory);
};

static const struct loss_row losses[] = {
	{ "unmapped", must_unmap },
	{ "protected", must_forbid },
	{ "dropped", must_drop },
};

CASE(bytes_outlive_their_mapping,
     .claim = { OBSERVED,
		"memory that is unmapped, protected or dropped after vmsplice() put it is read as "
		"it was",
		"fs/splice.c, iter_to_pipe(), which holds the pages" },
     .covers = { "VMS-17" }, .since = "2.6.17", ROWS(losses))
{
	const struct loss_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	char *memory = must_map(t, MAP_PRIVATE);
	const struct iovec whole = { memory, page_size() };

	expect(t, vmsplice(p.wr, &whole, 1, 0), RETURNS_PAGES(1, 0));
	row->must_lose(t, memory);
	must_scribble(t);
	expect_stream(t, p.rd, 0, page_size());
}

static void put_and_exit(struct trial *t, const void *arg)
{
	const struct iovec whole = { must_map(t, MAP_PRIVATE), page_size() };

	attempt(t, vmsplice(*(const int *)arg, &whole, 1, 0));
}

CASE(bytes_outlive_their_process,
     .claim = { OBSERVED, "memory that vmsplice() put is read as it was after its process ended",
		"fs/splice.c, iter_to_pipe(), which holds the pages" },
     .covers = { "VMS-17" }, .since = "2.6.17")
{
	struct pipe p = must_pipe(t, 0);
	struct actor *putter = start(t, put_and_exit, &p.wr);

	expect_actor(t, putter, RETURNS_PAGES(1, 0));
	must_finish(t, putter);
	must_scribble(t);
	expect_stream(t, p.rd, 0, page_size());
}

const struct family vmsplice_memory_family = {
	.name = "vmsplice_memory",
	.about = "The memory of vmsplice(): filled by copying, put by reference",
	.cases = {
		&ranges_are_filled_in_turn,
		&what_there_is_is_enough,
		&what_was_taken_is_a_copy,
		&later_change_is_read,
		&change_after_fork_is_not_read,
		&bytes_outlive_their_mapping,
		&bytes_outlive_their_process,
	},
};
