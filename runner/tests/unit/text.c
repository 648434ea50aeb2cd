// SPDX-License-Identifier: ISC
// Text that grows and is cut.

#include "text.h"
#include "unit.h"

START_TEST(text_is_cut_at_its_size)
{
	char small[8] = "zzzzzzz";
	struct text text = { small, 5, 0 };

	text_add(&text, "%s", "");
	ck_assert_str_eq(small, "");
	text_add(&text, "%s", "ab");
	ck_assert_uint_eq(text.length, 2);
	text_add(&text, "%s", "cdefgh");
	ck_assert_uint_eq(text.length, 4);
	text_add(&text, "%d", 9);
	text_add(&text, "%s", "");
	ck_assert_uint_eq(text.length, 4);
	ck_assert_str_eq(small, "abcd");
	ck_assert_int_eq(small[5], 'z');
	text = (struct text){ small, 1, 0 };
	text_add(&text, "%s", "abc");
	ck_assert_uint_eq(text.length, 0);
	ck_assert_str_eq(small, "");
}
END_TEST

static const struct {
	const char *value;
	size_t max;
	const char *scalar;
} scalars[] = {
	{ "", 9, "''" },
	{ "plain: - { [ # \\ \"", 99, "'plain: - { [ # \\ \"'" },
	{ "it's", 99, "'it''s'" },
	{ "'''", 99, "''''''''" },
	{ "a\nb\r\t\033x\177\200\377", 99, "'a?b???x\?\?\?'" },
	{ "cut here", 3, "'cut'" },
	{ "it's", 3, "'it'''" },
	{ "none", 0, "''" },
};

START_TEST(a_scalar_is_one_quoted_line)
{
	char bytes[64];
	struct text text = { bytes, sizeof bytes, 0 };

	text_add_scalar(&text, scalars[_i].value, scalars[_i].max);
	ck_assert_str_eq(bytes, scalars[_i].scalar);
}
END_TEST

TCase *text_tests(void)
{
	TCase *tests = tcase_create("text");

	tcase_add_test(tests, text_is_cut_at_its_size);
	tcase_add_loop_test(tests, a_scalar_is_one_quoted_line, 0, COUNT(scalars));
	return tests;
}
