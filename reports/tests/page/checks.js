// SPDX-License-Identifier: ISC
// What the page must do, one function each.  What it should show is computed here from the matrix,
// in the plainest way.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');

// --- what is on the page ------------------------------------------------------

// The identities of all rows that the filters leave: on paper there are all.
async function allRows(page) {
	await onPaper(page, true);
	const ids = await page.$$eval('#grid tr[data-id]', (lines) => lines.map((l) => l.dataset.id));
	await onPaper(page, false);
	return ids;
}

// The page learns of it a moment later.
async function onPaper(page, wanted) {
	await page.emulateMedia({ media: wanted ? 'print' : null });
	await page.waitForFunction((value) =>
		document.documentElement.classList.contains('printing') === value, wanted);
}

function columns(page) {
	return page.$$eval('#grid thead th.run', (heads) =>
		heads.map((head) => head.getAttribute('aria-label').split(',')[0]));
}

const drawn = (page) => page.$$eval('#grid tbody tr', (lines) => lines.length);
const focused = (page) => page.evaluate(() => {
	const cell = document.activeElement.closest('td, th');
	return cell && [cell.parentNode.dataset.id ?? cell.parentNode.className ?? '', cell.cellIndex];
});
const text = (page, selector) => page.textContent(selector);
const hash = (page) => page.evaluate(() => decodeURIComponent(location.hash));

async function whyNothing(page) {
	assert.equal(await page.isVisible('#nothing'), true);
	return text(page, '#nothing');
}

// --- what should be -----------------------------------------------------------

function statesOf(row, names, matrix) {
	return matrix.runs.map((run, number) => names.includes(run.name) && row.cells[number])
		.filter(Boolean);
}

function differs(row, names, matrix, skips) {
	const states = statesOf(row, names, matrix).map((cell) => cell.state)
		.filter((state) => skips || state !== 'skip');
	return new Set(states).size > 1;
}

function expected(matrix, test, { names = matrix.runs.map((run) => run.name), diff = true,
	skips = false } = {}) {
	return matrix.rows.filter((row) => statesOf(row, names, matrix).length > 0 &&
		(!diff || differs(row, names, matrix, skips)) &&
		test(row, statesOf(row, names, matrix))).map((row) => row.id);
}

// --- checks -------------------------------------------------------------------

exports.opens = async (driver) => {
	for (const kind of ['some', 'same', 'none', 'empty', 'one']) {
		const page = await driver.open(kind);
		assert.equal(await page.title(), 'pipe7');
		assert.equal(await page.isVisible('#filters'), true);
		assert.equal(await page.$('#failed'), null);
		assert.equal(await page.$$eval('link, img, iframe, script[src]', (e) => e.length), 1);
	}
};

// Each filter alone, by hand; then by address, by reload, by back.
exports.filters = async (driver) => {
	const matrix = driver.matrix('some');
	const level = (row) => matrix.cases[row.case].level;
	const isOf = (...states) => (row, cells) => cells.some((cell) => states.includes(cell.state));
	const some = ['host+unprivileged', 'runsc+unprivileged'];
	const note = matrix.rows.filter((row) => row.differs).flatMap((row) => row.cells)
		.flatMap((cell) => cell?.notes ?? []).find((text) => /^capacity [5-9]\d/.test(text));
	const steps = [
		[(page) => page.fill('#q', 'CLAIMS/row_1 What_Number_00'), 'q=CLAIMS',
			(row) => /what_number_00.*row_1/.test(row.id), { diff: false }],
		[(page) => page.fill('#q', note), 'q=capacity',
			(row, cells) => cells.some((cell) => (cell.notes ?? []).includes(note)), {}],
		[(page) => page.fill('#q', 'CAP-033'), 'q=CAP-033', (row) =>
			matrix.cases[row.case].covers.includes('CAP-033'), { diff: false }],
		[(page) => page.selectOption('#family', 'family_02'), 'family=family_02',
			(row) => row.family === 'family_02', {}],
		[(page) => page.selectOption('#level', 'posix'), 'level=posix',
			(row) => level(row) === 'posix', {}],
		[(page) => page.fill('#runs', 'host runsc'), 'runs=host', () => true, { names: some }],
		[(page) => page.click('label:has(#diff)'), 'diff=0', () => true, { diff: false }],
		[(page) => page.click('label:has(#skips)'), 'skips=1', () => true, { skips: true }],
		[(page) => page.click('[data-state=known]'), 'state=known', isOf('known'), {}],
		[(page) => page.click('[data-state=fail]'), 'state=fail', isOf('fail'), {}],
		[(page) => page.click('[data-state=broken]'), 'state=broken', isOf('broken'), {}],
		[(page) => page.click('[data-state=skip]'), 'state=skip', isOf('skip'), {}],
		[(page) => page.click('[data-state=pass]'), 'state=pass', isOf('pass'), {}],
		[(page) => page.click('[data-state=unexpected]'), 'state=unexpected',
			(row, cells) => cells.some((cell) => cell.unexpected), {}],
	];
	const page = await driver.open('some');
	const plain = await allRows(page);
	assert.deepEqual(plain, expected(matrix, () => true));

	for (const [act, address, test, how] of steps) {
		const want = expected(matrix, test, how);
		if (how.diff === false && !address.startsWith('diff'))
			await page.click('label:has(#diff)');
		await act(page);
		assert.ok((await hash(page)).includes(address), `${await hash(page)}: ${address}`);
		assert.notEqual(want.length, 0, address);
		assert.deepEqual(await allRows(page), want, address);
		assert.ok((await text(page, '#count')).startsWith(`${want.length} of 96 results`), address);
		if (how.names)
			assert.deepEqual(await columns(page), how.names);

		await page.reload();
		assert.deepEqual(await allRows(page), want, `${address}, loaded anew`);
		await page.click('#clear');
		assert.deepEqual(await allRows(page), plain, `${address}, cleared`);
		await page.goBack();
		assert.deepEqual(await allRows(page), want, `${address}, gone back to`);
		await page.click('#clear');
	}
};

