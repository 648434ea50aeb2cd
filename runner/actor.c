// SPDX-License-Identifier: ISC
// Actors: processes and threads judged by one call, observed without sleeping.

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "outcome.h"
#include "proc.h"
#include "process.h"
#include "trial.h"

enum { TICK_LAST_US = 32000, STAGE_WAIT_US = 200000 };

// Longer on a machine that is slower, by --timeout-scale.
static long first_tick(const struct trial *t)
{
	enum { TICKS_IN_LIMIT = 80000 }; // of 125 us

	return t->time_limit_ms * 1000 / TICKS_IN_LIMIT + 1;
}

static long longer(long tick_us)
{
	return tick_us < TICK_LAST_US ? 2 * tick_us : tick_us;
}

static void enter(struct actor *a, enum phase phase)
{
	atomic_store(&a->phase, phase);
	futex_wake(&a->phase);
}

void attempt_begin(struct trial *t, const struct here *at)
{
	if (t->self == NULL)
		decide(t, BROKEN, at, "an actor", "attempt() outside one");
	if (atomic_load(&t->self->phase) != STARTING)
		decide(t, BROKEN, at, "one attempt() by an actor", "a second one");
	spot_set(&t->self->at, at);
	enter(t->self, CALLING);
}

long attempt_end(struct trial *t, long got)
{
	t->self->code = errno;
	t->self->got = got;
	enter(t->self, CALLED);
	return got;
}

static struct actor *new_actor(struct trial *t)
{
	uint32_t i = atomic_fetch_add(&t->record->actor_count, 1);
	// The last record is the stranger's.
	uint32_t most = t->decl->stranger ? TRIAL_ACTORS_MAX - 1 : TRIAL_ACTORS_MAX;

	if (i >= most)
		decide(t, BROKEN, HERE("start"), "an actor", "more than %u", (unsigned)most);
	struct actor *a = t->record->actors + i;
	spot_set(&a->at, HERE("actor"));
	return a;
}

// In a PID namespace of its own the child knows neither its pid nor its parent's.
static struct actor *start_process(struct trial *t, actor_body *body, const void *arg, bool inside)
{
	struct actor *a = new_actor(t);
	pid_t parent = process_id(), pid = fork();

	if (pid == -1 && errno == EAGAIN)
		skip(t, "resource: no more processes (RLIMIT_NPROC or the cgroup's pids.max)");
	if (pid == 0) { // before must(): the call that it notes is the first process's
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (!inside && process_is_orphan(parent))
			_exit(0);
		t->self = a;
		if (!inside)
			atomic_store(&a->pid, process_id());
		body(t, arg);
		atomic_store(&a->ended, 1);
		_exit(0);
	}
	must(t, pid);
	// By value: in shared memory fork()'s result would be overwritten by the child's 0.
	atomic_store(&a->pid, pid);
	return a;
}

struct actor *start(struct trial *t, actor_body *body, const void *arg)
{
	return start_process(t, body, arg, false);
}

struct actor *start_inside(struct trial *t, actor_body *body, const void *arg)
{
	return start_process(t, body, arg, true);
}

// Lives on the starter's stack until the thread has copied it.
struct thread_start {
	struct trial trial;
	actor_body *body;
	const void *arg;
	_Atomic uint32_t copied; // futex
};

static void *thread_main(void *argument)
{
	struct thread_start *given = argument;
	struct trial mine = given->trial;
	actor_body *body = given->body;
	const void *arg = given->arg;

	atomic_store(&mine.self->pid, (int)thread_id());
	atomic_store(&given->copied, 1);
	futex_wake(&given->copied);
	body(&mine, arg);
	atomic_store(&mine.self->ended, 1);
	futex_wake(&mine.self->phase);
	return NULL;
}

struct actor *start_thread(struct trial *t, actor_body *body, const void *arg)
{
	struct thread_start given = { *t, body, arg, 0 };
	struct actor *a = new_actor(t);
	pthread_t thread;

	given.trial.self = a;
	a->thread = true;
	int err = pthread_create(&thread, NULL, thread_main, &given);
	if (err == EAGAIN)
		skip(t, "resource: no more threads (RLIMIT_NPROC or the cgroup's pids.max)");
	if (err != 0)
		decide(t, BROKEN, HERE("pthread_create"), "success", "%s", errno_name(err));
	pthread_detach(thread);
	while (atomic_load(&given.copied) == 0)
		futex_wait(&given.copied, 0, -1);
	return a;
}

// What the other processes of the trial have done until now; false if one of them is not blocked.
static bool others_blocked(const struct trial *t, uint64_t *done)
{
	uint32_t count = atomic_load(&t->record->actor_count);
	bool blocked = proc_is_blocked(atomic_load(&t->record->stranger), false, done);

	for (uint32_t i = 0; i < count && i < TRIAL_ACTORS_MAX; i++) {
		const struct actor *a = &t->record->actors[i];
		bool stopped = atomic_load(&a->stopped) != 0;

		if (a != t->self && !proc_is_blocked(atomic_load(&a->pid), stopped, done))
			blocked = false;
	}
	return blocked;
}

