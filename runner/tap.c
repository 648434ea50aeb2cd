// SPDX-License-Identifier: ISC
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "tap.h"

static const char *const levels[] = { "unset", "posix", "documented", "observed" };
static const char *const verdicts[] = {
	"undecided", "undecided", "pass", "fail", "skip", "broken"
};

// A reason behind "# SKIP" or "# TODO": printable, and without a second "#".
static void add_reason(struct text *text, const char *reason, size_t max)
{
	for (size_t i = 0; i < max && reason[i] != '\0'; i++)
		text_add_char(text, reason[i] == '#' || reason[i] == '\\'
					    ? '?'
					    : text_printable(reason[i]));
}

static bool is_failure(enum verdict verdict)
{
	return verdict != PASS && verdict != SKIP;
}

static enum verdict verdict_of(const struct point *p)
{
	int verdict = atomic_load(&p->record->verdict);

	return verdict > DECIDING && verdict <= BROKEN ? (enum verdict)verdict : BROKEN;
}

// The entry that speaks of the verdict: one that is not always seen, does not of a pass.
static const struct known_entry *known_of(const struct point *p, enum verdict verdict)
{
	return p->known && verdict == PASS && p->known->sometimes ? NULL : p->known;
}

static bool is_excused(const struct point *p, enum verdict verdict)
{
	return is_failure(verdict) &&
	       (p->known || (verdict == FAIL && p->id->decl->claim.level == OBSERVED));
}

static bool skip_counts(const struct point *p)
{
	size_t length = p->fail_on_class ? strlen(p->fail_on_class) : 0;

	return p->fail_on_skip &&
	       (!p->fail_on_class || (strncmp(p->record->got, p->fail_on_class, length) == 0 &&
				      p->record->got[length] == ':'));
}

enum standing point_standing(const struct point *p)
{
	enum verdict verdict = verdict_of(p);

	if (verdict == SKIP)
		return skip_counts(p) ? SKIPPED_UNEXPECTED : SKIPPED;
	if (verdict == PASS)
		return known_of(p, verdict) && p->strict_known ? UNEXPECTED : EXPECTED;
	return is_excused(p, verdict) ? EXPECTED : UNEXPECTED;
}

static void add_directive(struct text *text, const struct point *p, enum verdict verdict)
{
	const char *todo = p->format == KTAP && is_failure(verdict) ? "XFAIL" : "TODO";
	const struct known_entry *known = known_of(p, verdict);

	if (verdict == SKIP && !skip_counts(p)) {
		text_add(text, " # SKIP ");
		add_reason(text, p->record->got, sizeof p->record->got);
	} else if (known && (is_failure(verdict) || (verdict == PASS && !p->strict_known))) {
		text_add(text, " # %s known: ", todo);
		add_reason(text, known->reason, REQUIREMENT_TEXT_MAX);
	} else if (is_excused(p, verdict)) {
		text_add(text, " # %s observed", todo);
	}
}

static void add_line(struct text *text, const char *margin, const char *key, const char *value,
		     size_t max)
{
	text_add(text, "%s%s: ", margin, key);
	text_add_scalar(text, value, max);
	text_add(text, "\n");
}

// Without quotes, so a name that a trial scribbled on must not look like more.
static void add_file(struct text *text, const char *name, size_t max)
{
	for (size_t i = 0; i < max && name[i] != '\0'; i++) {
		bool plain = isalnum((unsigned char)name[i]) || strchr("_./-", name[i]);

		text_add_char(text, plain ? name[i] : '?');
	}
}

static void add_spot(struct text *text, const char *margin, const struct point *p)
{
	const struct spot *spot = &p->record->decided_at;
	const struct case_decl *decl = p->id->decl;
	const bool placed = spot->file[0] != '\0';

	text_add(text, "%sat: ", margin);
	if (placed)
		add_file(text, spot->file, sizeof spot->file);
	else
		text_add(text, "%s", decl->file);
	text_add(text, ":%d\n", placed ? spot->line : decl->line);
}

static void add_known(struct text *text, const char *margin, const struct known_entry *known,
		      enum verdict verdict)
{
	char where[2 * TEXT_MAX];

	snprintf(where, sizeof where, "%.64s:%u%s%s", known->file, known->line,
		 verdict == PASS ? " says that this fails: " : "",
		 verdict == PASS ? known->reason : "");
	add_line(text, margin, "known", where, sizeof where);
	if (known->link)
		add_line(text, margin, "link", known->link, TEXT_MAX);
}

