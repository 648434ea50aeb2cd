// SPDX-License-Identifier: ISC
// Pipes between processes of different namespaces: namespaces(7).  None is about pipes.

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi.h"
#include "case.h"

enum {
	ALL_KINDS = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET,
	FEW = 100,
};
enum stage { INSIDE = 1, GO, DONE, END };

// --- bytes and ends -------------------------------------------------------------

struct deed_row {
	const char *name;
	bool transfers; // or else only lets go of the end
	struct outcome want;
};

// In the namespaces; its end is the last of its kind.
struct insider {
	struct pipe p;
	actor_body *deed;
};

static void live_elsewhere(struct trial *t, const void *arg)
{
	const struct insider *in = arg;

	must_enter_namespaces(t, ALL_KINDS);
	struct actor *inside = start_inside(t, in->deed, &in->p);
	must(t, close(in->p.rd));
	must(t, close(in->p.wr));
	must_finish(t, inside);
}

static void write_inside(struct trial *t, const void *arg)
{
	const struct deed_row *row = trial_row(t);
	const struct pipe *p = arg;

	must(t, close(p->rd));
	reach_stage(t, INSIDE);
	await_stage(t, GO);
	if (row->transfers)
		must_write_stream(t, p->wr, 0, FEW);
	must(t, close(p->wr));
	await_stage(t, END);
}

struct reading {
	struct pipe p;
	char *bytes;
};

static void read_outside(struct trial *t, const void *arg)
{
	const struct reading *r = arg;

	must(t, close(r->p.wr));
	attempt(t, read(r->p.rd, r->bytes, 2 * FEW));
}

static const struct deed_row writers[] = {
	{ "writes", true, RETURNS(FEW) },
	{ "closes", false, RETURNS(0) },
};

CASE(writer_may_be_in_other_namespaces,
     .claim = { DOCUMENTED,
		"a sleeping reader gets the bytes, or end of file, from a process in other user, "
		"PID, mount, UTS, IPC and network namespaces",
		"pipe(7), I/O on pipes and FIFOs; namespaces(7), Namespace types: none isolates "
		"pipes" },
     .covers = { "NSC-10" }, ROWS(writers))
{
	const struct deed_row *row = trial_row(t);
	struct reading r = { must_pipe(t, 0), must_share(t, 2 * FEW) };
	struct actor *elsewhere = start(t, live_elsewhere, &(struct insider){ r.p, write_inside });

	await_stage(t, INSIDE);
	struct actor *reader = start(t, read_outside, &r);
	must(t, close(r.p.wr));
	must_block(t, reader);
	reach_stage(t, GO);
	expect_outcome(t, reader, &row->want);
	if (row->transfers)
		expect_streamed(t, r.bytes, 0, FEW);
	reach_stage(t, END);
	must_finish(t, elsewhere);
}

static void read_inside(struct trial *t, const void *arg)
{
	const struct deed_row *row = trial_row(t);
	const struct pipe *p = arg;

	must(t, close(p->wr));
	reach_stage(t, INSIDE);
	await_stage(t, GO);
	if (row->transfers)
		must_read(t, p->rd, must_share(t, page_size()), page_size());
	else
		must(t, close(p->rd));
	await_stage(t, END);
}

static void write_outside(struct trial *t, const void *arg)
{
	const struct pipe *p = arg;

	must(t, close(p->rd));
	attempt(t, write(p->wr, "a", 1));
}

static const struct deed_row readers[] = {
	{ "reads", true, RETURNS(1) },
	{ "closes", false, FAILS(EPIPE) },
};

CASE(reader_may_be_in_other_namespaces,
     .claim = { DOCUMENTED,
		"a sleeping writer gets the room, or EPIPE and SIGPIPE, from a process in other "
		"user, PID, mount, UTS, IPC and network namespaces",
		"pipe(7), I/O on pipes and FIFOs; namespaces(7), Namespace types: none isolates "
		"pipes" },
     .covers = { "NSC-10" }, .ways = BY_ONE_PAGE, ROWS(readers))
{
	const struct deed_row *row = trial_row(t);
	struct pipe p = must_pipe(t, 0);

	must_catch(t, SIGPIPE, 0);
	must_fill(t, &p, 0);
	struct actor *elsewhere = start(t, live_elsewhere, &(struct insider){ p, read_inside });
	await_stage(t, INSIDE);
	struct actor *writer = start(t, write_outside, &p);
	must(t, close(p.rd));
	must_block(t, writer);
	reach_stage(t, GO);
	expect_outcome(t, writer, &row->want);
	expect(t, caught(t, SIGPIPE).count, RETURNS(row->transfers ? 0 : 1));
	reach_stage(t, END);
	must_finish(t, elsewhere);
}

// --- passing ends ---------------------------------------------------------------

struct passing {
	int sockets[2];
	struct pipe *made; // shared
};

