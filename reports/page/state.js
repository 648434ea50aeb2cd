// SPDX-License-Identifier: ISC
// What is shown is a function of the data and of the fragment of the address: so that a link is
// enough to show it to others, and so that back goes back.

// --- what is in a row ---------------------------------------------------------

// Which letters there are in a row, as a sum of their bits: what filters look at.
const bits = new Map([...kinds.keys()].map((letter, index) =>
	[letter, letter === '.' ? 0 : 1 << index]));
const bitsByCode = new Uint16Array(128);
for (const [letter, bit] of bits)
	bitsByCode[letter.charCodeAt(0)] = bit;

function bitsOf(letters) {
	return [...letters].reduce((sum, letter) => sum | bits.get(letter), 0);
}

const bitsOfStates = ['fo', 'b', 'k', 'pa', 's'].map(bitsOf);

// The sums of all rows, for some runs; made anew when these are others.
const sums = new WeakMap();

function sumsOf(someRuns) {
	if (!sums.has(someRuns))
		sums.set(someRuns, new Map(rows.map((row) => {
			let sum = 0;
			for (const run of someRuns)
				sum |= bitsByCode[row.states.charCodeAt(run.number)];
			return [row, sum];
		})));
	return sums.get(someRuns);
}

// Results that are there, and not all in the same state.  What was tested in one run and not in
// another is a difference only `withSkips`: there are many such, and they say little.
function differs(sum, withSkips = false) {
	const states = withSkips ? bitsOfStates : bitsOfStates.slice(0, -1);

	return states.filter((state) => state & sum).length > 1;
}

// --- the address --------------------------------------------------------------

const somethingDiffers = [...sumsOf(runs).values()].some((sum) => differs(sum));
const plainView = { view: 'results', q: '', family: '', level: '', state: '', runs: '',
	diff: somethingDiffers ? '1' : '0', skips: '0', id: '', run: '' };

let shown = read();
const listeners = [];

// A plus is a plus: profiles are part of names, and names of runs are typed by hand.
function read() {
	const state = { ...plainView };

	for (const part of location.hash.slice(1).split('&')) {
		const [name, value = ''] = part.split(/=(.*)/s);
		if (!Object.hasOwn(plainView, name))
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

const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);

// The same array for the same words.
const runsByWords = new Map();

function runsOf(state) {
	const wanted = words(state.runs);
	const key = wanted.join(' ');

	if (!runsByWords.has(key))
		runsByWords.set(key, runs.filter((run) => wanted.length === 0 ||
			wanted.some((word) => run.text.includes(word))));
	return runsByWords.get(key);
}

// rowsOf(state, runs, { anyState }): what is left of the rows; to count by state, of any state.
function rowsOf(state, someRuns, { anyState = false } = {}) {
	const there = sumsOf(someRuns);
	const wanted = words(state.q);
	const mask = state.state && !anyState ? bitsOf(lettersOf(state.state)) : ~0;

	return rows.filter((row) => mask & there.get(row) &&
		(!state.family || row.family === state.family) &&
		(!state.level || row.level === state.level) &&
		(state.diff !== '1' || differs(there.get(row), state.skips === '1')) &&
		wanted.every((word) => row.text.includes(word)));
}

// The names in the address are the five states, and `unexpected` for what needs somebody.
const choices = new Map(Object.entries({ unexpected: 'fb', fail: 'fo', known: 'k', skip: 's',
	broken: 'b', pass: 'pa' }));

function lettersOf(names) {
	return names.split(',').map((name) => choices.get(name) ?? '').join('');
}
