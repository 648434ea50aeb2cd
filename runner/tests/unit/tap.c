// SPDX-License-Identifier: ISC
// Points and their blocks, whatever a trial wrote into its record.

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "tap.h"
#include "unit.h"

static struct case_decl decl;
static const struct family family = { .name = "family", .about = "", .cases = { &decl } };
static const struct identity id = { &family, &decl, NULL, BY_PIPE2 };
static struct record record;
static struct point point;
static char bytes[TAP_POINT_MAX];

static void set_up(void)
{
	decl = (struct case_decl){ .name = "case",
				   .file = "cases/family.c",
				   .line = 3,
				   .claim = { POSIX, "it's so", "the book" } };
	memset(&record, 0, sizeof record);
	record.verdict = FAIL;
	record.duration_us = 12003;
	point = (struct point){ .number = 1, .id = &id, .record = &record };
	strcpy(record.decided_at.file, "cases/family.c");
	record.decided_at.line = 17;
	strcpy(record.decided_at.text, "read(p.rd, \"x\", 1)");
	strcpy(record.want, "returns 1");
	strcpy(record.got, "fails with EAGAIN");
}

static const char *printed(void)
{
	struct text text = { bytes, sizeof bytes, 0 };

	tap_point(&text, &point);
	ck_assert_uint_eq(text.length, strlen(bytes));
	return bytes;
}

#define DETAILS(margin)                                                                            \
	margin "duration_ms: 12.003\n" margin "verdict: fail\n" margin                             \
	       "claim: 'it''s so'\n" margin "level: posix\n" margin "cites: 'the book'\n" margin   \
	       "at: cases/family.c:17\n" margin "call: 'read(p.rd, \"x\", 1)'\n" margin            \
	       "want: 'returns 1'\n" margin "got: 'fails with EAGAIN'\n"

START_TEST(a_failure_says_all_it_knows)
{
	ck_assert_str_eq(printed(), "not ok 1 - family/case\n  ---\n" DETAILS("  ") "  ...\n");
	point.format = TAP14;
	ck_assert_str_eq(printed(), "not ok 1 - family/case\n  ---\n" DETAILS("  ") "  ...\n");
	point.format = KTAP;
	ck_assert_str_eq(printed(), DETAILS("# ") "not ok 1 family/case\n");
}
END_TEST

START_TEST(a_pass_says_how_long_it_took)
{
	record.verdict = PASS;
	record.duration_us = 999;
	ck_assert_str_eq(printed(), "ok 1 - family/case\n  ---\n  duration_ms: 0.999\n  ...\n");
	point.format = KTAP;
	ck_assert_str_eq(printed(), "# duration_ms: 0.999\nok 1 family/case\n");
}
END_TEST

START_TEST(what_is_known_and_disputed_is_said)
{
	static const struct known_entry known = { .reason = "#1 \\ of\tmany",
						  .link = "https://example.invalid",
						  .file = "known.tsv",
						  .line = 12 };

	decl.against = "a manual's page";
	point.known = &known;
	const char *text = printed();
	ck_assert_ptr_nonnull(strstr(text, "case # TODO known: ?1 ? of?many\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n  against: 'a manual''s page'\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n  known: 'known.tsv:12'\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n  link: 'https://example.invalid'\n"));
	record.verdict = PASS;
	text = printed();
	ck_assert_ptr_nonnull(
		strstr(text, "\n  known: 'known.tsv:12 says that this fails: #1 \\ of?many'\n"));
}
END_TEST

START_TEST(without_a_spot_it_is_the_case)
{
	memset(&record.decided_at, 0, sizeof record.decided_at);
	ck_assert_ptr_nonnull(strstr(printed(), "\n  at: cases/family.c:3\n"));
}
END_TEST

START_TEST(notes_are_counted_and_kept_to_eight)
{
	record.verdict = PASS;
	for (int i = 0; i < NOTES_MAX; i++)
		snprintf(record.notes[i], sizeof record.notes[i], "n%d", i);
	record.note_count = 2;
	ck_assert_ptr_nonnull(strstr(printed(), "  note1: 'n0'\n  note2: 'n1'\n  ...\n"));
	record.again = 1;
	ck_assert_ptr_nonnull(strstr(printed(), "  note2: 'n1'\n  note3: 'run again, alone"));
	record.again = 0;
	record.note_count = UINT32_MAX;
	ck_assert_ptr_nonnull(strstr(printed(), "  note7: 'n6'\n  note8: 'n7'\n  ...\n"));
}
END_TEST

