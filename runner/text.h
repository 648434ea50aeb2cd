// SPDX-License-Identifier: ISC
// text.h - a text that grows up to its size and is cut there.  Pure.

#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>

// Zero-terminated always.
struct text {
	char *bytes;
	size_t size, length;
};

void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_char(struct text *text, char c);
// At most `max` bytes of `value`; what is not printable ASCII as `?`.
void text_add_printable(struct text *text, const char *value, size_t max);
// The same as a single-quoted YAML scalar on one line.
void text_add_scalar(struct text *text, const char *value, size_t max);
// The character, or `?` for one that is not printable ASCII.
char text_printable(char c);

#endif
