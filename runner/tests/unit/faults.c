// SPDX-License-Identifier: ISC
// The command line as a value: every error.

#include <stdio.h>
#include <string.h>

#include "unit.h"

#define PROFILES "unprivileged, sys-resource, sys-admin, container or as-is"
#define JOBS "a number from 1 to 64"
#define SCALE "a number from 0.001 to 1000"
#define CLASSES                                                                                    \
	"profile, capability, seccomp, kernel-config, sysctl, filesystem, resource or absent"
#define LISTED "one of those that --help lists"

static const struct {
	const char *words[WORDS_MAX], *fault;
} faults[] = {
	{ { "--profile", "root" }, "--profile 'root': expected " PROFILES },
	{ { "--profile=" }, "--profile '': expected " PROFILES },
	{ { "--profile" }, "--profile '': expected a value" },
	{ { "--profile", "as-is," }, "--profile 'as-is,': expected " PROFILES },
	{ { "-j" }, "-j '': expected " JOBS },
	{ { "-j0" }, "-j '0': expected " JOBS },
	{ { "-j", "65" }, "-j '65': expected " JOBS },
	{ { "-j", "-1" }, "-j '-1': expected " JOBS },
	{ { "-jx" }, "-j 'x': expected " JOBS },
	{ { "-j2x" }, "-j '2x': expected " JOBS },
	{ { "-j", "" }, "-j '': expected " JOBS },
	{ { "--jobs=99999999999999999999" }, "-j '99999999999999999999': expected " JOBS },
	{ { "--jobs" }, "--jobs '': expected a value" },
	{ { "--timeout-scale", "0" }, "--timeout-scale '0': expected " SCALE },
	{ { "--timeout-scale", "0.0009" }, "--timeout-scale '0.0009': expected " SCALE },
	{ { "--timeout-scale", "1001" }, "--timeout-scale '1001': expected " SCALE },
	{ { "--timeout-scale", "nan" }, "--timeout-scale 'nan': expected " SCALE },
	{ { "--timeout-scale", "inf" }, "--timeout-scale 'inf': expected " SCALE },
	{ { "--timeout-scale", "1,5" }, "--timeout-scale '1,5': expected " SCALE },
	{ { "--timeout-scale", "" }, "--timeout-scale '': expected " SCALE },
	{ { "--known", "" }, "--known '': expected a text" },
	{ { "--known" }, "--known '': expected a value" },
	{ { "--dir=" }, "--dir '': expected a text" },
	{ { "--place" }, "--place '': expected a value" },
	{ { "--place=" }, "--place '': expected a text" },
	{ { "--console" }, "--console '': expected a value" },
	{ { "--format", "tap12" }, "--format 'tap12': expected tap13, tap14 or ktap" },
	{ { "--exit-style", "x" },
	  "--exit-style 'x': expected tap, automake, kselftest or report" },
	{ { "tune" }, "tune '': expected FILE=NUMBER" },
	{ { "--done", "x" }, "--done 'x': expected --output with it" },
	{ { "list", "--limits" }, "--limits '': expected it after run or facts" },
	{ { "--claims" }, "--claims '': expected it after list" },
	{ { "list", "--claims=x" }, "--claims 'x': expected no value" },
	{ { "list", "--claims", "--against=tsv" }, "--claims '': expected it without --against" },
	{ { "--fail-on-skip=root" }, "--fail-on-skip 'root': expected " CLASSES },
	{ { "--strict-known=yes" }, "--strict-known 'yes': expected no value" },
	{ { "--tune-host=" }, "--tune-host '': expected no value" },
	{ { "--help=x" }, "--help 'x': expected no value" },
	{ { "--profil", "as-is" }, "option '--profil': expected " LISTED },
	{ { "--profiles=as-is" }, "option '--profiles=as-is': expected " LISTED },
	{ { "-x" }, "option '-x': expected " LISTED },
	{ { "-" }, "option '-': expected " LISTED },
	{ { "--=" }, "option '--=': expected " LISTED },
	{ { "a", "--nope", "--help" }, "option '--nope': expected " LISTED },
	{ { "show" }, "show '': expected an identity, as list prints them" },
	{ { "trace", "x" }, "argument 'x': expected none after this command" },
	{ { "facts", "x" }, "argument 'x': expected none after this command" },
	{ { "restore", "x" }, "argument 'x': expected none after this command" },
};

START_TEST(an_error_names_argument_value_and_expectation)
{
	struct options o;
	char fault[256];

	ck_assert(!parse_words(&o, faults[_i].words, fault, sizeof fault));
	ck_assert_str_eq(fault, faults[_i].fault);
}
END_TEST

START_TEST(long_values_are_cut)
{
	char word[128] = "--format=", fault[256], small[16];
	struct options o;

	memset(word + 9, 'x', 100);
	ck_assert(!parse_words(&o, (const char *[WORDS_MAX]){ word }, fault, sizeof fault));
	ck_assert_uint_eq(strspn(fault + strlen("--format '"), "x"), 64);
	ck_assert(!parse_words(&o, (const char *[WORDS_MAX]){ word }, small, sizeof small));
	ck_assert_str_eq(small, "--format 'xxxxx");
	snprintf(word, sizeof word, "--dir=%0100d", 0);
	ck_assert(!parse_words(&o, (const char *[WORDS_MAX]){ word }, fault, sizeof fault));
	ck_assert_ptr_nonnull(strstr(fault, "expected a path of less than 96 bytes"));
}
END_TEST

START_TEST(patterns_are_counted)
{
	static char *argv[PATTERNS_MAX + 2];
	struct options o;
	char fault[256], word[] = "x";

	for (int i = 0; i < PATTERNS_MAX + 2; i++)
		argv[i] = word;
	ck_assert(options_parse(&o, PATTERNS_MAX + 1, argv, fault, sizeof fault));
	ck_assert_uint_eq(o.pattern_count, PATTERNS_MAX);
	ck_assert(!options_parse(&o, PATTERNS_MAX + 2, argv, fault, sizeof fault));
	ck_assert_str_eq(fault, "PATTERN 'x': expected at most 256 of them");
}
END_TEST

TCase *fault_tests(void)
{
	TCase *tests = tcase_create("faults");

	tcase_add_loop_test(tests, an_error_names_argument_value_and_expectation, 0, COUNT(faults));
	tcase_add_test(tests, long_values_are_cut);
	tcase_add_test(tests, patterns_are_counted);
	return tests;
}
