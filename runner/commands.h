// SPDX-License-Identifier: ISC
// commands.h - the subcommands that run nothing.

#ifndef COMMANDS_H
#define COMMANDS_H

#include "options.h"

extern const char *const level_names[]; // by enum level, as these commands print them

// Each prints to standard output and returns the exit status.
int list_command(const struct options *o, const struct identity *trials, unsigned count);
int show_command(const struct identity *trials, unsigned count);
// 1 if a requirement is neither covered nor excluded.
int trace_command(void);

#endif
