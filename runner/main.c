// SPDX-License-Identifier: ISC
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "commands.h"
#include "init.h"
#include "outcome.h"
#include "output.h"
#include "process.h"
#include "restore.h"
#include "suite.h"
#include "tune.h"

static int usage(const char *fault)
{
	output_complain(fault);
	return STATUS_USAGE;
}

static int in_style(enum exit_style style, int status)
{
	enum { AUTOMAKE_SKIP = 77, AUTOMAKE_ERROR = 99, KSELFTEST_SKIP = 4 };
	bool nothing_tested = status == STATUS_ALL_SKIPPED || status == STATUS_NO_PROFILE;

	switch (style) {
	case EXIT_AUTOMAKE:
		if (status == STATUS_BAILED_OUT)
			return AUTOMAKE_ERROR;
		return nothing_tested ? AUTOMAKE_SKIP : status;
	case EXIT_KSELFTEST:
		if (status == STATUS_BAILED_OUT)
			return STATUS_UNEXPECTED;
		return nothing_tested ? KSELFTEST_SKIP : status;
	case EXIT_REPORT:
		return status == STATUS_BAILED_OUT || status == STATUS_USAGE ? status : STATUS_OK;
	case EXIT_TAP:
		break;
	}
	if (status == STATUS_NO_PROFILE) // of which the plan says that it is skipped
		return STATUS_OK;
	return status == STATUS_ALL_SKIPPED ? STATUS_UNEXPECTED : status;
}

// A run for each profile.  One that bailed out may have left the kernel as the next
// must not find it, so it is the last.
static int run_profiles(const struct run *run)
{
	const struct options *o = run->options;

	for (unsigned i = 0;; i++) {
		static struct run one; // too large for a small stack

		one = *run;
		one.profile = o->profiles.each[i];
		int status = suite_run(&one);
		if (i + 1 == o->profiles.count || status == STATUS_BAILED_OUT)
			return status;
		init_tell(in_style(o->exit_style, status));
	}
}

static int perform(struct run *run)
{
	const struct options *o = run->options;
	char fault[2 * REASON_MAX], why[REASON_MAX];

	if (o->command == COMMAND_TUNE)
		return tune_command(o);
	// Cases that need some program run `show`, which need not wait for this.
	if (o->command != COMMAND_SHOW && !registry_check(fault, sizeof fault))
		return usage(fault);
	run->trials = registry_select(o->patterns, o->pattern_count, &run->count);
	for (unsigned i = 0; i < o->pattern_count; i++) {
		unsigned n = 0;

		while (n < run->count && !identity_matches(&run->trials[n], o->patterns[i]))
			n++;
		if (n < run->count)
			continue;
		snprintf(fault, sizeof fault,
			 "PATTERN '%.128s': expected a glob that matches a trial; see pipe7 list",
			 o->patterns[i]);
		return usage(fault);
	}
	if (o->known_path && !known_load(&run->known, o->known_path, why, sizeof why)) {
		snprintf(fault, sizeof fault, "--known '%.128s': %s", o->known_path, why);
		return usage(fault);
	}
	if (!known_add_built_in(&run->known, fault, sizeof fault))
		return usage(fault);
	switch (o->command) {
	case COMMAND_LIST:
		return list_command(o, run->trials, run->count);
	case COMMAND_SHOW:
		return show_command(run->trials, run->count);
	case COMMAND_TRACE:
		return trace_command();
	case COMMAND_RESTORE:
		return restore_command();
	case COMMAND_HELP:
		fputs(options_help, stdout);
		return STATUS_OK;
	case COMMAND_VERSION:
		puts("pipe7 " PIPE7_VERSION);
		return STATUS_OK;
	case COMMAND_RUN:
	case COMMAND_FACTS:
	case COMMAND_TUNE: // done with above
		break;
	}
	return run_profiles(run);
}

// What is left to do when all has been said.
static int finish(const struct options *o, int status)
{
	if (status == STATUS_BAILED_OUT || status == STATUS_USAGE)
		return status;
	if (o->done && !output_announce(o->done, o->output))
		return STATUS_BAILED_OUT;
	if (o->stay)
		process_stay();
	return status;
}

int main(int argc, char **argv)
{
	bool output = process_open_standard(), init = init_is_ours();
	static struct options options; // more, with the next, than a small stack has
	static struct run run = { .options = &options };
	char fault[2 * REASON_MAX];
	int status;

	bool parsed = options_parse(&options, argc, argv, fault, sizeof fault);
	if (parsed && !init && options.profiles.count > 1) {
		snprintf(fault, sizeof fault,
			 "--profile '%.64s': expected one; init of a booted kernel runs several",
			 options.profiles.names);
		parsed = false;
	}
	if (!output && !(parsed && options.output))
		output_discard();
	// After a fault too: it has to be heard.
	if (init && options.console && !init_console(options.console)) {
		snprintf(fault, sizeof fault, "--console '%.64s': cannot be opened",
			 options.console);
		parsed = false;
	}
	if (parsed && options.output && !output_to(options.output)) {
		snprintf(fault, sizeof fault, "--output '%.128s': %s", options.output,
			 errno_name(errno));
		parsed = false;
	}
	status = parsed ? perform(&run) : usage(fault);
	free(run.trials);
	free(run.known.text);
	if (fflush(stdout) == EOF && (output || options.output)) {
		perror("pipe7: standard output");
		status = status == STATUS_OK ? STATUS_UNEXPECTED : status;
	}
	if (parsed)
		status = finish(&options, status);
	if (parsed && (options.command == COMMAND_RUN || options.command == COMMAND_FACTS))
		status = in_style(options.exit_style, status);
	if (init)
		init_leave(status);
	return status;
}
