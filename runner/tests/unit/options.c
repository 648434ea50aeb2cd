// SPDX-License-Identifier: ISC
// The command line as a value: every option.

#include <stdio.h>
#include <string.h>

#include "unit.h"

bool parse_words(struct options *o, const char *const *words, char *fault, size_t size)
{
	static char copies[WORDS_MAX][128];
	char *argv[WORDS_MAX + 2] = { copies[0] };
	int argc = 1;

	for (int i = 0; i < WORDS_MAX && words[i]; i++) {
		snprintf(copies[i], sizeof copies[i], "%s", words[i]);
		argv[argc++] = copies[i];
	}
	memset(fault, '?', size);
	return options_parse(o, argc, argv, fault, size);
}

static struct options accept(const char *const *words)
{
	static struct options o;
	char fault[256];
	bool ok = parse_words(&o, words, fault, sizeof fault);

	ck_assert_msg(ok, "%s", ok ? "" : fault);
	return o;
}

START_TEST(defaults)
{
	struct options o = accept((const char *[WORDS_MAX]){ NULL });

	ck_assert_int_eq(o.command, COMMAND_RUN);
	ck_assert_uint_eq(o.profiles.count, 1);
	ck_assert_int_eq(o.profiles.each[0], UNPRIVILEGED);
	ck_assert_uint_eq(o.jobs, 0);
	ck_assert_double_eq(o.timeout_scale, 1);
	ck_assert_str_eq(o.place, "host");
	ck_assert_ptr_null(o.known_path);
	ck_assert_ptr_null(o.directory);
	ck_assert_ptr_null(o.console);
	ck_assert(!o.strict_known && !o.tune_host && !o.fail_on_skip && !o.stay && !o.output &&
		  !o.done);
	ck_assert_int_eq(o.against, AGAINST_NOT);
	ck_assert_int_eq(o.format, TAP13);
	ck_assert_int_eq(o.exit_style, EXIT_TAP);
	ck_assert_uint_eq(o.pattern_count, 0);
}
END_TEST

static const struct {
	const char *word;
	enum command command;
} commands[] = {
	{ "run", COMMAND_RUN },     { "list", COMMAND_LIST },         { "trace", COMMAND_TRACE },
	{ "facts", COMMAND_FACTS }, { "restore", COMMAND_RESTORE },   { "--help", COMMAND_HELP },
	{ "-h", COMMAND_HELP },     { "--version", COMMAND_VERSION },
};

START_TEST(a_command_is_understood)
{
	struct options o = accept((const char *[WORDS_MAX]){ commands[_i].word });

	ck_assert_int_eq(o.command, commands[_i].command);
	ck_assert_uint_eq(o.pattern_count, 0);
}
END_TEST

START_TEST(only_the_first_word_is_a_command)
{
	struct options o = accept((const char *[WORDS_MAX]){ "show", "run", "list" });

	ck_assert_int_eq(o.command, COMMAND_SHOW);
	ck_assert_uint_eq(o.pattern_count, 2);
	ck_assert_str_eq(o.patterns[0], "run");
	o = accept((const char *[WORDS_MAX]){ "-j1", "list" });
	ck_assert_int_eq(o.command, COMMAND_RUN);
	ck_assert_str_eq(o.patterns[0], "list");
	o = accept((const char *[WORDS_MAX]){ "tune", "pipe-max-size=1" });
	ck_assert_int_eq(o.command, COMMAND_TUNE);
	ck_assert_str_eq(o.patterns[0], "pipe-max-size=1");
}
END_TEST

static const struct {
	const char *words[WORDS_MAX];
	unsigned jobs;
} jobs[] = {
	{ { "-j", "1" }, 1 },  { { "-j64" }, 64 },      { { "--jobs", "7" }, 7 },
	{ { "--jobs=7" }, 7 }, { { "-j1", "-j2" }, 2 },
};

START_TEST(jobs_are_counted)
{
	ck_assert_uint_eq(accept(jobs[_i].words).jobs, jobs[_i].jobs);
}
END_TEST

static const struct {
	const char *words[WORDS_MAX];
	double scale;
} scales[] = {
	{ { "--timeout-scale", "0.001" }, 0.001 },
	{ { "--timeout-scale=1000" }, 1000 },
	{ { "--timeout-scale=.5" }, 0.5 },
	{ { "--timeout-scale=1e1" }, 10 },
};

START_TEST(a_scale_is_a_number)
{
	ck_assert_double_eq(accept(scales[_i].words).timeout_scale, scales[_i].scale);
}
END_TEST

START_TEST(the_last_profiles_count)
{
	struct options o = accept((const char *[WORDS_MAX]){ "--profile", "container,as-is" });

	ck_assert_uint_eq(o.profiles.count, 2);
	o = accept((const char *[WORDS_MAX]){ "--profile=container,as-is", "--profile=as-is" });
	ck_assert_uint_eq(o.profiles.count, 1);
	ck_assert_int_eq(o.profiles.each[0], AS_IS);
}
END_TEST

