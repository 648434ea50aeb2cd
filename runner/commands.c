// SPDX-License-Identifier: ISC
#include <stdio.h>
#include <string.h>

#include "commands.h"

static const char *const levels[] = { "unset", "POSIX", "DOCUMENTED", "OBSERVED" };

// Trials of one case stand side by side.
static bool is_first_of_case(const struct identity *trials, unsigned i)
{
	return i == 0 || trials[i].decl != trials[i - 1].decl;
}

static void list_against(const struct identity *id)
{
	printf("%s/%s\n  is:      %s (%s)\n  written: %s\n", id->family->name, id->decl->name,
	       id->decl->claim.says, levels[id->decl->claim.level], id->decl->against);
}

int list_command(const struct options *o, const struct identity *trials, unsigned count)
{
	char text[IDENTITY_MAX];

	for (unsigned i = 0; i < count; i++) {
		if (!o->against)
			puts(identity_text(&trials[i], text));
		else if (trials[i].decl->against && is_first_of_case(trials, i))
			list_against(&trials[i]);
	}
	return 0;
}

static void show_list(const char *key, const char *const *texts, size_t max)
{
	if (texts[0] == NULL)
		return;
	printf("%s:", key);
	for (size_t i = 0; i < max && texts[i]; i++)
		printf(" %s", texts[i]);
	putchar('\n');
}

static void show_case(const struct identity *id)
{
	const struct case_decl *decl = id->decl;

	printf("case: %s/%s\nabout: %s\nclaim: %s\nlevel: %s\ncites: %s\n", id->family->name,
	       decl->name, id->family->about, decl->claim.says, levels[decl->claim.level],
	       decl->claim.cites);
	if (decl->against)
		printf("against: %s\n", decl->against);
	if (decl->since)
		printf("since: %s\n", decl->since);
	show_list("covers", decl->covers, CASE_COVERS_MAX);
	show_list("tunes", decl->tunes, CASE_TUNABLES_MAX);
	printf("source: %s:%d\n", decl->file, decl->line);
}

int show_command(const struct identity *trials, unsigned count)
{
	char text[IDENTITY_MAX];

	for (unsigned i = 0; i < count; i++) {
		if (is_first_of_case(trials, i)) {
			if (i > 0)
				putchar('\n');
			show_case(&trials[i]);
		}
		printf("trial: %s\n", identity_text(&trials[i], text));
	}
	return 0;
}

static unsigned trace_cases(const char *id)
{
	unsigned found = 0;

	for (size_t f = 0; f < family_count; f++)
		for (int c = 0; c < FAMILY_CASES_MAX && families[f]->cases[c]; c++) {
			const struct case_decl *decl = families[f]->cases[c];

			if (!case_covers(decl, id))
				continue;
			printf("    %-10s %s/%s (%s:%d)\n", levels[decl->claim.level],
			       families[f]->name, decl->name, decl->file, decl->line);
			found++;
		}
	return found;
}

int trace_command(void)
{
	unsigned covered = 0, excluded = 0, open = 0;

	for (size_t n = 0; n < requirement_count; n++) {
		struct requirement r = requirement(n);

		printf("%s  %s [%s]\n", r.id, r.says, r.promised_by);
		if (trace_cases(r.id) > 0) {
			covered++;
		} else if (r.excluded[0] != '\0') {
			printf("    excluded: %s\n", r.excluded);
			excluded++;
		} else {
			printf("    open: no case, no reason\n");
			open++;
		}
	}
	printf("%zu requirements: %u covered, %u excluded, %u open\n", requirement_count, covered,
	       excluded, open);
	return open > 0;
}