exports.filtersTogether = async (driver) => {
	const matrix = driver.matrix('some');
	const want = expected(matrix, (row, cells) => row.family === 'family_00' &&
		cells.some((cell) => ['fail', 'skip'].includes(cell.state)));
	const page = await driver.open('some');
	const start = await page.evaluate(() => history.length);

	await page.click('[data-state=fail]');
	await page.click('[data-state=skip]');
	await page.selectOption('#family', 'family_00');
	await page.locator('#q').pressSequentially('what_number');
	assert.deepEqual(await allRows(page), want);
	assert.equal(await hash(page), '#q=what_number&family=family_00&state=fail,skip');
	// A word that is typed is one step, not eleven.
	assert.equal(await page.evaluate(() => history.length), start + 4);
	await page.goBack();
	assert.equal(await page.inputValue('#q'), '');
	assert.equal(await hash(page), '#family=family_00&state=fail,skip');
	await page.fill('#q', 'no such thing anywhere');
	assert.deepEqual(await allRows(page), []);
	assert.ok((await whyNothing(page)).includes('No result is like that'));
	// An address that was typed badly does no harm.
	await goTo(page, 'q=%E0%A4%A&level=what&__proto__=1&diff');
	assert.ok((await text(page, '#count')).startsWith('0 of 96'));
};

exports.permalinks = async (driver) => {
	const matrix = driver.matrix('some');
	const isKnown = (each) => each?.state === 'known';
	const row = matrix.rows.find((each) => each.differs === 'state' && each.cells.some(isKnown));
	const cell = row.cells.find(isKnown);
	const about = matrix.cases[row.case];
	const run = matrix.runs[row.cells.indexOf(cell)];
	let page = await driver.open('some', { hash: `id=${row.id}&run=${run.name}` });
	let panel = await text(page, '#panel');

	for (const part of [row.id, run.name, 'known', about.claim, about.cites, about.level.toUpperCase(),
		...about.covers, cell.reason, cell.call, cell.want, cell.got,
		cell.at, cell.link, ...cell.notes, ' ms'])
		assert.ok(panel.includes(part), `the panel has no ${part}`);
	assert.ok(!panel.includes('undefined') && !panel.includes('null'));
	assert.equal(await page.getAttribute('#panel dd a[target]', 'href'), cell.link);
	assert.ok(await page.$(`tr[data-id="${row.id}"] td.opened`));
	assert.equal(await page.evaluate(() => document.activeElement.id), 'panel-title');

	// A row that the filters leave out is explained all the same.
	page = await driver.open('some', { hash: `id=${matrix.rows[1].id}` });
	assert.ok((await text(page, '#panel')).includes(matrix.rows[1].id));
	assert.ok((await text(page, '#panel')).includes('In all runs'));
	page = await driver.open('some', { hash: `id=${row.case}` });
	assert.equal(await page.$$eval('#panel .links li', (items) => items.length), 3);
	await page.click('#panel .links a');
	assert.ok((await hash(page)).includes(`id=${row.case}/row_0`));
	await page.goBack();
	assert.equal(await page.$$eval('#panel .links li', (items) => items.length), 3);
	page = await driver.open('some', { hash: `run=${run.name}` });
	panel = await text(page, '#panel');
	for (const part of [run.name, run.date, run.source, run.facts.kernel, 'F_GETPIPE_SZ', 'limits.h'])
		assert.ok(panel.includes(part), `the panel has no ${part}`);
	page = await driver.open('some', { hash: 'id=nothing/of/it&run=host+unprivileged' });
	assert.ok((await text(page, '#panel')).includes('no such result'));
	page = await driver.open('some', { hash: 'run=nowhere' });
	assert.ok((await text(page, '#panel')).includes('no such run'));
};

