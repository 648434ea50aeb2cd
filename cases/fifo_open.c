// SPDX-License-Identifier: ISC
// Who waits in open() of a FIFO, for whom, and who does not: fifo(7); open(2), O_NONBLOCK.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "case.h"

enum { CROWD = 3, BYTE = 'x' };

// Who has the FIFO open already.
enum peers { NOBODY, READER, WRITER, BOTH };

static const char *must_have_peers(struct trial *t, enum peers peers)
{
	const char *path = must_fifo(t, 0600);
	int rd, wr;

	if (peers == NOBODY)
		return path;
	rd = must_open_end(t, path, O_RDONLY | O_NONBLOCK);
	if (peers == READER)
		return path;
	wr = must_open_end(t, path, O_WRONLY | O_NONBLOCK);
	must(t, fcntl(wr, F_GETFD));
	if (peers == WRITER)
		must(t, close(rd));
	return path;
}

struct open_row {
	const char *name;
	int flags;
	enum peers peers;
};

static void expect_opens(struct trial *t, const char *path, int flags)
{
	int fd = (int)expect(t, unless_limited(t, open(path, flags | O_CLOEXEC)),
			     RETURNS_IN(0, INT_MAX));

	expect_flags(t, fcntl(fd, F_GETFL), O_ACCMODE | O_NONBLOCK, flags);
}

static const struct open_row at_once[] = {
	// clang-format off
	{ "read/wait/writer",   O_RDONLY,              WRITER },
	{ "read/wait/both",     O_RDONLY,              BOTH },
	{ "read/nowait/nobody", O_RDONLY | O_NONBLOCK, NOBODY },
	{ "read/nowait/reader", O_RDONLY | O_NONBLOCK, READER },
	{ "read/nowait/writer", O_RDONLY | O_NONBLOCK, WRITER },
	{ "read/nowait/both",   O_RDONLY | O_NONBLOCK, BOTH },
	{ "write/wait/reader",  O_WRONLY,              READER },
	{ "write/wait/both",    O_WRONLY,              BOTH },
	{ "write/nowait/reader", O_WRONLY | O_NONBLOCK, READER },
	{ "write/nowait/both",  O_WRONLY | O_NONBLOCK, BOTH },
	// clang-format on
};

CASE(opens_at_once_with_a_partner,
     .claim = { POSIX,
		"open() of one end of a FIFO whose other end is open succeeds at once, as it does "
		"for reading with O_NONBLOCK whatever is open",
		"POSIX.1-2024 open(), DESCRIPTION, O_NONBLOCK" },
     .covers = { "FIF-15", "FIF-17" }, ROWS(at_once))
{
	const struct open_row *row = trial_row(t);

	expect_opens(t, must_have_peers(t, row->peers), row->flags);
}

static const struct open_row for_both[] = {
	// clang-format off
	{ "wait/nobody",   O_RDWR,              NOBODY },
	{ "wait/reader",   O_RDWR,              READER },
	{ "wait/writer",   O_RDWR,              WRITER },
	{ "wait/both",     O_RDWR,              BOTH },
	{ "nowait/nobody", O_RDWR | O_NONBLOCK, NOBODY },
	{ "nowait/reader", O_RDWR | O_NONBLOCK, READER },
	{ "nowait/writer", O_RDWR | O_NONBLOCK, WRITER },
	{ "nowait/both",   O_RDWR | O_NONBLOCK, BOTH },
	// clang-format on
};

CASE(opens_at_once_for_both,
     .claim = { DOCUMENTED,
		"open() of a FIFO with O_RDWR succeeds at once in either mode, whoever has it open",
		"fifo(7), DESCRIPTION; POSIX leaves it undefined" },
     .covers = { "FIF-18", "FIF-19" }, ROWS(for_both))
{
	const struct open_row *row = trial_row(t);

	expect_opens(t, must_have_peers(t, row->peers), row->flags);
}

