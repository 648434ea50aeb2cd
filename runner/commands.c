// SPDX-License-Identifier: ISC
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "against.h"
#include "commands.h"

const char *const level_names[] = { "unset", "POSIX", "DOCUMENTED", "OBSERVED" };

// Trials of one case stand side by side.
static bool is_first_of_case(const struct identity *trials, unsigned i)
{
	return i == 0 || trials[i].decl != trials[i - 1].decl;
}

// What `show` says, on one line for scripts.
static void print_claim(const struct identity *id)
{
	const struct case_decl *decl = id->decl;

	printf("%s/%s\t%s\t%s\t%s\t%s\t%s\t%s:%d\t", id->family->name, decl->name,
	       level_names[decl->claim.level], decl->claim.says, decl->claim.cites,
	       decl->against ? decl->against : "", decl->since ? decl->since : "", decl->file,
	       decl->line);
	for (int i = 0; i < CASE_COVERS_MAX && decl->covers[i]; i++)
		printf("%s%s", i > 0 ? " " : "", decl->covers[i]);
	printf("\t%s\n", id->family->about);
}

static int list_claims(const struct identity *trials, unsigned count)
{
	puts("case\tlevel\tclaim\tcites\tagainst\tsince\tat\tcovers\tabout");
	for (unsigned i = 0; i < count; i++)
		if (is_first_of_case(trials, i))
			print_claim(&trials[i]);
	return 0;
}

int list_command(const struct options *o, const struct identity *trials, unsigned count)
{
	unsigned columns = against_columns(getenv("COLUMNS"));
	char text[IDENTITY_MAX];

	if (o->claims)
		return list_claims(trials, count);
	if (o->against == AGAINST_TABLE)
		against_begin(stdout, columns);
	for (unsigned i = 0; i < count; i++) {
		if (!o->against)
			puts(identity_text(&trials[i], text));
		else if (!trials[i].decl->against || !is_first_of_case(trials, i))
			continue;
		else if (o->against == AGAINST_TSV)
			against_tsv(stdout, &trials[i]);
		else
			against_row(stdout, columns, &trials[i]);
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
	       decl->name, id->family->about, decl->claim.says, level_names[decl->claim.level],
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
			printf("    %-10s %s/%s (%s:%d)\n", level_names[decl->claim.level],
			       families[f]->name, decl->name, decl->file, decl->line);
			found++;
		}
	return found;
}

// How many requirements have a case, a reason for none, or neither.
struct tally {
	unsigned covered, excluded, open;
};

static void add(struct tally *to, const struct tally *tally)
{
	to->covered += tally->covered;
	to->excluded += tally->excluded;
	to->open += tally->open;
}

static struct tally trace_requirement(const struct requirement *r)
{
	printf("%s  %s [%s]\n", r->id, r->says, r->promised_by);
	if (trace_cases(r->id) > 0)
		return (struct tally){ .covered = 1 };
	if (strncmp(r->excluded, "cases/", strlen("cases/")) == 0) {
		printf("    %-10s %s\n", "shell", r->excluded);
		return (struct tally){ .covered = 1 };
	}
	if (r->excluded[0] != '\0') {
		printf("    excluded: %s\n", r->excluded);
		return (struct tally){ .excluded = 1 };
	}
	printf("    open: no case, no reason\n");
	return (struct tally){ .open = 1 };
}

static void print_tally(const char *topic, size_t length, const struct tally *tally)
{
	unsigned all = tally->covered + tally->excluded + tally->open;

	printf("%-5.*s %4u requirements: %u covered (%.1f%%), %u excluded (%.1f%%), %u open\n",
	       (int)length, topic, all, tally->covered, 100.0 * tally->covered / all,
	       tally->excluded, 100.0 * tally->excluded / all, tally->open);
}

// Requirements of one topic stand side by side.
static size_t topic_length(const char *id)
{
	return strcspn(id, "-");
}

int trace_command(void)
{
	struct tally *tallies = calloc(requirement_count, sizeof *tallies), total = { 0, 0, 0 };

	if (tallies == NULL)
		return 1;
	for (size_t n = 0; n < requirement_count; n++) {
		struct requirement r = requirement(n);

		tallies[n] = trace_requirement(&r);
		add(&total, &tallies[n]);
	}
	putchar('\n');
	for (size_t n = 0; n < requirement_count;) {
		struct requirement first = requirement(n), next = first;
		size_t length = topic_length(first.id);
		struct tally topic = { 0, 0, 0 };

		while (n < requirement_count && strncmp(first.id, next.id, length + 1) == 0) {
			add(&topic, &tallies[n]);
			if (++n < requirement_count)
				next = requirement(n);
		}
		print_tally(first.id, length, &topic);
	}
	print_tally("total", strlen("total"), &total);
	free(tallies);
	return total.open > 0;
}
