// SPDX-License-Identifier: ISC
// A run from the profile to the exit status.

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi.h"
#include "container.h"
#include "facts.h"
#include "outcome.h"
#include "output.h"
#include "process.h"
#include "suite.h"

static void print(struct run *run, struct text *text)
{
	if (output_write(text))
		return;
	if (!run->output_lost)
		fprintf(stderr, "pipe7: standard output: %s\n", strerror(errno));
	run->output_lost = true;
}

static int bail_out(struct run *run, const char *reason)
{
	char bytes[TAP_POINT_MAX];
	struct text text = { bytes, sizeof bytes, 0 };

	tap_bail_out(&text, run->options->format, reason);
	if (run->output_lost)
		fprintf(stderr, "pipe7: %s\n", reason);
	else
		print(run, &text);
	return STATUS_BAILED_OUT;
}

static int skip_all(struct run *run, const char *reason)
{
	char bytes[TAP_POINT_MAX], whole[2 * REASON_MAX];
	struct text text = { bytes, sizeof bytes, 0 };

	snprintf(whole, sizeof whole, "profile: %s cannot be had here: %s",
		 profile_name(run->profile), reason);
	tap_skip_all(&text, run->options->format, whole);
	print(run, &text);
	if (run->output_lost)
		return STATUS_BAILED_OUT;
	const char *class = run->options->fail_on_class ? run->options->fail_on_class : "profile";
	bool fails = run->options->fail_on_skip && strcmp(class, "profile") == 0;
	return fails ? STATUS_UNEXPECTED : STATUS_NO_PROFILE;
}

static void add_facts(struct run *run, struct text *text)
{
	facts_gather(text, run->options, &run->credentials);
	pace_measure(&run->pace);
	pace_add(text, &run->pace);
	pace_add_load(text, "");
}

static void print_beginning(struct run *run)
{
	static char bytes[FACTS_TEXT_MAX + TAP_POINT_MAX]; // too large for a small stack
	struct text text = { bytes, sizeof bytes, 0 };

	if (run->options->command == COMMAND_RUN)
		tap_begin(&text, run->options->format, run->count);
	if (run->options->command == COMMAND_RUN || !run->options->limits)
		add_facts(run, &text);
	known_hold(&run->known, text.bytes);
	print(run, &text);
	if (run->options->limits)
		facts_gather_limits(&text, run->options, &run->credentials);
	print(run, &text);
}

// An entry that is here for nothing, when that is an error.
static bool print_idle_entries(struct run *run)
{
	char bytes[TAP_POINT_MAX];
	struct text text = { bytes, sizeof bytes, 0 };
	bool idle = false;

	if (!run->options->strict_known)
		return false;
	known_use(&run->known);
	for (unsigned i = 0; i < run->known.count; i++) {
		const struct known_entry *entry = &run->known.entries[i];

		if (!entry->holds || entry->used || entry->built_in)
			continue;
		text_add(&text,
			 "# %s:%u: names no trial that no line before it names: ", entry->file,
			 entry->line);
		text_add_scalar(&text, entry->pattern, IDENTITY_MAX);
		text_add(&text, "\n");
		print(run, &text);
		idle = true;
	}
	return idle;
}

static void print_end(struct run *run)
{
	char bytes[TAP_POINT_MAX], seconds[32];
	struct text text = { bytes, sizeof bytes, 0 };

	snprintf(seconds, sizeof seconds, "%.1f", (double)us_since(&run->begun) / 1e6);
	tap_fact(&text, "seconds", seconds);
	pace_add_load(&text, "_end");
	if (run->again > 0)
		text_add(&text, "# %u trial%s run again: the machine was too busy\n", run->again,
			 run->again == 1 ? " was" : "s were");
	print(run, &text);
}

static int status_of(struct run *run)
{
	char bytes[TAP_POINT_MAX];
	struct text text = { bytes, sizeof bytes, 0 };
	bool idle_entry = print_idle_entries(run);

	if (run->skipped == run->count) {
		text_add(&text, "# nothing was tested: all %u trials were skipped\n", run->count);
		print(run, &text);
		return run->unexpected > 0 || idle_entry ? STATUS_UNEXPECTED : STATUS_ALL_SKIPPED;
	}
	if (run->output_lost)
		return STATUS_BAILED_OUT;
	return run->unexpected > 0 || idle_entry ? STATUS_UNEXPECTED : STATUS_OK;
}

