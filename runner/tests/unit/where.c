// SPDX-License-Identifier: ISC
// Conditions of known deviations, and the facts that they are about.

#include <stdio.h>
#include <string.h>

#include "facts.h"
#include "unit.h"
#include "where.h"

static const char facts[] = "TAP version 13\n1..2\n"
			    "# fact: place=runsc:trixie\n"
			    "# fact: kernel=Linux 6.1.0-44-amd64\n"
			    "# fact: seccomp=\n"
			    "# fact: pipe-max-size=1048576\n"
			    "# limit: machine=none by nothing\n"
			    "# fact: profile=place=x\n";

static const struct {
	const char *where, *fault; // NULL: none
} texts[] = {
	{ "-", NULL },
	{ "sometimes", NULL },
	{ "place=x", NULL },
	{ "place!=x", NULL },
	{ "kernel=*6.1.*  sometimes pipe-max-size=4096", NULL },
	{ "", "" },
	{ " ", " " },
	{ " place=x", " place=x" },
	{ "- sometimes", "-" },
	{ "place=x -", "-" },
	{ "always", "always" },
	{ "sometimes,place=x", "sometimes,place=x" },
	{ "place", "place" },
	{ "place=", "place=" },
	{ "place!=", "place!=" },
	{ "=x", "=x" },
	{ "!=x", "!=x" },
	{ "place=x plaec=y place=z", "plaec=y" },
	{ "Place=x", "Place=x" },
	{ "kernel=Linux 6.1", "6.1" },
};

START_TEST(the_word_that_is_none_is_found)
{
	size_t length;
	char word[64];
	const char *fault = where_fault(texts[_i].where, &length);

	ck_assert_int_eq(fault != NULL, texts[_i].fault != NULL);
	if (fault == NULL)
		return;
	snprintf(word, sizeof word, "%.*s", (int)length, fault);
	ck_assert_str_eq(word, texts[_i].fault);
}
END_TEST

START_TEST(a_word_without_end_is_none)
{
	char word[300] = "place=";
	size_t length;

	memset(word + 6, 'x', sizeof word - 7);
	ck_assert_ptr_eq(where_fault(word, &length), word);
	ck_assert_uint_eq(length, strlen(word));
}
END_TEST

static const struct {
	const char *where;
	bool holds;
} conditions[] = {
	{ "-", true },
	{ "sometimes", true },
	{ "place=runsc:trixie", true },
	{ "place=runsc", false },
	{ "place=runsc*", true },
	{ "place=?unsc:[st]rixie", true },
	{ "place!=runsc:trixie", false },
	{ "place!=runsc", true },
	{ "place=runsc:trixie place!=runsc*", false },
	{ "place=runsc:trixie pipe-max-size=1048576", true },
	{ "place=runsc:trixie sometimes pipe-max-size=1", false },
	{ "sometimes place=x", false },
	{ "kernel=Linux?6.1.*", true },
	{ "kernel=*6.1.0*", true },
	{ "kernel=6.1*", false },
	{ "page_size=4096", false }, // is not told
	{ "page_size!=4096", true },
	{ "page_size!=*", false },
	{ "seccomp!=0", true },
	{ "machine=none", false }, // is no fact
	{ "profile=place=x", true },
	{ "profile=x", false },
};

START_TEST(a_condition_holds_by_the_facts)
{
	ck_assert_int_eq(where_holds(conditions[_i].where, facts), conditions[_i].holds);
}
END_TEST

START_TEST(sometimes_is_a_word)
{
	ck_assert(where_is_sometimes("sometimes"));
	ck_assert(where_is_sometimes("place=x sometimes profile=y"));
	ck_assert(!where_is_sometimes("-"));
	ck_assert(!where_is_sometimes("place=sometimes"));
}
END_TEST

START_TEST(a_long_value_is_cut)
{
	char lines[FACT_VALUE_MAX + 32] = "# fact: place=", value[FACT_VALUE_MAX];

	memset(lines + strlen(lines), 'x', sizeof lines - strlen("# fact: place=") - 1);
	ck_assert_uint_eq(strlen(fact_value(lines, "place", value)), FACT_VALUE_MAX - 1);
}
END_TEST

TCase *where_tests(void)
{
	TCase *tests = tcase_create("where");

	tcase_add_loop_test(tests, the_word_that_is_none_is_found, 0, COUNT(texts));
	tcase_add_test(tests, a_word_without_end_is_none);
	tcase_add_loop_test(tests, a_condition_holds_by_the_facts, 0, COUNT(conditions));
	tcase_add_test(tests, sometimes_is_a_word);
	tcase_add_test(tests, a_long_value_is_cut);
	return tests;
}
