// SPDX-License-Identifier: ISC
// A ball that processes pass round, ping-pong with two of them: no wake-up is lost.

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "case.h"

enum {
	PLAYERS_MAX = 5,
	TURNS = 40, // of the first player
};

struct game {
	struct pipe pipes[PLAYERS_MAX]; // to each player from the one before
	int players, player;
	size_t size;  // bytes of the ball
	int allowed;  // errno of a call that is made again, or 0
	bool signals; // from the first to all, in every turn
};

// Returns the bytes that are missing at the end of the game.
static size_t catch_ball(struct trial *t, const struct game *g, char *ball)
{
	const int fd = g->pipes[g->player].rd;
	size_t left = g->size;

	for (long got = -1; left > 0 && got != 0; left -= got > 0 ? (size_t)got : 0)
		got = expect_or_fail(t, read(fd, ball + g->size - left, left), g->allowed,
				     RETURNS_IN(0, (long)left));
	return left;
}

static void throw_ball(struct trial *t, const struct game *g, const char *ball)
{
	const int fd = g->pipes[(g->player + 1) % g->players].wr;
	long got;

	for (size_t left = g->size; left > 0; left -= got > 0 ? (size_t)got : 0)
		got = expect_or_fail(t, write(fd, ball + g->size - left, left), g->allowed,
				     RETURNS_IN(1, (long)left));
}

static void mark_ball(const struct game *g, char *ball, char mark)
{
	for (size_t i = 0; i < g->size; i++)
		ball[i] = mark;
}

static void expect_mark(struct trial *t, const struct game *g, const char *ball, char mark)
{
	for (size_t i = 0; i < g->size; i++)
		if (ball[i] != mark)
			expect_equal(t, ball[i], mark);
}

// The first player serves, and ends the game by leaving: end of file goes round.
static long play(struct trial *t, const struct game *g, char *ball)
{
	for (int turn = 0;; turn++) {
		char mark = (char)(turn % CHAR_MAX);

		if (g->player == 0 && (turn == TURNS || time_is_short(t)))
			return 0;
		if (g->player == 0) {
			mark_ball(g, ball, mark);
			throw_ball(t, g, ball);
			if (g->signals)
				must(t, kill(0, SIGUSR1));
		}
		size_t missing = catch_ball(t, g, ball);
		if (missing > 0) {
			expect_equal(t, missing, g->size);
			expect_true(t, g->player > 0);
			return 0;
		}
		expect_mark(t, g, ball, mark);
		if (g->player > 0)
			throw_ball(t, g, ball);
	}
}

static void join_game(struct trial *t, const void *arg)
{
	const struct game *g = arg;
	char *ball = must_share(t, g->size);

	for (int i = 0; i < g->players; i++) {
		if (i != g->player)
			must(t, close(g->pipes[i].rd));
		if (i != (g->player + 1) % g->players)
			must(t, close(g->pipes[i].wr));
	}
	attempt(t, play(t, g, ball));
}

struct game_row {
	const char *name;
	size_t pages, size; // of the ball
	int players, sa_flags, allowed;
	bool signals;
};

static const struct game_row games[] = {
	// clang-format off
	// name                    ball         players      sa_flags, allowed, signals
	{ "ping_pong/byte",        0, 1,        2,           0, 0, false },
	{ "ping_pong/large",       2, 1,        2,           0, 0, false },
	{ "ping_pong/eintr",       2, 1,        2,           0, EINTR, true },
	{ "ping_pong/sa_restart",  0, 1,        2,           SA_RESTART, 0, true },
	{ "ring/byte",             0, 1,        PLAYERS_MAX, 0, 0, false },
	{ "ring/eintr",            0, PIPE_BUF, PLAYERS_MAX, 0, EINTR, true },
	// clang-format on
};

CASE(ball_never_rests,
     .claim = { POSIX,
		"processes that pass a message round through pipes of their own wake one another "
		"each time, to the end of the game",
		"POSIX.1-2024 read() and write(), DESCRIPTION" },
     .covers = { "INT-13" }, .ways = BY_ONE_PAGE, ROWS(games))
{
	const struct game_row *row = trial_row(t);
	struct game g = { .players = row->players,
			  .allowed = row->allowed,
			  .signals = row->signals };
	struct actor *players[PLAYERS_MAX];

	g.size = row->pages * page_size() + row->size;
	must_catch(t, SIGUSR1, row->sa_flags);
	for (int i = 0; i < g.players; i++)
		g.pipes[i] = must_pipe(t, 0);
	for (g.player = 0; g.player < g.players; g.player++)
		players[g.player] = start(t, join_game, &g);
	for (int i = 0; i < g.players; i++) {
		must(t, close(g.pipes[i].rd));
		must(t, close(g.pipes[i].wr));
	}
	for (int i = 0; i < g.players; i++)
		expect_actor(t, players[i], RETURNS(0));
}

const struct family ping_pong_family = {
	.name = "ping_pong",
	.about = "A ball that processes pass round",
	.cases = {
		&ball_never_rests,
	},
};
