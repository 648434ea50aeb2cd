// SPDX-License-Identifier: ISC
// Files of known deviations, taken apart and searched.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "known.h"
#include "unit.h"

static const struct {
	const char *text, *fault; // fault is NULL for a good file
	unsigned count;
} files[] = {
	{ "", NULL, 0 },
	{ "\n\n  \t\n# comment\n#\n", NULL, 0 },
	{ "a/b\twhy\n", NULL, 1 },
	{ "a/b\twhy", NULL, 1 },
	{ "a/b\twhy\r\n\r\n", NULL, 1 },
	{ "a/b\twhy\tlink\n*\tall\n", NULL, 2 },
	{ "a/b\twhy\t\n", NULL, 1 },
	{ "a/b\twhy\tlink\tmore\n", NULL, 1 },
	{ "a/b", "line 1: expected IDENTITY<tab>REASON[<tab>LINK]", 0 },
	{ "a/b why", "line 1: expected IDENTITY<tab>REASON[<tab>LINK]", 0 },
	{ "# c\n\na/b\t\n", "line 3: expected IDENTITY<tab>REASON[<tab>LINK]", 0 },
	{ "x\ty\n\twhy\n", "line 2: expected IDENTITY<tab>REASON[<tab>LINK]", 0 },
	{ "x\ty\n #c\n", "line 2: expected IDENTITY<tab>REASON[<tab>LINK]", 0 },
};

START_TEST(a_file_is_parsed)
{
	static struct known known;
	char text[256], fault[128] = "";

	snprintf(text, sizeof text, "%s", files[_i].text);
	bool ok = known_parse(&known, text, fault, sizeof fault);

	ck_assert_int_eq(ok, files[_i].fault == NULL);
	if (ok)
		ck_assert_uint_eq(known.count, files[_i].count);
	else
		ck_assert_str_eq(fault, files[_i].fault);
}
END_TEST

START_TEST(an_entry_has_three_parts)
{
	static struct known known;
	char text[] = "a/*\tno luck\thttps://example.invalid/1\r\nb\twhy\t\n", fault[128];

	ck_assert(known_parse(&known, text, fault, sizeof fault));
	ck_assert_str_eq(known.entries[0].pattern, "a/*");
	ck_assert_str_eq(known.entries[0].reason, "no luck");
	ck_assert_str_eq(known.entries[0].link, "https://example.invalid/1");
	ck_assert_str_eq(known.entries[1].pattern, "b");
	ck_assert_ptr_null(known.entries[1].link);
}
END_TEST

START_TEST(a_file_may_be_full_and_no_more)
{
	static struct known known;
	static char text[(KNOWN_MAX + 1) * 4 + 1], copy[sizeof text];
	char fault[128];

	for (int i = 0; i < KNOWN_MAX; i++)
		snprintf(text + 4 * i, 5, "x\ty\n");
	snprintf(copy, sizeof copy, "%s", text);
	ck_assert(known_parse(&known, copy, fault, sizeof fault));
	ck_assert_uint_eq(known.count, KNOWN_MAX);
	snprintf(text + sizeof text - 5, 5, "x\ty\n");
	ck_assert(!known_parse(&known, text, fault, sizeof fault));
	ck_assert_str_eq(fault, "line 513: more than 512 entries");
}
END_TEST

static const struct case_decl decl = { .name = "case", .ways = EVERY_WAY };
static const struct family family = { .name = "family", .about = "", .cases = { &decl } };
static const struct identity id = { &family, &decl, NULL, BY_FIFO };

static const struct {
	const char *text, *reason; // NULL: none is found
} searches[] = {
	{ "family/case/fifo\tyes\n", "yes" },
	{ "family/case\tno: a whole identity\n", NULL },
	{ "family\tno\n", NULL },
	{ "family/case/*\tyes\n", "yes" },
	{ "*\tyes\n", "yes" },
	{ "family/*\tfirst\nfamily/case/fifo\tsecond\n", "first" },
	{ "other\tno\nfamily/ca?e/fifo\tyes\n", "yes" },
	{ "family/case/pipe\tno\n", NULL },
	{ "case\tno\n", NULL },
	{ "", NULL },
};

START_TEST(the_first_entry_that_matches_is_found)
{
	static struct known known;
	char text[256], fault[128];

	snprintf(text, sizeof text, "%s", searches[_i].text);
	ck_assert(known_parse(&known, text, fault, sizeof fault));
	const struct known_entry *found = known_find(&known, &id);
	if (searches[_i].reason) {
		ck_assert_ptr_nonnull(found);
		ck_assert_str_eq(found->reason, searches[_i].reason);
	} else {
		ck_assert_ptr_null(found);
	}
}
END_TEST

TCase *known_tests(void)
{
	TCase *tests = tcase_create("known");

	tcase_add_loop_test(tests, a_file_is_parsed, 0, COUNT(files));
	tcase_add_test(tests, an_entry_has_three_parts);
	tcase_add_test(tests, a_file_may_be_full_and_no_more);
	tcase_add_loop_test(tests, the_first_entry_that_matches_is_found, 0, COUNT(searches));
	return tests;
}
