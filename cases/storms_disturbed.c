// SPDX-License-Identifier: ISC
// Busy writers while the capacity changes, signals arrive, or several read: pipe(7), "PIPE_BUF".

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "case.h"

enum {
	WRITERS = 3,
	RECORDS = 30, // of each writer
	READERS = 3,
	LETTERS = 150, // of each writer, for several readers
	LETTERS_READ = 100,
	BEGIN = 1,       // stage
	READ_SIZE = 500, // little, so that the pipe stays full
};

struct storm {
	struct pipe p;
	struct records records;
	unsigned writer;
	int allowed;  // errno of a write() that is made again, or 0
	bool signals; // from the first to all, before every record
	bool resizes; // the reader, after every read()
};

static void write_records(struct trial *t, const void *arg)
{
	const struct storm *s = arg;
	char bytes[PIPE_BUF];
	unsigned interrupted = 0;

	must(t, close(s->p.rd));
	await_stage(t, BEGIN);
	for (unsigned i = 0; i < s->records.count; i++) {
		size_t size = record_make(&s->records, s->writer, i, bytes);
		long got = -1;

		if (s->signals && s->writer == 0)
			must(t, kill(0, SIGUSR1));
		for (; got == -1; interrupted += got == -1)
			got = expect_or_fail(t, write(s->p.wr, bytes, size), s->allowed,
					     RETURNS((long)size));
	}
	if (s->allowed)
		note(t, "writer %u was interrupted %u times", s->writer, interrupted);
}

static size_t next_capacity(size_t pages)
{
	return pages == DEFAULT_PAGES ? 1 : 2 * pages;
}

// Reads to the end of file, and resizes in between; every record came in one piece,
// unaltered.  EBUSY: too much is in the pipe.
static long read_records(struct trial *t, const struct storm *s)
{
	struct records_seen seen = { .bytes = 0 };
	char bytes[READ_SIZE];
	size_t pages = 1;

	for (long got = -1; got != 0; pages = next_capacity(pages)) {
		got = must_or_fail(t, read(s->p.rd, bytes, sizeof bytes), EINTR);
		if (got > 0)
			expect_true(t, records_take(&seen, &s->records, bytes, (size_t)got));
		if (s->resizes)
			must_or_fail(t, set_capacity(t, s->p.rd, pages * page_size()), EBUSY);
	}
	expect_equal(t, seen.torn, 0);
	expect_true(t, records_all(&seen, &s->records));
	return 0;
}

static void start_to_read(struct trial *t, const void *arg)
{
	attempt(t, read_records(t, arg));
}

static void must_finish_all(struct trial *t, struct actor *actors[], int count)
{
	for (int i = 0; i < count; i++)
		must_finish(t, actors[i]);
}

static void expect_whole_records(struct trial *t, struct storm *s)
{
	struct actor *writers[WRITERS];

	for (s->writer = 0; s->writer < WRITERS; s->writer++)
		writers[s->writer] = start(t, write_records, s);
	must(t, close(s->p.wr));
	struct actor *reader = start(t, start_to_read, s);
	must(t, close(s->p.rd));
	reach_stage(t, BEGIN);
	expect_actor(t, reader, RETURNS(0));
	must_finish_all(t, writers, WRITERS);
}

// --- the capacity changes -------------------------------------------------------------

static const struct records mixed = { 5, 1, PIPE_BUF, WRITERS, RECORDS };

CASE(atomicity_survives_changes_of_capacity,
     .claim = { POSIX,
		"writes of up to PIPE_BUF bytes arrive whole while the capacity of the pipe "
		"changes all the time",
		"POSIX.1-2024 write(), DESCRIPTION, \"shall not be interleaved\"; pipe(7), "
		"\"PIPE_BUF\"" },
     .covers = { "ATM-11" })
{
	struct storm s = { .p = must_pipe(t, 0), .records = mixed, .resizes = true };

	expect_whole_records(t, &s);
}

// --- signals arrive -------------------------------------------------------------------

struct signal_row {
	const char *name;
	int sa_flags, allowed;
};