START_TEST(texts_are_kept)
{
	struct options o =
		accept((const char *[WORDS_MAX]){ "--known=a b", "--dir", "-d", "--place=x=y",
						  "--console=/dev/x", "--output=/o", "--done=/d" });

	ck_assert_str_eq(o.known_path, "a b");
	ck_assert_str_eq(o.directory, "-d");
	ck_assert_str_eq(o.place, "x=y");
	ck_assert_str_eq(o.console, "/dev/x");
	ck_assert_str_eq(o.output, "/o");
	ck_assert_str_eq(o.done, "/d");
}
END_TEST

START_TEST(flags_are_set)
{
	struct options o = accept((const char *[WORDS_MAX]){
		"--strict-known", "--tune-host", "--fail-on-skip", "--against", "--stay" });

	ck_assert(o.strict_known && o.tune_host && o.fail_on_skip && o.stay);
	ck_assert_int_eq(o.against, AGAINST_TABLE);
	ck_assert_ptr_null(o.fail_on_class);
	o = accept((const char *[WORDS_MAX]){ "--fail-on-skip=", "--against=tsv" });
	ck_assert_int_eq(o.against, AGAINST_TSV);
	ck_assert(o.fail_on_skip);
	ck_assert_ptr_null(o.fail_on_class);
}
END_TEST

static const char *const classes[] = { "profile", "capability", "seccomp",  "kernel-config",
				       "sysctl",  "filesystem", "resource", "absent" };

START_TEST(a_class_of_skips_is_kept)
{
	char word[64];

	snprintf(word, sizeof word, "--fail-on-skip=%s", classes[_i]);
	struct options o = accept((const char *[WORDS_MAX]){ word, "pattern" });
	ck_assert(o.fail_on_skip);
	ck_assert_str_eq(o.fail_on_class, classes[_i]);
	ck_assert_str_eq(o.patterns[0], "pattern");
}
END_TEST

START_TEST(formats_and_styles)
{
	ck_assert_int_eq(accept((const char *[WORDS_MAX]){ "--format=tap13" }).format, TAP13);
	ck_assert_int_eq(accept((const char *[WORDS_MAX]){ "--format=tap14" }).format, TAP14);
	ck_assert_int_eq(accept((const char *[WORDS_MAX]){ "--format", "ktap" }).format, KTAP);
	ck_assert_int_eq(accept((const char *[WORDS_MAX]){ "--exit-style=tap" }).exit_style,
			 EXIT_TAP);
	ck_assert_int_eq(accept((const char *[WORDS_MAX]){ "--exit-style=automake" }).exit_style,
			 EXIT_AUTOMAKE);
	ck_assert_int_eq(accept((const char *[WORDS_MAX]){ "--exit-style=kselftest" }).exit_style,
			 EXIT_KSELFTEST);
}
END_TEST

START_TEST(patterns_and_options_may_mix)
{
	struct options o =
		accept((const char *[WORDS_MAX]){ "a", "-j3", "b", "--", "-j4", "--", "--help" });

	ck_assert_int_eq(o.command, COMMAND_RUN);
	ck_assert_uint_eq(o.jobs, 3);
	ck_assert_uint_eq(o.pattern_count, 5);
	ck_assert_str_eq(o.patterns[1], "b");
	ck_assert_str_eq(o.patterns[2], "-j4");
	ck_assert_str_eq(o.patterns[3], "--");
	ck_assert_str_eq(o.patterns[4], "--help");
}
END_TEST

START_TEST(a_text_may_have_any_bytes)
{
	struct options o = accept((const char *[WORDS_MAX]){ "--known=\303\251", "--dir=\303\251",
							     "--place=\303\251" });

	ck_assert_str_eq(o.known_path, "\303\251");
	ck_assert_str_eq(o.directory, "\303\251");
	ck_assert_str_eq(o.place, "\303\251");
}
END_TEST

START_TEST(no_argument_at_all)
{
	char *argv[] = { NULL };
	struct options o;
	char fault[256];

	ck_assert(options_parse(&o, 0, argv, fault,
				sizeof fault)); // execve() with an empty argv
	ck_assert_int_eq(o.command, COMMAND_RUN);
}
END_TEST

TCase *options_tests(void)
{
	TCase *tests = tcase_create("options");

	tcase_add_test(tests, defaults);
	tcase_add_loop_test(tests, a_command_is_understood, 0, COUNT(commands));
	tcase_add_test(tests, only_the_first_word_is_a_command);
	tcase_add_loop_test(tests, jobs_are_counted, 0, COUNT(jobs));
	tcase_add_loop_test(tests, a_scale_is_a_number, 0, COUNT(scales));
	tcase_add_test(tests, the_last_profiles_count);
	tcase_add_test(tests, texts_are_kept);
	tcase_add_test(tests, flags_are_set);
	tcase_add_loop_test(tests, a_class_of_skips_is_kept, 0, COUNT(classes));
	tcase_add_test(tests, formats_and_styles);
	tcase_add_test(tests, patterns_and_options_may_mix);
	tcase_add_test(tests, a_text_may_have_any_bytes);
	tcase_add_test(tests, no_argument_at_all);
	return tests;
}
