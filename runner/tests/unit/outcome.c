// SPDX-License-Identifier: ISC
// Outcomes: compared, and put into words.

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "outcome.h"
#include "unit.h"

enum { PAGE = 4096 };

static const struct {
	struct outcome got, want;
	size_t page;
	bool meets;
} met[] = {
	// clang-format off
	{ RETURNS(0),    RETURNS(0),             PAGE,  true },
	{ RETURNS(1),    RETURNS(0),             PAGE,  false },
	{ RETURNS(0),    FAILS(0),               PAGE,  false },
	{ RETURNS(3),    RETURNS_IN(3, 5),       PAGE,  true },
	{ RETURNS(5),    RETURNS_IN(3, 5),       PAGE,  true },
	{ RETURNS(2),    RETURNS_IN(3, 5),       PAGE,  false },
	{ RETURNS(6),    RETURNS_IN(3, 5),       PAGE,  false },
	{ RETURNS(4097), RETURNS_PAGES(1, 1),    PAGE,  true },
	{ RETURNS(4097), RETURNS_PAGES(1, 1),    16384, false },
	{ RETURNS(16385), RETURNS_PAGES(1, 1),   16384, true },
	{ RETURNS(8191), RETURNS_PAGES(2, -1),   PAGE,  true },
	{ RETURNS(8192), RETURNS_PAGES(2, -1),   PAGE,  false },
	{ RETURNS(-2),   RETURNS_IN(-3, -1),     PAGE,  true },
	{ FAILS(EAGAIN), FAILS(EAGAIN),          PAGE,  true },
	{ FAILS(EAGAIN), FAILS(EPIPE),           PAGE,  false },
	{ FAILS(0),      FAILS(0),               PAGE,  true },
	{ FAILS(SIGPIPE), DIES(SIGPIPE),         PAGE,  false },
	{ DIES(SIGPIPE), DIES(SIGPIPE),          PAGE,  true },
	{ DIES(SIGTERM), DIES(SIGPIPE),          PAGE,  false },
	{ BLOCKS,        BLOCKS,                 PAGE,  true },
	{ BLOCKS,        RETURNS(0),             PAGE,  false },
	{ RETURNS(0),    BLOCKS,                 PAGE,  false },
	{ FAILS(EIO),    FAILS_ANYHOW,           PAGE,  true },
	{ RETURNS(0),    FAILS_ANYHOW,           PAGE,  false },
	{ DIES(SIGTERM), BLOCKS,                 PAGE,  false },
	{ { 0 },         { 0 },                  PAGE,  false },
	{ RETURNS(0),    { 0 },                  PAGE,  false },
	// clang-format on
};

START_TEST(an_outcome_meets_another)
{
	ck_assert_int_eq(outcome_meets(&met[_i].got, &met[_i].want, met[_i].page), met[_i].meets);
}
END_TEST

START_TEST(a_call_becomes_an_outcome)
{
	struct outcome returned = outcome_of(7, EIO), failed = outcome_of(-1, EIO);
	struct outcome odd = outcome_of(-2, EIO);

	ck_assert_int_eq(returned.kind, RETURNED);
	ck_assert_int_eq(returned.low, 7);
	ck_assert_int_eq(returned.high, 7);
	ck_assert_int_eq(failed.kind, FAILED);
	ck_assert_int_eq(failed.code, EIO);
	ck_assert_int_eq(odd.kind, RETURNED); // no error: those are -1
	ck_assert_int_eq(odd.low, -2);
}
END_TEST

static const struct {
	struct outcome outcome;
	size_t page;
	const char *words;
} said[] = {
	{ RETURNS(0), PAGE, "returns 0" },
	{ RETURNS(-5), PAGE, "returns -5" },
	{ RETURNS_IN(1, 4), PAGE, "returns 1..4" },
	{ RETURNS_PAGES(16, 0), PAGE, "returns 65536" },
	{ RETURNS_PAGES(16, -1), 65536, "returns 1048575" },
	{ FAILS(EAGAIN), PAGE, "fails with EAGAIN" },
	{ FAILS(4000), PAGE, "fails with errno 4000" },
	{ BLOCKS, PAGE, "blocks" },
	{ DIES(SIGPIPE), PAGE, "dies of SIGPIPE" },
	{ DIES(50), PAGE, "dies of signal 50" },
	{ { 0 }, PAGE, "nothing" },
};

