// SPDX-License-Identifier: ISC
// Puts the parts together: the controls, the keys, the theme, printing.

const control = (id) => document.getElementById(id);
const fields = ['q', 'family', 'level', 'runs'];
const switches = ['diff', 'skips'];
const filters = [...fields, 'state', ...switches];

function fillControls() {
	for (const [family, list] of rowsOfFamily)
		control('family').append(make('option', { value: family }, `${family} (${list.length})`));
	for (const level of ['posix', 'documented', 'observed', ...new Set(rows.map((row) => row.level))])
		if (rows.some((row) => row.level === level) && level &&
			![...control('level').options].some((option) => option.value === level))
			control('level').append(make('option', { value: level }, level));
	for (const [name, letters] of choices)
		control('state').append(make('button', { type: 'button', 'data-state': name,
			'aria-pressed': 'false', click: () => choose(name), title: letters.split('')
				.map((letter) => `${kinds.get(letter).name}: ${kinds.get(letter).says}`).join('\n') },
		letters.split('').filter((letter) => !'axt'.includes(letter)).map((letter) => badge(letter)),
		` ${name} `, make('span', { class: 'number' })));
	control('summary').textContent = summary();
	control('legend').append(...[...kinds]
		.filter(([letter]) => letter !== '.' && rows.some((row) => row.states.includes(letter)))
		.flatMap(([letter, kind]) => [badge(letter), ` ${kind.name} \u2003`]));
	control('failed').remove();
	for (const id of ['views', 'tools', 'filters'])
		control(id).hidden = false;
}

function summary() {
	const troubled = runs.filter((run) => run.totals.unexpected);
	const partial = runs.filter((run) => run.status !== 'complete');
	const damaged = runs.filter((run) => run.problems.length > 0);
	const unexpected = troubled.reduce((sum, run) => sum + run.totals.unexpected, 0);

	return visible([plural(rows.length, 'result'), plural(runs.length, 'run'),
		unexpected ? `${unexpected} unexpected in ${plural(troubled.length, 'run')}`
			: rows.length > 0 && 'nothing unexpected',
		partial.length > 0 && `${partial.length} not complete`,
		damaged.length > 0 && `${damaged.length} damaged`,
		data.generated?.replace('T', ' ').replace(/Z$/, ' UTC')].filter(Boolean).join(' \u00b7 '));
}

function choose(name) {
	const chosen = new Set(shown.state.split(',').filter(Boolean));

	if (!chosen.delete(name))
		chosen.add(name);
	go({ state: [...choices.keys()].filter((each) => chosen.has(each)).join(',') });
}

// --- showing ------------------------------------------------------------------

function show(state, before, keepFocus) {
	const changed = (...names) => !before || names.some((name) => state[name] !== before[name]);

	if (changed('view', ...filters))
		showView(state);
	if (changed('id', 'run') || !panel.hidden && changed('view', ...filters))
		showPanel(state, { keepFocus: keepFocus || !changed('id', 'run') });
	opened = panel.hidden ? undefined : placeOf(state);
	markOpened();
}

function showView(state) {
	const someRuns = runsOf(state);
	const results = state.view !== 'limits' && state.view !== 'facts';

	document.body.dataset.view = results ? 'results' : state.view;
	for (const link of control('views').children) {
		link.href = linkTo({ view: link.dataset.view, id: '', run: '' });
		link.toggleAttribute('aria-current', link.dataset.view === document.body.dataset.view);
		if (link.hasAttribute('aria-current'))
			link.setAttribute('aria-current', 'page');
	}
	for (const field of fields)
		if (control(field).value !== state[field])
			control(field).value = state[field];
	for (const name of switches)
		control(name).checked = state[name] === '1';
	control('skips').disabled = state.diff !== '1';
	scroller.hidden = !results;
	showTables(results ? 'results' : state.view, someRuns);
	if (results)
		showResults(state, someRuns);
	else
		control('count').textContent = `${someRuns.length} of ${plural(runs.length, 'run')}`;
	control('clear').disabled = filters.every((name) => state[name] === plainView[name]);
}

function showResults(state, someRuns) {
	const some = rowsOf(state, someRuns);
	const candidates = state.state ? rowsOf(state, someRuns, { anyState: true }) : some;
	const pressed = state.state.split(',');
	const there = sumsOf(someRuns);

	showGrid(some, someRuns);
	for (const button of control('state').children) {
		const mask = bitsOf(choices.get(button.dataset.state));
		button.setAttribute('aria-pressed', pressed.includes(button.dataset.state));
		button.querySelector('.number').textContent =
			candidates.filter((row) => there.get(row) & mask).length;
	}
	control('count').textContent = `${some.length} of ${plural(rows.length, 'result')}` +
		(someRuns.length < runs.length ? `, ${someRuns.length} of ${plural(runs.length, 'run')}` : '');
	control('filtered').textContent = visible(inWordsOf(state));
	grid.hidden = someRuns.length === 0;
	control('nothing').hidden = some.length > 0;
	control('nothing').textContent = visible(whyNothing(state, someRuns));
}

