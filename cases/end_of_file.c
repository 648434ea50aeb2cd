// SPDX-License-Identifier: ISC
// End of file: pipe(7), "I/O on pipes and FIFOs".

#include <errno.h>
#include <unistd.h>

#include "case.h"

CASE(read_returns_0_once_every_writer_closed,
     .claim = { POSIX, "read() of an empty pipe returns 0 once no writer is left",
		"POSIX.1-2024 read()" },
     .covers = { "EOF-01" }, .ways = EVERY_WAY)
{
	struct pipe p = must_pipe(t, 0);
	char byte;

	must(t, close(p.wr));
	expect(t, read(p.rd, &byte, 1), RETURNS(0));
}

static void read_byte(struct trial *t, const void *arg)
{
	char byte;

	attempt(t, read(*(const int *)arg, &byte, 1));
}

CASE(sleeping_reader_is_woken,
     .claim = { POSIX, "a reader asleep on an empty pipe gets 0 when the last writer closes",
		"POSIX.1-2024 read()" },
     .covers = { "EOF-01" }, .ways = EVERY_WAY)
{
	struct pipe p = must_pipe(t, 0);
	struct actor *reader = start(t, read_byte, &p.rd);

	(void)reader;
	expect_actor(t, reader, BLOCKS);
}

const struct family end_of_file_family = {
	.name = "end_of_file",
	.about = "What a reader sees when no writer is left",
	.cases = {
		&read_returns_0_once_every_writer_closed,
		&sleeping_reader_is_woken,
	},
};
