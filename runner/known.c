// SPDX-License-Identifier: ISC
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "known.h"
#include "outcome.h"
#include "where.h"

enum { FILE_SIZE_MAX = 1 << 20 };

static bool is_blank(const char *line)
{
	return line[strspn(line, " \t\r")] == '\0' || line[0] == '#';
}

static bool parse_line(struct known_entry *entry, char *line, char *fault, size_t size)
{
	char *rest = line;
	const char *pattern = strsep(&rest, "\t"), *where = strsep(&rest, "\t");
	const char *reason = strsep(&rest, "\t"), *link = strsep(&rest, "\t");
	size_t length;

	if (pattern[0] == '\0' || !where || !reason || reason[0] == '\0' || rest) {
		snprintf(fault, size, "line %u: expected IDENTITY<tab>WHERE<tab>REASON[<tab>LINK]",
			 entry->line);
		return false;
	}
	const char *word = where_fault(where, &length);
	if (word) {
		snprintf(fault, size,
			 "line %u: WHERE '%.*s': expected -, or words FACT=GLOB, FACT!=GLOB, "
			 "sometimes, of facts that a run prints",
			 entry->line, (int)(length < 64 ? length : 64), word);
		return false;
	}
	entry->pattern = pattern;
	entry->where = where;
	entry->reason = reason;
	entry->link = link && link[0] ? link : NULL;
	entry->sometimes = where_is_sometimes(where);
	return true;
}

static bool parse(struct known *known, const char *file, char *text, char *fault, size_t size)
{
	const unsigned most = known->count + KNOWN_MAX;
	char *rest = text, *line;

	for (unsigned number = 1; (line = strsep(&rest, "\n")) != NULL; number++) {
		line[strcspn(line, "\r")] = '\0';
		if (is_blank(line))
			continue;
		if (known->count == most) {
			snprintf(fault, size, "line %u: more than %d entries", number, KNOWN_MAX);
			return false;
		}
		struct known_entry *entry = &known->entries[known->count++];
		*entry = (struct known_entry){ .file = file, .line = number };
		if (!parse_line(entry, line, fault, size))
			return false;
	}
	return true;
}

bool known_parse(struct known *known, const char *file, char *text, char *fault, size_t size)
{
	known->count = 0;
	return parse(known, file, text, fault, size);
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
	const char *slash = strrchr(path, '/');
	if (whole && known_parse(known, slash ? slash + 1 : path, text, fault, size)) {
		known->text = text;
		return true;
	}
	free(text);
	return false;
}

bool known_add_built_in(struct known *known, char *fault, size_t size)
{
	static char text[] =
#include "known.inc"
		;
	static bool parsed; // in place, so once
	unsigned count = known->count;

	if (parsed || !parse(known, "cases/known.tsv", text, fault, size))
		return parsed;
	parsed = true;
	for (; count < known->count; count++)
		known->entries[count].built_in = true;
	return true;
}

void known_hold(struct known *known, const char *facts)
{
	for (unsigned i = 0; i < known->count; i++)
		known->entries[i].holds = where_holds(known->entries[i].where, facts);
}

struct known_entry *known_find(struct known *known, const struct identity *id)
{
	char text[IDENTITY_MAX];

	identity_text(id, text);
	for (unsigned i = 0; i < known->count; i++)
		if (known->entries[i].holds && fnmatch(known->entries[i].pattern, text, 0) == 0)
			return &known->entries[i];
	return NULL;
}

void known_use(struct known *known)
{
	unsigned count = 0;
	struct identity *all = registry_select(NULL, 0, &count);

	for (unsigned i = 0; all && i < count; i++) {
		struct known_entry *entry = known_find(known, &all[i]);

		if (entry)
			entry->used = true;
	}
	free(all);
}