// A link may come from a report in which the place was there once, or at another time.
exports.newest = async (driver) => {
	const [row] = driver.matrix('twice').rows;
	const newest = { 'host+unprivileged': 'host+unprivileged@2026-11-22',
		'qemu:sid@s390x+unprivileged': 'qemu:sid@s390x+unprivileged@2026-11-22T10:00:00Z',
		'podman+unprivileged': 'podman+unprivileged#2' };
	const names = driver.matrix('twice').runs.map((run) => run.name);
	let page = await driver.open('twice');

	for (const [name, full] of Object.entries(newest)) {
		await goTo(page, `diff=0&id=${row.id}&run=${name}`);
		assert.equal(await text(page, '#panel .on'), `on ${full}, the newest of 2 runs of ${name}`);
		assert.equal(await page.$eval('#grid td.opened', (cell) => cell.cellIndex),
			names.indexOf(full) + 1);
		assert.equal(await text(page, '#panel [aria-current]'), full);
		await goTo(page, `run=${name}`);
		assert.equal(await text(page, '#panel-title'), full);
		assert.equal(await text(page, '#panel .on'), `the newest of 2 runs of ${name}`);
	}
	for (const name of names) {
		await goTo(page, `diff=0&id=${row.id}&run=${name}`);
		assert.equal(await text(page, '#panel .on'), `on ${name}`);
	}
	// Without such a run there is still what the row says.
	for (const id of [row.id, row.case]) {
		page = await driver.open('twice', { hash: `diff=0&id=${id}&run=host+container` });
		assert.equal(await text(page, '#panel-title'), id);
		assert.equal(await text(page, '#panel .on'), 'This report has no run host+container.');
		assert.ok((await text(page, '#panel')).includes(driver.matrix('twice').cases[row.case].claim));
	}
	page = await driver.open('twice', { hash: `id=${row.id}&run=__proto__` });
	assert.equal(await text(page, '#panel .on'), 'This report has no run __proto__.');
};

exports.commands = async (driver) => {
	const [first] = driver.matrix('some').rows;
	const want = [
		['host+unprivileged', `out/pipe7 --profile unprivileged --tune-host ${first.id}`],
		['runsc+unprivileged', `containers/run runsc+unprivileged ${first.id}`],
		['podman+unprivileged', `containers/run podman+unprivileged --tune-host ${first.id}`],
	];
	const page = await driver.open('some');

	await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
	for (const [run, command] of want) {
		await goTo(page, `id=${first.id}&run=${run}`);
		assert.equal(await text(page, '#panel .command code'), command);
		await page.click('#panel .command button');
		await page.waitForSelector('#panel .command button:text("Copied")');
		assert.equal(await page.evaluate(() => navigator.clipboard.readText()), command);
	}
	await page.click('#panel header button:text("Copy link")');
	await page.waitForSelector('#panel header button:text("Copied")');
	assert.equal(await page.evaluate(() => navigator.clipboard.readText()), page.url());
	// A place that containers/run does not know is somebody's own.
	const elsewhere = await driver.open('mid', { hash: `id=${first.id}&run=host-1+unprivileged` });
	assert.equal(await text(elsewhere, '#panel .command code'),
		`pipe7 --profile unprivileged --tune-host ${first.id}`);
};

// Where a run was is not known unless it says so: least of all was it this host.
exports.commandsElsewhere = async (driver) => {
	const [{ id }] = driver.matrix('untold').rows;
	const want = { 'host+unprivileged': `out/pipe7 --profile unprivileged --tune-host ${id}`,
		found: `pipe7 ${id}`, 'half found': `pipe7 --profile unprivileged ${id}` };
	const page = await driver.open('untold');

	for (const [run, command] of Object.entries(want)) {
		await goTo(page, `diff=0&id=${id}&run=${encodeURIComponent(run)}`);
		assert.equal(await text(page, '#panel .command code'), command, run);
	}
	assert.deepEqual(await page.$$eval('#grid thead .who', (heads) => heads.map((head) =>
		head.innerText.trim())), ['host\nunprivileged', 'found', 'half found',
		'podman\nunprivileged']);
};

