// SPDX-License-Identifier: ISC
// What is often written about pipes, and is not so.  Other sayings are refuted where their
// subject is; `pipe7 list --against` prints them all.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "abi.h"
#include "case.h"

// --- splice -----------------------------------------------------------------------

struct direction_row {
	const char *name;
	bool to_file;
};

static const struct direction_row directions[] = {
	{ "file_to_socket", false },
	{ "socket_to_file", true },
};

CASE(splice_takes_a_pipe,
     .claim = { DOCUMENTED,
		"splice() between a socket and a file, neither a pipe, fails with EINVAL",
		"splice(2), ERRORS, EINVAL" },
     .covers = { "FLK-02" }, .against = "a file on a tmpfs saves splice() the pipe",
     ROWS(directions))
{
	const struct direction_row *r = trial_row(t);
	int file = (int)must(t, memfd_create("pipe7", MFD_CLOEXEC)), ends[2];

	must(t, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
	must_write(t, file, "abc", 3);
	must_write(t, ends[1], "abc", 3);
	must(t, lseek(file, 0, SEEK_SET));
	if (r->to_file)
		expect(t, splice(ends[0], NULL, file, NULL, 3, 0), FAILS(EINVAL));
	else
		expect(t, splice(file, NULL, ends[0], NULL, 3, 0), FAILS(EINVAL));
}

// --- the limit --------------------------------------------------------------------

CASE(there_is_no_pipe_max_pages,
     .claim = { DOCUMENTED, "beside pipe-max-size there is no file pipe-max-pages",
		"pipe(7), /proc files: only in Linux 2.6.34" },
     .covers = { "FLK-05" }, .since = "2.6.35",
     .against = "/proc/sys/fs/pipe-max-pages sets the upper limit of a capacity")
{
	must_sysctl(t, "fs/pipe-max-size");
	expect(t, open("/proc/sys/fs/pipe-max-pages", O_RDONLY), FAILS(ENOENT));
}

static void grow_as_root_of_a_namespace(struct trial *t, const void *arg)
{
	long max = *(const long *)arg;

	if (attempt(t, unshare(CLONE_NEWUSER)) == -1 || !trial_has_capability(CAP_SYS_RESOURCE))
		skip(t, "kernel-config: no user namespace can be made here");
	int fd = must_sized_pipe(t, 1);
	expect(t, fcntl(fd, F_SETPIPE_SZ, 2 * max), FAILS(EPERM));
}

CASE(cap_sys_resource_of_a_user_namespace_lifts_nothing,
     .claim = { OBSERVED,
		"every capability in a child user namespace, CAP_SYS_RESOURCE among them, does "
		"not lift pipe-max-size: EPERM",
		"fs/pipe.c, pipe_set_size(): capable()" },
     .covers = { "FLK-09", "NSC-03" },
     .against = "granting CAP_SYS_RESOURCE to a container, a rootless one too, lifts the limit")
{
	long max = must_modest_max_size(t);

	must_finish(t, start(t, grow_as_root_of_a_namespace, &max));
}

static void grow_and_be_refused(struct trial *t, const void *arg)
{
	long max = *(const long *)arg;
	int fd = must_sized_pipe(t, 1);

	must_drop_capability(t, CAP_SYS_ADMIN);
	expect(t, fcntl(fd, F_SETPIPE_SZ, 2 * max), RETURNS(2 * max));
	must(t, fcntl(fd, F_SETPIPE_SZ, page_size()));
	must_drop_capability(t, CAP_SYS_RESOURCE);
	expect(t, fcntl(fd, F_SETPIPE_SZ, 2 * max), FAILS(EPERM));
}

static void grow_in_a_container(struct trial *t, const void *arg)
{
	must(t, unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET));
	must_finish(t, start_inside(t, grow_and_be_refused, arg));
}

CASE(cap_sys_resource_of_a_container_lifts_the_limit,
     .claim = { OBSERVED,
		"in other namespaces but the initial user namespace, CAP_SYS_RESOURCE lifts "
		"pipe-max-size, and uid 0 without it does not",
		"fs/pipe.c, pipe_set_size(): capable()" },
     .covers = { "FLK-10", "NSC-06" },
     .against = "root in a container is enough to exceed pipe-max-size; or: nothing is",
     .needs = { need_uid_0, need_cap_sys_resource, need_cap_sys_admin })
{
	long max = must_modest_max_size(t);

	must_finish(t, start(t, grow_in_a_container, &max));
}

// --- full pipes -------------------------------------------------------------------

struct request {
	int fd;
	size_t size;
	char *bytes;
};

// No byte of it is 0, and no two pages of it are alike.
static struct request must_request(struct trial *t, int fd, size_t size)
{
	struct request r = { fd, size, must_share(t, size) };

	for (size_t i = 0; i < size; i++)
		r.bytes[i] = (char)(1 + i % 251);
	return r;
}

static void write_request(struct trial *t, const void *arg)
{
	const struct request *r = arg;

	attempt(t, write(r->fd, r->bytes, r->size));
}

