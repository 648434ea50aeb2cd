// SPDX-License-Identifier: ISC
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi.h"
#include "commands.h"
#include "container.h"
#include "facts.h"
#include "init.h"
#include "outcome.h"
#include "output.h"
#include "process.h"
#include "restore.h"
#include "run.h"

enum { STATUS_OK = 0, STATUS_UNEXPECTED = 1, STATUS_USAGE = 2, STATUS_BAILED_OUT = 255 };

static int usage(const char *fault)
{
	fprintf(stderr, "pipe7: %s\n", fault);
	return STATUS_USAGE;
}

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
		 profile_name(run->options->profile), reason);
	tap_skip_all(&text, run->options->format, whole);
	print(run, &text);
	return run->output_lost ? STATUS_BAILED_OUT : STATUS_OK;
}

static void print_beginning(struct run *run)
{
	char bytes[FACTS_TEXT_MAX + TAP_POINT_MAX];
	struct text text = { bytes, sizeof bytes, 0 };

	if (run->options->command == COMMAND_RUN)
		tap_begin(&text, run->options->format, run->count);
	facts_gather(&text, run->options, &run->credentials);
	print(run, &text);
}

// An entry that names no trial of this run, when that is an error.
static bool print_idle_entries(struct run *run)
{
	char bytes[TAP_POINT_MAX];
	struct text text = { bytes, sizeof bytes, 0 };
	bool idle = false;

	for (unsigned i = 0; run->options->strict_known && i < run->known.count; i++) {
		const char *pattern = run->known.entries[i].pattern;
		unsigned n = 0;

		while (n < run->count && !identity_matches(&run->trials[n], pattern))
			n++;
		if (n < run->count)
			continue;
		text_add(&text, "# known deviation matches nothing: ");
		yaml_scalar(&text, pattern, IDENTITY_MAX);
		text_add(&text, "\n");
		print(run, &text);
		idle = true;
	}
	return idle;
}

static int status_of(struct run *run)
{
	char bytes[TAP_POINT_MAX];
	struct text text = { bytes, sizeof bytes, 0 };
	bool idle_entry = print_idle_entries(run);

	if (run->skipped == run->count) {
		text_add(&text, "# nothing was tested: all %u trials were skipped\n", run->count);
		print(run, &text);
		return STATUS_UNEXPECTED;
	}
	if (run->output_lost)
		return STATUS_BAILED_OUT;
	return run->unexpected > 0 || idle_entry ? STATUS_UNEXPECTED : STATUS_OK;
}

// In the process that the trials are to descend from.
static int run_here(struct run *run)
{
	char reason[REASON_MAX], whole[REASON_MAX + 32];

	prctl(ABI_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	if (!credentials_plan(run->options->profile, run->count, &run->credentials, reason))
		return skip_all(run, reason);
	print_beginning(run);
	if (run->options->command == COMMAND_FACTS)
		return run->output_lost ? STATUS_BAILED_OUT : STATUS_OK;
	int ended = run_all(run, reason);
	if (ended > 0) {
		snprintf(whole, sizeof whole, "ended by %s", signal_name(ended));
		return bail_out(run, whole);
	}
	return ended < 0 ? bail_out(run, reason) : status_of(run);
}

// Waits for the run inside the namespaces, and hands on what is meant to end it.
static int wait_for_inner(struct run *run, pid_t pid)
{
	sigset_t set;
	int status;

	sigfillset(&set);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		int signal = sigtimedwait(&set, NULL, &(struct timespec){ 1, 0 });

		if (signal == SIGINT || signal == SIGTERM || signal == SIGHUP || signal == SIGQUIT)
			kill(pid, signal);
	}
	if (!WIFEXITED(status))
		return bail_out(run, "the process that made the namespaces was killed");
	return WEXITSTATUS(status);
}

static int run_in_profile(struct run *run)
{
	char reason[REASON_MAX];

	if (run->options->profile != CONTAINER || container_given())
		return run_here(run);
	pid_t pid = container_enter(reason);
	if (pid == -1)
		return bail_out(run, reason);
	if (pid > 0)
		return wait_for_inner(run, pid);
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
	signal(SIGCHLD, SIG_DFL); // ignored, it would reap behind our back
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigprocmask(SIG_SETMASK, &set, NULL);
}