exports.keyboard = async (driver) => {
	const matrix = driver.matrix('some');
	const page = await driver.open('some');
	const press = async (...keys) => {
		for (const key of keys)
			await page.keyboard.press(key);
	};
	const [first, second] = expected(matrix, () => true);

	const roles = await page.$eval('#grid', (grid) => [grid.role, grid.ariaRowCount, grid.ariaColCount,
		grid.tHead.rows[0].ariaRowIndex, grid.querySelector('[data-line]').ariaRowIndex]);
	const families = new Set(expected(matrix, () => true).map((id) => id.split('/')[0]));
	const count = expected(matrix, () => true).length + families.size + 1;
	assert.deepEqual(roles, ['grid', `${count}`, `${matrix.runs.length + 1}`, '1', '2']);

	await press('Tab', 'Enter'); // the link that skips the controls
	assert.deepEqual(await focused(page), ['', 0]);
	await press('ArrowDown');
	assert.deepEqual(await focused(page), ['family', 0]);
	await press('ArrowDown', 'ArrowRight');
	assert.deepEqual(await focused(page), [first, 1]);
	// One cell alone is in the order of tabs.
	assert.equal(await page.$$eval('#grid [tabindex="0"]', (cells) => cells.length), 1);
	const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
	assert.equal(outline, 'solid');
	await press('Enter');
	assert.ok((await hash(page)).endsWith(`id=${first}&run=${matrix.runs[0].name}`));
	assert.equal(await page.evaluate(() => document.activeElement.id), 'panel-title');
	await press('Escape');
	assert.equal(await page.isVisible('#panel'), false);
	assert.deepEqual(await focused(page), [first, 1]);
	await press('ArrowDown', 'End', 'ArrowRight');
	assert.deepEqual(await focused(page), [second, matrix.runs.length]);
	await press('Home', 'Enter');
	assert.ok((await hash(page)).endsWith(`id=${second}`));
	await press('Escape', 'Control+End');
	assert.equal((await focused(page))[0], expected(matrix, () => true).at(-1));
	await press('Control+Home', 'ArrowUp', 'ArrowLeft');
	assert.deepEqual(await focused(page), ['', 0]);
	await press('ArrowRight', 'Enter');
	assert.ok((await hash(page)).endsWith(`run=${matrix.runs[0].name}`));
	await press('Escape', 'd');
	assert.ok((await hash(page)).includes('diff=0'));
	await press('d', '/');
	assert.equal(await page.evaluate(() => document.activeElement.id), 'q');
	await press('d', '?', '/');
	assert.equal(await page.inputValue('#q'), 'd?/');
	await press('Escape', '?');
	assert.equal(await page.isVisible('#keys'), true);
	await press('Escape');
	assert.equal(await page.isVisible('#keys'), false);
	await press('2');
	assert.equal(await hash(page), '#view=limits&q=d?/');
};

// Arrows go through a long table though only a part of it is there; an open panel follows.
exports.keyboardFar = async (driver) => {
	const matrix = driver.matrix('large');
	const page = await driver.open('large');
	const want = expected(matrix, () => true);

	await page.keyboard.press('Tab');
	await page.keyboard.press('Enter');
	for (let i = 0; i < 20; i++)
		await page.keyboard.press('PageDown');
	const [far] = await focused(page);
	assert.ok(want.indexOf(far) > 100, far);
	assert.equal(await page.isVisible(`tr[data-id="${far}"]`), true);
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('Enter');
	await page.locator(`tr[data-id="${far}"] td`).first().focus();
	await page.keyboard.press('ArrowDown');
	const [next] = await focused(page);
	assert.notEqual(next, far);
	assert.equal(await text(page, '#panel-title'), next);
	// What is focused and scrolled away leaves the keyboard in the table.
	await page.$eval('#scroller', (scroller) => { scroller.scrollTop = 0; });
	await page.waitForFunction(() => document.activeElement.id === 'scroller');
	await page.keyboard.press('ArrowUp');
	assert.equal((await focused(page))[0], far);
};

exports.theme = async (driver) => {
	const colours = (page) => page.evaluate(() => ['body', '.top', '.badge.is-f'].map((selector) =>
		getComputedStyle(document.querySelector(selector)))
		.flatMap((style) => [style.color, style.backgroundColor]));
	const page = await driver.open('some', { colorScheme: 'light' });
	const light = await colours(page);

	await page.emulateMedia({ colorScheme: 'dark' });
	const dark = await colours(page);
	assert.notEqual(dark[0], light[0]);
	assert.notEqual(dark[1], light[1]);
	assert.notEqual(dark[2], light[2]);
	await page.click('#theme');
	assert.deepEqual(await colours(page), light);
	await page.reload();
	assert.deepEqual(await colours(page), light);
	await page.click('#theme');
	await page.emulateMedia({ colorScheme: 'light' });
	assert.deepEqual(await colours(page), dark);
	await page.click('#theme');
	assert.deepEqual(await colours(page), light);
};

