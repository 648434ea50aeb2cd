// SPDX-License-Identifier: ISC
// What a point comes to for the exit status, and the line that says so.

#include <stdio.h>
#include <string.h>

#include "tap.h"
#include "unit.h"

static const struct known_entry known = {
	.pattern = "family/case", .reason = "seen in 5.4", .file = "known.tsv", .line = 3
};
static const struct known_entry fickle = { .pattern = "family/case",
					   .reason = "at times",
					   .file = "known.tsv",
					   .line = 4,
					   .sometimes = true };

enum strictness { LAX, STRICT };
enum on_skip { PASS_IT, FAIL_ALL, FAIL_RESOURCE };

static const struct {
	enum verdict verdict;
	enum level level;
	const struct known_entry *known;
	enum strictness strict;
	enum on_skip on_skip;
	const char *got;
	enum standing standing;
	const char *line[3]; // tap13, tap14 and ktap
} points[] = {
// clang-format off
#define ID "family/case"
#define ALL(status, directive) { status " 7 - " ID directive, status " 7 - " ID directive, \
				 status " 7 " ID directive }
#define TODO(status, directive) status " 7 - " ID " # TODO " directive
#define XFAIL(directive) { TODO("not ok", directive), TODO("not ok", directive), \
			   "ok 7 " ID " # XFAIL " directive }
#define XPASS(directive) { TODO("ok", directive), TODO("ok", directive), \
			   "ok 7 " ID " # TODO " directive }
	{ PASS, POSIX, NULL, LAX, PASS_IT, "", EXPECTED, ALL("ok", "") },
	{ PASS, OBSERVED, NULL, STRICT, FAIL_ALL, "", EXPECTED, ALL("ok", "") },
	{ FAIL, POSIX, NULL, LAX, PASS_IT, "x", UNEXPECTED, ALL("not ok", "") },
	{ FAIL, DOCUMENTED, NULL, LAX, PASS_IT, "x", UNEXPECTED, ALL("not ok", "") },
	{ FAIL, OBSERVED, NULL, LAX, PASS_IT, "x", EXPECTED, XFAIL("observed") },
	{ FAIL, OBSERVED, NULL, STRICT, FAIL_ALL, "x", EXPECTED, XFAIL("observed") },
	{ BROKEN, POSIX, NULL, LAX, PASS_IT, "x", UNEXPECTED, ALL("not ok", "") },
	{ BROKEN, OBSERVED, NULL, LAX, PASS_IT, "x", UNEXPECTED, ALL("not ok", "") },
	{ UNDECIDED, POSIX, NULL, LAX, PASS_IT, "", UNEXPECTED, ALL("not ok", "") },
	{ DECIDING, OBSERVED, NULL, LAX, PASS_IT, "", UNEXPECTED, ALL("not ok", "") },
	{ (enum verdict)99, OBSERVED, NULL, LAX, PASS_IT, "", UNEXPECTED, ALL("not ok", "") },
	{ (enum verdict)-1, POSIX, NULL, LAX, PASS_IT, "", UNEXPECTED, ALL("not ok", "") },

	{ FAIL, POSIX, &known, LAX, PASS_IT, "x", EXPECTED, XFAIL("known: seen in 5.4") },
	{ FAIL, POSIX, &known, STRICT, PASS_IT, "x", EXPECTED,
	  XFAIL("known: seen in 5.4") },
	{ FAIL, OBSERVED, &known, LAX, PASS_IT, "x", EXPECTED,
	  XFAIL("known: seen in 5.4") },
	{ PASS, POSIX, &known, LAX, PASS_IT, "", EXPECTED, XPASS("known: seen in 5.4") },
	{ PASS, POSIX, &known, STRICT, PASS_IT, "", UNEXPECTED, ALL("not ok", "") },
	{ FAIL, POSIX, &fickle, STRICT, PASS_IT, "x", EXPECTED, XFAIL("known: at times") },
	{ BROKEN, POSIX, &fickle, STRICT, PASS_IT, "x", EXPECTED, XFAIL("known: at times") },
	{ PASS, POSIX, &fickle, LAX, PASS_IT, "", EXPECTED, ALL("ok", "") },
	{ PASS, POSIX, &fickle, STRICT, PASS_IT, "", EXPECTED, ALL("ok", "") },
	{ SKIP, POSIX, &known, STRICT, PASS_IT, "resource: none", SKIPPED,
	  ALL("ok", " # SKIP resource: none") },

	{ SKIP, POSIX, NULL, LAX, PASS_IT, "resource: none", SKIPPED,
	  ALL("ok", " # SKIP resource: none") },
	{ SKIP, POSIX, NULL, LAX, FAIL_ALL, "absent: it", SKIPPED_UNEXPECTED, ALL("not ok", "") },
	{ SKIP, OBSERVED, NULL, LAX, FAIL_ALL, "absent: it", SKIPPED_UNEXPECTED,
	  ALL("not ok", "") },
	{ SKIP, POSIX, NULL, LAX, FAIL_RESOURCE, "resource: none", SKIPPED_UNEXPECTED,
	  ALL("not ok", "") },
	{ SKIP, POSIX, NULL, LAX, FAIL_RESOURCE, "absent: it", SKIPPED,
	  ALL("ok", " # SKIP absent: it") },
	{ SKIP, POSIX, NULL, LAX, FAIL_RESOURCE, "resources: none", SKIPPED,
	  ALL("ok", " # SKIP resources: none") },
	{ SKIP, POSIX, NULL, LAX, FAIL_RESOURCE, "resource", SKIPPED,
	  ALL("ok", " # SKIP resource") },
	{ SKIP, POSIX, NULL, LAX, PASS_IT, "a: # \\ \n\tx", SKIPPED,
	  ALL("ok", " # SKIP a: ? ? ??x") },
	// clang-format on
};

