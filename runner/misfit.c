// SPDX-License-Identifier: ISC
// Options and arguments that are well said and do not go together.

#include "options.h"

static bool takes_patterns(enum command command)
{
	return command != COMMAND_TRACE && command != COMMAND_FACTS && command != COMMAND_RESTORE;
}

struct misfit options_misfit(const struct options *o)
{
	if (o->pattern_count == 0 && o->command == COMMAND_SHOW)
		return (struct misfit){ "show", "", "an identity, as list prints them" };
	if (o->pattern_count == 0 && o->command == COMMAND_TUNE)
		return (struct misfit){ "tune", "", "FILE=NUMBER" };
	if (o->pattern_count > 0 && !takes_patterns(o->command))
		return (struct misfit){ "argument", o->patterns[0], "none after this command" };
	if (o->limits && o->command != COMMAND_FACTS && o->command != COMMAND_RUN)
		return (struct misfit){ "--limits", "", "it after run or facts" };
	if (o->claims && o->command != COMMAND_LIST)
		return (struct misfit){ "--claims", "", "it after list" };
	if (o->claims && o->against)
		return (struct misfit){ "--claims", "", "it without --against" };
	if (o->done && !o->output)
		return (struct misfit){ "--done", o->done, "--output with it" };
	return (struct misfit){ NULL, NULL, NULL };
}
