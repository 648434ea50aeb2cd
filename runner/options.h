// SPDX-License-Identifier: ISC
// options.h - the command line as a value.  Pure but for reading argv.

#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "profile.h"
#include "tap.h"

enum { PATTERNS_MAX = 256, JOBS_MAX = 64 };

enum command {
	COMMAND_RUN,
	COMMAND_LIST,
	COMMAND_SHOW,
	COMMAND_TRACE,
	COMMAND_FACTS,
	COMMAND_RESTORE,
	COMMAND_TUNE,
	COMMAND_HELP,
	COMMAND_VERSION,
};

struct options {
	enum command command;
	struct profiles profiles; // more than one as init of a booted kernel only
	unsigned jobs;            // 0: two for each processor
	double timeout_scale;
	const char *known_path, *directory, *place, *console;
	const char *output, *done; // files; NULL: standard output, none
	bool strict_known, tune_host, fail_on_skip, stay, limits, claims;
	enum against { AGAINST_NOT, AGAINST_TABLE, AGAINST_TSV } against;
	const char *fail_on_class; // NULL: any class
	enum tap_format format;
	enum exit_style { EXIT_TAP, EXIT_AUTOMAKE, EXIT_KSELFTEST, EXIT_REPORT } exit_style;
	const char *patterns[PATTERNS_MAX]; // after tune: FILE=NUMBER
	unsigned pattern_count;
};

// Reads argv.  False with `fault` naming the argument, the value as it was given,
// and what was expected.
bool options_parse(struct options *o, int argc, char *const *argv, char *fault, size_t size);
extern const char options_help[];

// What does not go with the rest of the command line, and what was expected; NULLs if all does.
struct misfit {
	const char *name, *value, *expected;
};
struct misfit options_misfit(const struct options *o);

#endif
