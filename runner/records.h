// SPDX-License-Identifier: ISC
// records.h - what several writers write, and a detector of torn, lost and moved bytes.

#ifndef RECORDS_H
#define RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RECORD_WRITER_BITS = 3, RECORD_WRITERS_MAX = 1 << RECORD_WRITER_BITS };

// Every byte says which writer it comes from, and which place of which of its
// records it has.  Each writer writes `count` records in order, of `least` to `most`
// bytes as `seed` decides.
struct records {
	uint32_t seed;
	size_t least, most; // bytes
	unsigned writers, count;
};

// What has been read of a stream of them so far.  Starts zeroed.
struct records_seen {
	unsigned whole[RECORD_WRITERS_MAX]; // records of each writer
	size_t place[RECORD_WRITERS_MAX];   // bytes of its next record
	unsigned last;                      // writer
	unsigned torn;                      // times that another's byte came within a record
	size_t bytes;
};

// Bytes; record_make() also writes them, at most `most`.
size_t record_size(const struct records *r, unsigned writer, unsigned nth);
size_t record_make(const struct records *r, unsigned writer, unsigned nth, void *bytes);

// `bytes` as so many segments of nearly equal size, some perhaps empty.
struct iovec;
void record_cut(struct iovec *segments, int count, char *bytes, size_t size);

// False at a byte that is not the next of its writer: the one at `seen->bytes`.
bool records_take(struct records_seen *seen, const struct records *r, const void *bytes,
		  size_t size);

// Has every record of every writer come?
bool records_all(const struct records_seen *seen, const struct records *r);

// One writer's endless stream: `size` bytes of it from `place` on, and how many of
// `bytes` are those, up to the first that is not.
void stream_make(void *bytes, size_t place, size_t size);
size_t stream_matches(const void *bytes, size_t place, size_t size);

#endif
