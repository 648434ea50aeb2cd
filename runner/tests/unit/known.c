// SPDX-License-Identifier: ISC
// Files of known deviations, taken apart and searched.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "known.h"
#include "unit.h"

#define LINE "IDENTITY<tab>WHERE<tab>REASON[<tab>LINK]"
#define WORDS "-, or words FACT=GLOB, FACT!=GLOB, sometimes, of facts that a run prints"

static const struct {
	const char *text, *fault; // fault is NULL for a good file
	unsigned count;
} files[] = {
	{ "", NULL, 0 },
	{ "\n\n  \t\n# comment\n#\n", NULL, 0 },
	{ "a/b\t-\twhy\n", NULL, 1 },
	{ "a/b\t-\twhy", NULL, 1 },
	{ "a/b\t-\twhy\r\n\r\n", NULL, 1 },
	{ "a/b\t-\twhy\tlink\n*\tsometimes\tall\n", NULL, 2 },
	{ "a/b\tplace=x\twhy\t\n", NULL, 1 },
	{ "a/b\t-\twhy\tlink\tmore\n", "line 1: expected " LINE, 0 },
	{ "a/b", "line 1: expected " LINE, 0 },
	{ "a/b - why", "line 1: expected " LINE, 0 },
	{ "a/b\t-\n", "line 1: expected " LINE, 0 },
	{ "# c\n\na/b\t-\t\n", "line 3: expected " LINE, 0 },
	{ "x\t-\ty\n\t-\twhy\n", "line 2: expected " LINE, 0 },
	{ "x\t-\ty\n #c\n", "line 2: expected " LINE, 0 },
	{ "a/b\twhy\thttps://example.invalid\n", "line 1: WHERE 'why': expected " WORDS, 0 },
	{ "\na/b\t\twhy\n", "line 2: WHERE '': expected " WORDS, 0 },
	{ "a/b\tplace=x kernl=y\twhy\n", "line 1: WHERE 'kernl=y': expected " WORDS, 0 },
};

START_TEST(a_file_is_parsed)
{
	static struct known known;
	char text[256], fault[192] = "";

	snprintf(text, sizeof text, "%s", files[_i].text);
	bool ok = known_parse(&known, "file", text, fault, sizeof fault);

	ck_assert_int_eq(ok, files[_i].fault == NULL);
	if (ok)
		ck_assert_uint_eq(known.count, files[_i].count);
	else
		ck_assert_str_eq(fault, files[_i].fault);
}
END_TEST

START_TEST(an_entry_has_four_parts)
{
	static struct known known;
	char text[] = "a/*\t-\tno luck\thttps://example.invalid/1\r\n"
		      "\nb\tplace=x sometimes\twhy\t\n";
	char fault[128];

	ck_assert(known_parse(&known, "file", text, fault, sizeof fault));
	const struct known_entry *one = &known.entries[0], *two = &known.entries[1];
	ck_assert_str_eq(one->pattern, "a/*");
	ck_assert_str_eq(one->where, "-");
	ck_assert_str_eq(one->reason, "no luck");
	ck_assert_str_eq(one->link, "https://example.invalid/1");
	ck_assert_str_eq(one->file, "file");
	ck_assert_uint_eq(one->line, 1);
	ck_assert(!one->sometimes);
	ck_assert_str_eq(two->pattern, "b");
	ck_assert_ptr_null(two->link);
	ck_assert_uint_eq(two->line, 3);
	ck_assert(two->sometimes);
}
END_TEST

START_TEST(a_file_may_be_full_and_no_more)
{
	enum { LENGTH = 6 };
	static struct known known;
	static char text[(KNOWN_MAX + 1) * LENGTH + 1], copy[sizeof text];
	char fault[128];

	for (int i = 0; i < KNOWN_MAX; i++)
		snprintf(text + LENGTH * i, LENGTH + 1, "x\t-\ty\n");
	snprintf(copy, sizeof copy, "%s", text);
	ck_assert(known_parse(&known, "file", copy, fault, sizeof fault));
	ck_assert_uint_eq(known.count, KNOWN_MAX);
	snprintf(text + sizeof text - LENGTH - 1, LENGTH + 1, "x\t-\ty\n");
	ck_assert(!known_parse(&known, "file", text, fault, sizeof fault));
	ck_assert_str_eq(fault, "line 513: more than 512 entries");
}
END_TEST

static const struct case_decl decl = { .name = "case", .ways = EVERY_WAY };
static const struct family family = { .name = "family", .about = "", .cases = { &decl } };
static const struct identity id = { &family, &decl, NULL, BY_FIFO };

static const struct {
	const char *text, *reason; // NULL: none is found
} searches[] = {
	{ "family/case/fifo\t-\tyes\n", "yes" },
	{ "family/case\t-\tno: a whole identity\n", NULL },
	{ "family\t-\tno\n", NULL },
	{ "family/case/*\t-\tyes\n", "yes" },
	{ "*\t-\tyes\n", "yes" },
	{ "family/*\t-\tfirst\nfamily/case/fifo\t-\tsecond\n", "first" },
	{ "family/*\tplace=there\tno\nfamily/case/fifo\tplace=here\tyes\n", "yes" },
	{ "family/*\tplace!=here\tno\n", NULL },
	{ "family/*\tsometimes\tyes\n", "yes" },
	{ "other\t-\tno\nfamily/ca?e/fifo\t-\tyes\n", "yes" },
	{ "family/case/pipe\t-\tno\n", NULL },
	{ "case\t-\tno\n", NULL },
	{ "", NULL },
};

START_TEST(the_first_entry_that_holds_and_matches_is_found)
{
	static struct known known;
	char text[256], fault[128];

	snprintf(text, sizeof text, "%s", searches[_i].text);
	ck_assert(known_parse(&known, "file", text, fault, sizeof fault));
	ck_assert_ptr_null(known_find(&known, &id)); // nobody knows yet what holds
	known_hold(&known, "# fact: place=here\n");
	const struct known_entry *found = known_find(&known, &id);
	if (searches[_i].reason) {
		ck_assert_ptr_nonnull(found);
		ck_assert_str_eq(found->reason, searches[_i].reason);
	} else {
		ck_assert_ptr_null(found);
	}
}
END_TEST

// The trials are those of the suite itself.
START_TEST(an_entry_is_used_where_none_before_it_is)
{
	static const bool used[] = { true, false, true, false, false };
	static struct known known;
	char fault[128], text[] = "end_of_file/*\t-\tyes\n"
				  "end_of_file/*\t-\tno: the line before it is\n"
				  "sigpipe/*\tplace=here\tyes\n"
				  "sigpipe_*\tplace=there\tno: it does not hold\n"
				  "no/such/trial\t-\tno\n";

	ck_assert(known_parse(&known, "file", text, fault, sizeof fault));
	known_hold(&known, "# fact: place=here\n");
	known_use(&known);
	ck_assert_uint_eq(known.count, COUNT(used));
	for (int i = 0; i < COUNT(used); i++)
		ck_assert_int_eq(known.entries[i].used, used[i]);
}
END_TEST

TCase *known_tests(void)
{
	TCase *tests = tcase_create("known");

	tcase_add_loop_test(tests, a_file_is_parsed, 0, COUNT(files));
	tcase_add_test(tests, an_entry_has_four_parts);
	tcase_add_test(tests, a_file_may_be_full_and_no_more);
	tcase_add_loop_test(tests, the_first_entry_that_holds_and_matches_is_found, 0,
			    COUNT(searches));
	tcase_add_test(tests, an_entry_is_used_where_none_before_it_is);
	return tests;
}
