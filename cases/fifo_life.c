// SPDX-License-Identifier: ISC
// How long the pipe of a FIFO lives, and which names lead to it: fifo(7); close(2); unlink(2).

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case.h"

enum { FEW = 100, NAME_SIZE = 224 };

struct name {
	char path[NAME_SIZE];
};

static struct name beside(const char *path, const char *suffix)
{
	struct name name;

	snprintf(name.path, sizeof name.path, "%s%s", path, suffix);
	return name;
}

static struct pipe must_open_ends(struct trial *t, const char *path)
{
	struct pipe p;

	p.rd = must_open_end(t, path, O_RDONLY | O_NONBLOCK);
	p.wr = must_open_end(t, path, O_WRONLY | O_NONBLOCK);
	return p;
}

static void expect_empty_and_unwritten(struct trial *t, const char *path)
{
	int rd = must_open_end(t, path, O_RDONLY | O_NONBLOCK);
	char byte;

	expect(t, read(rd, &byte, 1), RETURNS(0));
	int wr = must_open_end(t, path, O_WRONLY | O_NONBLOCK);
	expect(t, read(rd, &byte, 1), FAILS(EAGAIN));
	must(t, close(wr));
	must(t, close(rd));
}

// --- what is unread -------------------------------------------------------------------

enum order { READER_LAST, WRITER_LAST };

struct order_row {
	const char *name;
	enum order order;
};

static const struct order_row orders[] = {
	{ "reader_last", READER_LAST },
	{ "writer_last", WRITER_LAST },
};

CASE(last_close_discards_what_is_unread,
     .claim = { POSIX,
		"what nobody has read of a FIFO is discarded when the last descriptor is closed, "
		"whichever end that is of",
		"POSIX.1-2024 close(), DESCRIPTION: any data remaining shall be discarded" },
     .covers = { "FIF-33" }, ROWS(orders))
{
	const struct order_row *row = trial_row(t);
	const char *path = must_fifo(t, 0600);
	struct pipe p = must_open_ends(t, path);

	must_write_stream(t, p.wr, 0, FEW);
	must(t, close(row->order == READER_LAST ? p.wr : p.rd));
	must(t, close(row->order == READER_LAST ? p.rd : p.wr));
	expect_empty_and_unwritten(t, path);
}

CASE(close_of_both_in_one_discards_what_is_unread,
     .claim = { DOCUMENTED,
		"what is unread is discarded when the last descriptor, open for reading and "
		"writing, is closed",
		"fifo(7), DESCRIPTION: a pipe object while a process has it open" },
     .covers = { "FIF-33" })
{
	const char *path = must_fifo(t, 0600);
	int both = must_open_end(t, path, O_RDWR);

	must_write_stream(t, both, 0, FEW);
	must(t, close(both));
	expect_empty_and_unwritten(t, path);
}

CASE(what_is_unread_outlives_its_writers,
     .claim = { POSIX,
		"what one writer after another has written to a FIFO and closed is there, in "
		"order, for a reader that had it open",
		"POSIX.1-2024 close(), DESCRIPTION, of the last descriptor; read(), DESCRIPTION" },
     .covers = { "FIF-34" })
{
	const char *path = must_fifo(t, 0600);
	int rd = must_open_end(t, path, O_RDONLY | O_NONBLOCK);
	char byte;

	for (size_t turn = 0; turn < 3; turn++) {
		int wr = must_open_end(t, path, O_WRONLY);
		must_write_stream(t, wr, turn * FEW, FEW);
		must(t, close(wr));
	}
	expect_stream(t, rd, 0, 2 * FEW);
	int other = must_open_end(t, path, O_RDONLY | O_NONBLOCK);
	must(t, close(rd));
	expect_stream(t, other, 2 * FEW, FEW);
	expect(t, read(other, &byte, 1), RETURNS(0));
}

CASE(o_path_keeps_nothing,
     .claim = { OBSERVED,
		"what is unread in a FIFO is discarded at the last close though somebody has a "
		"descriptor of O_PATH",
		"fs/pipe.c, pipe_release(); open(2), O_PATH" },
     .covers = { "FIF-33", "FIF-29" })
{
	const char *path = must_fifo(t, 0600);

	must(t, open(path, O_PATH | O_CLOEXEC));
	int fd = must_open_end(t, path, O_RDWR);
	must_write_stream(t, fd, 0, FEW);
	must(t, close(fd));
	expect_empty_and_unwritten(t, path);
}

// --- names ----------------------------------------------------------------------------

enum another { HARD_LINK, SYMBOLIC_LINK, NEW_NAME };

struct name_row {
	const char *name;
	enum another another;
};

static const struct name_row names[] = {
	{ "hard_link", HARD_LINK },
	{ "symbolic_link", SYMBOLIC_LINK },
	{ "renamed", NEW_NAME },
};