// Every line is one that a reader of TAP takes for what it is meant to be.
static void is_well_formed(const char *text, int lines_at_least)
{
	int lines = 0;

	ck_assert_int_eq(text[strlen(text) - 1], '\n');
	for (const char *line = text; *line; line = strchr(line, '\n') + 1, lines++) {
		for (const char *c = line; *c != '\n'; c++)
			ck_assert(*c >= ' ' && *c <= '~');
		if (lines == 0)
			ck_assert_int_eq(strncmp(line, "not ok 1 - family/case\n", 23), 0);
		else
			ck_assert_int_eq(strncmp(line, "  ", 2), 0);
	}
	ck_assert_int_ge(lines, lines_at_least);
	ck_assert_str_eq(text + strlen(text) - 6, "  ...\n");
}

static const int garbage[] = { 1,   '\a', '\t', '\n', '\r', 27,  ' ', '"', '#', '%',
			       '-', '.',  ':',  '\\', 'x',  '~', 127, 128, 254, 255 };

// All that a trial can write to, without a zero byte anywhere.
START_TEST(a_hostile_record_is_printed_within_bounds)
{
	memset(&record, garbage[_i], sizeof record);
	record.verdict = BROKEN;
	is_well_formed(printed(), 19);
}
END_TEST

START_TEST(the_longest_point_there_is_fits)
{
	static char much[2 * TEXT_MAX + 2];
	static const struct known_entry known = { .reason = much, .link = much, .file = much };

	memset(much, '\'', sizeof much - 1);
	memset(&record, '\'', sizeof record);
	record.verdict = PASS;
	decl.claim.says = decl.claim.cites = decl.against = much;
	point.known = &known;
	point.strict_known = true;
	is_well_formed(printed(), 22);
}
END_TEST

START_TEST(numbers_of_a_hostile_record_are_numbers)
{
	record.duration_us = LONG_MIN;
	record.decided_at.line = INT_MIN;
	is_well_formed(printed(), 11);
	record.duration_us = -1;
	ck_assert_ptr_null(strstr(printed(), ".-"));
}
END_TEST

START_TEST(beginnings_and_ends)
{
	struct text text = { bytes, sizeof bytes, 0 };

	tap_begin(&text, TAP13, 3);
	ck_assert_str_eq(bytes, "TAP version 13\n1..3\n");
	text.length = 0;
	tap_begin(&text, TAP14, 0);
	ck_assert_str_eq(bytes, "TAP version 14\n1..0\n");
	text.length = 0;
	tap_begin(&text, KTAP, 1);
	ck_assert_str_eq(bytes, "KTAP version 1\n1..1\n");
	text.length = 0;
	tap_fact(&text, "key", "a value\n# fact: forged=1");
	ck_assert_str_eq(bytes, "# fact: key=a value?# fact: forged=1\n");
	text.length = 0;
	tap_skip_all(&text, TAP13, "profile: #1\nnot");
	ck_assert_str_eq(bytes, "TAP version 13\n1..0 # SKIP profile: ?1?not\n");
	text.length = 0;
	tap_bail_out(&text, TAP14, "why\nnot");
	ck_assert_str_eq(bytes, "Bail out! why?not\n");
	text.length = 0;
	tap_bail_out(&text, KTAP, "why");
	ck_assert_str_eq(bytes, "# Bail out! why\n");
}
END_TEST

TCase *tap_tests(void)
{
	TCase *tests = tcase_create("tap");

	tcase_add_checked_fixture(tests, set_up, NULL);
	tcase_add_test(tests, a_failure_says_all_it_knows);
	tcase_add_test(tests, a_pass_says_how_long_it_took);
	tcase_add_test(tests, what_is_known_and_disputed_is_said);
	tcase_add_test(tests, without_a_spot_it_is_the_case);
	tcase_add_test(tests, notes_are_counted_and_kept_to_eight);
	tcase_add_loop_test(tests, a_hostile_record_is_printed_within_bounds, 0, COUNT(garbage));
	tcase_add_test(tests, the_longest_point_there_is_fits);
	tcase_add_test(tests, numbers_of_a_hostile_record_are_numbers);
	tcase_add_test(tests, beginnings_and_ends);
	return tests;
}
