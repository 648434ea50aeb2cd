// SPDX-License-Identifier: ISC
#include <stdarg.h>
#include <stdio.h>

#include "text.h"

void text_add(struct text *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int n = vsnprintf(text->bytes + text->length, text->size - text->length, format, args);
	va_end(args);
	if (n > 0)
		text->length += (size_t)n;
	if (text->length >= text->size)
		text->length = text->size - 1;
}

// A point has hundreds of them, and a run a thousand points.
void text_add_char(struct text *text, char c)
{
	if (text->length + 1 >= text->size)
		return;
	text->bytes[text->length++] = c;
	text->bytes[text->length] = '\0';
}

char text_printable(char c)
{
	return (char)(c >= ' ' && c <= '~' ? c : '?');
}

void text_add_printable(struct text *text, const char *value, size_t max)
{
	for (size_t i = 0; i < max && value[i] != '\0'; i++)
		text_add_char(text, text_printable(value[i]));
}

void text_add_scalar(struct text *text, const char *value, size_t max)
{
	text_add_char(text, '\'');
	for (size_t i = 0; i < max && value[i] != '\0'; i++) {
		if (value[i] == '\'')
			text_add_char(text, '\'');
		text_add_char(text, text_printable(value[i]));
	}
	text_add_char(text, '\'');
}
