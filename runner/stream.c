// SPDX-License-Identifier: ISC
// Ground: the stream of records.h, written, read and compared.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <unistd.h>

#include "trial.h"

char *must_stream(struct trial *t, size_t place, size_t size)
{
	char *bytes = must_share(t, size + 1); // never nothing

	stream_make(bytes, place, size);
	return bytes;
}

void must_write_stream(struct trial *t, int fd, size_t place, size_t size)
{
	char few[PIPE_BUF], *bytes = size <= sizeof few ? few : must_share(t, size);

	stream_make(bytes, place, size);
	must_write(t, fd, bytes, size);
	if (bytes != few)
		must(t, munmap(bytes, size));
}

long splice_bytes(int from, int to, long count)
{
	for (long i = 0; i < count; i++) {
		long moved = splice(from, NULL, to, NULL, 1, 0);

		if (moved != 1)
			return moved;
	}
	return count;
}

struct pipe must_stream_pipe(struct trial *t, size_t size)
{
	struct pipe p = must_pipe(t, 0);

	must_write_stream(t, p.wr, 0, size);
	return p;
}

int must_stream_file(struct trial *t, size_t size)
{
	int fd = (int)must(t, memfd_create("pipe7", MFD_CLOEXEC));

	if (size > 0)
		must_write_stream(t, fd, 0, size);
	must(t, lseek(fd, 0, SEEK_SET));
	return fd;
}

void expect_streamed_(struct trial *t, const struct here *at, const void *bytes, size_t place,
		      size_t size)
{
	size_t right = stream_matches(bytes, place, size);

	if (right < size)
		note(t, "the first wrong byte is number %zu", right);
	errno = 0;
	expect_true_(t, at, right == size);
}

void expect_stream_(struct trial *t, const struct here *at, int fd, size_t place, size_t size)
{
	char few[PIPE_BUF], *bytes = size <= sizeof few ? few : must_share(t, size);
	const struct outcome all = RETURNS((long)size);

	expect_begin(t, at, &all);
	expect_end(t, at, read(fd, bytes, size), &all);
	expect_streamed_(t, at, bytes, place, size);
	if (bytes != few)
		must(t, munmap(bytes, size));
}

void expect_pieces_(struct trial *t, const struct here *at, int fd, void *bytes, size_t size)
{
	for (size_t got = 0; got < size;) {
		const struct outcome some = RETURNS_IN(1, (long)(size - got));

		expect_begin(t, at, &some);
		got += (size_t)expect_end(t, at, read(fd, (char *)bytes + got, size - got), &some);
	}
}

size_t expect_all_there_is_(struct trial *t, const struct here *at, int fd, void *bytes,
			    size_t most)
{
	size_t got = 0;
	long n = 1;

	must_set_nonblocking(t, fd, true);
	while (got < most && n > 0) {
		const struct outcome some = RETURNS_IN(0, (long)(most - got));

		expect_begin(t, at, &some);
		n = read(fd, (char *)bytes + got, most - got);
		expect_or_fail_end(t, at, n, EAGAIN, &some);
		got += n > 0 ? (size_t)n : 0;
	}
	return got;
}

void expect_nothing_more_(struct trial *t, const struct here *at, int fd)
{
	static const struct outcome empty = FAILS(EAGAIN);
	char byte;

	must_set_nonblocking(t, fd, true);
	expect_begin(t, at, &empty);
	expect_end(t, at, read(fd, &byte, 1), &empty);
}

void expect_packet_(struct trial *t, const struct here *at, int fd, size_t place, size_t size)
{
	const struct outcome all = RETURNS((long)size);
	const size_t more = 4 * page_size();
	char *bytes = must_share(t, more);

	expect_begin(t, at, &all);
	expect_end(t, at, read(fd, bytes, more), &all);
	expect_streamed_(t, at, bytes, place, size);
	must(t, munmap(bytes, more));
}
