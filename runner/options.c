// SPDX-License-Identifier: ISC
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

enum option {
	PROFILE,
	JOBS,
	TIMEOUT_SCALE,
	KNOWN,
	STRICT_KNOWN,
	FAIL_ON_SKIP,
	TUNE_HOST,
	DIR,
	PLACE,
	FORMAT,
	EXIT_STYLE,
	CONSOLE,
	AGAINST,
	HELP,
	VERSION,
};

enum value { NONE, NEEDED, OPTIONAL };

static const struct spelling {
	const char *name;
	enum option option;
	enum value value;
} spellings[] = {
	{ "--profile", PROFILE, NEEDED },
	{ "--jobs", JOBS, NEEDED },
	{ "--timeout-scale", TIMEOUT_SCALE, NEEDED },
	{ "--known", KNOWN, NEEDED },
	{ "--strict-known", STRICT_KNOWN, NONE },
	{ "--fail-on-skip", FAIL_ON_SKIP, OPTIONAL },
	{ "--tune-host", TUNE_HOST, NONE },
	{ "--dir", DIR, NEEDED },
	{ "--place", PLACE, NEEDED },
	{ "--format", FORMAT, NEEDED },
	{ "--exit-style", EXIT_STYLE, NEEDED },
	{ "--console", CONSOLE, NEEDED },
	{ "--against", AGAINST, OPTIONAL },
	{ "--help", HELP, NONE },
	{ "-h", HELP, NONE },
	{ "--version", VERSION, NONE },
};

static const char *const commands[] = {
	[COMMAND_RUN] = "run",     [COMMAND_LIST] = "list",   [COMMAND_SHOW] = "show",
	[COMMAND_TRACE] = "trace", [COMMAND_FACTS] = "facts", [COMMAND_RESTORE] = "restore",
};

static const char *const formats[] = {
	[TAP13] = "tap13", [TAP14] = "tap14", [KTAP] = "ktap", NULL
};
static const char *const styles[] = {
	[EXIT_TAP] = "tap", [EXIT_AUTOMAKE] = "automake", [EXIT_KSELFTEST] = "kselftest", NULL
};
static const char *const classes[] = { "profile",       "capability", "seccomp",
				       "kernel-config", "sysctl",     "filesystem",
				       "resource",      "absent",     NULL };

struct parser {
	struct options *o;
	char *fault;
	size_t size;
};

static bool refuse(const struct parser *p, const char *name, const char *value,
		   const char *expected)
{
	snprintf(p->fault, p->size, "%s '%.64s': expected %s", name, value, expected);
	return false;
}

static bool parse_choice(const struct parser *p, const char *name, const char *value,
			 const char *const *choices, const char *expected, int *chosen)
{
	for (*chosen = 0; choices[*chosen] != NULL; (*chosen)++)
		if (strcmp(choices[*chosen], value) == 0)
			return true;
	return refuse(p, name, value, expected);
}

static bool parse_jobs(const struct parser *p, const char *value)
{
	char *end;
	long jobs = strtol(value, &end, 10);

	if (*value == '\0' || *end != '\0' || jobs < 1 || jobs > JOBS_MAX)
		return refuse(p, "-j", value, "a number from 1 to 64");
	p->o->jobs = (unsigned)jobs;
	return true;
}

static bool parse_scale(const struct parser *p, const char *value)
{
	char *end;
	double scale = strtod(value, &end);

	if (*value == '\0' || *end != '\0' || !(scale >= 0.001 && scale <= 1000))
		return refuse(p, "--timeout-scale", value, "a number from 0.001 to 1000");
	p->o->timeout_scale = scale;
	return true;
}

static bool parse_fail_on_skip(const struct parser *p, const char *value)
{
	int chosen;

	p->o->fail_on_skip = true;
	p->o->fail_on_class = *value ? value : NULL;
	return *value == '\0' ||
	       parse_choice(p, "--fail-on-skip", value, classes,
			    "profile, capability, seccomp, kernel-config, sysctl, filesystem, "
			    "resource or absent",
			    &chosen);
}

static bool parse_text(const struct parser *p, const char **to, const char *name, const char *value)
{
	if (*value == '\0')
		return refuse(p, name, value, "a text");
	*to = value;
	return true;
}

