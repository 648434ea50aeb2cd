// SPDX-License-Identifier: ISC
// The detector of torn, lost and moved bytes, fed with streams made by hand.

#include <string.h>
#include <sys/uio.h>

#include "records.h"
#include "unit.h"

enum { EACH = 2, LONG_RECORD = 600, STREAM_MAX = 4 * LONG_RECORD };

// Two writers' records, a0 a1 and b0 b1, all of one size here.
static const struct records equal = { 1, LONG_RECORD, LONG_RECORD, 2, EACH };
static const struct records tiny = { 1, 1, 1, 2, EACH };

// A piece of record `nth` of `writer`: the bytes from `from` up to `to`.
struct piece {
	unsigned writer, nth;
	size_t from, to;
};

static const struct {
	struct piece pieces[6]; // until an empty one
	bool taken, all;
	unsigned torn;
} streams[] = {
	// clang-format off
	// In one piece, in any order of writers.
	{ { { 0, 0, 0, 600 }, { 0, 1, 0, 600 }, { 1, 0, 0, 600 }, { 1, 1, 0, 600 } },
	  true, true, 0 },
	{ { { 1, 0, 0, 600 }, { 0, 0, 0, 600 }, { 1, 1, 0, 600 }, { 0, 1, 0, 600 } },
	  true, true, 0 },
	// In two, with another between; as early and as late as can be.
	{ { { 0, 0, 0, 300 }, { 1, 0, 0, 600 }, { 0, 0, 300, 600 } }, true, false, 1 },
	{ { { 0, 0, 0, 1 }, { 1, 0, 0, 600 }, { 0, 0, 1, 600 } }, true, false, 1 },
	{ { { 0, 0, 0, 599 }, { 1, 0, 0, 1 }, { 0, 0, 599, 600 }, { 1, 0, 1, 600 } },
	  true, false, 2 },
	// The end is missing, and so is a record.
	{ { { 0, 0, 0, 600 }, { 1, 0, 0, 600 }, { 1, 1, 0, 600 }, { 0, 1, 0, 599 } },
	  true, false, 0 },
	{ { { 0, 0, 0, 600 }, { 1, 0, 0, 600 }, { 1, 1, 0, 600 } }, true, false, 0 },
	// A byte or some lost, doubled, or from another record.
	{ { { 0, 0, 0, 599 }, { 0, 1, 0, 600 } }, false, false, 0 },
	{ { { 0, 0, 1, 600 } }, false, false, 0 },
	{ { { 0, 0, 0, 300 }, { 0, 0, 310, 600 } }, false, false, 0 },
	{ { { 0, 0, 0, 300 }, { 0, 0, 256, 600 } }, false, false, 0 },
	{ { { 0, 0, 0, 300 }, { 0, 1, 300, 600 } }, false, false, 0 },
	// Records out of order, once too often, and of nobody.
	{ { { 0, 1, 0, 600 }, { 0, 0, 0, 600 } }, false, false, 0 },
	{ { { 0, 0, 0, 600 }, { 0, 0, 0, 600 } }, false, false, 0 },
	{ { { 0, 0, 0, 600 }, { 0, 1, 0, 600 }, { 0, 2, 0, 600 } }, false, false, 0 },
	{ { { 2, 0, 0, 600 } }, false, false, 0 },
	// clang-format on
};

static size_t append(const struct piece *p, unsigned char *stream)
{
	unsigned char bytes[LONG_RECORD];

	ck_assert_uint_eq(record_make(&equal, p->writer, p->nth, bytes), sizeof bytes);
	memcpy(stream, bytes + p->from, p->to - p->from);
	return p->to - p->from;
}

// However the stream is cut up by reads.
START_TEST(a_stream_is_seen_through)
{
	static const size_t cuts[] = { 1, 7, 512, STREAM_MAX };
	unsigned char stream[STREAM_MAX] = { 0 };
	size_t size = 0;

	for (const struct piece *p = streams[_i].pieces; p->to > 0; p++)
		size += append(p, stream + size);
	for (int c = 0; c < COUNT(cuts); c++) {
		struct records_seen seen = { .bytes = 0 };
		bool taken = true;

		for (size_t at = 0; taken && at < size; at += cuts[c]) {
			size_t n = size - at < cuts[c] ? size - at : cuts[c];
			taken = records_take(&seen, &equal, stream + at, n);
		}
		ck_assert_int_eq(taken, streams[_i].taken);
		if (taken) {
			ck_assert_uint_eq(seen.torn, streams[_i].torn);
			ck_assert_uint_eq(seen.bytes, size);
			ck_assert_int_eq(records_all(&seen, &equal), streams[_i].all);
		}
	}
}
END_TEST