// axe-core knows contrast, names, roles, order: none of it may be wrong, in any view.
exports.accessible = async (driver) => {
	const [row] = driver.matrix('some').rows.filter((each) => each.cells[0]?.state === 'fail');
	const views = { some: ['', 'diff=0', `id=${row.id}&run=host+unprivileged`, `id=${row.case}`,
		'run=host+unprivileged', 'view=limits', 'view=facts'], none: [''], empty: [''],
	mid: ['q=claims_1'], twice: ['diff=0'], damaged: ['diff=0', 'run=runc:rootless+unprivileged'],
	untold: ['diff=0', 'run=found', 'view=limits'] };

	for (const colorScheme of ['light', 'dark']) {
		for (const [kind, addresses] of Object.entries(views)) {
			const page = await driver.open(kind, { colorScheme });
			await page.evaluate(driver.axe());
			for (const address of addresses) {
				await goTo(page, address);
				await judged(page, `${kind} ${address} ${colorScheme}`);
			}
			await goTo(page, '');
			await page.keyboard.press('?');
			await judged(page, `${kind} keys ${colorScheme}`);
			await page.context().close();
		}
	}
};

// By the address alone, as if it had been typed.
async function goTo(page, address) {
	await page.evaluate((text) => {
		const arrived = new Promise((done) => { addEventListener('hashchange', done, { once: true }); });
		if (location.hash.slice(1) === text)
			return undefined;
		location.hash = text;
		return arrived;
	}, address);
}

async function judged(page, what) {
	const { violations, passes } = await page.evaluate(() => axe.run(document));
	const found = violations.map((rule) => `${what}: ${rule.id}: ${rule.help}\n` +
		rule.nodes.slice(0, 4).map((node) => `  ${node.html}\n  ${node.failureSummary}`).join('\n'));

	assert.ok(passes.length > 10, `${what}: axe looked at nothing`);
	assert.deepEqual(found, []);
}

exports.download = async (driver) => {
	const page = await driver.open('some', { acceptDownloads: true });

	for (const [number, run] of driver.matrix('some').runs.entries()) {
		await goTo(page, `run=${run.name}`);
		const [download] = await Promise.all([page.waitForEvent('download'),
			page.click('#download')]);
		assert.equal(download.suggestedFilename(), `${run.name.replace(/:/g, '_')}.tap`);
		assert.ok(fs.readFileSync(await download.path())
			.equals(fs.readFileSync(driver.file('some', `${number}.tap`))), run.name);
	}
};

exports.print = async (driver) => {
	const matrix = driver.matrix('mid');
	const page = await driver.open('mid', { hash: 'family=family_07&diff=0', colorScheme: 'dark' });
	const want = expected(matrix, (row) => row.family === 'family_07', { diff: false });

	await onPaper(page, true);
	assert.deepEqual(await page.$$eval('#grid tr[data-id]', (lines) =>
		lines.map((line) => line.dataset.id)), want);
	for (const selector of ['#q', '#theme', '#clear', 'nav', '.chips', '.switch'])
		assert.equal(await page.isVisible(selector), false, selector);
	assert.equal(await page.isVisible('#legend'), true);
	assert.equal(await text(page, '#filtered'), 'family family_07');
	const style = await page.evaluate(() => ({
		head: getComputedStyle(document.querySelector('#grid thead')).display,
		paper: getComputedStyle(document.body).backgroundColor,
		ink: getComputedStyle(document.querySelector('.label .name')).color,
		quiet: getComputedStyle(document.querySelector('#summary')).color,
		room: getComputedStyle(document.querySelector('#scroller')).overflow,
	}));
	assert.deepEqual(style, { head: 'table-header-group', paper: 'rgb(255, 255, 255)',
		ink: 'rgb(0, 0, 0)', quiet: 'rgb(51, 51, 51)', room: 'visible' });
	await onPaper(page, false);

	// What the print dialog does, to all rows; and afterwards there are few again.
	await goTo(page, 'diff=0');
	await page.evaluate(() => addEventListener('beforeprint', () => {
		window.printed = document.querySelectorAll('#grid tr[data-id]').length;
	}));
	const paper = await page.pdf({ preferCSSPageSize: true });
	assert.ok(paper.length > 100000);
	assert.equal(await page.evaluate(() => window.printed), 600);
	assert.ok(await drawn(page) < 120);
	for (const view of ['limits', 'facts']) {
		const other = await driver.open('mid', { hash: `view=${view}` });
		await onPaper(other, true);
		await other.keyboard.press('Escape');
		assert.equal(await other.$$eval('#tables thead th.run', (heads) => heads.length), 40);
	}
};

