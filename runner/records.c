// SPDX-License-Identifier: ISC
// Records in which every byte says whose it is, and the detector that reads them.  Pure.
//
// The low bits of a byte are its writer's number, so no record is too small to
// carry it, and no byte of one writer passes for another's.  The other bits are
// a hash of writer, record and place, so that a byte lost, doubled or moved shows
// in one of the next few.

#include "records.h"

static uint32_t mix(uint32_t a, uint32_t b)
{
	uint32_t x = (a ^ b * 0x9e3779b1u) * 0x85ebca6bu;

	x ^= x >> 15;
	x *= 0xc2b2ae35u;
	return x ^ x >> 13;
}

static unsigned char byte_of(unsigned writer, uint32_t hash, size_t place)
{
	uint32_t x = hash + (uint32_t)place * 0x9e3779b1u;

	x ^= x << 9;
	return (unsigned char)(x >> 24 << RECORD_WRITER_BITS | writer);
}

size_t record_size(const struct records *r, unsigned writer, unsigned nth)
{
	return r->least + mix(mix(r->seed, writer + 1), nth + 1) % (r->most - r->least + 1);
}

size_t record_make(const struct records *r, unsigned writer, unsigned nth, void *bytes)
{
	size_t size = record_size(r, writer, nth);
	uint32_t hash = mix(writer + 1, nth + 1);

	for (size_t i = 0; i < size; i++)
		((unsigned char *)bytes)[i] = byte_of(writer, hash, i);
	return size;
}

bool records_take(struct records_seen *seen, const struct records *r, const void *bytes,
		  size_t size)
{
	const unsigned char *next = bytes, *end = next + size;

	while (next < end) {
		unsigned writer = *next & (RECORD_WRITERS_MAX - 1);
		if (writer >= r->writers || seen->whole[writer] == r->count)
			return false;
		if (writer != seen->last && seen->place[seen->last] != 0)
			seen->torn++;
		seen->last = writer;

		unsigned nth = seen->whole[writer];
		uint32_t hash = mix(writer + 1, nth + 1);
		size_t from = seen->place[writer], to = from, all = record_size(r, writer, nth);
		for (; next < end && to < all && *next == byte_of(writer, hash, to); to++)
			next++;
		if (to == from)
			return false;
		seen->bytes += to - from;
		seen->place[writer] = to == all ? 0 : to;
		seen->whole[writer] += to == all;
	}
	return true;
}

bool records_all(const struct records_seen *seen, const struct records *r)
{
	for (unsigned writer = 0; writer < r->writers; writer++)
		if (seen->whole[writer] != r->count)
			return false;
	return true;
}

// The zeros of must_fill() are no part of it.
static unsigned char stream_byte(size_t place)
{
	uint32_t x = (uint32_t)place * 0x9e3779b1u;

	x ^= x >> 15;
	return (unsigned char)(x * 0x85ebca6bu >> 24 | 1);
}

void stream_make(void *bytes, size_t place, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((unsigned char *)bytes)[i] = stream_byte(place + i);
}

size_t stream_matches(const void *bytes, size_t place, size_t size)
{
	size_t i = 0;

	while (i < size && ((const unsigned char *)bytes)[i] == stream_byte(place + i))
		i++;
	return i;
}
