// SPDX-License-Identifier: ISC
// sendfile(2) into a pipe, and from one; copy_file_range(2) likewise.

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "case.h"

enum { QUEUED = 100, BEGIN = 10, PART = 40 }; // bytes; files are sent from BEGIN on

// --- into a pipe ------------------------------------------------------------------

struct offset_row {
	const char *name;
	bool given;
};

static const struct offset_row offsets[] = { { "own_offset", false }, { "offset_given", true } };

CASE(file_is_sent_to_its_end,
     .claim = { DOCUMENTED,
		"sendfile() into a pipe moves bytes of a file from the offset on, advances that "
		"and no other, and returns 0 at the end",
		"sendfile(2), DESCRIPTION; splice(2), RETURN VALUE" },
     .covers = { "SPL-42" }, ROWS(offsets))
{
	const struct offset_row *row = trial_row(t);
	int file = must_stream_file(t, QUEUED);
	struct pipe p = must_pipe(t, 0);
	off_t given = BEGIN, *offset = row->given ? &given : NULL;

	must(t, lseek(file, row->given ? 0 : BEGIN, SEEK_SET));
	long at = BEGIN + expect(t, sendfile(p.wr, file, offset, PART), RETURNS_IN(1, PART));
	expect(t, lseek(file, 0, SEEK_CUR), RETURNS(row->given ? 0 : at));
	expect(t, given, RETURNS(row->given ? at : BEGIN));
	at += expect(t, sendfile(p.wr, file, offset, QUEUED), RETURNS_IN(1, QUEUED - at));
	expect_stream(t, p.rd, BEGIN, (size_t)at - BEGIN);
	if (offset)
		*offset = QUEUED;
	must(t, lseek(file, row->given ? 0 : QUEUED, SEEK_SET));
	expect(t, sendfile(p.wr, file, offset, QUEUED), RETURNS(0));
	expect(t, must_unread(t, p.rd), RETURNS(0));
}

struct room_row {
	const char *name;
	struct extent room;
	struct outcome want;
};

static const struct room_row rooms[] = {
	{ "empty", { DEFAULT_PAGES, 0 }, RETURNS_PAGES(DEFAULT_PAGES, 0) },
	{ "page", { 1, 0 }, RETURNS_PAGES(1, 0) },
	{ "page_and_tail", { 1, 1 }, RETURNS_PAGES(1, 0) },
};

static void expect_short(struct trial *t, int flags, size_t room, const struct outcome *want)
{
	struct pipe p = must_pipe(t, flags);
	int file = must_stream_file(t, 0);
	long size = (DEFAULT_PAGES + 2) * (long)page_size();

	must(t, ftruncate(file, size));
	must_fill(t, &p, room);
	long sent = expect_as(t, sendfile(p.wr, file, NULL, (size_t)size), want);
	expect(t, lseek(file, 0, SEEK_CUR), RETURNS(sent));
}

CASE(sendfile_sends_what_fits,
     .claim = { OBSERVED,
		"sendfile() of more than fits into an O_NONBLOCK pipe fills its free pages, and "
		"advances the offset by that",
		"fs/splice.c; sendfile(2) says that it may be less than was asked for" },
     .covers = { "SPL-44" }, ROWS(rooms))
{
	const struct room_row *row = trial_row(t);

	expect_short(t, O_NONBLOCK, bytes_in(row->room), &row->want);
}

// One row, for elsewhere it waits until the trial's time is over.
CASE(sendfile_does_not_wait_for_the_rest,
     .claim = { OBSERVED,
		"sendfile() of more than fits into a blocking pipe returns what fitted at once",
		"fs/splice.c, splice_file_to_pipe() since 5.12" },
     .covers = { "SPL-49" }, .since = "5.12", .against = "a blocking sendfile() sends it all")
{
	const struct outcome page = RETURNS_PAGES(1, 0);

	expect_short(t, 0, page_size(), &page);
}

