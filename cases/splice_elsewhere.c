// SPDX-License-Identifier: ISC
// splice(2) between a pipe and what is no file: devices, sockets.

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "case.h"

enum {
	QUEUED = 100, // bytes
	PART = 40,    // bytes
};

// --- devices ----------------------------------------------------------------------

struct path_row {
	const char *name, *path;
};

static const struct path_row zeros[] = {
	{ "zero", "/dev/zero" },
	{ "full", "/dev/full" },
};

CASE(device_of_zeros_can_be_spliced_from,
     .claim = { OBSERVED, "splice() from /dev/zero and /dev/full moves zeros",
		"drivers/char/mem.c, zero_fops, full_fops" },
     .covers = { "SPL-27" }, .since = "6.7", ROWS(zeros))
{
	static const char nothing[QUEUED];
	const struct path_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);
	char bytes[QUEUED + 1];
	int fd = must_open_file(t, row->path, O_RDONLY);

	expect(t, splice(fd, NULL, p.wr, NULL, QUEUED, 0), RETURNS(QUEUED));
	expect(t, read(p.rd, bytes, sizeof bytes), RETURNS(QUEUED));
	expect_bytes(t, bytes, nothing, QUEUED);
}

static void expect_emptied(struct trial *t, const char *path)
{
	struct pipe p = must_stream_pipe(t, QUEUED);
	int fd = must_open_file(t, path, O_WRONLY);

	expect(t, splice(p.rd, NULL, fd, NULL, PART, 0), RETURNS(PART));
	expect(t, must_unread(t, p.rd), RETURNS(QUEUED - PART));
	expect(t, splice(p.rd, NULL, fd, NULL, QUEUED, 0), RETURNS(QUEUED - PART));
	expect(t, must_unread(t, p.rd), RETURNS(0));
}

CASE(dev_null_takes_all,
     .claim = { OBSERVED, "splice() to /dev/null empties the pipe",
		"drivers/char/mem.c, splice_write_null()" },
     .covers = { "SPL-27" })
{
	expect_emptied(t, "/dev/null");
}

CASE(dev_zero_takes_all,
     .claim = { OBSERVED, "splice() to /dev/zero empties the pipe",
		"drivers/char/mem.c, splice_write_zero" },
     .covers = { "SPL-27" }, .since = "6.7")
{
	expect_emptied(t, "/dev/zero");
}

// --- sockets ----------------------------------------------------------------------

struct sockets {
	int ours, theirs;
};

static struct sockets must_connect(struct trial *t, int flags)
{
	int ends[2];

	must(t, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0, ends));
	return (struct sockets){ ends[0], ends[1] };
}

CASE(bytes_pass_between_pipe_and_socket,
     .claim = { DOCUMENTED,
		"splice() moves bytes from a pipe to a stream socket, and from a socket to a pipe",
		"splice(2), SPLICE_F_MORE" },
     .covers = { "SPL-28" })
{
	struct sockets s = must_connect(t, 0);
	struct pipe p = must_stream_pipe(t, QUEUED);

	size_t n = (size_t)expect(t, splice(p.rd, NULL, s.ours, NULL, PART, SPLICE_F_MORE),
				  RETURNS_IN(1, PART));
	n += (size_t)expect(t, splice(p.rd, NULL, s.ours, NULL, QUEUED, 0),
			    RETURNS_IN(1, QUEUED - (long)n));
	expect(t, must_unread(t, p.rd), RETURNS(QUEUED - (long)n));
	expect_stream(t, s.theirs, 0, n);
	must_empty(t, p.rd);
	must_write_stream(t, s.ours, QUEUED, QUEUED);
	n = (size_t)expect(t, splice(s.theirs, NULL, p.wr, NULL, PART, 0), RETURNS_IN(1, PART));
	expect_stream(t, s.theirs, QUEUED + n, QUEUED - n);
	expect_stream(t, p.rd, QUEUED, n);
}

CASE(empty_socket_decides_by_its_own_flag,
     .claim = { DOCUMENTED, "splice() from an empty socket that has O_NONBLOCK fails with EAGAIN",
		"splice(2), ERRORS, EAGAIN" },
     .covers = { "SPL-28" })
{
	struct sockets s = must_connect(t, SOCK_NONBLOCK);
	struct pipe p = must_pipe(t, 0);

	expect(t, splice(s.ours, NULL, p.wr, NULL, PART, 0), FAILS(EAGAIN));
	expect(t, must_unread(t, p.rd), RETURNS(0));
}

CASE(socket_without_a_peer_is_the_end_of_input,
     .claim = { DOCUMENTED, "splice() from a socket whose peer has closed returns 0",
		"splice(2), RETURN VALUE" },
     .covers = { "SPL-29" })
{
	struct sockets s = must_connect(t, 0);
	struct pipe p = must_pipe(t, 0);

	must_write_stream(t, s.theirs, 0, PART);
	must(t, close(s.theirs));
	for (long left = PART; left > 0;) {
		left -= expect(t, splice(s.ours, NULL, p.wr, NULL, QUEUED, 0), RETURNS_IN(1, left));
		must_empty(t, p.rd);
	}
	expect(t, splice(s.ours, NULL, p.wr, NULL, QUEUED, 0), RETURNS(0));
	expect(t, must_unread(t, p.rd), RETURNS(0));
}

CASE(socket_without_a_peer_takes_nothing,
     .claim = { OBSERVED,
		"splice() to a socket whose peer has closed fails with EPIPE and raises one "
		"SIGPIPE; the bytes stay in the pipe",
		"fs/splice.c; net/unix/af_unix.c" },
     .covers = { "SPL-29" })
{
	struct sockets s = must_connect(t, 0);
	struct pipe p = must_stream_pipe(t, QUEUED);

	must_catch(t, SIGPIPE, 0);
	must(t, close(s.theirs));
	expect(t, splice(p.rd, NULL, s.ours, NULL, PART, 0), FAILS(EPIPE));
	expect(t, caught(t, SIGPIPE).count, RETURNS(1));
	expect_stream(t, p.rd, 0, QUEUED);
}

const struct family splice_elsewhere_family = {
	.name = "splice_elsewhere",
	.about = "splice() with devices and sockets",
	.cases = {
		&device_of_zeros_can_be_spliced_from,
		&dev_null_takes_all,
		&dev_zero_takes_all,
		&bytes_pass_between_pipe_and_socket,
		&empty_socket_decides_by_its_own_flag,
		&socket_without_a_peer_is_the_end_of_input,
		&socket_without_a_peer_takes_nothing,
	},
};
