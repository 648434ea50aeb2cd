// SPDX-License-Identifier: ISC
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry.h"

const struct family *const families[] = {
#define FAMILY(id) &id##_family,
#include "families.def"
#undef FAMILY
};
const size_t family_count = sizeof families / sizeof families[0];

static const char *const catalogue[] = {
#include "catalogue.inc"
};
const size_t requirement_count = sizeof catalogue / sizeof catalogue[0];

static const char *const way_names[WAY_COUNT] = { "pipe", "pipe2", "fifo", "one_page" };

static const char *way_name(enum way way)
{
	for (int i = 0; i < WAY_COUNT; i++)
		if (way == (enum way)(1 << i))
			return way_names[i];
	return "";
}

static const char *row_name(const void *row)
{
	return *(const char *const *)row;
}

const char *identity_text(const struct identity *id, char text[IDENTITY_MAX])
{
	snprintf(text, IDENTITY_MAX, "%s/%s%s%s%s%s", id->family->name, id->decl->name,
		 id->decl->ways ? "/" : "", id->decl->ways ? way_name(id->way) : "",
		 id->row ? "/" : "", id->row ? row_name(id->row) : "");
	return text;
}

bool identity_matches(const struct identity *id, const char *pattern)
{
	char text[IDENTITY_MAX];

	identity_text(id, text);
	for (size_t end = strlen(text); end > 0; end--) {
		if (text[end] != '\0' && text[end] != '/')
			continue;
		text[end] = '\0'; // the whole first, then every beginning up to a slash
		if (fnmatch(pattern, text, 0) == 0)
			return true;
	}
	return false;
}

static bool is_selected(const struct identity *id, const char *const *patterns, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (identity_matches(id, patterns[i]))
			return true;
	return count == 0;
}

// Calls `visit` for each trial of the case, in order, until it returns false.
typedef bool visitor(const struct identity *id, void *context);

static bool visit_case(const struct family *family, const struct case_decl *decl, visitor *visit,
		       void *context)
{
	int ways = decl->ways ? decl->ways : BY_PIPE2;
	size_t rows = decl->rows ? decl->row_count : 1;

	for (int way = 0; way < WAY_COUNT; way++)
		for (size_t row = 0; ways & 1 << way && row < rows; row++) {
			struct identity id = { family, decl, NULL, (enum way)(1 << way) };

			if (decl->rows)
				id.row = (const char *)decl->rows + row * decl->row_size;
			if (!visit(&id, context))
				return false;
		}
	return true;
}

static bool visit_all(visitor *visit, void *context)
{
	for (size_t f = 0; f < family_count; f++)
		for (int c = 0; c < FAMILY_CASES_MAX && families[f]->cases[c]; c++)
			if (!visit_case(families[f], families[f]->cases[c], visit, context))
				return false;
	return true;
}

struct selection {
	const char *const *patterns;
	unsigned pattern_count, count;
	struct identity *trials;
};

static bool select_one(const struct identity *id, void *context)
{
	struct selection *s = context;

	if (is_selected(id, s->patterns, s->pattern_count) && s->count < TRIALS_MAX)
		s->trials[s->count++] = *id;
	return true;
}

struct identity *registry_select(const char *const *patterns, unsigned count, unsigned *selected)
{
	// Unlike calloc() touches only what is used, which every fork() has to copy.
	struct selection s = { patterns, count, 0, malloc(TRIALS_MAX * sizeof *s.trials) };

	if (s.trials == NULL)
		return NULL;
	visit_all(select_one, &s);
	*selected = s.count;
	return s.trials;
}

struct requirement requirement(size_t n)
{
	struct requirement r = { { 0 }, { 0 }, { 0 }, { 0 } };
	char line[2 * REQUIREMENT_TEXT_MAX + 256];
	char *rest = line;

	snprintf(line, sizeof line, "%s", catalogue[n]);
	const char *id = strsep(&rest, "\t"), *says = strsep(&rest, "\t");
	const char *promised_by = strsep(&rest, "\t"), *excluded = strsep(&rest, "\t");
	snprintf(r.id, sizeof r.id, "%s", id ? id : "");
	snprintf(r.says, sizeof r.says, "%s", says ? says : "");
	snprintf(r.promised_by, sizeof r.promised_by, "%s", promised_by ? promised_by : "");
	snprintf(r.excluded, sizeof r.excluded, "%s", excluded ? excluded : "");
	return r;
}

bool case_covers(const struct case_decl *decl, const char *id)
{
	for (int i = 0; i < CASE_COVERS_MAX && decl->covers[i]; i++)
		if (strcmp(decl->covers[i], id) == 0)
			return true;
	return false;
}

struct check {
	char *fault;
	size_t size, seen;
	char (*texts)[IDENTITY_MAX];
	const struct case_decl *last;
};

static bool is_requirement(const char *id)
{
	size_t length = strlen(id);

	for (size_t n = 0; n < requirement_count; n++)
		if (strncmp(catalogue[n], id, length) == 0 && catalogue[n][length] == '\t')
			return true;
	return false;
}

static bool check_one(const struct identity *id, void *context)
{
	const struct case_decl *decl = id->decl;
	struct check *check = context;
	char *text = check->texts[check->seen];

	identity_text(id, text);
	if (decl->claim.level == LEVEL_UNSET || !decl->claim.says || !decl->claim.cites ||
	    !decl->covers[0]) {
		snprintf(check->fault, check->size, "%s: incomplete claim", text);
		return false;
	}
	if (strpbrk(text, "#\\ \t") != NULL) {
		snprintf(check->fault, check->size, "%s: not a name TAP can carry", text);
		return false;
	}
	if (strlen(text) == IDENTITY_MAX - 1) {
		snprintf(check->fault, check->size, "%s...: too long a name", text);
		return false;
	}
	// Once for all rows and ways of a case, because every start of the program waits for this.
	for (int i = 0; decl != check->last && i < CASE_COVERS_MAX && decl->covers[i]; i++)
		if (!is_requirement(decl->covers[i])) {
			snprintf(check->fault, check->size, "%s: no %s in the catalogue", text,
				 decl->covers[i]);
			return false;
		}
	check->last = decl;
	return ++check->seen < TRIALS_MAX;
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

bool registry_check(char *fault, size_t size)
{
	struct check check = { fault, size, 0, calloc(TRIALS_MAX, IDENTITY_MAX), NULL };
	bool ok = check.texts != NULL;

	snprintf(fault, size, "no memory, or more than %d trials", TRIALS_MAX);
	ok = ok && visit_all(check_one, &check);
	if (ok)
		qsort(check.texts, check.seen, sizeof *check.texts, compare);
	for (size_t i = 1; ok && i < check.seen; i++)
		if (strcmp(check.texts[i - 1], check.texts[i]) == 0) {
			snprintf(fault, size, "%s: declared twice", check.texts[i]);
			ok = false;
		}
	free(check.texts);
	return ok;
}