CASE(sendfile_into_a_full_pipe_says_eagain,
     .claim = { DOCUMENTED, "sendfile() into a full O_NONBLOCK pipe fails with EAGAIN",
		"sendfile(2), ERRORS, EAGAIN" },
     .covers = { "SPL-47" })
{
	struct pipe p = must_pipe(t, O_NONBLOCK);
	int file = must_stream_file(t, QUEUED);

	must_fill(t, &p, 0);
	expect(t, sendfile(p.wr, file, NULL, QUEUED), FAILS(EAGAIN));
}

CASE(refused_sendfile_leaves_the_offset,
     .claim = { OBSERVED,
		"a sendfile() that fails with EAGAIN leaves the offset, be it the file's or given",
		"fs/read_write.c, do_sendfile()" },
     .covers = { "SPL-47" }, ROWS(offsets))
{
	const struct offset_row *row = trial_row(t);
	struct pipe p = must_pipe(t, O_NONBLOCK);
	int file = must_stream_file(t, QUEUED);
	off_t given = PART, *offset = row->given ? &given : NULL;

	must_fill(t, &p, 0);
	must(t, lseek(file, BEGIN, SEEK_SET));
	expect(t, sendfile(p.wr, file, offset, QUEUED), FAILS(EAGAIN));
	expect(t, lseek(file, 0, SEEK_CUR), RETURNS(BEGIN));
	expect_equal(t, given, PART);
}

// --- waiting ----------------------------------------------------------------------

struct call {
	struct pipe p;
	int file;
	size_t size;
};

static void send_once(struct trial *t, const void *arg)
{
	const struct call *c = arg;

	attempt(t, sendfile(c->p.wr, c->file, NULL, c->size));
}

static struct actor *start_sender(struct trial *t, const struct call *c)
{
	struct actor *sender = start(t, send_once, c);

	expect_actor(t, sender, BLOCKS);
	return sender;
}

static struct call must_prepare(struct trial *t)
{
	struct call c = { must_pipe(t, 0), must_stream_file(t, QUEUED + BEGIN), QUEUED };

	must(t, lseek(c.file, BEGIN, SEEK_SET));
	must_fill(t, &c.p, 0);
	return c;
}

CASE(sendfile_waits_for_room,
     .claim = { DOCUMENTED,
		"sendfile() into a full pipe waits, and sends once a page has been read",
		"sendfile(2), ERRORS, EAGAIN, of O_NONBLOCK" },
     .covers = { "SPL-43" }, .ways = BY_PIPE2 | BY_ONE_PAGE)
{
	struct call c = must_prepare(t);
	char *bytes = must_share(t, must_capacity(t, c.p.rd));

	c.size = 1; // so that what sends any sends all
	struct actor *sender = start_sender(t, &c);
	must_read(t, c.p.rd, bytes, page_size());
	expect_actor(t, sender, RETURNS(1));
	must_finish(t, sender);
	must_read(t, c.p.rd, bytes, must_unread(t, c.p.rd) - 1);
	expect_stream(t, c.p.rd, BEGIN, 1);
	expect(t, lseek(c.file, 0, SEEK_CUR), RETURNS(BEGIN + 1));
}

CASE(waiting_sendfile_is_interrupted,
     .claim = { OBSERVED,
		"a handler without SA_RESTART ends a sleeping sendfile() with EINTR, and the "
		"offset stays",
		"fs/splice.c; signal(7) does not name sendfile()" },
     .covers = { "SPL-48" })
{
	struct call c = must_prepare(t);
	const size_t unread = must_unread(t, c.p.rd);

	must_catch(t, SIGUSR1, 0);
	struct actor *sender = start_sender(t, &c);
	must_signal(t, sender, SIGUSR1);
	expect_actor(t, sender, FAILS(EINTR));
	expect(t, lseek(c.file, 0, SEEK_CUR), RETURNS(BEGIN));
	expect_equal(t, must_unread(t, c.p.rd), unread);
}

