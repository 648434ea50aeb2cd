// SPDX-License-Identifier: ISC
// What poll() tells of a FIFO, which ends come to and go from: poll(2), fifo(7).

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "case.h"

enum { READABLE = POLLIN | POLLRDNORM, WRITABLE = POLLOUT | POLLWRNORM };

static int must_open_reader(struct trial *t, const char *path)
{
	return must_open_end(t, path, O_RDONLY | O_NONBLOCK);
}

static void must_come_and_go(struct trial *t, const char *path, const char *text)
{
	int wr = must_open_end(t, path, O_WRONLY | O_NONBLOCK);

	if (*text)
		must_write(t, wr, text, 1);
	must(t, close(wr));
}

CASE(fifo_before_its_first_writer_is_quiet,
     .claim = { OBSERVED,
		"poll() tells nothing of a FIFO that had no writer since it was opened for "
		"reading, though read() returns 0",
		"fs/pipe.c, fifo_open(), pipe_poll()" },
     .covers = { "POL-21" },
     .against = "poll() tells POLLHUP of a FIFO that nobody has open for "
		"writing")
{
	int rd = must_open_reader(t, must_fifo(t, 0600));
	char byte;

	expect_events(t, rd, 0);
	expect(t, read(rd, &byte, 1), RETURNS(0));
	expect_events(t, rd, 0);
}

CASE(fifo_is_hung_up_once_its_writer_went,
     .claim = { POSIX, "poll() tells POLLHUP of a FIFO that its last writer has closed",
		"POSIX.1-2024 poll(), DESCRIPTION, POLLHUP" },
     .covers = { "POL-22" })
{
	const char *path = must_fifo(t, 0600);
	int rd = must_open_reader(t, path);

	must_come_and_go(t, path, "");
	expect_hangup(t, rd, true);
	must_come_and_go(t, path, "x");
	expect_hangup(t, rd, true);
}

CASE(hung_up_fifo_is_readable_if_it_holds_data,
     .claim = { OBSERVED,
		"poll() tells POLLHUP alone of a FIFO that its last writer has closed, and POLLIN "
		"and POLLRDNORM as well while there are data in it",
		"fs/pipe.c, pipe_poll()" },
     .covers = { "POL-22" })
{
	const char *path = must_fifo(t, 0600);
	int rd = must_open_reader(t, path);

	must_come_and_go(t, path, "");
	expect_events(t, rd, POLLHUP);
	must_come_and_go(t, path, "x");
	expect_events(t, rd, READABLE | POLLHUP);
}

CASE(hangup_is_of_who_was_there,
     .claim = { OBSERVED,
		"who opens a FIFO after its last writer went is told of no POLLHUP, while who had "
		"it open before is, until a writer came and went for both",
		"fs/pipe.c, fifo_open(), pipe_poll()" },
     .covers = { "POL-22" },
     .against = "POSIX.1-2024 poll(): the hang-up is the FIFO's, whoever has it open")
{
	const char *path = must_fifo(t, 0600);
	int first = must_open_reader(t, path), second;

	must_come_and_go(t, path, "");
	second = must_open_reader(t, path);
	expect_events(t, first, POLLHUP);
	expect_events(t, second, 0);
	must_come_and_go(t, path, "");
	expect_events(t, first, POLLHUP);
	expect_events(t, second, POLLHUP);
}

CASE(late_reader_finds_the_data_but_no_hangup,
     .claim = { OBSERVED,
		"who opens a FIFO after its last writer went is told of data that this left, and "
		"of no POLLHUP",
		"fs/pipe.c, fifo_open(), pipe_poll()" },
     .covers = { "POL-22" })
{
	const char *path = must_fifo(t, 0600);

	must_open_reader(t, path);
	must_come_and_go(t, path, "x");
	expect_events(t, must_open_reader(t, path), READABLE);
}

