// SPDX-License-Identifier: ISC
// restore.h - the record of old values, for when even the guardian was killed.

#ifndef RESTORE_H
#define RESTORE_H

#include "guardian.h"

// Creates and locks the record, first putting back what a dead run left in it.
// False with g->untunable set when another run holds it, or nowhere to put it.
bool record_open(struct guardian *g, int *fd);
void record_close(struct guardian *g, int fd);
// Writes old values, reads them back.  0 or the first errno value.
int tunables_restore(const struct tunable *tunables, unsigned count);
// The subcommand: exit status, after one line on what was done.
int restore_command(void);

#endif