static bool apply(const struct parser *p, enum option option, const char *value)
{
	struct options *o = p->o;
	int chosen;

	switch (option) {
	case JOBS:
		return parse_jobs(p, value);
	case TIMEOUT_SCALE:
		return parse_scale(p, value);
	case KNOWN:
		return parse_text(p, &o->known_path, "--known", value);
	case DIR:
		if (strlen(value) >= 96)
			return refuse(p, "--dir", value, "a path of less than 96 bytes");
		return parse_text(p, &o->directory, "--dir", value);
	case PLACE:
		return parse_text(p, &o->place, "--place", value);
	case CONSOLE:
		return parse_text(p, &o->console, "--console", value);
	case STRICT_KNOWN:
		return o->strict_known = true;
	case TUNE_HOST:
		return o->tune_host = true;
	case AGAINST:
		o->against = *value ? AGAINST_TSV : AGAINST_TABLE;
		return *value == '\0' || strcmp(value, "tsv") == 0 ||
		       refuse(p, "--against", value, "tsv or no value");
	case HELP:
	case VERSION:
		o->command = option == HELP ? COMMAND_HELP : COMMAND_VERSION;
		return true;
	case PROFILE:
		return profiles_parse(value, &o->profiles) ||
		       refuse(p, "--profile", value,
			      "unprivileged, sys-resource, sys-admin, container or as-is");
	case FORMAT:
		if (!parse_choice(p, "--format", value, formats, "tap13, tap14 or ktap", &chosen))
			return false;
		o->format = (enum tap_format)chosen;
		return true;
	case EXIT_STYLE:
		if (!parse_choice(p, "--exit-style", value, styles, "tap, automake or kselftest",
				  &chosen))
			return false;
		o->exit_style = (enum exit_style)chosen;
		return true;
	case FAIL_ON_SKIP:
		return parse_fail_on_skip(p, value);
	}
	return false;
}

// One option and its value, which may stand behind "=" or in the next argument.
// Returns how many arguments it took, 0 after a fault.
static int parse_option(const struct parser *p, int left, char *const *argv)
{
	const char *arg = argv[0], *equals = strchr(arg, '=');
	size_t length = equals ? (size_t)(equals - arg) : strlen(arg);

	if (strncmp(arg, "-j", 2) == 0) {
		if (arg[2] != '\0')
			return parse_jobs(p, arg + 2);
		return left > 1 ? 2 * parse_jobs(p, argv[1])
				: refuse(p, "-j", "", "a number from 1 to 64");
	}
	for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
		const struct spelling *s = &spellings[i];

		if (strlen(s->name) != length || strncmp(s->name, arg, length) != 0)
			continue;
		if (s->value == NONE && equals)
			return refuse(p, s->name, equals + 1, "no value");
		if (s->value == NEEDED && !equals && left < 2)
			return refuse(p, s->name, "", "a value");
		if (s->value == NEEDED && !equals)
			return 2 * apply(p, s->option, argv[1]);
		return apply(p, s->option, equals ? equals + 1 : "");
	}
	return refuse(p, "option", arg, "one of those that --help lists");
}

bool options_parse(struct options *o, int argc, char *const *argv, char *fault, size_t size)
{
	struct parser p = { o, fault, size };
	bool only_patterns = false;
	int i = 1;

	*o = (struct options){ .timeout_scale = 1, .place = "host" };
	o->profiles = (struct profiles){ .each = { UNPRIVILEGED }, .count = 1 };
	for (size_t c = 0; i < argc && c < sizeof commands / sizeof commands[0]; c++)
		if (strcmp(argv[i], commands[c]) == 0) {
			o->command = (enum command)c;
			i++;
			break;
		}
	while (i < argc) {
		if (!only_patterns && strcmp(argv[i], "--") == 0) {
			only_patterns = true;
			i++;
		} else if (!only_patterns && argv[i][0] == '-') {
			int taken = parse_option(&p, argc - i, argv + i);
			if (taken == 0)
				return false;
			i += taken;
		} else if (o->pattern_count < PATTERNS_MAX) {
			o->patterns[o->pattern_count++] = argv[i++];
		} else {
			return refuse(&p, "PATTERN", argv[i], "at most 256 of them");
		}
	}
	if (o->command == COMMAND_SHOW && o->pattern_count == 0)
		return refuse(&p, "show", "", "an identity, as list prints them");
	if (o->pattern_count > 0 && (o->command == COMMAND_TRACE || o->command == COMMAND_FACTS ||
				     o->command == COMMAND_RESTORE))
		return refuse(&p, "argument", o->patterns[0], "none after this command");
	return true;
}