exports.hostile = async (driver) => {
	const matrix = driver.matrix('hostile');
	const [row] = matrix.rows;
	const run = matrix.runs[1];
	const cell = `id=${encodeURIComponent(row.id)}&run=${encodeURIComponent(run.name)}`;
	const views = ['diff=0', `diff=0&${cell}`,
		`run=${encodeURIComponent(run.name)}`, `id=${encodeURIComponent(row.id)}`,
		`id=${encodeURIComponent(matrix.rows[2].case)}`, 'view=limits', 'view=facts',
		`q=${encodeURIComponent(row.id)}`, 'id=__proto__', 'run=__proto__&view=__proto__'];

	for (const address of views) {
		const page = await driver.open('hostile', { hash: address });
		const shown = await page.evaluate(() => document.body.innerText);
		assert.ok(shown.includes('</script><script>window.pwned = 1</script>'), address);
		assert.doesNotMatch(shown, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
		assert.equal(await page.$$eval('body img, [onerror], a[href^="javascript"]', (e) => e.length), 0);
		await page.hover('#scroller, #tables >> visible=true');
		assert.equal(await page.evaluate(() => typeof window.pwned), 'undefined');
		// Nothing is wider than the window but what scrolls in itself.
		assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), address);
		const wide = await page.$$eval('.top, .filters, .panel', (parts) => parts.filter((part) =>
			part.scrollWidth > part.clientWidth + 1).map((part) => part.className));
		assert.deepEqual(wide, [], address);
		await page.context().close();
	}
	const page = await driver.open('hostile', { hash: views[1] });
	const command = await text(page, '#panel .command code');
	assert.ok(command.startsWith(`containers/run 'runc:rootless</script>`), command);
	assert.ok(command.includes(`'\\''`), command);
	assert.ok(await page.evaluate(() => Math.max(...[...document.querySelectorAll('#grid tbody tr')]
		.map((line) => line.offsetHeight)) < 40));
	assert.equal(await page.$$eval('.label', (labels) => labels.filter((label) =>
		label.scrollWidth > label.clientWidth).length), 0);
};

exports.nothing = async (driver) => {
	let page = await driver.open('empty');
	assert.equal(await whyNothing(page), 'There is no run in this report.');
	assert.equal(await text(page, '#count'), '0 of 0 results');
	page = await driver.open('empty', { hash: 'view=limits' });
	assert.ok((await text(page, '#tables')).includes('No run here has limits'));

	page = await driver.open('none');
	assert.ok((await whyNothing(page)).includes('No run in this report has a result'));
	assert.deepEqual(await page.$$eval('.foot .status', (all) => all.map((one) => one.textContent)),
		['incomplete', 'incomplete', 'skipped', 'bailed out']);

	// Nothing differs: all rows at once; asked for differences, it says why there are none.
	page = await driver.open('same');
	assert.equal(await page.isChecked('#diff'), false);
	assert.equal((await allRows(page)).length, 30);
	await page.keyboard.press('d');
	assert.ok((await whyNothing(page)).includes('The runs agree'));
	page = await driver.open('same', { hash: 'view=limits' });
	assert.ok((await text(page, '#tables')).includes('No run here has limits'));
	page = await driver.open('same', { hash: 'view=facts' });
	assert.ok((await text(page, '#tables')).includes('agree in all facts'));
	page = await driver.open('same', { hash: 'run=podman+unprivileged' });
	assert.ok((await text(page, '#panel')).includes('bailed out fork(): EAGAIN'));

	page = await driver.open('one');
	assert.equal((await allRows(page)).length, 30);
	const rare = { pass: (cell) => cell.state === 'pass', skip: (cell) => cell.state === 'skip',
		unexpected: (cell) => cell.unexpected };
	for (const [name, test] of Object.entries(rare)) {
		await goTo(page, `state=${name}`);
		assert.deepEqual(await allRows(page), expected(driver.matrix('one'),
			(row, [cell]) => test(cell), { diff: false }), name);
	}
	page = await driver.open('one', { hash: 'view=limits' });
	assert.equal(await page.$$eval('#tables .other', (cells) => cells.length), 0);
};

exports.tables = async (driver) => {
	const matrix = driver.matrix('some');
	let page = await driver.open('some', { hash: 'view=limits' });
	const line = async (name) => page.$$eval('#tables tbody tr', (lines, wanted) => {
		const found = lines.find((each) => each.cells[0].textContent.startsWith(wanted));
		return found && [...found.cells].slice(1).map((cell) => cell.textContent);
	}, name);
	const values = matrix.runs.map((run) => run.limits.F_GETPIPE_SZ.value);

	assert.deepEqual(await line('F_GETPIPE_SZ'), ['65536', ...values.map((value) =>
		value === 65536 ? '65536' : `\u2260${value}`)]);
	assert.ok((await text(page, '#tables')).includes('fcntl() of a new pipe'));
	assert.equal(await page.isVisible('#q'), false);
	await page.fill('#runs', 'runsc podman');
	assert.deepEqual(await line('F_GETPIPE_SZ'), ['65536', '65536', '65536']);
	await page.click('#tables thead a');
	assert.ok((await text(page, '#panel')).includes('runsc+unprivileged'));
	await page.keyboard.press('Escape');
	await page.click('[data-view=facts]');
	assert.deepEqual(await line('machine'), ['aarch64', 'aarch64', '\u2260armv7l']);
	assert.equal(await line('profile'), undefined); // in which they agree
	await page.click('[data-view=results]');
	assert.deepEqual(await columns(page), ['runsc+unprivileged', 'podman+unprivileged']);
	page = await driver.open('some', { hash: 'view=nonsense' });
	assert.equal(await page.isVisible('#grid'), true);
};

