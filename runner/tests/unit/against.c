// SPDX-License-Identifier: ISC
// The table of corrections: its width, and where its lines break.

#include <string.h>

#include "against.h"
#include "unit.h"

static const struct {
	const char *columns; // of the environment
	unsigned want;
} widths[] = {
	{ NULL, COLUMNS_DEFAULT },
	{ "", COLUMNS_DEFAULT },
	{ "wide", COLUMNS_DEFAULT },
	{ "0", COLUMNS_DEFAULT },
	{ "-80", COLUMNS_DEFAULT },
	{ "1", COLUMNS_MIN },
	{ "80", 80 },
	{ "132", 132 },
	{ "99999999999", COLUMNS_MAX },
};

START_TEST(a_width_is_within_limits)
{
	ck_assert_uint_eq(against_columns(widths[_i].columns), widths[_i].want);
}
END_TEST

static const struct {
	const char *text, *line, *rest;
} lines[] = {
	{ "", "", "" },
	{ "short", "short", "" },
	{ "ten bytes.", "ten bytes.", "" },
	{ "ten bytes. And more", "ten bytes.", "And more" },
	{ "eleven bytes", "eleven", "bytes" },
	{ "two  blanks between", "two ", "blanks between" },
	{ "uninterrupted text", "uninterrup", "ted text" },
};

START_TEST(a_line_breaks_at_a_blank_if_there_is_one)
{
	const char *rest = lines[_i].text;
	size_t length = against_line(&rest, 10);

	ck_assert_uint_eq(length, strlen(lines[_i].line));
	ck_assert_int_eq(strncmp(lines[_i].text, lines[_i].line, length), 0);
	ck_assert_str_eq(rest, lines[_i].rest);
}
END_TEST

static const struct case_decl wrong = {
	.name = "wrong",
	.claim = { OBSERVED, "it is so and not at all otherwise, as one can see for oneself here",
		   "a book that has a long name, and the long name of a chapter in it" },
	.against = "it is otherwise",
};
static const struct family family = { .name = "family", .about = "", .cases = { &wrong } };
static const struct identity identity = { &family, &wrong, NULL, BY_PIPE2 };

static const char table[] = "it is otherwise                it is so and not at all\n"
			    "                               otherwise, as one can see for\n"
			    "                               oneself here\n"
			    "  family/wrong\n"
			    "  OBSERVED  a book that has a long name, and the long name\n"
			    "            of a chapter in it\n"
			    "\n";

START_TEST(a_row_keeps_within_its_width)
{
	char text[1024] = "";
	FILE *to = fmemopen(text, sizeof text, "w");

	against_row(to, COLUMNS_MIN, &identity);
	fclose(to);
	ck_assert_str_eq(text, table);
}
END_TEST

START_TEST(a_line_of_fields_is_whole)
{
	char text[1024] = "";
	FILE *to = fmemopen(text, sizeof text, "w");

	against_tsv(to, &identity);
	fclose(to);
	ck_assert_ptr_eq(strstr(text, "it is otherwise\tit is so "), text);
	ck_assert_ptr_nonnull(strstr(text, "\tOBSERVED\tfamily/wrong\ta book that "));
	ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
}
END_TEST

TCase *against_tests(void)
{
	TCase *tests = tcase_create("against");

	tcase_add_loop_test(tests, a_width_is_within_limits, 0, COUNT(widths));
	tcase_add_loop_test(tests, a_line_breaks_at_a_blank_if_there_is_one, 0, COUNT(lines));
	tcase_add_test(tests, a_row_keeps_within_its_width);
	tcase_add_test(tests, a_line_of_fields_is_whole);
	return tests;
}
