// SPDX-License-Identifier: ISC
// scratch.h - the directory where trials make FIFOs.

#ifndef SCRATCH_H
#define SCRATCH_H

#include "guardian.h"

// Makes it in `directory`, or if that is empty in the first of the usual places
// that trials of any uid can come to.  An empty path: there is none.
void scratch_make(char path[SCRATCH_MAX], const char *directory);
// With all that is in it.
void scratch_remove(const char *path);

#endif
