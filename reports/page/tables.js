// SPDX-License-Identifier: ISC
// The limits and the facts of the runs, side by side.

const tables = document.getElementById('tables');

function showTables(view, someRuns) {
	tables.hidden = view === 'results';
	if (tables.hidden)
		return;
	tables.classList.toggle('many', view === 'limits' && someRuns.length > 10);
	tables.style.setProperty('--runs', someRuns.length);
	tables.replaceChildren(...view === 'limits' ? limitsTable(someRuns) : factsTable(someRuns));
}

function limitsTable(someRuns) {
	const how = new Map();

	for (const run of someRuns)
		for (const [name, limit] of Object.entries(run.limits))
			if (!how.get(name))
				how.set(name, limit.how ?? '');
	return sideBySide('Limits of pipes, as measured by the usual probes', [...how.keys()], someRuns,
		(run) => run.limits, (limit) => limit?.value, (name) => how.get(name)) ??
		[nothing('No run here has limits in it. They come from pipe7 --limits.')];
}

function factsTable(someRuns) {
	const names = inOrder([...new Set(someRuns.flatMap((run) => Object.keys(run.facts)))]);
	const toldBy = (run) => run.facts;
	const differing = names.filter((name) =>
		new Set(someRuns.map((run) => run.facts[name]).filter((fact) => fact !== undefined)).size > 1);

	if (someRuns.length < 2)
		return sideBySide('Facts', names, someRuns, toldBy) ??
			[nothing('No run here has facts in it.')];
	return sideBySide('Facts that differ between the runs', differing, someRuns, toldBy) ??
		[nothing('The runs here agree in all facts.')];
}

function nothing(text) {
	return make('p', { class: 'nothing' }, text);
}

// The first of those that most runs have.
function mostCommon(values) {
	const counts = new Map();

	for (const value of values)
		if (value !== undefined)
			counts.set(value, (counts.get(value) ?? 0) + 1);
	const most = Math.max(...counts.values());
	return [...counts.keys()].find((value) => counts.get(value) === most);
}

function sideBySide(caption, names, someRuns, toldBy, valueOf = (fact) => fact,
	about = () => '') {
	const compared = someRuns.length > 1;

	return names.length === 0 ? undefined : [make('table', { class: 'side' },
		make('caption', {}, caption, compared && make('span', { class: 'quiet' },
			' \u2260 marks what is not the value that most runs have')),
		make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, 'Name'),
			compared && make('th', { scope: 'col' }, 'Most'),
			someRuns.map((run) => make('th', { scope: 'col',
				class: flawOf(run) ? 'run partial' : 'run' },
			make('a', { href: linkTo({ id: '', run: run.name }) }, breakable(run.name)),
			Object.keys(toldBy(run)).length === 0 &&
				make('span', { class: 'untold' }, 'not told'))))),
		make('tbody', {}, names.map((name) => {
			const values = someRuns.map((run) => valueOf(toldBy(run)[name]));
			const most = mostCommon(values);
			return make('tr', {},
				make('th', { scope: 'row' }, breakable(name),
					make('span', { class: 'quiet' }, about(name))),
				compared && make('td', {}, `${most}`),
				values.map((value) => sideCell(value, most)));
		})))];
}

function sideCell(value, most) {
	if (value === undefined)
		return make('td', { class: 'none' });
	return value === most ? make('td', { class: 'same' }, `${value}`)
		: make('td', { class: 'other' },
			make('span', { class: 'mark', 'aria-label': 'differs: ', role: 'img' }, '\u2260'),
			breakable(`${value}`));
}