CASE(descriptor_for_both_reads_what_it_writes,
     .claim = { DOCUMENTED,
		"one who has a FIFO open with O_RDWR, alone, reads what it writes, in order",
		"fifo(7), DESCRIPTION" },
     .covers = { "FIF-20" })
{
	int fd = must_open_end(t, must_fifo(t, 0600), O_RDWR | O_NONBLOCK);
	char bytes[4];

	expect(t, write(fd, "ab", 2), RETURNS(2));
	expect(t, write(fd, "c", 1), RETURNS(1));
	expect_equal(t, expect_all_there_is(t, fd, bytes, sizeof bytes), 3);
	expect_bytes(t, bytes, "abc", 3);
}

static const struct open_row no_reader[] = {
	{ "nobody", O_WRONLY | O_NONBLOCK, NOBODY },
	{ "writer", O_WRONLY | O_NONBLOCK, WRITER },
};

CASE(no_reader_is_enxio,
     .claim = { POSIX,
		"open() with O_WRONLY | O_NONBLOCK of a FIFO that nobody has open for reading "
		"fails with ENXIO, each time",
		"POSIX.1-2024 open(), ERRORS, ENXIO" },
     .covers = { "FIF-16" }, ROWS(no_reader))
{
	const struct open_row *row = trial_row(t);
	const char *path = must_have_peers(t, row->peers);
	int rd;
	char byte;

	expect(t, open(path, row->flags | O_CLOEXEC), FAILS(ENXIO));
	expect(t, open(path, row->flags | O_CLOEXEC), FAILS(ENXIO));
	rd = must_open_end(t, path, O_RDONLY | O_NONBLOCK);
	if (row->peers == NOBODY) // who was refused is no writer
		expect(t, read(rd, &byte, 1), RETURNS(0));
	must(t, close(rd));
	expect(t, open(path, row->flags | O_CLOEXEC), FAILS(ENXIO));
}

// --- those who wait -------------------------------------------------------------------

struct wait {
	const char *path;
	int flags;
};

// Uses the end that it was given, once.
static void open_and_use(struct trial *t, const void *arg)
{
	const struct wait *w = arg;
	char byte = 0;

	int fd = (int)attempt(t, unless_limited(t, open(w->path, w->flags | O_CLOEXEC)));
	if (w->flags == O_WRONLY) {
		expect(t, write(fd, "x", 1), RETURNS(1));
		return;
	}
	expect(t, read(fd, &byte, 1), RETURNS(1));
	expect_equal(t, byte, BYTE);
}

static const struct open_row waiting[] = {
	{ "read/nobody", O_RDONLY, NOBODY },
	{ "read/reader", O_RDONLY, READER },
	{ "write/nobody", O_WRONLY, NOBODY },
	{ "write/writer", O_WRONLY, WRITER },
};

CASE(waits_for_a_partner,
     .claim = { POSIX,
		"open() of one end of a FIFO whose other end nobody has open waits until somebody "
		"opens that, and not for the same end",
		"POSIX.1-2024 open(), DESCRIPTION, O_NONBLOCK" },
     .covers = { "FIF-13", "FIF-14" }, ROWS(waiting))
{
	const struct open_row *row = trial_row(t);
	const struct wait w = { must_have_peers(t, row->peers), row->flags };
	struct actor *opener = start(t, open_and_use, &w);
	char byte = 0;

	expect_actor(t, opener, BLOCKS);
	if (row->flags == O_RDONLY) {
		must_open_end(t, w.path, O_RDONLY | O_NONBLOCK);
		expect_actor(t, opener, BLOCKS);
		int wr = (int)expect(t, open(w.path, O_WRONLY | O_CLOEXEC), RETURNS_IN(0, INT_MAX));
		must_write(t, wr, "x", 1);
	} else {
		expect(t, open(w.path, O_WRONLY | O_NONBLOCK | O_CLOEXEC), FAILS(ENXIO));
		expect_actor(t, opener, BLOCKS);
		int rd = (int)expect(t, open(w.path, O_RDONLY | O_CLOEXEC), RETURNS_IN(0, INT_MAX));
		expect(t, read(rd, &byte, 1), RETURNS(1));
		expect_equal(t, byte, BYTE);
	}
	expect_actor(t, opener, RETURNS_IN(0, INT_MAX));
	must_finish(t, opener);
}

