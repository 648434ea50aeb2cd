// SPDX-License-Identifier: ISC
// measures.h - limits of pipes that are found out by trying.  Bytes; -1 with errno where not.

#ifndef MEASURES_H
#define MEASURES_H

#include <stddef.h>

enum { BLOCK_SHIFT_MAX = 18, BLOCK_MAX = 1 << BLOCK_SHIFT_MAX };

// What a pipe has taken in blocking writes of `block` bytes, at most BLOCK_MAX, when a timer finds
// the writer asleep.  The process needs SIGALRM, and ends with 1 where nothing wakes the writer.
long measure_blocking(size_t block);
// What a pipe has taken in non-blocking writes of `block` bytes at the first EAGAIN.
long measure_refused(size_t block);
// The largest write that does all or nothing, however little room there is.
long measure_largest_whole(void);
// The capacity of a new pipe of who holds `pages` pages in pipes of at most `largest` pages, a
// power of two; EMFILE where that takes too many.  Raises the soft limit on descriptors.
long measure_capacity_beyond(long pages, long largest);

#endif
