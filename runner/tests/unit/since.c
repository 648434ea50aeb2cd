// SPDX-License-Identifier: ISC
// Versions that cases and kernels name.

#include <stddef.h>

#include "since.h"
#include "unit.h"

static const struct {
	const char *since, *release;
	bool reached;
} versions[] = {
	{ "6.5", "6.5.0", true },
	{ "6.5", "6.5", true },
	{ "6.5", "6.5.0-rc1+", true },
	{ "6.5", "6.5-rc1", true },
	{ "6.5", "6.12.107+deb13-cloud-amd64", true },
	{ "6.5", "7.0.0", true },
	{ "6.5", "10.1", true },
	{ "6.5", "6.4.99", false },
	{ "6.5", "5.10.0-46-amd64", false },
	{ "6.18", "6.4.0", false },
	{ "6.18", "6.18.44-fc", true },
	{ "2.6.35", "2.6.35", true },
	{ "2.6.35", "2.6.34", false },
	{ "2.6.35", "2.6", false },
	{ "2.6.35", "4.4.0", true },
	{ "2.6", "2.6.60-6.1.0-44-amd64", true }, // personality(2), UNAME26
	{ "5.14; stable 5.10 has it", "5.14.0", true },
	{ "5.14; stable 5.10 has it", "5.10.262", false },
	{ "6.12 at the latest", "6.12.1", true },
	{ "by sendfile() 5.12", "6.12.1", false },
	{ "", "6.1.0", false },
	{ NULL, "6.1.0", false },
	{ "6.5", "", false },
	{ "6.5", NULL, false },
	{ "6.5", "7", false },
	{ "6.5", "7-1", false },
	{ "6.5", "14.3-RELEASE", true }, // the caller asks whether it is Linux
	{ "6.5", "-7.0", false },
	{ "6.5", " 7.0", false },
	{ "6.5", "v7.0", false },
	{ "6.5", "6.", false },
	{ "6.5", "6..7", false },
	{ "6.5", "6.99999999999999999999999", true },
};

START_TEST(a_version_is_reached_by_its_numbers)
{
	ck_assert_int_eq(since_is_reached(versions[_i].since, versions[_i].release),
			 versions[_i].reached);
}
END_TEST

TCase *since_tests(void)
{
	TCase *tests = tcase_create("since");

	tcase_add_loop_test(tests, a_version_is_reached_by_its_numbers, 0, COUNT(versions));
	return tests;
}