// For paper, which has no controls.
function inWordsOf(state) {
	return [state.diff === '1' && `differences only${state.skips === '1' ? ', skips too' : ''}`,
		state.q && `with "${state.q}"`, state.family && `family ${state.family}`,
		state.level && `level ${state.level}`, state.state && `with a result ${state.state}`,
		state.runs && `runs with "${state.runs}"`].filter(Boolean).join('; ');
}

function whyNothing(state, someRuns) {
	if (runs.length === 0)
		return 'There is no run in this report.';
	if (rows.length === 0)
		return 'No run in this report has a result. What became of them is in the heads above.';
	if (someRuns.length === 0)
		return 'No run has any of these words in its name or kernel.';
	if (state.diff === '1' && rowsOf({ ...state, diff: '0' }, someRuns).length > 0)
		return 'The runs agree wherever they tested this. Switch off "Differences only" to see it.';
	return 'No result is like that. "Clear" shows all.';
}

// --- controls -----------------------------------------------------------------

// While one types in one field, that is one step.
let typing;

for (const field of fields) {
	control(field).addEventListener('input', () => {
		go({ [field]: control(field).value }, { replace: typing === field, keepFocus: true });
		typing = field;
	});
	control(field).addEventListener('change', () => { typing = undefined; });
	control(field).addEventListener('blur', () => { typing = undefined; });
}
for (const name of switches)
	control(name).addEventListener('change', () => go({ [name]: control(name).checked ? '1' : '0' }));
control('clear').addEventListener('click', () => {
	const { view, id, run } = shown;
	go({ ...plainView, view, id, run });
	control('q').focus();
});
control('help').addEventListener('click', showKeys);
control('skip').addEventListener('click', (event) => {
	event.preventDefault();
	if (scroller.hidden)
		tables.focus();
	else
		moveTo(active.line, active.column);
});

const keys = [
	['arrows, Home, End, Page Up, Page Down',
		'move in the table; Ctrl with Home and End: to its corners'],
	['Enter', 'explain a result, a row or a run; on a family: its rows alone'],
	['Escape', 'close what is open'],
	['/', 'search'],
	['d', 'differences only, or all'],
	['1 2 3', 'results, limits, facts'],
	['?', 'this'],
];

function showKeys() {
	control('keys').replaceChildren(
		make('h2', { id: 'keys-title' }, 'Keys'),
		make('dl', {}, keys.map(([key, what]) => [make('dt', {}, make('kbd', {}, key)),
			make('dd', {}, what)])),
		make('h2', {}, 'Results'),
		make('dl', {}, [...kinds].map(([letter, kind]) => [make('dt', {}, badge(letter),
			` ${kind.name}`), make('dd', {}, kind.says)])),
		make('button', { type: 'button', click: () => control('keys').close() }, 'Close'));
	control('keys').showModal();
}

const shortcuts = {
	'/': () => { control(shown.view === 'results' ? 'q' : 'runs').focus(); },
	'?': showKeys,
	d: () => go({ diff: shown.diff === '1' ? '0' : '1' }),
	1: () => go({ view: 'results' }),
	2: () => go({ view: 'limits' }),
	3: () => go({ view: 'facts' }),
};

addEventListener('keydown', (event) => {
	const typed = event.target.closest?.('input:not([type=checkbox]), select, textarea');

	if (event.ctrlKey || event.altKey || event.metaKey || control('keys').open)
		return;
	if (event.key === 'Escape' && !panel.hidden) {
		event.preventDefault();
		closePanel();
	} else if (event.key === 'Escape' && typed) {
		typed.blur();
		moveTo(active.line, active.column);
	} else if (!typed && Object.hasOwn(shortcuts, event.key)) {
		event.preventDefault();
		shortcuts[event.key]();
	}
});

// --- theme --------------------------------------------------------------------

const themes = ['system', 'light', 'dark'];

// Storage may be denied to a page that is a file.
function keptTheme() {
	try {
		return localStorage.getItem('pipe7-theme');
	} catch {
		return null;
	}
}

function setTheme(theme) {
	document.documentElement.dataset.theme = theme;
	control('theme').lastChild.textContent = theme;
	try {
		localStorage.setItem('pipe7-theme', theme);
	} catch {
		// It lasts as long as the page, then.
	}
}

control('theme').addEventListener('click', () => {
	const now = themes.indexOf(document.documentElement.dataset.theme);
	setTheme(themes[(now + 1) % themes.length]);
});

// --- printing, sizes ----------------------------------------------------------

function setPrinting(value) {
	printing = value;
	document.documentElement.classList.toggle('printing', value);
	draw();
}
addEventListener('beforeprint', () => setPrinting(true));
addEventListener('afterprint', () => setPrinting(false));
matchMedia('print').addEventListener('change', (event) => setPrinting(event.matches));
new ResizeObserver(() => {
	if (!scroller.hidden && !printing)
		resized();
}).observe(scroller);

setTheme(themes.includes(keptTheme()) ? keptTheme() : 'system');
fillControls();
listeners.push(show);
show(shown);
if (opened)
	moveTo(opened.line, opened.column, { focus: false });
