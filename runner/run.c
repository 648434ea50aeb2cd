// SPDX-License-Identifier: ISC
// The run: supervisors take trials from a queue, and this process prints.

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi.h"
#include "output.h"
#include "process.h"
#include "run.h"
#include "sweep.h"

// A reader of TAP sees no difference, and a thousand trials wake us a few times only.
enum { PRINT_EVERY_NS = 50000000 };

// Shared memory.
struct shared {
	_Atomic unsigned next;         // place in the queue
	_Atomic int unclean;           // a sysctl did not come back
	_Atomic int current[JOBS_MAX]; // trial of each supervisor; -1: none
};

struct queue {
	unsigned trials[TRIALS_MAX];
	unsigned count;
	bool last; // they have been run before
};

struct crew {
	pid_t pids[JOBS_MAX]; // 0: gone
	unsigned alive;
};

static _Noreturn void work(struct run *run, const struct queue *queue, unsigned seat, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(ABI_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	if (process_is_orphan(parent))
		_exit(0);
	process_close_all(true, -1);
	process_default_signals();
	credentials_bound(&run->credentials);
	for (;;) {
		unsigned place = atomic_fetch_add(&run->shared->next, 1);

		if (place >= queue->count || atomic_load(&run->shared->unclean))
			_exit(0);
		atomic_store(&run->shared->current[seat], (int)queue->trials[place]);
		if (!supervise(run, queue->trials[place], queue->last))
			atomic_store(&run->shared->unclean, 1);
		atomic_store(&run->shared->current[seat], -1);
	}
}

static bool hire(struct run *run, const struct queue *queue, struct crew *crew, unsigned seat)
{
	pid_t parent = process_id();

	atomic_store(&run->shared->current[seat], -1);
	pid_t pid = fork();
	if (pid == 0)
		work(run, queue, seat, parent);
	if (pid == -1)
		return false;
	crew->pids[seat] = pid;
	crew->alive++;
	return true;
}

static void add_point(struct run *run, unsigned n, struct text *text)
{
	const struct options *o = run->options;
	struct point point = {
		.format = o->format,
		.number = n + 1,
		.id = &run->trials[n],
		.record = &run->records[n],
		.known = known_find(&run->known, &run->trials[n]),
		.strict_known = o->strict_known,
		.fail_on_skip = o->fail_on_skip,
		.fail_on_class = o->fail_on_class,
	};
	enum standing standing = point_standing(&point);

	tap_point(text, &point);
	run->unexpected += standing == UNEXPECTED || standing == SKIPPED_UNEXPECTED;
	run->skipped += standing == SKIPPED || standing == SKIPPED_UNEXPECTED;
}

static bool print_ready(struct run *run)
{
	static char bytes[8 * TAP_POINT_MAX]; // more than a small stack has
	struct text text = { bytes, sizeof bytes, 0 };

	while (run->printed < run->count && atomic_load(&run->records[run->printed].done)) {
		add_point(run, run->printed++, &text);
		if (text.size - text.length < TAP_POINT_MAX && !output_write(&text))
			return false;
	}
	return output_write(&text);
}

static void mourn(struct run *run, int trial, bool last)
{
	struct record *record = &run->records[trial < 0 ? 0 : trial];

	if (trial < 0 || atomic_load(&record->done) || (!last && atomic_load(&record->again)))
		return;
	snprintf(record->got, sizeof record->got, "its supervisor was killed");
	record->decided_at = record->at;
	atomic_store(&record->verdict, BROKEN);
	// What the supervisor would have done, before another trial sees the host.
	if (run->trials[trial].decl->tunes[0] && run->options->tune_host &&
	    guardian_restore(run->guardian) != 0)
		atomic_store(&run->shared->unclean, 1);
	atomic_store(&record->done, 1);
}

// A supervisor may be killed when it has taken a trial and not yet said which.
static void mourn_lost(struct run *run, const struct queue *queue)
{
	for (unsigned i = 0; i < queue->count && !atomic_load(&run->shared->unclean); i++)
		mourn(run, (int)queue->trials[i], queue->last);
}

// Reaps; false with a reason if the run cannot go on.
static bool reap(struct run *run, const struct queue *queue, struct crew *crew,
		 char reason[REASON_MAX])
{
	int status;
	pid_t pid;

	while ((pid = process_wait(-1, &status, WNOHANG)) > 0) {
		if (pid == run->guardian_pid) {
			guardian_replace(run->guardian);
			snprintf(reason, REASON_MAX, "the guardian of the host's state was killed");
			return false;
		}
		for (unsigned seat = 0; seat < JOBS_MAX; seat++) {
			if (crew->pids[seat] != pid)
				continue;
			crew->pids[seat] = 0;
			crew->alive--;
			if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
				continue;
			mourn(run, atomic_load(&run->shared->current[seat]), queue->last);
			if (!hire(run, queue, crew, seat))
				snprintf(reason, REASON_MAX, "no process for a supervisor");
		}
	}
	return reason[0] == '\0';
}

static int go_through(struct run *run, const struct queue *queue, unsigned jobs,
		      char reason[REASON_MAX])
{
	struct crew crew = { { 0 }, 0 };
	sigset_t set;

	process_ending_signals(&set);
	sigaddset(&set, SIGCHLD);
	atomic_store(&run->shared->next, 0);
	for (unsigned seat = 0; seat < jobs && seat < queue->count; seat++)
		if (!hire(run, queue, &crew, seat))
			break;
	if (crew.alive == 0 && queue->count > 0)
		snprintf(reason, REASON_MAX, "no process for a supervisor");
	while (reap(run, queue, &crew, reason)) {
		if (crew.alive == 0)
			mourn_lost(run, queue);
		if (!print_ready(run)) {
			run->output_lost = true;
			snprintf(reason, REASON_MAX, "standard output: %s", strerror(errno));
			break;
		}
		if (crew.alive == 0)
			break;
		int signal = sigtimedwait(&set, NULL, &(struct timespec){ 0, PRINT_EVERY_NS });
		if (signal > 0 && signal != SIGCHLD)
			return signal;
	}
	if (reason[0] == '\0' && atomic_load(&run->shared->unclean))
		snprintf(reason, REASON_MAX, "a sysctl could not be restored; see pipe7 restore");
	return reason[0] == '\0' ? 0 : -1;
}

static void sort_trials(const struct run *run, struct queue *together, struct queue *alone)
{
	for (unsigned i = 0; i < run->count; i++) {
		const struct case_decl *decl = run->trials[i].decl;
		struct queue *queue = decl->alone || decl->tunes[0] ? alone : together;

		queue->trials[queue->count++] = i;
	}
}

static void find_late(struct run *run, struct queue *again)
{
	for (unsigned i = 0; i < run->count; i++)
		if (!atomic_load(&run->records[i].done))
			again->trials[again->count++] = i;
	run->again = again->count;
}

// Trials sleep as much as they compute, so two share a processor.  Where processes
// are scarce, supervisors must not take them from the trials' actors.
static unsigned default_jobs(void)
{
	enum { PROCESSES_EACH = 16 };
	long jobs = 2 * sysconf(_SC_NPROCESSORS_ONLN);
	struct rlimit limit;

	if (jobs < 2)
		jobs = 2;
	if (getrlimit(RLIMIT_NPROC, &limit) == 0 && limit.rlim_cur / PROCESSES_EACH < (rlim_t)jobs)
		jobs = (long)(limit.rlim_cur / PROCESSES_EACH);
	return jobs < 1 ? 1 : jobs > JOBS_MAX ? JOBS_MAX : (unsigned)jobs;
}

int run_all(struct run *run, char reason[REASON_MAX])
{
	static struct queue together, alone, again; // too large for a stack
	unsigned jobs = run->options->jobs ? run->options->jobs : default_jobs();

	reason[0] = '\0';
	page_size(); // so that no trial need ask
	run->shared = mmap(NULL, sizeof *run->shared, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (run->shared == MAP_FAILED) {
		snprintf(reason, REASON_MAX, "no shared memory");
		return -1;
	}
	together.count = alone.count = again.count = 0;
	again.last = true;
	sort_trials(run, &together, &alone);
	// Results are printed in the order of the list: those that run alone come first, lest the
	// others wait for them unseen, which in a booted kernel looks like a hang.
	int ended = go_through(run, &alone, 1, reason);
	if (ended == 0)
		ended = go_through(run, &together, jobs, reason);
	if (ended == 0) {
		find_late(run, &again);
		ended = go_through(run, &again, 1, reason);
	}
	sweep(NULL, 0, run->guardian_pid);
	munmap(run->shared, sizeof *run->shared);
	return ended;
}
