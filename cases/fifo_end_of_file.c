// SPDX-License-Identifier: ISC
// End of file of a FIFO, which writers come to and go from: fifo(7); pipe(7), "I/O on pipes and
// FIFOs".

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "case.h"

static int must_open_reader(struct trial *t, const char *path, bool nonblocking)
{
	int rd = must_open_end(t, path, O_RDONLY | O_NONBLOCK);

	must_set_nonblocking(t, rd, nonblocking);
	return rd;
}

static void read_byte(struct trial *t, const void *arg)
{
	char byte;

	attempt(t, read(*(const int *)arg, &byte, 1));
}

struct mode_row {
	const char *name;
	bool nonblocking, had_writer;
};

static const struct mode_row modes[] = {
	{ "wait/never_opened", false, false },
	{ "wait/closed", false, true },
	{ "nowait/never_opened", true, false },
	{ "nowait/closed", true, true },
};

CASE(fifo_without_writer_is_at_its_end,
     .claim = { POSIX, "read() of a FIFO that nobody has open for writing returns 0 in either mode",
		"POSIX.1-2024 read(), DESCRIPTION" },
     .covers = { "EOF-12" }, ROWS(modes))
{
	const struct mode_row *row = trial_row(t);
	const char *path = must_fifo(t, 0600);
	int rd = must_open_reader(t, path, row->nonblocking);
	char byte;

	if (row->had_writer)
		must(t, close(must_open_end(t, path, O_WRONLY)));
	expect(t, read(rd, &byte, 1), RETURNS(0));
	expect(t, read(rd, &byte, 1), RETURNS(0));
}

CASE(end_of_file_ends_with_a_new_writer,
     .claim = { POSIX,
		"once a FIFO at its end is opened for writing, read() fails with EAGAIN, or sleeps "
		"until something is written",
		"POSIX.1-2024 read(), DESCRIPTION" },
     .covers = { "EOF-13" }, ROWS(modes))
{
	const struct mode_row *row = trial_row(t);
	const char *path = must_fifo(t, 0600);
	struct pipe p = { must_open_reader(t, path, row->nonblocking), -1 };
	char byte;

	if (row->had_writer)
		must(t, close(must_open_end(t, path, O_WRONLY)));
	expect(t, read(p.rd, &byte, 1), RETURNS(0));
	p.wr = must_open_end(t, path, O_WRONLY);
	if (row->nonblocking) {
		expect(t, read(p.rd, &byte, 1), FAILS(EAGAIN));
	} else {
		struct actor *reader = start(t, read_byte, &p.rd);

		expect_actor(t, reader, BLOCKS);
		must_write(t, p.wr, "", 1);
		expect_actor(t, reader, RETURNS(1));
	}
	must(t, close(p.wr));
	expect(t, read(p.rd, &byte, 1), RETURNS(0));
}

CASE(fifo_open_for_both_has_no_end,
     .claim = { DOCUMENTED,
		"who has a FIFO open for reading and writing, alone, sees no end of file: EAGAIN, "
		"or a wait",
		"fifo(7); pipe(7), I/O on pipes and FIFOs" },
     .covers = { "EOF-14" })
{
	const char *path = must_fifo(t, 0600);
	struct pipe p;
	char byte;

	p.rd = must_open_end(t, path, O_RDWR | O_NONBLOCK);
	expect(t, read(p.rd, &byte, 1), FAILS(EAGAIN));
	must(t, close(must_open_end(t, path, O_WRONLY)));
	expect(t, read(p.rd, &byte, 1), FAILS(EAGAIN));
	must_set_nonblocking(t, p.rd, false);
	struct actor *reader = start(t, read_byte, &p.rd);

	expect_actor(t, reader, BLOCKS);
	must_write(t, p.rd, "", 1);
	expect_actor(t, reader, RETURNS(1));
}

const struct family fifo_end_of_file_family = {
	.name = "fifo_end_of_file",
	.about = "How end of file comes to a FIFO and goes again",
	.cases = {
		&fifo_without_writer_is_at_its_end,
		&end_of_file_ends_with_a_new_writer,
		&fifo_open_for_both_has_no_end,
	},
};
