// SPDX-License-Identifier: ISC
// The panel beside the table: one result, a row or a case in all runs, or a run.

const panel = document.getElementById('panel');

// Where the keyboard was before the panel took it.
let opener;

// showPanel({ id, run }): false when there is nothing to show.
function showPanel({ id, run: name }, { keepFocus = false } = {}) {
	const content = contentOf(id, name, runCalled(name));
	const wasOpen = !panel.hidden;

	panel.hidden = !content;
	if (!content) {
		if (wasOpen)
			leavePanel();
		return;
	}
	if (!panel.contains(document.activeElement))
		opener = document.activeElement;
	panel.replaceChildren(...content);
	panel.scrollTop = 0;
	if (!keepFocus)
		document.getElementById('panel-title').focus({ preventScroll: true });
}

function contentOf(id, name, run) {
	const row = rowNamed.get(id);

	if (!id && !name)
		return undefined;
	if (!id)
		return run ? runPanel(run, whichOf(run, name)) : missing('run', name);
	if (row && run)
		return cellPanel(row, run, whichOf(run, name));

	const absent = name && !run && on(`This report has no run ${name}.`);
	if (row)
		return rowPanel(row, absent);
	return rowsOfCase.has(id) ? casePanel(id, rowsOfCase.get(id), absent) : missing('result', id);
}

// Which of the runs it is that are meant by a name that they have in common.
function whichOf(run, name) {
	return run.name !== name && `the newest of ${namesakes.get(name).length} runs of ${name}`;
}

function closePanel() {
	go({ id: '', run: '' });
}

function leavePanel() {
	if (opener?.isConnected && opener !== document.body)
		opener.focus({ preventScroll: true });
	else
		moveTo(active.line, active.column);
	opener = undefined;
}

// --- parts --------------------------------------------------------------------

function title(text, ...under) {
	return make('header', {},
		make('h2', { id: 'panel-title', tabindex: -1 }, breakable(text)),
		make('div', { class: 'tools' },
			make('button', { type: 'button',
				click: (event) => copy(location.href, event.target) }, 'Copy link'),
			make('button', { type: 'button', class: 'close', click: closePanel,
				'aria-keyshortcuts': 'Escape' }, 'Close')),
		...under);
}

// Above a title: where that was.
function on(...content) {
	return make('p', { class: 'on' }, content);
}

// A list of [name, value], without those that have no value.
function list(entries, attributes = {}) {
	const there = entries.filter(([, value]) => value !== undefined && value !== '' &&
		value !== null && !(Array.isArray(value) && value.length === 0));

	return there.length > 0 && make('dl', attributes, there.map(([name, value]) =>
		[make('dt', {}, name), make('dd', {}, value)]));
}

function section(name, ...content) {
	const there = content.flat().filter(Boolean);

	return there.length > 0 && make('section', {}, make('h3', {}, name), there);
}

function missing(what, name) {
	return [title(name), make('p', {}, `This report has no such ${what}.`)];
}

function link(address) {
	return /^https?:\/\//.test(address ?? '')
		? make('a', { href: address, rel: 'noopener noreferrer', target: '_blank' },
			breakable(address)) : address;
}

function inner(change, ...content) {
	return make('a', { href: linkTo(change) }, content);
}

// --- a result -----------------------------------------------------------------

function cellPanel(row, run, which) {
	const letter = row.states[run.number];
	const kind = kinds.get(letter);
	const why = reasonOf(row, run);

	return [
		title(row.id, on('on ', inner({ id: '', run: run.name }, breakable(run.name)),
			which && `, ${which}`)),
		make('p', { class: 'verdict' }, badge(letter), make('strong', {}, kind.name), ' ',
			make('span', {}, kind.says)),
		list([['why', why.reason && [why.class && make('b', {}, `${why.class}: `), why.reason]],
			['link', link(why.link)]]),
		list([['call', why.call], ['want', why.want], ['got', why.got]], { class: 'outcome' }),
		section('Notes', (why.notes ?? []).map((note) => make('p', { class: 'note' }, note))),
		claimOf(row, why.at, durationOf(row, run)),
		letter === '.' ? undefined : again(commandFor(row.id, run)),
		inAllRuns(row, run),
	].filter(Boolean);
}

function rowPanel(row, absent) {
	return [title(row.id, absent), claimOf(row), inAllRuns(row)].filter(Boolean);
}