static const struct signal_row handlers[] = {
	{ "eintr", 0, EINTR },
	{ "sa_restart", SA_RESTART, 0 },
};

CASE(atomicity_survives_signals,
     .claim = { POSIX,
		"writes of up to PIPE_BUF bytes that handlers interrupt arrive whole, or fail with "
		"EINTR and not at all",
		"POSIX.1-2024 write(), ERRORS, EINTR; <limits.h>, DESCRIPTION, PIPE_BUF: atomic" },
     .covers = { "ATM-12" }, .ways = BY_ONE_PAGE, ROWS(handlers))
{
	const struct signal_row *row = trial_row(t);
	struct storm s = {
		.p = must_pipe(t, 0), .records = mixed, .allowed = row->allowed, .signals = true
	};

	must_catch(t, SIGUSR1, row->sa_flags);
	expect_whole_records(t, &s);
}

// --- several read ---------------------------------------------------------------------

// Each letter is a number that no other letter has, and lies in the pipe in one piece.
struct post {
	struct pipe p;
	uint32_t first, count;  // of the letters of a writer
	size_t read_size;       // letters
	_Atomic uint32_t *read; // times of each letter
};

static void write_letters(struct trial *t, const void *arg)
{
	const struct post *post = arg;

	must(t, close(post->p.rd));
	for (uint32_t i = 0; i < post->count; i++) {
		const uint32_t letter = post->first + i;
		must_write(t, post->p.wr, &letter, sizeof letter);
	}
}

static long read_letters(struct trial *t, const struct post *post)
{
	uint32_t letters[LETTERS_READ], latest[WRITERS] = { 0 };
	long got = 1;

	while (got > 0) {
		got = must(t, read(post->p.rd, letters, post->read_size * sizeof letters[0]));
		expect_equal(t, got % (long)sizeof letters[0], 0);
		for (size_t i = 0; i < (size_t)got / sizeof letters[0]; i++) {
			expect_true(t, letters[i] < WRITERS * LETTERS);
			uint32_t *last = &latest[letters[i] / LETTERS];
			expect_true(t, *last <= letters[i]);
			*last = letters[i];
			atomic_fetch_add(&post->read[letters[i]], 1);
		}
	}
	return 0;
}

static void start_to_read_letters(struct trial *t, const void *arg)
{
	const struct post *post = arg;

	must(t, close(post->p.wr));
	attempt(t, read_letters(t, post));
}

struct post_row {
	const char *name;
	size_t read_size;
};

static const struct post_row posts[] = {
	{ "one", 1 },
	{ "hundred", LETTERS_READ },
};

CASE(each_byte_goes_to_one_reader,
     .claim = { OBSERVED,
		"of several readers exactly one gets each byte, and each gets a writer's bytes in "
		"order",
		"fs/pipe.c, pipe_read(): the pipe is locked while one of them takes what is "
		"there" },
     .covers = { "ATM-13" }, ROWS(posts))
{
	const struct post_row *row = trial_row(t);
	struct post post = { must_pipe(t, 0), 0, LETTERS, row->read_size, NULL };
	struct actor *actors[WRITERS + READERS];

	post.read = must_share(t, WRITERS * LETTERS * sizeof *post.read);
	for (int i = 0; i < READERS; i++)
		actors[i] = start(t, start_to_read_letters, &post);
	for (int i = READERS; i < READERS + WRITERS; i++, post.first += LETTERS)
		actors[i] = start(t, write_letters, &post);
	must(t, close(post.p.rd));
	must(t, close(post.p.wr));
	for (int i = 0; i < READERS; i++)
		expect_actor(t, actors[i], RETURNS(0));
	must_finish_all(t, actors + READERS, WRITERS);
	for (uint32_t i = 0; i < WRITERS * LETTERS; i++)
		expect_equal(t, post.read[i], 1);
}

const struct family storms_disturbed_family = {
	.name = "storms_disturbed",
	.about = "Busy writers while the capacity changes, signals arrive, or several read",
	.cases = {
		&atomicity_survives_changes_of_capacity,
		&atomicity_survives_signals,
		&each_byte_goes_to_one_reader,
	},
};