static int run_command(struct run *run)
{
	const char *names[TUNABLES_MAX];
	char fault[REASON_MAX];

	block_signals();
	process_close_all(false, -1);
	run->records = mmap(NULL, run->count * sizeof *run->records, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (run->records == MAP_FAILED)
		return bail_out(run, "no shared memory");
	run->guardian =
		guardian_start(names, collect_tunables(run, names), run->options->directory);
	if (run->guardian == NULL)
		return bail_out(run, "the guardian of the host's state could not be started");
	if (run->options->directory && run->guardian->scratch[0] == '\0') {
		guardian_finish(run->guardian);
		snprintf(fault, sizeof fault,
			 "--dir '%.96s': expected a directory to make files in",
			 run->options->directory);
		return usage(fault);
	}
	int status = run_in_profile(run);
	if (guardian_finish(run->guardian) != 0 && status != STATUS_BAILED_OUT)
		return bail_out(run, "sysctls were not restored; see pipe7 restore");
	return status;
}

static int in_style(const struct run *run, int status)
{
	enum { AUTOMAKE_SKIP = 77, AUTOMAKE_ERROR = 99, KSELFTEST_SKIP = 4 };
	bool nothing_tested = run->count > 0 && run->skipped == run->count;

	switch (run->options->exit_style) {
	case EXIT_AUTOMAKE:
		if (status == STATUS_BAILED_OUT)
			return AUTOMAKE_ERROR;
		return nothing_tested ? AUTOMAKE_SKIP : status;
	case EXIT_KSELFTEST:
		if (status == STATUS_BAILED_OUT)
			return STATUS_UNEXPECTED;
		return nothing_tested ? KSELFTEST_SKIP : status;
	case EXIT_TAP: break;
	}
	return status;
}

static int perform(const struct options *o)
{
	static struct run run;
	char fault[2 * REASON_MAX], why[REASON_MAX];

	run.options = o;
	if (!registry_check(fault, sizeof fault))
		return usage(fault);
	run.trials = registry_select(o->patterns, o->pattern_count, &run.count);
	for (unsigned i = 0; i < o->pattern_count; i++) {
		unsigned n = 0;

		while (n < run.count && !identity_matches(&run.trials[n], o->patterns[i]))
			n++;
		if (n < run.count)
			continue;
		snprintf(fault, sizeof fault,
			 "PATTERN '%.128s': expected a glob that matches a trial; see pipe7 list",
			 o->patterns[i]);
		return usage(fault);
	}
	if (o->known_path && !known_load(&run.known, o->known_path, why, sizeof why)) {
		snprintf(fault, sizeof fault, "--known '%.128s': %s", o->known_path, why);
		return usage(fault);
	}
	switch (o->command) {
	case COMMAND_LIST: return list_command(o, run.trials, run.count);
	case COMMAND_SHOW: return show_command(run.trials, run.count);
	case COMMAND_TRACE: return trace_command();
	case COMMAND_RESTORE: return restore_command();
	case COMMAND_HELP: fputs(options_help, stdout); return STATUS_OK;
	case COMMAND_VERSION: puts("pipe7 " PIPE7_VERSION); return STATUS_OK;
	case COMMAND_RUN:
	case COMMAND_FACTS: break;
	}
	return in_style(&run, run_command(&run));
}

int main(int argc, char **argv)
{
	bool output = process_open_standard(), init = init_is_ours();
	struct options options;
	char fault[2 * REASON_MAX];
	int status;

	if (!output)
		output_discard();
	bool parsed = options_parse(&options, argc, argv, fault, sizeof fault);
	if (init && parsed && options.console && !init_console(options.console))
		parsed = false, snprintf(fault, sizeof fault, "--console '%.64s': cannot be opened",
					 options.console);
	status = parsed ? perform(&options) : usage(fault);
	if (fflush(stdout) == EOF && output && status == STATUS_OK)
		status = STATUS_UNEXPECTED;
	if (init)
		init_leave(status);
	return status;
}