// In the page: what heads say in which they differ, as far as it is seen.
function seenApart() {
	return [...document.querySelectorAll('#grid thead .apart')].map((part) => {
		const head = part.closest('th').getBoundingClientRect();
		const range = document.createRange();
		range.selectNodeContents(part);
		const [text, box] = [range.getBoundingClientRect(), part.getBoundingClientRect()];
		const inside = (outer) => text.left >= outer.left - 1 && text.right <= outer.right + 1 &&
			text.top >= outer.top - 1 && text.bottom <= outer.bottom + 1;
		const whole = text.width > 0 && inside(box) && inside(head) &&
			inside(part.closest('.head').getBoundingClientRect());
		return whole ? part.textContent : `cut: ${part.textContent}`;
	});
}

exports.apart = async (driver) => {
	const want = ['@2026-11-22', '@2026-11-21', '@2026-11-22T10:00:00Z', '@2026-11-22T09:00:00Z',
		'#1', '#2'];

	for (const [width, height] of [[1600, 900], [1280, 500], [800, 600], [360, 700], [700, 400]]) {
		const page = await driver.open('twice', { hash: 'diff=0', viewport: { width, height } });
		assert.deepEqual(await page.evaluate(seenApart), want, `${width} x ${height}`);
		await onPaper(page, true);
		assert.deepEqual(await page.evaluate(seenApart), want, `paper of ${width} x ${height}`);
	}
	const page = await driver.open('mid', { viewport: { width: 1280, height: 600 } });
	assert.deepEqual(await page.evaluate(seenApart), []);
	// Of the rest a profile is cut before a place is.
	assert.deepEqual(await page.$$eval('#grid .place', (parts) => parts.filter((part) =>
		part.scrollHeight > part.clientHeight + 1).map((part) => part.textContent)), []);
};

exports.damaged = async (driver) => {
	const flaws = ['', 'damaged', 'incomplete', ''];
	const marked = (page, heads) => page.$$eval(heads, (all) => all.map((head) =>
		head.classList.contains('partial') && getComputedStyle(head).backgroundImage !== 'none'));

	for (const width of [1600, 600]) {
		const page = await driver.open('damaged', { hash: 'diff=0', viewport: { width, height: 800 } });
		assert.deepEqual(await marked(page, '#grid thead th.run'), flaws.map(Boolean));
		const said = await page.$$eval('#grid thead th.run', (heads) => heads.map((head) =>
			[...head.querySelectorAll('.where b, .status')].filter((part) => part.checkVisibility())
				.map((part) => part.textContent).join()));
		assert.deepEqual(said, flaws, `${width}`);
		await onPaper(page, true);
		const onIt = await page.$$eval('#grid thead th.run', (heads) =>
			heads.map((head) => head.innerText.match(/damaged|incomplete/)?.[0] ?? ''));
		assert.deepEqual(onIt, flaws, `paper of ${width}`);
	}
	const many = await driver.open('damaged_many', { hash: 'diff=0' });
	await onPaper(many, true);
	assert.deepEqual(await many.$$eval('#grid .where > *', (parts) => parts.filter((part) =>
		part.checkVisibility()).map((part) => part.textContent)), ['damaged', 'incomplete']);
	const page = await driver.open('damaged', { hash: 'diff=0' });
	const heads = await page.$$eval('#grid thead th.run', (all) =>
		all.map((head) => [head.getAttribute('aria-label'), head.title]));
	for (const part of heads[1])
		assert.match(part, /damaged: not all of it is UTF-8, and 3 problems more; \d+ pass/);
	for (const part of heads[2])
		assert.match(part, /incomplete: 2 points of 30; damaged: Tests out of .*\(2\); \d+ pass/);
	// What is unexpected is counted beside it.
	const unexpected = driver.matrix('damaged').runs[1].totals.unexpected;
	assert.ok(unexpected > 0);
	assert.ok((await text(page, '#grid thead th.run:nth-child(3) .foot')).includes(`${unexpected}`));
	const sound = await driver.open('same');
	assert.deepEqual(await sound.$$eval('#grid .foot', (feet) => feet.map((foot) =>
		foot.textContent.trim())), ['', '', 'skipped', 'bailed out']);
	assert.ok((await text(page, '#summary')).includes('1 not complete \u00b7 2 damaged'));
	await page.click('#grid thead th.run:nth-child(3)');
	assert.equal(await text(page, '#panel .verdict'), 'damaged not all of it is UTF-8, and 3 problems more');
	await goTo(page, 'view=limits');
	assert.deepEqual(await marked(page, '#tables thead th.run'), flaws.map(Boolean));
	const plain = await driver.open('damaged', { javaScriptEnabled: false });
	assert.deepEqual(await plain.$$eval('.plain tbody td:nth-child(4)', (cells) =>
		cells.map((cell) => cell.textContent)), ['complete',
		'complete; damaged: not all of it is UTF-8, and 3 problems more',
		'incomplete: 2 points of 30; damaged: Tests out of sequence. Found (3) but expected (2)',
		'complete']);
};