static void open_once(struct trial *t, const void *arg)
{
	const struct wait *w = arg;

	attempt(t, unless_limited(t, open(w->path, w->flags | O_CLOEXEC)));
}

struct end_opened {
	const char *name;
	int flags, partner;
};

static const struct end_opened either[] = {
	{ "read", O_RDONLY, O_WRONLY },
	{ "write", O_WRONLY, O_RDONLY | O_NONBLOCK },
};

CASE(partner_that_leaves_at_once_ends_every_wait,
     .claim = { POSIX,
		"all who wait in open() of one end of a FIFO return when somebody opens the other "
		"and closes it at once",
		"POSIX.1-2024 open(), DESCRIPTION, O_NONBLOCK" },
     .covers = { "FIF-24", "FIF-37" }, ROWS(either))
{
	const struct end_opened *row = trial_row(t);
	const struct wait w = { must_fifo(t, 0600), row->flags };
	struct actor *openers[CROWD];

	for (int i = 0; i < CROWD; i++)
		openers[i] = start(t, open_once, &w);
	for (int i = 0; i < CROWD; i++)
		expect_actor(t, openers[i], BLOCKS);
	must(t, close(must_open_end(t, w.path, row->partner)));
	for (int i = 0; i < CROWD; i++)
		expect_actor(t, openers[i], RETURNS_IN(0, INT_MAX));
}

CASE(who_waits_to_read_is_a_reader,
     .claim = { OBSERVED,
		"open() with O_WRONLY | O_NONBLOCK succeeds while somebody waits in open() for "
		"reading, whose wait that ends",
		"fs/pipe.c, fifo_open()" },
     .covers = { "FIF-13", "FIF-17" })
{
	const struct wait w = { must_fifo(t, 0600), O_RDONLY };
	struct actor *reader = start(t, open_and_use, &w);

	must_block(t, reader);
	int wr = (int)expect(t, open(w.path, O_WRONLY | O_NONBLOCK), RETURNS_IN(0, INT_MAX));
	must_write(t, wr, "x", 1);
	expect_actor(t, reader, RETURNS_IN(0, INT_MAX));
	must_finish(t, reader);
}

CASE(many_can_have_it_open,
     .claim = { DOCUMENTED,
		"several readers and writers of a FIFO, each by an open() of its own, share one "
		"stream",
		"fifo(7)" },
     .covers = { "FIF-37" })
{
	const char *path = must_fifo(t, 0600);
	int rd[CROWD], wr[CROWD];
	char byte;

	for (int i = 0; i < CROWD; i++)
		rd[i] = must_open_end(t, path, O_RDONLY | O_NONBLOCK);
	for (int i = 0; i < CROWD; i++)
		wr[i] = must_open_end(t, path, O_WRONLY);
	for (int i = 0; i < CROWD; i++)
		expect(t, write(wr[i], &"abc"[i], 1), RETURNS(1));
	for (int i = CROWD - 1; i >= 0; i--) {
		expect(t, read(rd[i], &byte, 1), RETURNS(1));
		expect_equal(t, byte, "cba"[i]);
	}
	expect(t, read(rd[0], &byte, 1), FAILS(EAGAIN));
}

const struct family fifo_open_family = {
	.name = "fifo_open",
	.about = "Who waits in open() of a FIFO, and for whom",
	.cases = {
		&opens_at_once_with_a_partner,
		&opens_at_once_for_both,
		&descriptor_for_both_reads_what_it_writes,
		&no_reader_is_enxio,
		&waits_for_a_partner,
		&partner_that_leaves_at_once_ends_every_wait,
		&who_waits_to_read_is_a_reader,
		&many_can_have_it_open,
	},
};