START_TEST(one_byte_changed_is_seen)
{
	unsigned char stream[LONG_RECORD];

	for (size_t i = 0; i < sizeof stream; i++)
		for (int bit = 0; bit < 8; bit++) {
			struct records_seen seen = { .bytes = 0 };

			record_make(&equal, 1, 0, stream);
			stream[i] ^= (unsigned char)(1 << bit);
			bool taken = records_take(&seen, &equal, stream, sizeof stream);
			ck_assert(!taken || seen.torn > 0);
			ck_assert_uint_le(seen.bytes, i + 1);
		}
}
END_TEST

START_TEST(records_of_one_byte_are_told_apart)
{
	unsigned char a, b;
	struct records_seen seen = { .bytes = 0 };

	ck_assert_uint_eq(record_make(&tiny, 0, 0, &a), 1);
	ck_assert_uint_eq(record_make(&tiny, 1, 0, &b), 1);
	ck_assert_uint_ne(a, b);
	ck_assert(records_take(&seen, &tiny, &b, 1));
	ck_assert(records_take(&seen, &tiny, &a, 1));
	ck_assert_uint_eq(seen.torn, 0);
	ck_assert_uint_eq(seen.whole[0] + seen.whole[1], 2);
}
END_TEST

START_TEST(sizes_are_between_least_and_most)
{
	static const struct records r = { 7, 3, 5, RECORD_WRITERS_MAX, 100 };
	unsigned seen[6] = { 0 };

	for (unsigned writer = 0; writer < r.writers; writer++)
		for (unsigned nth = 0; nth < r.count; nth++) {
			size_t size = record_size(&r, writer, nth);

			ck_assert(r.least <= size && size <= r.most);
			seen[size]++;
		}
	ck_assert(seen[3] > 0 && seen[4] > 0 && seen[5] > 0);
}
END_TEST

START_TEST(a_stream_is_known_by_every_byte)
{
	enum { SIZE = 5000, PLACE = 70000 };
	unsigned char stream[SIZE];

	stream_make(stream, PLACE, sizeof stream);
	for (size_t i = 0; i < sizeof stream; i++) {
		ck_assert_uint_ne(stream[i], 0);
		stream[i] ^= 1;
		ck_assert_uint_eq(stream_matches(stream, PLACE, sizeof stream), i);
		stream[i] ^= 1;
	}
	ck_assert_uint_eq(stream_matches(stream, PLACE, sizeof stream), SIZE);
}
END_TEST

// However far: a byte, a page of any size, a pipe.
START_TEST(a_stream_is_not_like_itself_elsewhere)
{
	enum { SIZE = 8, FAR = 1 << 20 };
	unsigned char stream[SIZE];
	size_t alike = 0; // counted, because an assertion takes longer than a comparison

	stream_make(stream, 0, sizeof stream);
	for (size_t place = 1; place <= FAR; place++)
		alike += stream_matches(stream, place, sizeof stream) == SIZE;
	ck_assert_uint_eq(alike, 0);
}
END_TEST

// Of more segments than bytes some are empty.
START_TEST(a_record_is_cut_without_a_gap)
{
	enum { MOST = 8 };
	static const size_t sizes[] = { 0, 1, 5, 8, 9, 4096 };
	const size_t size = sizes[_i];
	char bytes[4096], *next = bytes;
	struct iovec segments[MOST];

	for (int count = 1; count <= MOST; count++, next = bytes) {
		record_cut(segments, count, bytes, size);
		for (int i = 0; i < count; i++) {
			ck_assert_ptr_eq(segments[i].iov_base, next);
			ck_assert_uint_le(segments[i].iov_len, size / (size_t)count + 1);
			next += segments[i].iov_len;
		}
		ck_assert_uint_eq((size_t)(next - bytes), size);
	}
}
END_TEST

TCase *record_tests(void)
{
	TCase *tests = tcase_create("records");

	tcase_add_loop_test(tests, a_stream_is_seen_through, 0, COUNT(streams));
	tcase_add_test(tests, one_byte_changed_is_seen);
	tcase_add_test(tests, records_of_one_byte_are_told_apart);
	tcase_add_test(tests, sizes_are_between_least_and_most);
	tcase_add_test(tests, a_stream_is_known_by_every_byte);
	tcase_add_test(tests, a_stream_is_not_like_itself_elsewhere);
	tcase_add_loop_test(tests, a_record_is_cut_without_a_gap, 0, 6);
	return tests;
}
