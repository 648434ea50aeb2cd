// SPDX-License-Identifier: ISC
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "facts.h"
#include "where.h"

enum { WORD_MAX = 128 };

// A condition taken apart.
struct condition {
	char name[WORD_MAX];
	const char *glob; // in the same array, behind the name
	bool wanted;      // false: the value must not match
};

static const char sometimes[] = "sometimes", everywhere[] = "-";

static size_t word_length(const char *word)
{
	return strcspn(word, " ");
}

static const char *next_word(const char *word)
{
	word += word_length(word);
	return word + strspn(word, " ");
}

static bool word_is(const char *word, const char *text)
{
	return word_length(word) == strlen(text) && strncmp(word, text, strlen(text)) == 0;
}

static bool read_condition(const char *word, struct condition *c)
{
	size_t length = word_length(word);

	if (length >= sizeof c->name)
		return false;
	snprintf(c->name, sizeof c->name, "%.*s", (int)length, word);
	char *equals = strchr(c->name, '=');
	if (equals == NULL || equals == c->name || equals[1] == '\0')
		return false;
	c->wanted = equals[-1] != '!';
	equals[c->wanted ? 0 : -1] = '\0';
	c->glob = equals + 1;
	return fact_exists(c->name);
}

const char *where_fault(const char *where, size_t *length)
{
	struct condition c;

	*length = strlen(where);
	if (strcmp(where, everywhere) == 0)
		return NULL;
	if (word_length(where) == 0)
		return where;
	for (const char *word = where; *word != '\0'; word = next_word(word)) {
		*length = word_length(word);
		if (!word_is(word, sometimes) && !read_condition(word, &c))
			return word;
	}
	return NULL;
}

bool where_is_sometimes(const char *where)
{
	for (const char *word = where; *word != '\0'; word = next_word(word))
		if (word_is(word, sometimes))
			return true;
	return false;
}

bool where_holds(const char *where, const char *facts)
{
	char value[FACT_VALUE_MAX];
	struct condition c;

	for (const char *word = where; *word != '\0'; word = next_word(word))
		if (read_condition(word, &c) &&
		    (fnmatch(c.glob, fact_value(facts, c.name, value), 0) == 0) != c.wanted)
			return false;
	return true;
}