// The result's own line: that of TAP is the first, that of KTAP the last.
static const char *result_line(char *bytes, enum tap_format format)
{
	char *end = bytes + strlen(bytes) - 1;

	ck_assert_int_eq(*end, '\n');
	if (format != KTAP) {
		bytes[strcspn(bytes, "\n")] = '\0';
		return bytes;
	}
	*end = '\0';
	return strrchr(bytes, '\n') + 1;
}

START_TEST(a_verdict_comes_to_a_standing)
{
	static struct record record;
	char bytes[TAP_POINT_MAX];

	for (enum tap_format format = TAP13; format <= KTAP; format++) {
		struct case_decl decl = { .name = "case",
					  .file = "cases/family.c",
					  .line = 3,
					  .claim = { points[_i].level, "it is so", "the book" } };
		struct family family = { .name = "family", .about = "", .cases = { &decl } };
		struct identity id = { &family, &decl, NULL, BY_PIPE2 };
		struct text text = { bytes, sizeof bytes, 0 };
		struct point point = {
			.format = format,
			.number = 7,
			.id = &id,
			.record = &record,
			.known = points[_i].known,
			.strict_known = points[_i].strict == STRICT,
			.fail_on_skip = points[_i].on_skip != PASS_IT,
			.fail_on_class = points[_i].on_skip == FAIL_RESOURCE ? "resource" : NULL,
		};

		record.verdict = (int)points[_i].verdict;
		snprintf(record.got, sizeof record.got, "%s", points[_i].got);
		ck_assert_int_eq(point_standing(&point), points[_i].standing);
		tap_point(&text, &point);
		ck_assert_str_eq(result_line(bytes, format), points[_i].line[format]);
	}
}
END_TEST

TCase *standing_tests(void)
{
	TCase *tests = tcase_create("standing");

	tcase_add_loop_test(tests, a_verdict_comes_to_a_standing, 0, COUNT(points));
	return tests;
}