static void make_and_send(struct trial *t, const void *arg)
{
	const struct passing *pass = arg;

	must_enter_namespaces(t, CLONE_NEWNS);
	*pass->made = must_pipe_by(t, BY_ONE_PAGE, 0);
	must_set_nonblocking(t, pass->made->rd, true);
	must_write_stream(t, pass->made->wr, 0, FEW);
	must_send_over(t, pass->sockets[1], pass->made->rd);
	await_stage(t, END);
}

struct taking_row {
	const char *name;
	bool by_pidfd;
};

static const struct taking_row takings[] = {
	{ "scm_rights", false },
	{ "pidfd_getfd", true },
};

static int must_take(struct trial *t, const struct actor *maker, int fd)
{
	int process = (int)must(t, open_process(actor_pid(maker)));
	int taken = (int)must_or_fail(t, take_descriptor(process, fd), EPERM);

	if (taken == -1)
		skip(t, "capability: this process may not trace its child");
	return taken;
}

CASE(end_from_another_namespace_is_the_same,
     .claim = { OBSERVED,
		"an end taken over from a process in another user namespace has the capacity, the "
		"O_NONBLOCK and the bytes that it had there",
		"unix(7), SCM_RIGHTS; pidfd_getfd(2)" },
     .covers = { "NSC-11" }, ROWS(takings))
{
	const struct taking_row *row = trial_row(t);
	struct passing pass = { .made = must_share(t, sizeof *pass.made) };

	must(t, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pass.sockets));
	struct actor *maker = start(t, make_and_send, &pass);
	int fd = must_receive_over(t, pass.sockets[0]);
	if (row->by_pidfd)
		fd = must_take(t, maker, pass.made->rd);
	expect(t, fcntl(fd, F_GETPIPE_SZ), RETURNS_PAGES(1, 0));
	expect_flags(t, fcntl(fd, F_GETFL), O_ACCMODE | O_NONBLOCK, O_NONBLOCK);
	expect_stream(t, fd, 0, FEW);
	reach_stage(t, END);
	must_finish(t, maker);
}

// --- FIFOs ----------------------------------------------------------------------

static void make_one_inside(struct trial *t, const void *arg)
{
	const char *path = arg;

	must_enter_namespaces(t, CLONE_NEWNS);
	must_drop_capability(t, CAP_MKNOD);
	must(t, unlink(path));
	expect(t, mkfifo(path, 0600), RETURNS(0));
	must(t, unlink(path));
	expect(t, mknod(path, S_IFIFO | 0600, 0), RETURNS(0));
}

CASE(fifo_is_made_without_cap_mknod,
     .claim = { DOCUMENTED,
		"mkfifo() and mknod() make a FIFO in a user namespace without CAP_MKNOD",
		"mknod(2), ERRORS, EPERM: for other files than FIFOs" },
     .covers = { "NSC-08" })
{
	must_finish(t, start(t, make_one_inside, must_fifo(t, 0600)));
}

struct bound {
	char here[192], there[192];
};

static long unless_refused(struct trial *t, long n)
{
	if (n == -1 && (errno == EPERM || errno == EACCES))
		skip(t, "filesystem: nothing can be mounted here");
	return n;
}

static void write_by_the_other_name(struct trial *t, const void *arg)
{
	const struct bound *b = arg;

	must_enter_namespaces(t, CLONE_NEWNS);
	must(t, unless_refused(t, mount(b->here, b->there, NULL, MS_BIND, NULL)));
	int fd = must_open_end(t, b->there, O_WRONLY | O_NONBLOCK);
	expect(t, write(fd, "a", 1), RETURNS(1));
}

CASE(fifo_bound_elsewhere_is_one_pipe,
     .claim = { DOCUMENTED,
		"what is written to a FIFO by the name of another that it is mounted on, in a "
		"mount namespace of its own, is read by its own name; the other stays another",
		"fifo(7): one pipe object for each FIFO; mount(2), Creating a bind mount" },
     .covers = { "NSC-09" })
{
	struct bound b;
	char byte;

	snprintf(b.here, sizeof b.here, "%s", must_fifo(t, 0600));
	snprintf(b.there, sizeof b.there, "%s", must_fifo(t, 0600));
	int here = must_open_end(t, b.here, O_RDONLY | O_NONBLOCK);
	int there = must_open_end(t, b.there, O_RDWR | O_NONBLOCK);

	must_finish(t, start(t, write_by_the_other_name, &b));
	expect(t, read(here, &byte, 1), RETURNS(1));
	expect(t, read(here, &byte, 1), RETURNS(0));
	expect(t, read(there, &byte, 1), FAILS(EAGAIN));
}

const struct family namespaces_family = {
	.name = "namespaces",
	.about = "Pipes between processes of different namespaces",
	.cases = {
		&writer_may_be_in_other_namespaces,
		&reader_may_be_in_other_namespaces,
		&end_from_another_namespace_is_the_same,
		&fifo_is_made_without_cap_mknod,
		&fifo_bound_elsewhere_is_one_pipe,
	},
};
