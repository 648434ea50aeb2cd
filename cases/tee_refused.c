// SPDX-License-Identifier: ISC
// What tee(2) refuses: files, ends, flags.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <unistd.h>

#include "case.h"

enum { FEW = 100 }; // bytes

static void expect_kept(struct trial *t, const struct pipe *p)
{
	expect(t, must_unread(t, p->rd), RETURNS(FEW));
	expect_stream(t, p->rd, 0, FEW);
}

CASE(what_is_no_pipe_is_refused,
     .claim = { DOCUMENTED, "tee() from or to a file that is no pipe fails with EINVAL",
		"tee(2), EINVAL" },
     .covers = { "TEE-11" }, .since = "2.6.17")
{
	struct pipe p = must_stream_pipe(t, FEW);
	int null = must_open_file(t, "/dev/null", O_RDWR), sockets[2];

	must(t, socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	must_write_stream(t, sockets[1], 0, FEW);
	expect(t, tee(p.rd, null, FEW, 0), FAILS(EINVAL));
	expect(t, tee(p.rd, sockets[0], FEW, 0), FAILS(EINVAL));
	expect(t, tee(null, p.wr, FEW, 0), FAILS(EINVAL));
	expect(t, tee(sockets[0], p.wr, FEW, 0), FAILS(EINVAL));
	expect(t, tee(sockets[0], null, FEW, 0), FAILS(EINVAL));
	expect_kept(t, &p);
}

CASE(one_pipe_is_not_both,
     .claim = { DOCUMENTED, "tee() from a pipe to itself fails with EINVAL", "tee(2), EINVAL" },
     .covers = { "TEE-12" }, .since = "2.6.17", .ways = BY_PIPE2 | BY_FIFO)
{
	struct pipe p = must_stream_pipe(t, FEW);

	expect(t, tee(p.rd, p.wr, FEW, 0), FAILS(EINVAL));
	expect(t, tee(p.rd, p.wr, FEW, SPLICE_F_NONBLOCK), FAILS(EINVAL));
	expect_kept(t, &p);
}

CASE(one_description_is_not_both,
     .claim = { DOCUMENTED, "tee() from a FIFO open for both to itself fails with EINVAL",
		"tee(2), EINVAL; fifo(7)" },
     .covers = { "TEE-12" }, .since = "2.6.17")
{
	int fifo = must_open_end(t, must_fifo(t, 0600), O_RDWR);

	must_write_stream(t, fifo, 0, FEW);
	expect(t, tee(fifo, fifo, FEW, 0), FAILS(EINVAL));
	expect_kept(t, &(const struct pipe){ fifo, fifo });
}

CASE(fifo_open_for_both_is_either,
     .claim = { OBSERVED, "tee() takes a FIFO open for reading and writing as source and as target",
		"fs/splice.c, do_tee()" },
     .covers = { "TEE-22" }, .since = "2.6.17")
{
	int fifo = must_open_end(t, must_fifo(t, 0600), O_RDWR);
	struct pipe source = must_stream_pipe(t, FEW), target = must_pipe(t, 0);

	expect(t, tee(source.rd, fifo, FEW, 0), RETURNS(FEW));
	expect(t, tee(fifo, target.wr, FEW, 0), RETURNS(FEW));
	expect_stream(t, fifo, 0, FEW);
	expect_kept(t, &target);
}

CASE(wrong_ends_are_bad_descriptors,
     .claim = { OBSERVED,
		"tee() from a write end or to a read end, or a descriptor that is not open for "
		"either, fails with EBADF",
		"fs/splice.c, tee(), do_tee(); tee(2) does not list EBADF" },
     .covers = { "TEE-13" }, .since = "2.6.17")
{
	struct pipe source = must_stream_pipe(t, FEW), target = must_pipe(t, 0);
	int path_only = must_open_file(t, "/dev/null", O_PATH),
	    closed = (int)must(t, dup(source.rd));

	must(t, close(closed));
	expect(t, tee(source.wr, target.wr, FEW, 0), FAILS(EBADF));
	expect(t, tee(source.rd, target.rd, FEW, 0), FAILS(EBADF));
	expect(t, tee(closed, target.wr, FEW, 0), FAILS(EBADF));
	expect(t, tee(source.rd, closed, FEW, 0), FAILS(EBADF));
	expect(t, tee(path_only, target.wr, FEW, 0), FAILS(EBADF));
	expect(t, tee(source.rd, path_only, FEW, 0), FAILS(EBADF));
	expect_kept(t, &source);
	expect(t, must_unread(t, target.rd), RETURNS(0));
}

static const unsigned all_flags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE | SPLICE_F_GIFT;

CASE(flags_without_effect_are_taken,
     .claim = { DOCUMENTED, "tee() takes all four flags, of which three have no effect",
		"tee(2), DESCRIPTION, flags" },
     .covers = { "TEE-15" }, .since = "2.6.17")
{
	struct pipe source = must_stream_pipe(t, FEW), target = must_pipe(t, 0);

	long n = expect(t, tee(source.rd, target.wr, FEW, all_flags), RETURNS_IN(1, FEW));
	expect_kept(t, &source);
	expect_stream(t, target.rd, 0, (size_t)n);
}

CASE(unknown_flags_are_refused,
     .claim = { OBSERVED, "tee() with any other flag fails with EINVAL, of no bytes too",
		"fs/splice.c, tee(), since Linux 4.10" },
     .covers = { "TEE-15" }, .since = "4.10")
{
	struct pipe source = must_stream_pipe(t, FEW), target = must_pipe(t, 0);
	const size_t none = must_unread(t, target.rd);

	for (unsigned flag = 1; flag != 0; flag <<= 1) {
		if (flag & all_flags)
			continue;
		expect(t, tee(source.rd, target.wr, FEW, flag), FAILS(EINVAL));
	}
	expect(t, tee(source.rd, target.wr, none, all_flags + 1), FAILS(EINVAL));
	expect(t, tee(source.wr, target.rd, FEW, all_flags + 1), FAILS(EINVAL));
	expect_kept(t, &source);
	expect(t, must_unread(t, target.rd), RETURNS(0));
}

const struct family tee_refused_family = {
	.name = "tee_refused",
	.about = "What tee() refuses: files, ends, flags",
	.cases = {
		&what_is_no_pipe_is_refused,
		&one_pipe_is_not_both,
		&one_description_is_not_both,
		&fifo_open_for_both_is_either,
		&wrong_ends_are_bad_descriptors,
		&flags_without_effect_are_taken,
		&unknown_flags_are_refused,
	},
};