START_TEST(an_outcome_has_words)
{
	char text[64];
	const char *got = outcome_text(&said[_i].outcome, said[_i].page, text, sizeof text);

	ck_assert_ptr_eq(got, text);
	ck_assert_str_eq(got, said[_i].words);
}
END_TEST

START_TEST(words_are_cut_to_the_size)
{
	static const struct outcome failed = FAILS(EAGAIN);
	char text[16] = "0123456789abcde";

	ck_assert_str_eq(outcome_text(&failed, PAGE, text, 6), "fails");
	ck_assert_str_eq(text + 6, "6789abcde");
}
END_TEST

#define N(value)                                                                                   \
	{                                                                                          \
		value, #value                                                                      \
	}
static const struct {
	int value;
	const char *name;
} errors[] = {
	N(EACCES), N(EAGAIN), N(EBADF),	 N(EBUSY),  N(EEXIST),	N(EFAULT), N(EINTR),
	N(EINVAL), N(EISDIR), N(EMFILE), N(ENFILE), N(ENOENT),	N(ENOMEM), N(ENOSYS),
	N(ENOTTY), N(ENXIO),  N(EPERM),	 N(EPIPE),  N(ERANGE),	N(EROFS),  N(ESPIPE),
	N(EIO),	   N(ESRCH),  N(ECHILD), N(EXDEV),  N(ENOTDIR), N(EOPNOTSUPP),
}, signals[] = {
	N(SIGPIPE), N(SIGKILL), N(SIGSEGV), N(SIGTERM), N(SIGIO), N(SIGURG), N(SIGCHLD),
	N(SIGABRT), N(SIGXFSZ), N(SIGSYS),  N(SIGUSR1),
};
#undef N

START_TEST(an_errno_has_a_name)
{
	ck_assert_str_eq(errno_name(errors[_i].value), errors[_i].name);
}
END_TEST

START_TEST(a_signal_has_a_name)
{
	ck_assert_str_eq(signal_name(signals[_i].value), signals[_i].name);
}
END_TEST

START_TEST(names_of_what_is_unknown)
{
	ck_assert_str_eq(errno_name(0), "errno 0");
	ck_assert_str_eq(errno_name(-1), "errno -1");
	ck_assert_str_eq(errno_name(INT32_MAX), "errno 2147483647");
	ck_assert_str_eq(signal_name(0), "signal 0");
	ck_assert_str_eq(signal_name(64), "signal 64");
}
END_TEST

START_TEST(no_two_errors_have_one_name)
{
	for (int one = 1; one < 140; one++) {
		char name[32];

		snprintf(name, sizeof name, "%s", errno_name(one));
		for (int other = 0; other < one; other++)
			ck_assert_str_ne(errno_name(other), name);
	}
}
END_TEST

static const struct {
	long flags, mask;
	const char *text;
} flagged[] = {
	{ O_NONBLOCK | O_WRONLY, O_NONBLOCK, "O_NONBLOCK" },
	{ O_WRONLY, O_NONBLOCK, "0" },
	{ O_WRONLY, O_ACCMODE, "O_WRONLY" },
	{ O_RDONLY | O_NONBLOCK, O_ACCMODE | O_NONBLOCK, "O_RDONLY|O_NONBLOCK" },
	{ O_APPEND | O_ASYNC, O_APPEND | O_ASYNC, "O_APPEND|O_ASYNC" },
	{ FD_CLOEXEC, FD_CLOEXEC, "FD_CLOEXEC" },
	{ 0, FD_CLOEXEC, "0" },
	{ 1L << 28, 1L << 28, "02000000000" },
};

START_TEST(flags_have_names)
{
	char text[64];

	ck_assert_str_eq(flags_text(flagged[_i].flags, flagged[_i].mask, text, sizeof text),
			 flagged[_i].text);
}
END_TEST

TCase *outcome_tests(void)
{
	TCase *tests = tcase_create("outcome");

	tcase_add_loop_test(tests, an_outcome_meets_another, 0, COUNT(met));
	tcase_add_test(tests, a_call_becomes_an_outcome);
	tcase_add_loop_test(tests, an_outcome_has_words, 0, COUNT(said));
	tcase_add_test(tests, words_are_cut_to_the_size);
	tcase_add_loop_test(tests, an_errno_has_a_name, 0, COUNT(errors));
	tcase_add_loop_test(tests, a_signal_has_a_name, 0, COUNT(signals));
	tcase_add_test(tests, names_of_what_is_unknown);
	tcase_add_test(tests, no_two_errors_have_one_name);
	tcase_add_loop_test(tests, flags_have_names, 0, COUNT(flagged));
	return tests;
}
