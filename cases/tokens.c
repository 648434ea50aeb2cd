// SPDX-License-Identifier: ISC
// The tokens of a job server, as make has one: workers take a byte out of a pipe, own it
// for a while, and put it back.

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "case.h"

enum {
	WORKERS = 5,
	TOKENS = 3, // as many bytes, from 0 up
	TURNS = 25, // of a worker
};

struct server {
	struct pipe p;
	int tokens;
	int allowed;  // errno of a read() that is made again, or 0
	bool signals; // to all, from whoever owns the first token
	_Atomic int *owned;
};

static unsigned char take(struct trial *t, const struct server *s)
{
	struct pollfd filled = { s->p.rd, POLLIN, 0 };
	unsigned char token = TOKENS;
	long got = -1;

	while (got == -1) {
		if (s->allowed == EAGAIN)
			must(t, poll(&filled, 1, -1));
		got = expect_or_fail(t, read(s->p.rd, &token, 1), s->allowed, RETURNS(1));
	}
	expect_true(t, token < s->tokens);
	return token;
}

// There is room for every token, so that this does not wait, nor is interrupted.
static void put_back(struct trial *t, const struct server *s, unsigned char token)
{
	expect(t, write(s->p.wr, &token, 1), RETURNS(1));
}

static long work(struct trial *t, const struct server *s)
{
	for (int i = 0; i < TURNS && !time_is_short(t); i++) {
		unsigned char token = take(t, s);

		expect_equal(t, atomic_exchange(&s->owned[token], 1), 0);
		if (s->signals && token == 0)
			must(t, kill(0, SIGUSR1));
		expect_equal(t, atomic_exchange(&s->owned[token], 0), 1);
		put_back(t, s, token);
	}
	return 0;
}

static void start_to_work(struct trial *t, const void *arg)
{
	attempt(t, work(t, arg));
}

struct server_row {
	const char *name;
	int tokens, flags, allowed;
	bool signals;
	int sa_flags;
};

static const struct server_row servers[] = {
	{ "wait", TOKENS, 0, 0, false, 0 },
	{ "wait/one_token", 1, 0, 0, false, 0 },
	{ "nowait", TOKENS, O_NONBLOCK, EAGAIN, false, 0 },
	{ "eintr", TOKENS, 0, EINTR, true, 0 },
	{ "sa_restart", TOKENS, 0, 0, true, SA_RESTART },
};

CASE(tokens_are_neither_lost_nor_doubled,
     .claim = { OBSERVED,
		"a byte that workers take out of a pipe and put back is had by one of them at a "
		"time, and is there in the end",
		"fs/pipe.c, pipe_read(): the pipe is locked while one of them takes what is "
		"there" },
     .covers = { "INT-28" }, ROWS(servers))
{
	const struct server_row *row = trial_row(t);
	const struct server s = { must_pipe(t, row->flags), row->tokens, row->allowed, row->signals,
				  must_share(t, TOKENS * sizeof *s.owned) };
	struct actor *workers[WORKERS];

	must_catch(t, SIGUSR1, row->sa_flags);
	for (int i = 0; i < WORKERS; i++)
		workers[i] = start(t, start_to_work, &s);
	for (unsigned char token = 0; token < s.tokens; token++)
		put_back(t, &s, token);
	for (int i = 0; i < WORKERS; i++)
		expect_actor(t, workers[i], RETURNS(0));
	expect_equal(t, must_unread(t, s.p.rd), (size_t)s.tokens);
	for (int i = 0; i < s.tokens; i++)
		expect_equal(t, atomic_exchange(&s.owned[take(t, &s)], 1), 0);
}

const struct family tokens_family = {
	.name = "tokens",
	.about = "The tokens of a job server",
	.cases = {
		&tokens_are_neither_lost_nor_doubled,
	},
};