// An actor that sleeps when time is up never returns if nobody is left who would wake it: every
// other one is blocked as well, and none has moved since.
static bool asleep_for_good(struct trial *t, const struct actor *a)
{
	enum { LOOKS = 3, PAUSE_US = 50000 };
	uint64_t before = 0;

	enum sleep sleep = proc_sleep(atomic_load(&a->pid));

	if (sleep == AWAKE || sleep == NOBODY_CAN_TELL || !others_blocked(t, &before))
		return false;
	for (int i = 0; i < LOOKS; i++) {
		uint64_t now = 0;

		futex_wait(&t->record->stage, atomic_load(&t->record->stage), PAUSE_US);
		if (!others_blocked(t, &now) || now != before)
			return false;
	}
	return atomic_load(&a->phase) == CALLING;
}

static bool gone(struct trial *t, const struct actor *a)
{
	long i = a - t->record->actors;
	pid_t pid = atomic_load(&a->pid);

	if (a->thread)
		return atomic_load(&a->ended) != 0;
	if (!t->children[i].reaped)
		t->children[i].reaped = process_wait(pid, &t->children[i].status, WNOHANG) == pid;
	return t->children[i].reaped;
}

// A trial that is run again has more time for what goes on, not for what hangs.
static bool limit_is_past(const struct trial *t)
{
	return atomic_load(&t->record->counted_ms) >= t->hang_limit_ms / 10 * 9;
}

// What the actor's call has come to.  Returning is an event and wakes us at
// once; falling asleep is not, so look for it, less and less often.
struct outcome actor_outcome(struct trial *t, struct actor *a, bool may_block)
{
	long i = a - t->record->actors, tick = first_tick(t);
	struct here at;

	for (; !time_is_up(t); tick = longer(tick)) {
		bool ended = gone(t, a); // before phase: the dead change nothing
		uint32_t phase = atomic_load(&a->phase);

		if (phase == CALLED)
			return outcome_of(a->got, a->code);
		if (ended && !a->thread && WIFSIGNALED(t->children[i].status))
			return (struct outcome)DIES(WTERMSIG(t->children[i].status));
		if (ended) {
			spot_as_here(&a->at, &at);
			decide(t, BROKEN, &at, "an attempt", "none made");
		}
		if (may_block && phase == CALLING && asleep(t, a))
			return (struct outcome)BLOCKS;
		if (limit_is_past(t) && asleep_for_good(t, a))
			return (struct outcome)BLOCKS;
		futex_wait(&a->phase, phase, tick);
	}
	if (asleep_for_good(t, a))
		return (struct outcome)BLOCKS;
	spot_as_here(&a->at, &at);
	decide_late(t, BROKEN, &at, "an outcome", "still running at the time limit");
}

static bool finished(struct trial *t, struct actor *a)
{
	long i = a - t->record->actors;

	while (a->thread && !atomic_load(&a->ended) && !time_is_up(t))
		futex_wait(&a->phase, atomic_load(&a->phase), TICK_LAST_US);
	if (!a->thread && !t->children[i].reaped) {
		while (must_or_fail(t, process_wait(actor_pid(a), &t->children[i].status, 0),
				    EINTR) == -1)
			; // a signal that the case catches
		t->children[i].reaped = true;
	}
	return atomic_load(&a->ended) != 0;
}

void must_finish(struct trial *t, struct actor *a)
{
	struct here at;

	if (finished(t, a))
		return;
	spot_as_here(&a->at, &at);
	if (a->thread)
		decide_late(t, BROKEN, &at, "the actor's end", "still running at the time limit");
	decide(t, BROKEN, &at, "the actor's end", "it died");
}

pid_t actor_pid(const struct actor *a)
{
	return atomic_load(&a->pid);
}

void reach_stage(struct trial *t, uint32_t stage)
{
	uint32_t now = atomic_load(&t->record->stage);

	while (now < stage && !atomic_compare_exchange_weak(&t->record->stage, &now, stage))
		;
	futex_wake(&t->record->stage);
}

void await_stage(struct trial *t, uint32_t stage)
{
	for (;;) {
		uint32_t now = atomic_load(&t->record->stage);

		if (now >= stage)
			return;
		if (atomic_load(&t->record->verdict) > DECIDING)
			_exit(0);                     // whoever was to reach it has ended the trial
		if (time_is_up(t) && t->self == NULL) // an actor waits on: others know more
			decide_late(t, BROKEN, HERE("await_stage"), "the stage", "not reached");
		futex_wait(&t->record->stage, now, STAGE_WAIT_US);
	}
}