CASE(restarted_sendfile_sends_all_once,
     .claim = { OBSERVED,
		"a handler with SA_RESTART leaves a sleeping sendfile() asleep, which then sends "
		"all, once",
		"fs/splice.c; signal(7) does not name sendfile()" },
     .covers = { "SPL-48" })
{
	struct call c = must_prepare(t);
	const size_t filled = must_unread(t, c.p.rd), page = page_size();

	must_catch(t, SIGUSR1, SA_RESTART);
	struct actor *sender = start_sender(t, &c);
	must_signal(t, sender, SIGUSR1);
	expect_actor(t, sender, BLOCKS);
	must_read(t, c.p.rd, must_share(t, page), page);
	expect_actor(t, sender, RETURNS(QUEUED));
	expect_equal(t, must_unread(t, c.p.rd), filled - page + QUEUED);
	expect(t, caught(t, SIGUSR1).count, RETURNS(1));
}

// --- from a pipe ------------------------------------------------------------------

enum kind { A_FILE, A_PIPE, A_SOCKET };

struct target_row {
	const char *name;
	enum kind from, to;
};

struct ends {
	struct pipe source, target;
	int file, from, to;
};

static struct ends must_have_ends(struct trial *t)
{
	const struct target_row *row = trial_row(t);
	struct ends s = { must_pipe(t, 0), must_pipe(t, 0), must_stream_file(t, QUEUED), 0, 0 };
	int sockets[2];

	must(t, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets));
	must_write_stream(t, s.source.wr, 0, QUEUED);
	s.from = row->from == A_PIPE ? s.source.rd : s.file;
	s.to = row->to == A_PIPE ? s.target.wr : row->to == A_SOCKET ? sockets[0] : s.file;
	return s;
}

static void expect_nothing_moved(struct trial *t, const struct ends *s)
{
	expect(t, must_unread(t, s->source.rd), RETURNS(QUEUED));
	expect(t, must_unread(t, s->target.rd), RETURNS(0));
	expect(t, lseek(s->file, 0, SEEK_CUR), RETURNS(0));
	expect_stream(t, s->file, 0, QUEUED);
}

static const struct target_row targets[] = {
	{ "to_file", A_PIPE, A_FILE },
	{ "to_socket", A_PIPE, A_SOCKET },
};

CASE(sendfile_does_not_take_from_a_pipe,
     .claim = { DOCUMENTED, "sendfile() from a pipe, which cannot be mapped, fails with EINVAL",
		"sendfile(2), ERRORS, EINVAL" },
     .covers = { "SPL-45" }, ROWS(targets))
{
	struct ends s = must_have_ends(t);

	expect(t, sendfile(s.to, s.from, NULL, PART), FAILS(EINVAL));
	expect_nothing_moved(t, &s);
}

static const struct target_row ranges[] = {
	{ "pipe_to_file", A_PIPE, A_FILE },
	{ "file_to_pipe", A_FILE, A_PIPE },
};

CASE(pipe_is_no_file_to_copy_ranges_of,
     .claim = { DOCUMENTED, "copy_file_range() from or to a pipe or FIFO fails with EINVAL",
		"copy_file_range(2), ERRORS, EINVAL" },
     .covers = { "SPL-46" }, .ways = BY_PIPE2 | BY_FIFO, ROWS(ranges))
{
	struct ends s = must_have_ends(t);

	expect(t, copy_file_range(s.from, NULL, s.to, NULL, PART, 0), FAILS(EINVAL));
	expect_nothing_moved(t, &s);
}

const struct family sendfile_family = {
	.name = "sendfile",
	.about = "sendfile() and copy_file_range() with a pipe",
	.cases = {
		&file_is_sent_to_its_end,
		&sendfile_sends_what_fits,
		&sendfile_does_not_wait_for_the_rest,
		&sendfile_into_a_full_pipe_says_eagain,
		&refused_sendfile_leaves_the_offset,
		&sendfile_waits_for_room,
		&waiting_sendfile_is_interrupted,
		&restarted_sendfile_sends_all_once,
		&sendfile_does_not_take_from_a_pipe,
		&pipe_is_no_file_to_copy_ranges_of,
	},
};
