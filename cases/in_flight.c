// SPDX-License-Identifier: ISC
// Ends of a pipe on their way in messages of UNIX-domain sockets: unix(7), SCM_RIGHTS.

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "case.h"

enum { SENDER, RECEIVER };

// Sends the descriptor and closes it, so that it is nowhere but in the message.
static void must_send_away(struct trial *t, int sockets[2], int fd)
{
	if (must_or_fail(t, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets),
			 EAFNOSUPPORT) == -1)
		skip(t, "kernel-config: no UNIX-domain sockets");
	must_send_over(t, sockets[SENDER], fd);
	must(t, close(fd));
}

static void must_receive_and_close(struct trial *t, int socket)
{
	must(t, close(must_receive_over(t, socket)));
}

// With no place for descriptors they are closed: unix(7), SCM_RIGHTS.
static void must_receive_without(struct trial *t, int socket)
{
	char byte;

	must(t, read(socket, &byte, 1));
}

static void must_leave_unread(struct trial *t, int socket)
{
	must(t, close(socket));
}

struct fate_row {
	const char *name;
	void (*must_end)(struct trial *t, int socket); // the message
};

static const struct fate_row fates[] = {
	{ "received_and_closed", must_receive_and_close },
	{ "cut_off", must_receive_without },
	{ "never_received", must_leave_unread },
};

CASE(write_end_in_flight_puts_end_of_file_off,
     .claim = { OBSERVED,
		"a write end that is in a message alone puts end of file off, until the message's "
		"end brings it",
		"unix(7), SCM_RIGHTS, in general; Linux, scm_fp_copy()" },
     .covers = { "EOF-11" }, ROWS(fates))
{
	const struct fate_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	int sockets[2];
	char byte;

	must_send_away(t, sockets, p.wr);
	expect(t, read(p.rd, &byte, 1), FAILS(EAGAIN));
	must(t, close(sockets[SENDER]));
	expect(t, read(p.rd, &byte, 1), FAILS(EAGAIN));
	row->must_end(t, sockets[RECEIVER]);
	must_set_nonblocking(t, p.rd, false); // however late a kernel lets go of it
	expect(t, read(p.rd, &byte, 1), RETURNS(0));
}

static void read_byte(struct trial *t, const void *arg)
{
	char byte;

	attempt(t, read(*(const int *)arg, &byte, 1));
}

CASE(end_of_the_message_wakes_the_reader,
     .claim = { OBSERVED,
		"a reader asleep gets 0 when the message that holds the last write end is "
		"destroyed",
		"Linux, scm_destroy(); pipe(7), I/O on pipes and FIFOs" },
     .covers = { "EOF-11" })
{
	struct pipe p = must_pipe(t, 0);
	int sockets[2];

	must_send_away(t, sockets, p.wr);
	struct actor *reader = start_thread(t, read_byte, &p.rd);

	expect_actor(t, reader, BLOCKS);
	must(t, close(sockets[RECEIVER]));
	expect_actor(t, reader, RETURNS(0));
}

CASE(write_end_that_has_arrived_writes,
     .claim = { DOCUMENTED,
		"a write end that was received can be written, and puts end of file off",
		"unix(7), SCM_RIGHTS; pipe(7), I/O on pipes and FIFOs" },
     .covers = { "EOF-11" })
{
	struct pipe p = must_pipe(t, O_NONBLOCK);
	int sockets[2], arrived;
	char byte;

	must_send_away(t, sockets, p.wr);
	arrived = must_receive_over(t, sockets[RECEIVER]);
	expect(t, read(p.rd, &byte, 1), FAILS(EAGAIN));
	expect(t, write(arrived, "", 1), RETURNS(1));
	expect(t, read(p.rd, &byte, 1), RETURNS(1));
	must(t, close(arrived));
	expect(t, read(p.rd, &byte, 1), RETURNS(0));
}

CASE(read_end_in_flight_puts_epipe_off,
     .claim = { OBSERVED,
		"a read end that is in a message alone lets writers write, until the message's end "
		"brings EPIPE",
		"unix(7), SCM_RIGHTS, in general; Linux, scm_fp_copy()" },
     .covers = { "SIG-27" }, ROWS(fates))
{
	const struct fate_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	int sockets[2];

	must_catch(t, SIGPIPE, 0);
	must_send_away(t, sockets, p.rd);
	expect(t, write(p.wr, "", 1), RETURNS(1));
	must(t, close(sockets[SENDER]));
	expect(t, write(p.wr, "", 1), RETURNS(1));
	row->must_end(t, sockets[RECEIVER]);
	expect(t, write(p.wr, "", 1), FAILS(EPIPE));
	expect(t, caught(t, SIGPIPE).count, RETURNS(1));
}

const struct family in_flight_family = {
	.name = "in_flight",
	.about = "What an end of a pipe does in a message of a UNIX-domain socket",
	.cases = {
		&write_end_in_flight_puts_end_of_file_off,
		&end_of_the_message_wakes_the_reader,
		&write_end_that_has_arrived_writes,
		&read_end_in_flight_puts_epipe_off,
	},
};