// The byte behind those that the pipe could hold shows that the writer woke and wrote.
CASE(blocked_write_is_not_content_with_a_part,
     .claim = { POSIX,
		"a blocked write() of more than the capacity that could write a part waits "
		"again until all is written",
		"POSIX.1-2024 write(), DESCRIPTION; pipe(7), \"PIPE_BUF\"" },
     .covers = { "FLK-04" }, .against = "write() to a full pipe blocks until one byte is written",
     .ways = BY_ONE_PAGE)
{
	struct pipe p = must_pipe(t, 0);
	size_t capacity = must_capacity(t, p.wr);
	struct request r = must_request(t, p.wr, 3 * capacity);
	char *arrived = must_share(t, r.size);
	struct actor *writer = start(t, write_request, &r);

	expect_actor(t, writer, BLOCKS);
	must_read(t, p.rd, arrived, capacity);
	must_read(t, p.rd, arrived + capacity, 1);
	expect_actor(t, writer, BLOCKS);
	must_read(t, p.rd, arrived + capacity + 1, r.size - capacity - 1);
	expect_actor(t, writer, RETURNS((long)r.size));
	expect_bytes(t, arrived, r.bytes, r.size);
	must_finish(t, writer);
}

// As tee(1) does it: all that is read to `out`, then to `also` (-1: nowhere).
struct copier {
	struct pipe in, out, also;
	char *buffer;
	size_t size;
};

static bool pass_on(struct trial *t, int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		long n = must_or_fail(t, write(fd, bytes, size), EPIPE);

		if (n == -1)
			return false;
		bytes += n;
		size -= (size_t)n;
	}
	return true;
}

// 0 at end of file; -1 with EPIPE.
static long copy(struct trial *t, const struct copier *c)
{
	size_t n;

	while ((n = (size_t)must(t, read(c->in.rd, c->buffer, c->size))) > 0)
		if (!pass_on(t, c->out.wr, c->buffer, n) ||
		    (c->also.wr != -1 && !pass_on(t, c->also.wr, c->buffer, n)))
			return -1;
	return 0;
}

static void copy_all(struct trial *t, const void *arg)
{
	const struct copier *c = arg;

	must(t, close(c->out.rd));
	if (c->also.rd != -1)
		must(t, close(c->also.rd));
	attempt(t, copy(t, c));
}

CASE(pipeline_carries_more_than_its_pipes_hold,
     .claim = { POSIX,
		"of four times the capacity that a process writes, asleep on a full pipe at "
		"first, every byte comes out of the pipeline in order",
		"POSIX.1-2024 write(), read(), DESCRIPTION; pipe(7)" },
     .covers = { "FLK-08" },
     .against = "output that fills the buffer is lost, or brings the pipeline to a stop",
     .ways = BY_ONE_PAGE)
{
	struct pipe in = must_pipe(t, 0), out = must_pipe(t, 0), none = { -1, -1 };
	struct request r = must_request(t, in.wr, 4 * must_capacity(t, in.wr));
	char *arrived = must_share(t, r.size), byte;
	struct actor *producer = start(t, write_request, &r);

	must(t, close(in.wr));
	expect_actor(t, producer, BLOCKS);
	struct copier c = { in, out, none, must_share(t, PIPE_BUF), PIPE_BUF };
	struct actor *copier = start(t, copy_all, &c);
	must(t, close(out.wr));
	must_read(t, out.rd, arrived, r.size);
	expect(t, read(out.rd, &byte, 1), RETURNS(0));
	expect_bytes(t, arrived, r.bytes, r.size);
	expect_actor(t, producer, RETURNS((long)r.size));
	expect_actor(t, copier, RETURNS(0));
}

struct buffer_row {
	const char *name;
	size_t pages, bytes;
	struct outcome want; // bytes passed on
};

enum { STUCK = 4 }; // pages of the pipe that nobody reads

static const struct buffer_row buffers[] = {
	{ "pipe_buf", 0, PIPE_BUF, RETURNS_PAGES(STUCK, PIPE_BUF) },
	{ "two_pages", 2, 0, RETURNS_PAGES(STUCK + 2, 0) },
	{ "three_pages", 3, 0, RETURNS_PAGES(STUCK + 2, 0) },
};

// yes | tee >(who reads nothing) | wc -c, which ends by an event.
CASE(what_tee_lets_through_is_not_the_capacity,
     .claim = { OBSERVED,
		"a process that copies to two pipes, one of which nobody reads, has put that "
		"pipe's capacity and the buffer that did not fit into the other",
		"pipe(7), Pipe capacity; fs/pipe.c, pipe_write()" },
     .covers = { "FLK-12" }, .against = "yes | tee >(a delay) | wc -c prints the capacity",
     ROWS(buffers))
{
	const struct buffer_row *r = trial_row(t);
	struct pipe in = must_pipe(t, 0), out = must_pipe(t, 0), stuck = must_pipe(t, 0);
	size_t size = r->pages * page_size() + r->bytes;
	struct copier c = { in, out, stuck, must_share(t, size), size };

	must(t, fcntl(stuck.wr, F_SETPIPE_SZ, STUCK * page_size()));
	must_fill(t, &in, 0);
	must_ignore(t, SIGPIPE);
	struct actor *copier = start(t, copy_all, &c);
	expect_actor(t, copier, BLOCKS);
	must(t, close(stuck.rd));
	expect_actor(t, copier, FAILS(EPIPE));
	expect_as(t, must_unread(t, out.rd), &r->want);
}

const struct family sayings_family = {
	.name = "sayings",
	.about = "What is often written about pipes, and is not so",
	.cases = {
		&splice_takes_a_pipe,
		&there_is_no_pipe_max_pages,
		&cap_sys_resource_of_a_user_namespace_lifts_nothing,
		&cap_sys_resource_of_a_container_lifts_the_limit,
		&blocked_write_is_not_content_with_a_part,
		&pipeline_carries_more_than_its_pipes_hold,
		&what_tee_lets_through_is_not_the_capacity,
	},
};