static void must_name(struct trial *t, enum another another, const char *path, const char *name)
{
	switch (another) {
	case HARD_LINK:
		if (must_or_fail(t, link(path, name), EPERM) == -1)
			skip(t, "filesystem: no hard links");
		break;
	case SYMBOLIC_LINK:
		must(t, symlink(path, name));
		break;
	case NEW_NAME:
		must(t, rename(path, name));
		break;
	}
}

CASE(every_name_leads_to_one_pipe,
     .claim = { DOCUMENTED,
		"one opens a FIFO by its name, another by a link to it or by its new name, and "
		"they share one pipe",
		"fifo(7): exactly one pipe object" },
     .covers = { "FIF-35" }, ROWS(names))
{
	const struct name_row *row = trial_row(t);
	const char *path = must_fifo(t, 0600);
	const struct name other = beside(path, "-other");
	int rd = must_open_end(t, path, O_RDONLY | O_NONBLOCK);

	must_name(t, row->another, path, other.path);
	int wr = (int)expect(t, open(other.path, O_WRONLY | O_NONBLOCK), RETURNS_IN(0, INT_MAX));
	must_write_stream(t, wr, 0, FEW);
	expect_stream(t, rd, 0, FEW);
	must(t, close(rd));
	rd = must_open_end(t, other.path, O_RDONLY | O_NONBLOCK);
	must_write_stream(t, wr, FEW, FEW);
	expect_stream(t, rd, FEW, FEW);
	must(t, unlink(other.path));
}

CASE(fifos_of_one_name_are_two,
     .claim = { POSIX,
		"a FIFO made under the name of one that was removed and is still open shares "
		"nothing with it",
		"POSIX.1-2024 unlink(), mkfifo(), DESCRIPTION" },
     .covers = { "FIF-12", "FIF-35" })
{
	const char *path = must_fifo(t, 0600);
	struct pipe old = must_open_ends(t, path), new;
	char byte;

	must_write_stream(t, old.wr, 0, FEW);
	must(t, unlink(path));
	must(t, mkfifo(path, 0600));
	expect(t, open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC), FAILS(ENXIO));
	new = must_open_ends(t, path);
	expect(t, read(new.rd, &byte, 1), FAILS(EAGAIN));
	must_write_stream(t, new.wr, FEW, FEW);
	expect_stream(t, old.rd, 0, FEW);
	expect_stream(t, new.rd, FEW, FEW);
}

CASE(removed_fifo_works_for_who_has_it_open,
     .claim = { POSIX,
		"who has a FIFO open writes and reads when its last name is removed, and its link "
		"count is 0",
		"POSIX.1-2024 unlink(), DESCRIPTION" },
     .covers = { "FIF-12" })
{
	const char *path = must_fifo(t, 0600);
	struct pipe p = must_open_ends(t, path);
	struct stat st;
	char byte;

	must_write_stream(t, p.wr, 0, FEW);
	expect(t, unlink(path), RETURNS(0));
	expect(t, fstat(p.rd, &st), RETURNS(0));
	expect(t, st.st_nlink, RETURNS(0));
	expect_true(t, S_ISFIFO(st.st_mode));
	must_write_stream(t, p.wr, FEW, FEW);
	expect_stream(t, p.rd, 0, 2 * FEW);
	must(t, close(p.wr));
	expect(t, read(p.rd, &byte, 1), RETURNS(0));
}

struct wait {
	const char *path;
	int flags;
};

static void open_once(struct trial *t, const void *arg)
{
	const struct wait *w = arg;

	attempt(t, open(w->path, w->flags | O_CLOEXEC));
}

static const struct wait waits_to_read = { NULL, O_RDONLY };

CASE(wait_goes_on_when_the_name_is_removed,
     .claim = { OBSERVED,
		"who waits in open() of a FIFO waits on when its name is removed, and meets who "
		"comes by another name",
		"fs/pipe.c, wait_for_partner()" },
     .covers = { "FIF-12", "FIF-35" })
{
	struct wait w = waits_to_read;

	w.path = must_fifo(t, 0600);
	const struct name other = beside(w.path, "-other");
	must_name(t, HARD_LINK, w.path, other.path);
	struct actor *reader = start(t, open_once, &w);
	must_block(t, reader);
	must(t, unlink(w.path));
	expect_actor(t, reader, BLOCKS);
	must_open_end(t, other.path, O_WRONLY);
	expect_actor(t, reader, RETURNS_IN(0, INT_MAX));
	must(t, unlink(other.path));
}

const struct family fifo_life_family = {
	.name = "fifo_life",
	.about = "How long the pipe of a FIFO lives, and which names lead to it",
	.cases = {
		&last_close_discards_what_is_unread,
		&close_of_both_in_one_discards_what_is_unread,
		&what_is_unread_outlives_its_writers,
		&o_path_keeps_nothing,
		&every_name_leads_to_one_pipe,
		&fifos_of_one_name_are_two,
		&removed_fifo_works_for_who_has_it_open,
		&wait_goes_on_when_the_name_is_removed,
	},
};