static void add_details(struct text *text, const char *margin, const struct point *p,
			enum verdict verdict)
{
	const struct case_decl *decl = p->id->decl;
	const struct record *r = p->record;

	text_add(text, "%sverdict: %s\n", margin, verdicts[verdict]);
	add_line(text, margin, "claim", decl->claim.says, TEXT_MAX * 2);
	text_add(text, "%slevel: %s\n", margin, levels[decl->claim.level]);
	add_line(text, margin, "cites", decl->claim.cites, TEXT_MAX * 2);
	if (decl->against)
		add_line(text, margin, "against", decl->against, TEXT_MAX * 2);
	add_spot(text, margin, p);
	add_line(text, margin, "call", r->decided_at.text, sizeof r->decided_at.text);
	add_line(text, margin, "want", r->want, sizeof r->want);
	add_line(text, margin, "got", r->got, sizeof r->got);
	if (p->known)
		add_known(text, margin, p->known, verdict);
}

static void add_notes(struct text *text, const char *margin, const struct record *r)
{
	uint32_t count = atomic_load(&r->note_count);
	char key[16];

	if (count > NOTES_MAX)
		count = NOTES_MAX;
	for (uint32_t i = 0; i < count; i++) {
		snprintf(key, sizeof key, "note%u", i + 1);
		add_line(text, margin, key, r->notes[i], sizeof r->notes[i]);
	}
	snprintf(key, sizeof key, "note%u", count + 1);
	if (atomic_load(&r->again))
		add_line(text, margin, key,
			 "run again, alone and with more time: no verdict before that", TEXT_MAX);
}

// Every point says how long it took; one that is not a plain pass, all it knows.
static void add_block(struct text *text, const char *margin, const struct point *p,
		      enum verdict verdict)
{
	long us = p->record->duration_us < 0 ? 0 : p->record->duration_us;

	text_add(text, "%sduration_ms: %ld.%03ld\n", margin, us / 1000, us % 1000);
	if (verdict != PASS || known_of(p, verdict))
		add_details(text, margin, p, verdict);
	add_notes(text, margin, p->record);
}

void tap_point(struct text *text, const struct point *p)
{
	enum verdict verdict = verdict_of(p);
	enum standing standing = point_standing(p);
	bool ok = standing != UNEXPECTED && standing != SKIPPED_UNEXPECTED;
	char name[IDENTITY_MAX];

	// TAP says of a failure that it may be; kselftest says that it is well so.
	if (p->format != KTAP)
		ok = ok && !is_failure(verdict);
	identity_text(p->id, name);
	if (p->format == KTAP) // diagnostics precede the result they belong to
		add_block(text, "# ", p, verdict);
	text_add(text, "%sok %u %s%s", ok ? "" : "not ", p->number, p->format == KTAP ? "" : "- ",
		 name);
	add_directive(text, p, verdict);
	text_add(text, "\n");
	if (p->format != KTAP) {
		text_add(text, "  ---\n");
		add_block(text, "  ", p, verdict);
		text_add(text, "  ...\n");
	}
}

static const char *version_line(enum tap_format format)
{
	static const char *const lines[] = { "TAP version 13", "TAP version 14", "KTAP version 1" };

	return lines[format];
}

void tap_begin(struct text *text, enum tap_format format, unsigned count)
{
	text_add(text, "%s\n1..%u\n", version_line(format), count);
}

void tap_fact(struct text *text, const char *key, const char *value)
{
	text_add(text, TAP_FACT "%s=", key);
	text_add_printable(text, value, text->size);
	text_add(text, "\n");
}

void tap_limit(struct text *text, const char *name, const char *value, const char *how)
{
	text_add(text, "# limit: %s=", name);
	text_add_printable(text, value, text->size);
	text_add(text, " by %s\n", how);
}

void tap_skip_all(struct text *text, enum tap_format format, const char *reason)
{
	text_add(text, "%s\n1..0 # SKIP ", version_line(format));
	add_reason(text, reason, 2 * TEXT_MAX);
	text_add(text, "\n");
}

void tap_bail_out(struct text *text, enum tap_format format, const char *reason)
{
	text_add(text, "%sBail out! ", format == KTAP ? "# " : "");
	add_reason(text, reason, 2 * TEXT_MAX);
	text_add(text, "\n");
}