// What was not told is not the same as what is empty.
exports.untold = async (driver) => {
	const page = await driver.open('untold', { hash: 'diff=0' });
	const told = (selector) => page.$$eval(selector, (heads) =>
		heads.map((head) => /not told/.test(head.innerText)));
	const want = [false, true, false, false];

	assert.deepEqual(await told('#grid thead th.run'), want);
	await onPaper(page, true);
	assert.deepEqual(await told('#grid thead th.run'), want);
	await onPaper(page, false);
	for (const view of ['limits', 'facts']) {
		await goTo(page, `view=${view}`);
		assert.deepEqual(await told('#tables thead th.run'), want, view);
	}
	for (const [run, count] of [['found', 2], ['half found', 0]]) {
		await goTo(page, `run=${encodeURIComponent(run)}`);
		const panel = await text(page, '#panel');
		assert.equal(panel.split('were not told').length - 1, count, run);
	}
};

// In the page: how long the slowest of some searches takes, each at its best of five, because what
// else the machine does is not the page's.
function filterTimes() {
	const field = document.getElementById('q');
	const best = new Map();

	for (let i = 0; i < 5; i++) {
		for (const text of ['c', 'claim', 'claim_1', '', 'capacity 27', 'blocks']) {
			const start = performance.now();
			field.value = text;
			field.dispatchEvent(new Event('input'));
			document.body.offsetHeight; // laid out, too
			best.set(text, Math.min(best.get(text) ?? Infinity, performance.now() - start));
		}
	}
	return Math.max(...best.values());
}

// What is drawn depends on the window, not on the matrix.
exports.large = async (driver) => {
	for (const [kind, rows, runs] of [['mid', 600, 40], ['large', 1922, 60]]) {
		const page = await driver.open(kind, { hash: 'diff=0' });
		const opened = await page.evaluate(() => {
			const [navigation] = performance.getEntriesByType('navigation');
			return navigation.domContentLoadedEventEnd - navigation.startTime;
		});
		assert.equal(await text(page, '#count'), `${rows} of ${rows} results`);
		assert.equal(await page.$$eval('#grid thead th.run', (heads) => heads.length), runs);
		assert.ok(await drawn(page) < 80, `${await drawn(page)} lines`);
		await page.$eval('#scroller', (scroller) => { scroller.scrollTop = scroller.scrollHeight; });
		const last = driver.matrix(kind).rows.at(-1).id;
		await page.waitForSelector(`tr[data-id="${last}"]`);
		assert.ok(await drawn(page) < 80);
		assert.equal(await page.$$eval('#grid tr[data-line]', (lines) =>
			new Set(lines.map((line) => line.offsetHeight)).size), 1);

		const took = await page.evaluate(filterTimes);
		driver.tell(`${rows} x ${runs}: opened in ${opened.toFixed(0)} ms, ` +
			`filtered in ${took.toFixed(0)} ms`);
		if (process.env.PAGE_TIMES === '1') {
			assert.ok(opened < 1000, `opened in ${opened} ms`);
			assert.ok(took < 100, `filtered in ${took} ms`);
		}
	}
};

exports.narrow = async (driver) => {
	const page = await driver.open('mid', { viewport: { width: 360, height: 700 } });

	assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
	await page.$eval('#scroller', (scroller) => { scroller.scrollTo(400, 300); });
	const corner = await page.$eval('#grid .corner', (cell) => cell.getBoundingClientRect().toJSON());
	const first = await page.$eval('#grid tbody th.row', (c) => c.getBoundingClientRect().toJSON());
	const top = await page.$eval('#scroller', (cell) => cell.getBoundingClientRect().top);
	assert.equal(corner.left, 0);
	assert.equal(first.left, 0);
	assert.equal(corner.top, top);
	assert.ok(first.width < 200);
	await page.click('#grid thead th.run:nth-child(14)');
	const panel = await page.$eval('#panel', (part) => part.getBoundingClientRect().toJSON());
	assert.equal(panel.width, 360);
};

exports.withoutJavaScript = async (driver) => {
	const page = await driver.open('same', { javaScriptEnabled: false });
	const shown = await page.locator('body').innerText();

	for (const run of driver.matrix('same').runs)
		assert.ok(shown.includes(run.name), run.name);
	assert.ok(shown.includes('bailed out: fork(): EAGAIN'));
	assert.ok(shown.includes('JavaScript'));
	assert.equal(await page.isVisible('#filters'), false);
	await page.waitForSelector('#failed', { state: 'visible' });
};
