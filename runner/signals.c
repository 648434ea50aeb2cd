// SPDX-License-Identifier: ISC
// Signals that cases catch, counted where every process of the trial sees them.

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "outcome.h"
#include "process.h"
#include "trial.h"

// What a handler can reach.  Set once per process, to memory that is common.
static struct record *counting;

pid_t thread_id(void)
{
	return (pid_t)syscall(SYS_gettid);
}

static void count(int signal, siginfo_t *info, void *context)
{
	struct signal_record *r = &counting->signals[signal];
	int err = errno;

	(void)context;
	atomic_store(&r->code, info->si_code);
	atomic_store(&r->sender, info->si_pid);
	atomic_store(&r->receiver, thread_id());
	atomic_fetch_add(&r->count, 1);
	futex_wake(&r->count);
	errno = err;
}

void must_catch(struct trial *t, int signal, int sa_flags)
{
	struct sigaction action = { .sa_sigaction = count, .sa_flags = SA_SIGINFO | sa_flags };

	counting = t->record;
	must(t, sigaction(signal, &action, NULL));
}

void must_ignore(struct trial *t, int signal)
{
	struct sigaction action = { .sa_handler = SIG_IGN };

	must(t, sigaction(signal, &action, NULL));
}

void must_mask(struct trial *t, int signal, bool blocked)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	int err = pthread_sigmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
	if (err != 0)
		decide(t, BROKEN, HERE("pthread_sigmask"), "success", "%s", errno_name(err));
}

// As many as `most`; then the queue is as it was.
static int queue_and_take(struct trial *t, int most)
{
	sigset_t set, before;
	int queued = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMAX);
	must(t, sigprocmask(SIG_BLOCK, &set, &before));
	while (queued < most && sigqueue(process_id(), SIGRTMAX, (union sigval){ 0 }) == 0)
		queued++;
	for (int i = 0; i < queued; i++)
		must(t, sigtimedwait(&set, NULL, &(struct timespec){ 0, 0 }));
	must(t, sigprocmask(SIG_SETMASK, &before, NULL));
	return queued;
}

// The queue is the user's, so others may have a part in it.
void must_queue_signals(struct trial *t)
{
	enum { LEAST = 16 };

	if (queue_and_take(t, LEAST) < LEAST)
		skip(t, "resource: real-time signals cannot be queued (RLIMIT_SIGPENDING)");
}

void must_close_queue(struct trial *t)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_SIGPENDING, &none) == -1 || queue_and_take(t, 1) != 0)
		skip(t, "absent: a limit of queued signals (RLIMIT_SIGPENDING)");
}

struct caught caught(const struct trial *t, int signal)
{
	struct signal_record *r = &t->record->signals[signal];

	return (struct caught){ atomic_load(&r->count), atomic_load(&r->code),
				atomic_load(&r->sender), atomic_load(&r->receiver) };
}

static struct actor *record_of(const struct trial *t, const struct actor *actor)
{
	return t->record->actors + (actor - t->record->actors);
}

void must_signal(struct trial *t, const struct actor *actor, int signal)
{
	if (signal == SIGCONT)
		atomic_store(&record_of(t, actor)->stopped, 0);
	if (actor->thread)
		must(t, syscall(SYS_tgkill, process_id(), actor_pid(actor), signal));
	else
		must(t, kill(actor_pid(actor), signal));
}

void must_interrupt(struct trial *t, const struct actor *actor, int signal)
{
	struct signal_record *r = &t->record->signals[signal];
	uint32_t before = atomic_load(&r->count);
	enum { WAIT_US = 100000 };

	must_signal(t, actor, signal);
	while (atomic_load(&r->count) == before) {
		if (atomic_load(&t->record->verdict) > DECIDING)
			_exit(0); // whoever was to handle it has ended the trial
		if (time_is_up(t))
			decide_late(t, BROKEN, HERE("must_interrupt"), "a handler", "not run");
		futex_wait(&r->count, before, WAIT_US);
	}
}

void must_stop(struct trial *t, const struct actor *actor)
{
	int status;

	// A group of its own: when a process leaves a group with a stopped member, some
	// kernels take the group for newly orphaned and send it SIGHUP.
	must(t, setpgid(actor_pid(actor), actor_pid(actor)));
	atomic_store(&record_of(t, actor)->stopped, 1);
	must_signal(t, actor, SIGSTOP);
	must(t, process_wait(actor_pid(actor), &status, WUNTRACED));
	if (!WIFSTOPPED(status))
		decide(t, BROKEN, HERE("must_stop"), "the actor stopped", "its end");
}
