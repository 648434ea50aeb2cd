// SPDX-License-Identifier: ISC
#include <signal.h>
#include <stdio.h>

#include "outcome.h"

struct outcome outcome_of(long got, int err)
{
	if (got == -1)
		return (struct outcome)FAILS(err);
	return (struct outcome)RETURNS(got);
}

static long low_of(const struct outcome *o, size_t page)
{
	return o->low + o->low_pages * (long)page;
}

static long high_of(const struct outcome *o, size_t page)
{
	return o->high + o->high_pages * (long)page;
}

bool outcome_meets(const struct outcome *got, const struct outcome *want, size_t page)
{
	if (got->kind != want->kind)
		return false;
	switch (want->kind) {
	case RETURNED:
		return low_of(want, page) <= low_of(got, page) &&
		       high_of(got, page) <= high_of(want, page);
	case FAILED:
	case DIED:
		return got->code == want->code || want->code == ANY_ERRNO;
	case BLOCKED:
		return true;
	case OUTCOME_UNSET:
		break;
	}
	return false;
}

const char *outcome_text(const struct outcome *o, size_t page, char *text, size_t size)
{
	long low = low_of(o, page), high = high_of(o, page);

	switch (o->kind) {
	case RETURNED:
		if (low == high)
			snprintf(text, size, "returns %ld", low);
		else
			snprintf(text, size, "returns %ld..%ld", low, high);
		break;
	case FAILED:
		if (o->code == ANY_ERRNO)
			snprintf(text, size, "fails");
		else
			snprintf(text, size, "fails with %s", errno_name(o->code));
		break;
	case BLOCKED:
		snprintf(text, size, "blocks");
		break;
	case DIED:
		snprintf(text, size, "dies of %s", signal_name(o->code));
		break;
	case OUTCOME_UNSET:
		snprintf(text, size, "nothing");
		break;
	}
	return text;
}
