// SPDX-License-Identifier: ISC
// The table of results.  Only the lines in sight are in the document; to be printed, all are.

const grid = document.getElementById('grid');
const scroller = document.getElementById('scroller');
const head = grid.createTHead();
const body = grid.createTBody();
const above = spacer();
const below = spacer();
const spare = 6;

// A line is { family } or { row }; drawn are those in the document, by number.
let lines = [];
let columns = [];
let drawn = new Map();
let printing = false;
let cornerText;

// Where the keyboard is, and what the panel is about: line -1 is the head, column -1 the first.
let active = { line: -1, column: -1 };
let opened;

function spacer() {
	return make('tr', { 'aria-hidden': 'true', class: 'spacer' }, make('td'));
}

// showGrid(rows, runs): anew, with the keyboard at the same row and run where they are left.
function showGrid(someRows, someRuns) {
	const at = { row: lines[active.line]?.row, run: columns[active.column] };

	lines = [...Map.groupBy(someRows, (row) => row.family)].flatMap(([family, list]) =>
		[{ family, list }, ...list.map((row, index) =>
			({ row, again: index > 0 && list[index - 1].name === row.name }))]);
	if (columns !== someRuns) {
		columns = someRuns;
		drawHead();
	}
	grid.setAttribute('aria-rowcount', lines.length + 1);
	for (const line of drawn.values())
		line.remove();
	drawn = new Map();
	body.replaceChildren(above, below);
	active = { line: at.row ? lines.findIndex((line) => line.row === at.row) : -1,
		column: at.run ? columns.indexOf(at.run) : -1 };
	draw();
}

// What the first column takes, if most identities are not to be cut; and what it gets.
const lengths = rows.map((row) => row.id.length - row.family.length).sort((a, b) => a - b);
const needed = 110 + 7.9 * Math.min(60, lengths[Math.floor(lengths.length * 0.97)] ?? 0);

function measure() {
	const wide = scroller.clientWidth || innerWidth;
	const count = Math.max(1, columns.length);
	const roomy = (wide - Math.min(needed, wide * 0.45)) / count >= 120;
	const most = roomy ? wide * 0.45
		: Math.max(wide * (wide < 700 ? 0.5 : 0.36), Math.min(wide - 36 * count, wide * 0.7));
	const first = Math.round(Math.max(150, Math.min(needed, most)));
	const each = Math.floor((wide - first) / count);

	grid.classList.toggle('narrow', !roomy);
	grid.classList.toggle('many', count > 30);
	grid.style.setProperty('--first', `${first}px`);
	grid.style.setProperty('--each', `${roomy ? Math.min(each, 260)
		: Math.max(36, Math.min(each, 44))}px`);
	grid.style.setProperty('--runs', columns.length);
	grid.style.setProperty('--head', Math.min(48, Math.max(12, ...columns.map((run) =>
		Math.max(whoOf(run).join('+').length, 0.85 * whereOf(run).join(' . ').length)))));
	scroller.style.scrollPaddingLeft = `${first}px`;
}

// Cells say more where there is room.
function resized() {
	const before = grid.classList.contains('narrow');
	const focus = body.contains(document.activeElement);

	measure();
	if (before !== grid.classList.contains('narrow')) {
		for (const line of drawn.values())
			line.remove();
		drawn.clear();
		moveTo(active.line, active.column, { focus });
	}
	draw();
}

// --- the head -----------------------------------------------------------------

function drawHead() {
	const group = grid.querySelector('colgroup') ?? make('colgroup');

	measure();
	group.replaceChildren(make('col', { class: 'first' }),
		...columns.map(() => make('col', { class: 'run' })));
	grid.querySelector('caption').after(group);
	cornerText = make('span', { class: 'corner-text' });
	head.replaceChildren(make('tr', { 'aria-rowindex': 1 },
		make('th', { scope: 'col', class: 'corner', tabindex: -1 },
			make('span', { class: 'for-ears' }, 'Case'), cornerText),
		columns.map(headOf)));
	grid.setAttribute('role', 'grid');
	grid.setAttribute('aria-colcount', columns.length + 1);
}

function whereOf({ facts: { kernel = '', machine, page_size: page } }) {
	return [kernel.replace(/^Linux /, ''), machine, page > 0 && `${page / 1024} KiB pages`]
		.filter(Boolean);
}

function headOf(run) {
	const where = Object.keys(run.facts).length > 0 ? whereOf(run) : ['facts not told'];
	const [place, profile, apart] = whoOf(run);
	const flaw = flawOf(run);

	return make('th', { scope: 'col', tabindex: -1, class: flaw ? 'run partial' : 'run',
		'aria-label': `${run.name}, ${where.join(', ')}: ${sumOf(run)}`,
		title: `${run.name}\n${where.join(' \u00b7 ')}\n${sumOf(run)}` },
	make('span', { class: 'head' },
		make('span', { class: 'who' }, make('span', { class: 'place' }, place),
			profile && make('span', { class: 'profile' }, profile),
			apart && make('span', { class: 'apart' }, apart)),
		make('span', { class: 'where' }, flaw && make('b', {}, flaw),
			where.map((text) => make('span', {}, text)))),
	make('span', { class: 'foot' }, footOf(run)));
}

