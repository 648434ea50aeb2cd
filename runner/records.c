// SPDX-License-Identifier: ISC
// Records in which every byte says whose it is, and the detector that reads them.  Pure.
//
// The low bits of a byte are its writer's number, so no record is too small to
// carry it, and no byte of one writer passes for another's.  The other bits are
// a hash of writer, record and place, so that a byte lost, doubled or moved shows
// in one of the next few.  One hash serves eight places, because the trials of a run
// make and compare many megabytes.

#include <string.h>
#include <sys/uio.h>

#include "records.h"

// Of each byte, the bits in `mask` depend on `key` and its place; the others are `bits`.
struct pattern {
	uint64_t key;
	unsigned char mask, bits;
};

enum { WORD = sizeof(uint64_t) };

// The bytes at `place`, a multiple of WORD, and after it.
static uint64_t word_at(const struct pattern *p, size_t place)
{
	const uint64_t each = 0x0101010101010101u;
	uint64_t x = (place / WORD + 1) * 0x9e3779b97f4a7c15u ^ p->key;

	x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
	return ((x ^ x >> 32) & each * p->mask) | each * p->bits;
}

static unsigned char byte_at(const struct pattern *p, size_t place)
{
	uint64_t word = word_at(p, place - place % WORD);

	return ((const unsigned char *)&word)[place % WORD];
}

static void pattern_make(const struct pattern *p, unsigned char *bytes, size_t place, size_t size)
{
	size_t i = 0;

	for (; i < size && (place + i) % WORD != 0; i++)
		bytes[i] = byte_at(p, place + i);
	for (uint64_t word; size - i >= WORD; i += WORD) {
		word = word_at(p, place + i);
		memcpy(bytes + i, &word, WORD);
	}
	for (; i < size; i++)
		bytes[i] = byte_at(p, place + i);
}

// How many of them are right, up to the first that is not.
static size_t pattern_matches(const struct pattern *p, const unsigned char *bytes, size_t place,
			      size_t size)
{
	size_t i = 0;

	while (i < size && bytes[i] == byte_at(p, place + i)) {
		i++;
		for (uint64_t word; (place + i) % WORD == 0 && size - i >= WORD; i += WORD) {
			memcpy(&word, bytes + i, WORD);
			if (word != word_at(p, place + i))
				break;
		}
	}
	return i;
}

static uint32_t mix(uint32_t a, uint32_t b)
{
	uint32_t x = (a ^ b * 0x9e3779b1u) * 0x85ebca6bu;

	x ^= x >> 15;
	x *= 0xc2b2ae35u;
	return x ^ x >> 13;
}

static struct pattern record_pattern(unsigned writer, unsigned nth)
{
	return (struct pattern){ .key = (uint64_t)mix(writer + 1, nth + 1) << 16,
				 .mask = (unsigned char)(0xffu << RECORD_WRITER_BITS),
				 .bits = (unsigned char)writer };
}

size_t record_size(const struct records *r, unsigned writer, unsigned nth)
{
	return r->least + mix(mix(r->seed, writer + 1), nth + 1) % (r->most - r->least + 1);
}

size_t record_make(const struct records *r, unsigned writer, unsigned nth, void *bytes)
{
	size_t size = record_size(r, writer, nth);
	struct pattern pattern = record_pattern(writer, nth);

	pattern_make(&pattern, bytes, 0, size);
	return size;
}

void record_cut(struct iovec *segments, int count, char *bytes, size_t size)
{
	for (int i = 0; i < count; i++) {
		size_t from = size * (size_t)i / (size_t)count;

		segments[i].iov_base = bytes + from;
		segments[i].iov_len = size * (size_t)(i + 1) / (size_t)count - from;
	}
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
		struct pattern pattern = record_pattern(writer, nth);
		size_t place = seen->place[writer], all = record_size(r, writer, nth);
		size_t left = (size_t)(end - next), most = left < all - place ? left : all - place;
		size_t right = pattern_matches(&pattern, next, place, most), to = place + right;
		if (right == 0)
			return false;
		next += right;
		seen->bytes += right;
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
static const struct pattern stream = { .key = 0, .mask = 0xfe, .bits = 1 };

void stream_make(void *bytes, size_t place, size_t size)
{
	pattern_make(&stream, bytes, place, size);
}

size_t stream_matches(const void *bytes, size_t place, size_t size)
{
	return pattern_matches(&stream, bytes, place, size);
}
