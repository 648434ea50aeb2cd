// SPDX-License-Identifier: ISC
// Ground: processes asleep in a read or write of a pipe.

#include <unistd.h>

#include "trial.h"

void attempt_read(struct trial *t, const void *arg)
{
	const struct pipe_call *c = arg;
	char byte;

	must(t, close(c->p.wr));
	attempt(t, read(c->p.rd, &byte, 1));
}

void attempt_write(struct trial *t, const void *arg)
{
	const struct pipe_call *c = arg;

	must(t, close(c->p.rd));
	attempt(t, write(c->p.wr, c->bytes, c->size));
}

struct actor *start_asleep(struct trial *t, actor_body *body, const struct pipe_call *c)
{
	struct actor *sleeper = start(t, body, c);

	must_block(t, sleeper);
	return sleeper;
}
