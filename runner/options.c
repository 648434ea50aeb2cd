// SPDX-License-Identifier: ISC
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

// TEXT and FLAG are kept as they are, in a member of struct options.
enum option {
	TEXT,
	FLAG,
	PROFILE,
	JOBS,
	TIMEOUT_SCALE,
	FAIL_ON_SKIP,
	DIR,
	FORMAT,
	EXIT_STYLE,
	AGAINST,
	HELP,
	VERSION,
};

enum value { NONE, NEEDED, OPTIONAL };

static const struct spelling {
	const char *name;
	enum option option;
	enum value value;
	size_t member;
} spellings[] = {
	{ "--profile", PROFILE, NEEDED, 0 },
	{ "--jobs", JOBS, NEEDED, 0 },
	{ "--timeout-scale", TIMEOUT_SCALE, NEEDED, 0 },
	{ "--known", TEXT, NEEDED, offsetof(struct options, known_path) },
	{ "--strict-known", FLAG, NONE, offsetof(struct options, strict_known) },
	{ "--fail-on-skip", FAIL_ON_SKIP, OPTIONAL, 0 },
	{ "--tune-host", FLAG, NONE, offsetof(struct options, tune_host) },
	{ "--dir", DIR, NEEDED, offsetof(struct options, directory) },
	{ "--place", TEXT, NEEDED, offsetof(struct options, place) },
	{ "--output", TEXT, NEEDED, offsetof(struct options, output) },
	{ "--done", TEXT, NEEDED, offsetof(struct options, done) },
	{ "--stay", FLAG, NONE, offsetof(struct options, stay) },
	{ "--format", FORMAT, NEEDED, 0 },
	{ "--exit-style", EXIT_STYLE, NEEDED, 0 },
	{ "--console", TEXT, NEEDED, offsetof(struct options, console) },
	{ "--against", AGAINST, OPTIONAL, 0 },
	{ "--claims", FLAG, NONE, offsetof(struct options, claims) },
	{ "--limits", FLAG, NONE, offsetof(struct options, limits) },
	{ "--help", HELP, NONE, 0 },
	{ "-h", HELP, NONE, 0 },
	{ "--version", VERSION, NONE, 0 },
};

static const char *const commands[] = {
	[COMMAND_RUN] = "run",     [COMMAND_LIST] = "list",   [COMMAND_SHOW] = "show",
	[COMMAND_TRACE] = "trace", [COMMAND_FACTS] = "facts", [COMMAND_RESTORE] = "restore",
	[COMMAND_TUNE] = "tune",
};

static const char *const formats[] = {
	[TAP13] = "tap13", [TAP14] = "tap14", [KTAP] = "ktap", NULL
};
// In the order of enum exit_style.
static const char *const styles[] = { "tap", "automake", "kselftest", "report", NULL };
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

static bool parse_text(const struct parser *p, const struct spelling *s, const char *value)
{
	if (*value == '\0')
		return refuse(p, s->name, value, "a text");
	*(const char **)(void *)((char *)p->o + s->member) = value;
	return true;
}

static bool apply(const struct parser *p, const struct spelling *s, const char *value)
{
	struct options *o = p->o;
	int chosen;

	switch (s->option) {
	case TEXT:
		return parse_text(p, s, value);
	case FLAG:
		return *(bool *)((char *)o + s->member) = true;
	case JOBS:
		return parse_jobs(p, value);
	case TIMEOUT_SCALE:
		return parse_scale(p, value);
	case DIR:
		if (strlen(value) >= 96)
			return refuse(p, "--dir", value, "a path of less than 96 bytes");
		return parse_text(p, s, value);
	case AGAINST:
		o->against = *value ? AGAINST_TSV : AGAINST_TABLE;
		return *value == '\0' || strcmp(value, "tsv") == 0 ||
		       refuse(p, "--against", value, "tsv or no value");
	case HELP:
	case VERSION:
		o->command = s->option == HELP ? COMMAND_HELP : COMMAND_VERSION;
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
		if (!parse_choice(p, "--exit-style", value, styles,
				  "tap, automake, kselftest or report", &chosen))
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
			return 2 * apply(p, s, argv[1]);
		return apply(p, s, equals ? equals + 1 : "");
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
	const struct misfit misfit = options_misfit(o);
	return misfit.name == NULL || refuse(&p, misfit.name, misfit.value, misfit.expected);
}