function footOf(run) {
	const { status, totals: { unexpected, broken } } = run;
	const flaw = flawOf(run);

	return [flaw && make('span', { class: 'status' }, flaw), ' ', status === 'complete' &&
		unexpected > 0 && badge(unexpected === broken ? 'b' : 'f', unexpected)];
}

function sumOf(run) {
	const { totals } = run;
	const counts = ['pass', 'fail', 'known', 'skip', 'broken', 'unexpected']
		.filter((name) => totals[name]).map((name) => `${totals[name]} ${name}`);

	return [run.status !== 'complete' && [run.status, run.reason].filter(Boolean).join(': '),
		run.problems.length > 0 && `damaged: ${damageOf(run)}`,
		counts.join(', ')].filter(Boolean).join('; ') || 'nothing';
}

// --- lines --------------------------------------------------------------------

function lineOf(number) {
	const { family, list, row, again } = lines[number];
	const line = family === undefined ? rowLine(row, again) : familyLine(family, list);

	line.dataset.line = number;
	line.setAttribute('aria-rowindex', number + 2);
	return line;
}

const levels = { posix: 'POSIX', documented: 'doc', observed: 'obs' };

function rowLine(row, again) {
	const rest = row.id.slice(row.name.length);
	const name = row.name.slice(row.family.length + 1) || row.name;

	return make('tr', { 'data-id': row.id },
		make('th', { scope: 'row', tabindex: -1, class: again ? 'row again' : 'row' },
			make('div', { class: 'label' }, make('span', { class: 'name' }, name),
				rest && make('span', { class: 'rest' }, rest),
				make('span', { class: `level ${levels[row.level] ? row.level : ''}` },
					levels[row.level] ?? row.level))),
		columns.map((run) => cellOf(row, run)));
}

// Whatever the filters leave of a family, its totals are of all its rows.
const totals = new Map();

function totalsOf(family) {
	if (!totals.has(family))
		totals.set(family, runs.map((run) => tally(rowsOfFamily.get(family), [run])));
	return totals.get(family);
}

function familyLine(family, list) {
	const all = rowsOfFamily.get(family);
	const count = list.length === all.length ? `${all.length}` : `${list.length} of ${all.length}`;

	return make('tr', { class: 'family' },
		make('th', { scope: 'row', tabindex: -1 },
			make('div', { class: 'label' }, make('span', { class: 'name' }, family),
				make('span', { class: 'about' }, all[0].about.about ?? ''),
				make('span', { class: 'level' }, count))),
		columns.map((run) => {
			const counts = totalsOf(family)[run.number];
			const [worst] = counts.keys();
			const says = inWords(counts) || 'no result';
			return make('td', { tabindex: -1, 'aria-label': says, title: says,
				class: `sum-${worst ?? 'none'}` }, worst ? kinds.get(worst).glyph : '',
			worst && worst !== 'p' && `${counts.get(worst)}`);
		}));
}

// Cells are many and of few kinds, so they are copies, of as few nodes as can be.  With more room
// they say what happened beside the glyph.
const patterns = new Map([...kinds].map(([letter, kind]) => [letter,
	make('td', { tabindex: -1, class: classOf(letter), 'aria-label': kind.name }, kind.glyph)]));

function cellOf(row, run) {
	const letter = row.states[run.number];

	return grid.classList.contains('narrow') ? patterns.get(letter).cloneNode(true)
		: wideCell(letter, data.why[row.reasons[run.number]] ?? {});
}

function wideCell(letter, { got, class: kind, reason }) {
	const { name, glyph } = kinds.get(letter);
	const short = got?.replace(/^(fails with|returns) /, '') ??
		[kind, reason].filter(Boolean).join(': ');

	return make('td', { tabindex: -1, 'aria-label': short ? `${name}: ${short}` : name },
		make('span', { class: classOf(letter) }, glyph),
		short && make('span', { class: 'short' }, short));
}

// --- what is in sight ---------------------------------------------------------

// All lines are of one height, which is known once there is one.
let height = 24;

function draw() {
	if (scroller.hidden)
		return;
	const first = printing ? 0 : Math.floor(scroller.scrollTop / height);
	const seen = Math.ceil(scroller.clientHeight / height);
	const from = Math.max(0, first - spare);
	const to = printing ? lines.length : Math.min(lines.length, first + seen + spare);
	let next = below;

	for (const [number, line] of drawn) {
		if (number >= from && number < to)
			continue;
		if (line.contains(document.activeElement))
			scroller.focus({ preventScroll: true });
		line.remove();
		drawn.delete(number);
	}
	for (let number = to - 1; number >= from; number--) {
		if (!drawn.has(number)) {
			drawn.set(number, lineOf(number));
			next.before(drawn.get(number));
		}
		next = drawn.get(number);
	}
	if (!printing)
		height = drawn.get(from)?.offsetHeight || height;
	above.firstChild.style.height = `${from * height}px`;
	below.firstChild.style.height = `${(lines.length - to) * height}px`;
	above.hidden = from === 0;
	below.hidden = to >= lines.length;
	rove();
	markOpened();
	nameCorner(first);
}

