// SPDX-License-Identifier: ISC
// What is shown is a function of the data and of the fragment of the address: so that a link is
// enough to show it to others, and so that back goes back.

const plainView = { view: 'results', q: '', family: '', level: '', state: '', runs: '',
	diff: rows.some((row) => differs(row, runs)) ? '1' : '0', skips: '0', id: '', run: '' };

let shown = read();
const listeners = [];

// A plus is a plus: profiles are part of names, and names of runs are typed by hand.
function read() {
	const state = { ...plainView };

	for (const part of location.hash.slice(1).split('&')) {
		const [name, value = ''] = part.split(/=(.*)/s);
		if (!(name in state))
			continue;
		try {
			state[name] = decodeURIComponent(value);
		} catch {
			state[name] = value;
		}
	}
	return state;
}

function addressOf(state) {
	const parts = Object.entries(state)
		.filter(([name, value]) => value !== plainView[name])
		.map(([name, value]) => `${name}=${encodeURIComponent(value)
			.replace(/%(2F|3A|2C|2B|40)/g, decodeURIComponent)}`);

	return `#${parts.join('&')}`;
}

function linkTo(change) {
	return addressOf({ ...shown, ...change });
}

// go({ name: value }): a step that back undoes, unless `replace`.  With `keepFocus` the keyboard
// stays where it is, whatever opens.
function go(change, { replace = false, keepFocus = false } = {}) {
	const before = shown;

	shown = { ...shown, ...change };
	if (addressOf(before) !== addressOf(shown))
		history[replace ? 'replaceState' : 'pushState'](null, '', addressOf(shown));
	for (const listener of listeners)
		listener(shown, before, keepFocus);
}

function arrive() {
	const before = shown;

	shown = read();
	if (addressOf(before) !== addressOf(shown))
		for (const listener of listeners)
			listener(shown, before);
}
addEventListener('popstate', arrive);
addEventListener('hashchange', arrive);

// --- what a state selects -----------------------------------------------------

// Results that are there, and not all in the same state.  What was tested in one run and not in
// another is a difference only `withSkips`: there are many such, and they say little.
function differs(row, someRuns, withSkips = false) {
	let first = '';

	for (const run of someRuns) {
		const { state } = kinds.get(row.states[run.number]);
		if (!state || state === 'skip' && !withSkips)
			continue;
		if (first && state !== first)
			return true;
		first = state;
	}
	return false;
}

const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);

function runsOf(state) {
	const wanted = words(state.runs);

	return wanted.length === 0 ? runs
		: runs.filter((run) => wanted.some((word) => run.text.includes(word)));
}

// rowsOf(state, runs, { anyState }): what is left of the rows; to count by state, of any state.
function rowsOf(state, someRuns, { anyState = false } = {}) {
	const wanted = words(state.q);
	const letters = state.state && !anyState ? lettersOf(state.state) : '';

	return rows.filter((row) => (!state.family || row.family === state.family) &&
		(!state.level || row.level === state.level) &&
		wanted.every((word) => row.text.includes(word)) &&
		someRuns.some((run) => letters ? letters.includes(row.states[run.number])
			: row.states[run.number] !== '.') &&
		(state.diff !== '1' || differs(row, someRuns, state.skips === '1')));
}

// The names in the address are the five states, and `unexpected` for what needs somebody.
const choices = new Map(Object.entries({ unexpected: 'fb', fail: 'fo', known: 'k', skip: 's',
	broken: 'b', pass: 'pa' }));

function lettersOf(names) {
	return names.split(',').map((name) => choices.get(name) ?? '').join('');
}