function casePanel(name, caseRows, absent) {
	return [title(name, absent), claimOf(caseRows[0]),
		section(plural(caseRows.length, 'result'), make('ul', { class: 'links' },
			caseRows.map((row) => make('li', {}, inner({ id: row.id, run: '' },
				breakable(row.id.slice(name.length + 1) || row.id)), ' ',
			make('span', { class: 'quiet' }, inWords(tally([row], runs)))))))];
}

function claimOf(row, at, duration) {
	const { claim, level, cites, against, since, covers = [], at: where } = row.about;

	return section('Claim',
		claim && make('p', { class: 'claim' }, claim),
		list([['level', level?.toUpperCase()], ['cites', cites], ['against', against],
			['since', since], ['covers', covers.join(' ')], ['source', at ?? where],
			['took', duration],
			['case', inner({ id: row.name, run: '' }, breakable(row.name))]]));
}

function again(command) {
	return section('Run it again there', make('div', { class: 'command' },
		make('code', {}, command), make('button', { type: 'button',
			click: (event) => copy(command, event.target) }, 'Copy')));
}

// A word of a shell's command line.
function quoted(word) {
	return /^[\w.,:/@%+=-]+$/.test(word) ? word : `'${word.replaceAll('\'', '\'\\\'\'')}'`;
}

// Places that containers/run does not know are somebody's own: the program is run there by hand.
// So it is where a run does not say where it was.
function commandFor(id, run) {
	const { profile, facts } = run;
	const place = run.place ?? '';
	const start = place !== 'host' && data.places.includes(place.split(':')[0])
		? ['containers/run', profile ? `${place}+${profile}` : place]
		: [place === 'host' ? 'out/pipe7' : 'pipe7', ...profile ? ['--profile', profile] : []];

	return [...start, ...facts.tune_host === 'yes' ? ['--tune-host'] : [], id]
		.map(quoted).join(' ');
}

// The runs by what they came to, worst first.
function inAllRuns(row, here) {
	const byLetter = Map.groupBy(runs, (run) => row.states[run.number]);
	const there = [...kinds.keys()].filter((letter) => byLetter.has(letter));

	return runs.length > 1 && section('In all runs', make('ul', { class: 'by-state' },
		there.map((letter) => make('li', {}, badge(letter),
			make('span', { class: 'state' }, kinds.get(letter).name),
			make('ul', {}, byLetter.get(letter).map((run) => make('li', {}, run === here
				? make('b', { 'aria-current': 'true' }, breakable(run.name))
				: inner({ id: row.id, run: run.name }, breakable(run.name)))))))));
}

// --- a run --------------------------------------------------------------------

function runPanel(run, which) {
	const counts = tally(rows, [run]);

	return [
		title(run.name, which && on(which)),
		flawOf(run) && make('p', { class: 'verdict' },
			make('strong', { class: 'partial' }, flawOf(run)), ' ',
			(run.status === 'complete' ? damageOf(run) : run.reason) ?? ''),
		make('ul', { class: 'totals' }, [...counts].map(([letter, count]) => make('li', {},
			badge(letter), ` ${count} `, make('span', {}, kinds.get(letter).name)))),
		section('Problems', run.problems.map((text) => make('p', { class: 'note' }, text))),
		make('p', { class: 'tools' },
			make('button', { type: 'button', click: () => go({ runs: run.name }) },
				'This run alone'),
			run.tap && make('button', { type: 'button', id: 'download',
				click: (event) => download(run, event.target) }, 'Download TAP')),
		section('Limits', untold(run.limits), list(Object.entries(run.limits).map(([name, limit]) =>
			[name, [`${limit.value}`, ' ', make('span', { class: 'quiet' }, limit.how ?? '')]]),
		{ class: 'facts' })),
		section('Facts', untold(run.facts), list([['date', run.date], ['source', run.source],
			...inOrder(Object.keys(run.facts)).map((name) => [name, run.facts[name]])],
		{ class: 'facts' })),
	].filter(Boolean);
}

function untold(told) {
	return Object.keys(told).length === 0 && make('p', { class: 'quiet' }, 'These were not told.');
}

// The report was compressed by gzip and written in base64.
async function reportOf(run) {
	const text = document.getElementById(`tap-${run.number}`).textContent;
	const packed = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
	const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));

	return new Response(stream).blob();
}

async function download(run, button) {
	const address = URL.createObjectURL(new Blob([await reportOf(run)], { type: 'text/plain' }));
	const file = run.name.replace(/[^\w.+@-]+/g, '_').slice(0, 100);
	const anchor = make('a', { href: address, download: `${file}.tap` });

	button.after(anchor);
	anchor.click();
	anchor.remove();
	setTimeout(() => URL.revokeObjectURL(address), 60000);
}