// The family that the uppermost line belongs to, when its own line is out of sight.
function nameCorner(first) {
	cornerText.textContent = visible(lines[first]?.row?.family ?? '');
}

let waiting = 0;
scroller.addEventListener('scroll', () => {
	waiting ||= requestAnimationFrame(() => { waiting = 0; draw(); });
}, { passive: true });

// --- the keyboard -------------------------------------------------------------

function cellAt({ line, column }) {
	return (line < 0 ? head.rows[0] : drawn.get(line))?.cells[column + 1];
}

// One cell is in the order of tabs: the active one, or the first in sight.
function rove() {
	const cell = cellAt(active) ?? cellAt({ line: -1, column: -1 });

	if (cell?.tabIndex === 0)
		return;
	grid.querySelector('[tabindex="0"]')?.setAttribute('tabindex', -1);
	cell?.setAttribute('tabindex', 0);
}

function moveTo(line, column, { focus = true } = {}) {
	if (scroller.hidden)
		return;
	const room = scroller.clientHeight - head.offsetHeight;

	active = { line: Math.max(-1, Math.min(line, lines.length - 1)),
		column: Math.max(-1, Math.min(column, columns.length - 1)) };
	if (active.line >= 0) {
		const top = active.line * height;
		if (top < scroller.scrollTop)
			scroller.scrollTop = top;
		else if (top + height > scroller.scrollTop + room)
			scroller.scrollTop = top + height - room;
	}
	draw();
	const cell = cellAt(active);
	cell?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
	if (focus)
		cell?.focus({ preventScroll: true });
}

// Where a row is and a run, if they are shown.
function placeOf({ id, run }) {
	const line = id ? lines.findIndex((each) => each.row?.id === id) : -1;

	return id && line < 0 ? undefined : { line, column: columns.indexOf(runCalled(run)) };
}

function markOpened() {
	for (const cell of grid.querySelectorAll('.opened'))
		cell.classList.remove('opened');
	if (opened)
		cellAt(opened)?.classList.add('opened');
}

const steps = {
	ArrowUp: () => [active.line - 1, active.column],
	ArrowDown: () => [active.line + 1, active.column],
	ArrowLeft: () => [active.line, active.column - 1],
	ArrowRight: () => [active.line, active.column + 1],
	PageUp: () => [active.line - page(), active.column],
	PageDown: () => [active.line + page(), active.column],
	Home: (all) => [all ? -1 : active.line, -1],
	End: (all) => [all ? lines.length - 1 : active.line, columns.length - 1],
};

function page() {
	return Math.max(1, Math.floor((scroller.clientHeight - head.offsetHeight) / height) - 1);
}

scroller.addEventListener('keydown', (event) => {
	const step = steps[event.key];

	if (event.altKey || event.metaKey || event.ctrlKey && !/^(Home|End)$/.test(event.key))
		return;
	if (step) {
		event.preventDefault();
		moveTo(...step(event.ctrlKey));
		if (shown.id || shown.run)
			open(active, { replace: true, keepFocus: true });
	} else if ((event.key === 'Enter' || event.key === ' ') && event.target !== scroller) {
		event.preventDefault();
		open(active);
	}
});

// --- what is opened -----------------------------------------------------------

function open({ line, column }, options = {}) {
	const { family, row } = lines[line] ?? {};
	const run = columns[column]?.name ?? '';

	if (row)
		go({ id: row.id, run }, options);
	else if (line < 0 && run)
		go({ id: '', run }, options);
	else if (family !== undefined && !options.keepFocus)
		go({ family: shown.family === family ? '' : family }, options);
}

grid.addEventListener('click', (event) => {
	const cell = event.target.closest('td, th');
	const line = cell?.parentNode.dataset.line ?? -1;

	if (!cell || cell.parentNode.className === 'spacer' || getSelection().toString())
		return;
	moveTo(Number(line), cell.cellIndex - 1);
	open(active);
});

// What a cell is, when the pointer rests on it.
grid.addEventListener('pointerover', (event) => {
	const cell = event.target.closest('td, th.row');
	const { row } = lines[cell?.parentNode.dataset.line] ?? {};
	const run = columns[cell?.cellIndex - 1];

	if (!row || cell.title)
		return;
	if (!run) {
		cell.title = visible([row.id, row.about.claim].filter(Boolean).join('\n'));
		return;
	}
	const { class: kind, reason, want, got } = reasonOf(row, run);
	cell.title = visible([kinds.get(row.states[run.number]).name, kind, reason,
		got && `${got}; wanted: ${want}`].filter(Boolean).join(': '))+ `\n${visible(run.name)}`;
});
