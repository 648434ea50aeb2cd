// SPDX-License-Identifier: ISC
// Unit tests of the functions that touch nothing but their arguments.

#include <stdlib.h>

#include "unit.h"

int main(void)
{
	Suite *suite = suite_create("pipe7");
	SRunner *runner = srunner_create(suite);

	suite_add_tcase(suite, outcome_tests());
	suite_add_tcase(suite, text_tests());
	suite_add_tcase(suite, tap_tests());
	suite_add_tcase(suite, standing_tests());
	suite_add_tcase(suite, known_tests());
	suite_add_tcase(suite, where_tests());
	suite_add_tcase(suite, registry_tests());
	suite_add_tcase(suite, profile_tests());
	suite_add_tcase(suite, options_tests());
	suite_add_tcase(suite, fault_tests());
	suite_add_tcase(suite, record_tests());
	suite_add_tcase(suite, against_tests());
	suite_add_tcase(suite, pace_tests());
	suite_add_tcase(suite, since_tests());
	suite_add_tcase(suite, quiet_tests());
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
