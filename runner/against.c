// SPDX-License-Identifier: ISC
#include <stdlib.h>
#include <string.h>

#include "against.h"
#include "commands.h"

enum { GAP = 2 }; // columns between the two texts, and of indentation

unsigned against_columns(const char *columns)
{
	long n = columns ? strtol(columns, NULL, 10) : 0;

	if (n <= 0)
		return COLUMNS_DEFAULT;
	return n < COLUMNS_MIN ? COLUMNS_MIN : n > COLUMNS_MAX ? COLUMNS_MAX : (unsigned)n;
}

size_t against_line(const char **text, size_t columns)
{
	const char *from = *text;
	size_t length = strlen(from);

	if (length > columns) {
		length = columns;
		while (length > 0 && from[length] != ' ')
			length--;
		if (length == 0)
			length = columns;
	}
	*text = from + length;
	while (**text == ' ')
		(*text)++;
	return length;
}

static void side_by_side(FILE *to, unsigned columns, const char *left, const char *right)
{
	size_t half = (columns - GAP) / 2;

	while (*left != '\0' || *right != '\0') {
		const char *of_left = left, *of_right = right;
		size_t n = against_line(&left, half), m = against_line(&right, half);

		fprintf(to, "%.*s", (int)n, of_left);
		if (m > 0)
			fprintf(to, "%*s%.*s", (int)(half + GAP - n), "", (int)m, of_right);
		putc('\n', to);
	}
}

static void rule(FILE *to, size_t columns)
{
	while (columns-- > 0)
		putc('-', to);
}

void against_begin(FILE *to, unsigned columns)
{
	size_t half = (columns - GAP) / 2;

	side_by_side(to, columns, "what is often written, or a manual says", "what is true");
	rule(to, half);
	fprintf(to, "%*s", GAP, "");
	rule(to, half);
	putc('\n', to);
}

void against_row(FILE *to, unsigned columns, const struct identity *id)
{
	const struct claim *claim = &id->decl->claim;
	const char *cites = claim->cites, *level = level_names[claim->level];
	size_t indent = 2 * GAP + strlen(level);

	side_by_side(to, columns, id->decl->against, claim->says);
	fprintf(to, "%*s%s/%s\n%*s%s", GAP, "", id->family->name, id->decl->name, GAP, "", level);
	for (int begun = 0; *cites != '\0'; begun = 1) {
		const char *line = cites;
		size_t n = against_line(&cites, columns - indent);

		fprintf(to, "%*s%.*s\n", begun ? (int)indent : GAP, "", (int)n, line);
	}
	putc('\n', to);
}

void against_tsv(FILE *to, const struct identity *id)
{
	const struct case_decl *decl = id->decl;

	fprintf(to, "%s\t%s\t%s\t%s/%s\t%s\n", decl->against, decl->claim.says,
		level_names[decl->claim.level], id->family->name, decl->name, decl->claim.cites);
}
