// SPDX-License-Identifier: ISC
// The quiet time.

#include "unit.h"

START_TEST(it_is_some_slices_where_waking_is_quick)
{
	ck_assert_int_eq(quiet_time_us(0), 10000);
	ck_assert_int_eq(quiet_time_us(1), 10000);
	ck_assert_int_eq(quiet_time_us(200), 10000);
}
END_TEST

START_TEST(it_is_long_against_a_slow_wakeup)
{
	ck_assert_int_eq(quiet_time_us(201), 201 * 50);
	ck_assert_int_eq(quiet_time_us(100000), 5000000);
}
END_TEST

TCase *quiet_tests(void)
{
	TCase *tests = tcase_create("quiet");

	tcase_add_test(tests, it_is_some_slices_where_waking_is_quick);
	tcase_add_test(tests, it_is_long_against_a_slow_wakeup);
	return tests;
}
