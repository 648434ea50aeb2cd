// SPDX-License-Identifier: ISC
// What came with the page, in the form the rest works on; and how elements are made of it.
// All parts of the page are one module, in the order that Pipe7::Page has.

const data = JSON.parse(document.getElementById('data').textContent);

// What a cell can be, by the letter that stands for it; worst first.  Glyphs are of Latin-1,
// which every font has.
const kinds = new Map(Object.entries({
	f: { name: 'fail', state: 'fail', glyph: '\u00d7', says: 'promised, and not so: unexpected' },
	b: { name: 'broken', state: 'broken', glyph: '!',
		says: 'the ground could not be prepared: nothing is said about the kernel' },
	x: { name: 'passes after all', state: 'pass', glyph: '+',
		says: 'passes, though it is listed as known to fail: unexpected, where lists are strict' },
	t: { name: 'skip that counts', state: 'skip', glyph: '\u2013',
		says: 'not tested, where that is unexpected' },
	o: { name: 'fail, observed', state: 'fail', glyph: '\u00d7',
		says: 'other than Linux does elsewhere, which nobody promised: not fatal' },
	k: { name: 'known', state: 'known', glyph: '~',
		says: 'fails, and is listed as known to fail' },
	a: { name: 'passes after all', state: 'pass', glyph: '+',
		says: 'passes, though it is listed as known to fail' },
	s: { name: 'skip', state: 'skip', glyph: '\u2013', says: 'not tested' },
	p: { name: 'pass', state: 'pass', glyph: '\u00b7', says: 'the claim was tested and holds' },
	'.': { name: 'no result', state: '', glyph: '', says: 'this run has no such result' },
}));

const runs = data.runs.map((run, number) => ({
	...run, number, facts: run.facts ?? {}, limits: run.limits ?? {}, totals: run.totals ?? {},
	problems: run.problems ?? [],
}));
for (const run of runs)
	run.text = [run.name, run.place, run.profile, run.facts.kernel, run.facts.machine]
		.join(' ').toLowerCase();

// In a word, why a run is not sound: it is not whole, or what was read of it was no sound TAP.
function flawOf({ status, problems }) {
	return status === 'complete' ? problems.length > 0 && 'damaged' : status;
}

function damageOf({ problems: [first, ...more] }) {
	return first && [first, more.length > 0 && `and ${plural(more.length, 'problem')} more`]
		.filter(Boolean).join(', ');
}

// What a run is called where it has no namesake, as Pipe7::Run has it.
function plainName(run) {
	return run.place && run.profile ? `${run.place}+${run.profile}`
		: run.name.replace(/(@\d{4}-\d\d-\d\d(T[\d:]+Z)?)?(#\d+)?$/, '');
}

// Who that is, in three parts: the last is what tells it from its namesakes.
function whoOf(run) {
	const plain = plainName(run);

	return run.place && run.profile
		? [run.place, run.profile, run.name.startsWith(plain) ? run.name.slice(plain.length) : '']
		: [plain, '', run.name.slice(plain.length)];
}

const runNamed = new Map(runs.map((run) => [run.name, run]));
const namesakes = Map.groupBy(runs, plainName);

// The run of that name, else the newest that would have it alone: the last of those that are not
// dated, if none is.
function runCalled(name) {
	return runNamed.get(name) ?? namesakes.get(name)?.reduce((newest, run) =>
		(run.date ?? '') >= (newest.date ?? '') ? run : newest);
}

const reasonTexts = data.why.map((why) => [why.class, why.reason, why.call, why.want, why.got,
	...why.notes ?? []].join(' ').toLowerCase());

const rows = data.rows.map(([id, family, name, states, durations, reasons]) => {
	const about = data.cases[name] ?? {};
	const texts = new Set(Object.values(reasons).map((number) => reasonTexts[number]));

	return { id, family, name, states, durations, reasons, about,
		level: (about.level ?? '').toLowerCase(),
		text: [id, about.claim, about.cites, about.against, about.about,
			...about.covers ?? []].join(' ').toLowerCase() + ' ' + [...texts].join(' ') };
});
const rowNamed = new Map(rows.map((row) => [row.id, row]));
const rowsOfCase = Map.groupBy(rows, (row) => row.name);
const rowsOfFamily = Map.groupBy(rows, (row) => row.family);

// Names of facts, those that tell systems apart first.
function inOrder(names) {
	const first = ['place', 'profile', 'kernel', 'kernel_version', 'machine', 'page_size'];

	return [...first.filter((name) => names.includes(name)),
		...names.filter((name) => !first.includes(name)).sort()];
}

function reasonOf(row, run) {
	return data.why[row.reasons[run.number]] ?? {};
}

function durationOf(row, run) {
	const text = row.durations.split(',')[run.number];

	return text ? `${Number(text).toFixed(3)} ms` : '';
}

// How many of the letters there are in some runs of some rows, by letter, worst first.
function tally(someRows, someRuns) {
	const counts = new Map([...kinds.keys()].map((letter) => [letter, 0]));

	for (const row of someRows)
		for (const run of someRuns)
			counts.set(row.states[run.number], counts.get(row.states[run.number]) + 1);
	for (const [letter, count] of counts)
		if (!count || letter === '.')
			counts.delete(letter);
	return counts;
}

function inWords(counts) {
	return [...counts].map(([letter, count]) => `${count} ${kinds.get(letter).name}`).join(', ');
}

const plural = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;

// --- elements -----------------------------------------------------------------

// Control and direction characters as something that is seen and does nothing.
function visible(text) {
	return String(text)
		.replace(/[\u0000-\u001f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
		.replace(/[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (c) =>
			`<U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`);
}

// make(tag, { attribute: value | event: function }, child...): false and undefined are left out.
function make(tag, attributes = {}, ...children) {
	const element = document.createElement(tag);

	for (const [name, value] of Object.entries(attributes)) {
		if (typeof value === 'function')
			element.addEventListener(name, value);
		else if (value !== undefined && value !== false)
			element.setAttribute(name, value === true ? '' : visible(value));
	}
	element.append(...children.flat(Infinity)
		.filter((child) => child !== undefined && child !== false && child !== '')
		.map((child) => child instanceof Node ? child : visible(child)));
	return element;
}

// A glyph in its colours, for eyes; the words are beside it or in a label.
function badge(letter, text = '') {
	return make('span', { class: `badge ${classOf(letter)}`, 'aria-hidden': !text && 'true' },
		kinds.get(letter).glyph + text);
}

function classOf(letter) {
	return `is-${letter === '.' ? 'none' : letter}`;
}

// A long identity may be broken after what separates its words.
function breakable(text) {
	return visible(text).split(/(?<=[/_:,+])/).flatMap((part, index) =>
		index ? [document.createElement('wbr'), part] : [part]);
}

// The clipboard is not there on every page that is opened by plain HTTP.
async function copy(text, button) {
	const label = button.textContent;
	let done = true;

	try {
		await navigator.clipboard.writeText(text);
	} catch {
		const area = make('textarea', { class: 'for-ears', 'aria-hidden': 'true' });
		area.value = text;
		button.after(area);
		area.select();
		done = document.execCommand('copy');
		area.remove();
		button.focus();
	}
	button.textContent = done ? 'Copied' : 'Not copied';
	setTimeout(() => { button.textContent = label; }, 1500);
}
