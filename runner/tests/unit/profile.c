// SPDX-License-Identifier: ISC
// Profiles by name.

#include "unit.h"

static const struct {
	const char *name;
	enum profile profile;
} names[] = {
	{ "unprivileged", UNPRIVILEGED },
	{ "sys-resource", SYS_RESOURCE },
	{ "sys-admin", SYS_ADMIN },
	{ "container", CONTAINER },
	{ "as-is", AS_IS },
};

START_TEST(a_name_is_understood)
{
	struct profiles p;

	ck_assert(profiles_parse(names[_i].name, &p));
	ck_assert_uint_eq(p.count, 1);
	ck_assert_int_eq(p.each[0], names[_i].profile);
	ck_assert_str_eq(profile_name(p.each[0]), names[_i].name);
	ck_assert_str_eq(p.names, names[_i].name);
}
END_TEST

START_TEST(several_keep_their_order)
{
	struct profiles p;

	ck_assert(profiles_parse("container,as-is,unprivileged,as-is,sys-admin", &p));
	ck_assert_uint_eq(p.count, 5);
	ck_assert_int_eq(p.each[0], CONTAINER);
	ck_assert_int_eq(p.each[1], AS_IS);
	ck_assert_int_eq(p.each[2], UNPRIVILEGED);
	ck_assert_int_eq(p.each[3], AS_IS);
	ck_assert_int_eq(p.each[4], SYS_ADMIN);
}
END_TEST

static const char *const wrong[] = {
	"",
	",",
	"as-is,",
	",as-is",
	"as-is,,as-is",
	"as-is;as-is",
	"as-i",
	"as-iss",
	"as-is, as-is",
	"as-is,as-is,as-is,as-is,as-is,as-is",
};

START_TEST(others_are_not)
{
	struct profiles p;

	ck_assert(!profiles_parse(wrong[_i], &p));
}
END_TEST

TCase *profile_tests(void)
{
	TCase *tests = tcase_create("profile");

	tcase_add_loop_test(tests, a_name_is_understood, 0, COUNT(names));
	tcase_add_test(tests, several_keep_their_order);
	tcase_add_loop_test(tests, others_are_not, 0, COUNT(wrong));
	return tests;
}
