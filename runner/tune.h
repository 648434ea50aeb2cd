// SPDX-License-Identifier: ISC
// tune.h - sets the limits on pipes of a machine, and leaves them so.

#ifndef TUNE_H
#define TUNE_H

#include "options.h"

// The patterns are FILE=NUMBER.  Prints each value as it was and as it is, and returns the exit
// status: 1 if one could not be set.
int tune_command(const struct options *o);

#endif