CASE(hangup_of_a_reader_with_a_writer_is_told,
     .claim = { POSIX,
		"who opens a FIFO while it has a writer is told POLLHUP when that closes, and not "
		"before",
		"POSIX.1-2024 poll(), DESCRIPTION, POLLHUP" },
     .covers = { "POL-22" })
{
	const char *path = must_fifo(t, 0600);
	int first = must_open_reader(t, path), wr = must_open_end(t, path, O_WRONLY);
	int second = must_open_reader(t, path);

	expect_hangup(t, second, false);
	must(t, close(wr));
	expect_hangup(t, second, true);
	expect_hangup(t, first, true);
}

CASE(hangup_goes_with_a_new_writer,
     .claim = { POSIX,
		"POLLHUP of a FIFO stays until it is opened for writing, is gone then, and comes "
		"again when that is closed",
		"POSIX.1-2024 poll(), DESCRIPTION, POLLHUP" },
     .covers = { "POL-23" })
{
	const char *path = must_fifo(t, 0600);
	int rd = must_open_reader(t, path), wr;
	char byte;

	for (int round = 0; round < 2; round++) {
		must_come_and_go(t, path, "");
		expect(t, read(rd, &byte, 1), RETURNS(0));
		expect_hangup(t, rd, true);
		wr = must_open_end(t, path, O_WRONLY);
		expect_hangup(t, rd, false);
		must(t, close(wr));
		expect_hangup(t, rd, true);
	}
}

CASE(error_goes_with_a_new_reader,
     .claim = { OBSERVED,
		"POLLERR of a FIFO that lost its last reader is gone once it is opened for reading",
		"fs/pipe.c, pipe_poll()" },
     .covers = { "POL-07" })
{
	const char *path = must_fifo(t, 0600);
	int rd = must_open_reader(t, path), wr = must_open_end(t, path, O_WRONLY);

	expect_events(t, wr, WRITABLE);
	must(t, close(rd));
	expect_events(t, wr, WRITABLE | POLLERR);
	must_open_reader(t, path);
	expect_events(t, wr, WRITABLE);
}

CASE(fifo_open_for_both_is_never_hung_up,
     .claim = { OBSERVED,
		"of a FIFO that is open for reading and writing poll() tells POLLOUT, POLLIN too "
		"when there are data, and that alone when it is full; never POLLHUP or POLLERR",
		"fs/pipe.c, pipe_poll(); fifo(7) for who may open it so" },
     .covers = { "POL-24", "POL-40" })
{
	const char *path = must_fifo(t, 0600);
	int fd = must_open_end(t, path, O_RDWR | O_NONBLOCK);
	struct pipe p = { fd, fd };
	char byte;

	expect_events(t, fd, WRITABLE);
	must_come_and_go(t, path, "x"); // a writer
	expect_events(t, fd, READABLE | WRITABLE);
	must(t, close(must_open_reader(t, path)));
	must_read(t, fd, &byte, 1);
	expect_events(t, fd, WRITABLE);
	must_fill(t, &p, 0);
	expect_events(t, fd, READABLE);
}

CASE(who_has_it_open_for_both_is_a_writer,
     .claim = { DOCUMENTED,
		"a reader of a FIFO is told of no POLLHUP while another process has it open for "
		"both",
		"fifo(7); poll(2), POLLHUP" },
     .covers = { "POL-24" })
{
	const char *path = must_fifo(t, 0600);
	int rd = must_open_reader(t, path), both = must_open_end(t, path, O_RDWR);

	must_come_and_go(t, path, "");
	expect_events(t, rd, 0);
	must(t, close(both));
	expect_events(t, rd, POLLHUP);
}

const struct family poll_fifo_family = {
	.name = "poll_fifo",
	.about = "What poll() tells of a FIFO as its ends come and go",
	.cases = {
		&fifo_before_its_first_writer_is_quiet,
		&fifo_is_hung_up_once_its_writer_went,
		&hung_up_fifo_is_readable_if_it_holds_data,
		&hangup_is_of_who_was_there,
		&late_reader_finds_the_data_but_no_hangup,
		&hangup_of_a_reader_with_a_writer_is_told,
		&hangup_goes_with_a_new_writer,
		&error_goes_with_a_new_reader,
		&fifo_open_for_both_is_never_hung_up,
		&who_has_it_open_for_both_is_a_writer,
	},
};
