// SPDX-License-Identifier: ISC
// Identities and patterns; the list of requirements.

#include <stdlib.h>
#include <string.h>

#include "registry.h"
#include "unit.h"

struct row {
	const char *name;
	int value;
};

static const struct row rows[] = { { "small/tight", 1 }, { "large", 2 } };
static const struct case_decl plain = { .name = "plain" };
static const struct case_decl both = { .name = "both", .ways = EVERY_WAY, ROWS(rows) };
static const struct family family = { .name = "family", .about = "", .cases = { &plain, &both } };

static const struct {
	struct identity id;
	const char *text;
} identities[] = {
	{ { &family, &plain, NULL, BY_PIPE2 }, "family/plain" },
	{ { &family, &both, &rows[0], BY_ONE_PAGE }, "family/both/one_page/small/tight" },
	{ { &family, &both, &rows[1], BY_PIPE }, "family/both/pipe/large" },
	{ { &family, &both, NULL, BY_FIFO }, "family/both/fifo" },
};

START_TEST(an_identity_has_a_text)
{
	char text[IDENTITY_MAX];

	ck_assert_ptr_eq(identity_text(&identities[_i].id, text), text);
	ck_assert_str_eq(text, identities[_i].text);
}
END_TEST

// Patterns for family/both/one_page/small/tight.
static const struct {
	const char *pattern;
	bool matches;
} patterns[] = {
	{ "family/both/one_page/small/tight", true },
	{ "family/both/one_page/small", true },
	{ "family/both/one_page", true },
	{ "family/both", true },
	{ "family", true },
	{ "*", true },
	{ "*/tight", true },
	{ "*tight", true },
	{ "family/*", true },
	{ "*/one_page", true },
	{ "f?mily/[ab]oth/*", true },
	{ "*/one_page/*", true },
	{ "fam*", true },
	{ "\\family", true },
	{ "", false },
	{ "both", false },
	{ "fam", false },
	{ "family/", false },
	{ "family/bot", false },
	{ "family/both/", false },
	{ "family/both/pipe", false },
	{ "/family", false },
	{ "FAMILY", false },
	{ "[", false },
	{ "family/both/one_page/small/tight/", false },
	{ "family/both/one_page/small/tight/x", false },
};

START_TEST(a_pattern_matches_whole_parts)
{
	ck_assert_int_eq(identity_matches(&identities[1].id, patterns[_i].pattern),
			 patterns[_i].matches);
}
END_TEST

START_TEST(the_registry_is_in_order)
{
	char fault[256] = "";

	ck_assert_msg(registry_check(fault, sizeof fault), "%s", fault);
	ck_assert_uint_gt(family_count, 0);
	ck_assert_uint_gt(requirement_count, 0);
}
END_TEST

START_TEST(selecting_takes_every_trial_or_those_that_match)
{
	unsigned all = 0, one = 0, none = 1;
	struct identity *trials = registry_select(NULL, 0, &all), *first, *nobody;
	char text[IDENTITY_MAX];
	const char *pattern = identity_text(&trials[0], text), *absent = "no/such";

	ck_assert_uint_gt(all, 0);
	first = registry_select(&pattern, 1, &one);
	ck_assert_uint_eq(one, 1);
	ck_assert_ptr_eq(first->decl, trials->decl);
	nobody = registry_select(&absent, 1, &none);
	ck_assert_uint_eq(none, 0);
	free(trials);
	free(first);
	free(nobody);
}
END_TEST

START_TEST(a_requirement_has_parts)
{
	for (size_t n = 0; n < requirement_count; n++) {
		struct requirement r = requirement(n);

		ck_assert_str_ne(r.id, "");
		ck_assert_ptr_null(strpbrk(r.id, " \t"));
		ck_assert_str_ne(r.says, "");
		ck_assert_str_ne(r.promised_by, "");
		ck_assert_ptr_null(strchr(r.excluded, '\t'));
		ck_assert_uint_lt(strlen(r.says), sizeof r.says - 1);
		ck_assert_uint_lt(strlen(r.promised_by), sizeof r.promised_by - 1);
		ck_assert_uint_lt(strlen(r.excluded), sizeof r.excluded - 1);
	}
}
END_TEST

START_TEST(a_case_covers_what_it_lists)
{
	static const struct case_decl covering = { .covers = { "EOF-01", "WRM-12" } };

	ck_assert(case_covers(&covering, "EOF-01"));
	ck_assert(case_covers(&covering, "WRM-12"));
	ck_assert(!case_covers(&covering, "WRM-1"));
	ck_assert(!case_covers(&covering, "EOF"));
	ck_assert(!case_covers(&covering, ""));
	ck_assert(!case_covers(&plain, "EOF-01"));
}
END_TEST

TCase *registry_tests(void)
{
	TCase *tests = tcase_create("registry");

	tcase_add_loop_test(tests, an_identity_has_a_text, 0, COUNT(identities));
	tcase_add_loop_test(tests, a_pattern_matches_whole_parts, 0, COUNT(patterns));
	tcase_add_test(tests, the_registry_is_in_order);
	tcase_add_test(tests, selecting_takes_every_trial_or_those_that_match);
	tcase_add_test(tests, a_requirement_has_parts);
	tcase_add_test(tests, a_case_covers_what_it_lists);
	return tests;
}