// In the process that the trials are to descend from.
static int run_here(struct run *run)
{
	char reason[REASON_MAX], whole[REASON_MAX + 32];

	clock_gettime(CLOCK_MONOTONIC, &run->begun);
	prctl(ABI_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	if (!credentials_plan(run->profile, run->count, &run->credentials, reason))
		return skip_all(run, reason);
	print_beginning(run);
	if (run->options->command == COMMAND_FACTS)
		return run->output_lost ? STATUS_BAILED_OUT : STATUS_OK;
	int ended = run_all(run, reason);
	if (ended == 0)
		print_end(run);
	if (ended > 0) {
		snprintf(whole, sizeof whole, "ended by %s", signal_name(ended));
		return bail_out(run, whole);
	}
	return ended < 0 ? bail_out(run, reason) : status_of(run);
}

// Waits for the run inside the namespaces, and hands on what is meant to end it.
static int wait_for_inner(struct run *run, pid_t pid)
{
	const char *reason = "the run was killed";
	int status;

	while (process_wait(pid, &status, WNOHANG) == 0) {
		process_hand_on(pid);
		if (run->guardian->pid == 0 || process_wait(run->guardian->pid, NULL, WNOHANG) <= 0)
			continue;
		reason = "the guardian of the host's state was killed";
		guardian_replace(run->guardian);
		kill(pid, SIGKILL);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : bail_out(run, reason);
}

static int run_in_profile(struct run *run)
{
	char reason[REASON_MAX];

	if (run->profile != CONTAINER || container_given())
		return run_here(run);
	pid_t pid = container_enter(reason);
	if (pid == -1)
		return bail_out(run, reason);
	if (pid > 0)
		return wait_for_inner(run, pid);
	run->guardian_pid = 0; // of another namespace
	_exit(reason[0] ? skip_all(run, reason) : run_here(run));
}

static unsigned collect_tunables(const struct run *run, const char *names[TUNABLES_MAX])
{
	unsigned count = 0;

	for (unsigned i = 0; run->options->tune_host && i < run->count; i++)
		for (int n = 0; n < CASE_TUNABLES_MAX && run->trials[i].decl->tunes[n]; n++) {
			const char *name = run->trials[i].decl->tunes[n];
			unsigned known = 0;

			while (known < count && strcmp(names[known], name) != 0)
				known++;
			if (known == count && count < TUNABLES_MAX)
				names[count++] = name;
		}
	return count;
}

static void block_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); // as with a pipe: what cannot be written is said
	signal(SIGCHLD, SIG_DFL); // ignored, it would reap behind our back
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigprocmask(SIG_SETMASK, &set, NULL);
}

static int run_guarded(struct run *run)
{
	const char *names[TUNABLES_MAX];
	char fault[REASON_MAX + 32];

	run->guardian =
		guardian_start(names, collect_tunables(run, names), run->options->directory);
	if (run->guardian == NULL) {
		snprintf(fault, sizeof fault, "no process can be started: %s", errno_name(errno));
		return bail_out(run, fault);
	}
	run->guardian_pid = run->guardian->pid;
	if (run->options->directory && run->guardian->scratch[0] == '\0') {
		guardian_finish(run->guardian);
		snprintf(fault, sizeof fault, "--dir '%s': expected a directory to make files in",
			 run->options->directory);
		output_complain(fault);
		return STATUS_USAGE;
	}
	int status = run_in_profile(run);
	if (guardian_finish(run->guardian) != 0 && status != STATUS_BAILED_OUT)
		return bail_out(run, "sysctls were not restored; see pipe7 restore");
	return status;
}

int suite_run(struct run *run)
{
	size_t size = run->count * sizeof *run->records;

	block_signals();
	process_close_all(false, -1);
	process_set_limits();
	run->records = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (run->records == MAP_FAILED)
		return bail_out(run, "no shared memory");
	int status = run_guarded(run);
	munmap(run->records, size);
	return status;
}
