// SPDX-License-Identifier: ISC
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "known.h"
#include "outcome.h"

enum { FILE_SIZE_MAX = 1 << 20 };

static bool is_blank(const char *line)
{
	return line[strspn(line, " \t\r")] == '\0' || line[0] == '#';
}

static bool parse_line(struct known *known, char *line)
{
	char *rest = line;
	const char *pattern = strsep(&rest, "\t"), *reason = strsep(&rest, "\t");
	const char *link = strsep(&rest, "\t");

	if (known->count == KNOWN_MAX || pattern[0] == '\0' || !reason || reason[0] == '\0')
		return false;
	known->entries[known->count++] =
		(struct known_entry){ pattern, reason, link && link[0] ? link : NULL };
	return true;
}

bool known_parse(struct known *known, char *text, char *fault, size_t size)
{
	char *rest = text, *line;

	known->text = text;
	known->count = 0;
	for (unsigned number = 1; (line = strsep(&rest, "\n")) != NULL; number++) {
		line[strcspn(line, "\r")] = '\0';
		if (is_blank(line) || parse_line(known, line))
			continue;
		if (known->count == KNOWN_MAX)
			snprintf(fault, size, "line %u: more than %d entries", number, KNOWN_MAX);
		else
			snprintf(fault, size, "line %u: expected IDENTITY<tab>REASON[<tab>LINK]",
				 number);
		return false;
	}
	return true;
}

bool known_load(struct known *known, const char *path, char *fault, size_t size)
{
	FILE *file = fopen(path, "re");
	char *text = malloc(FILE_SIZE_MAX);

	if (file == NULL || text == NULL) {
		snprintf(fault, size, "%s", errno_name(errno));
		if (file)
			fclose(file);
		free(text);
		return false;
	}
	size_t length = fread(text, 1, FILE_SIZE_MAX - 1, file);
	text[length] = '\0';
	bool whole = !ferror(file) && length < FILE_SIZE_MAX - 1 && strlen(text) == length;
	fclose(file);
	if (!whole)
		snprintf(fault, size, "not a text file of less than %d bytes", FILE_SIZE_MAX);
	if (whole && known_parse(known, text, fault, size))
		return true;
	free(text);
	known->text = NULL;
	return false;
}

const struct known_entry *known_find(const struct known *known, const struct identity *id)
{
	for (unsigned i = 0; i < known->count; i++)
		if (identity_is(id, known->entries[i].pattern))
			return &known->entries[i];
	return NULL;
}
