// SPDX-License-Identifier: ISC
// Runs one check of checks.js in a browser: node drive.js PACKAGES DIRECTORY CHECK
// DIRECTORY has what `fixture` made, by kind.  Exit 1 when the check fails, 77 with the reason
// where there is no browser to be had.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const [packages, directory, name] = process.argv.slice(2);
const { chromium } = require(path.join(packages, 'node_modules/playwright-core'));

function inPath(program) {
	return process.env.PATH.split(':').map((folder) => path.join(folder, program))
		.find((file) => fs.existsSync(file));
}

// What a check is given: open(), and the page with what it did that it must not do.
class Driver {
	constructor(browser) {
		this.browser = browser;
		this.faults = [];
	}

	file(kind, file = 'page.html') {
		return path.join(directory, kind, file);
	}

	matrix(kind) {
		return JSON.parse(fs.readFileSync(this.file(kind, 'matrix.json')));
	}

	// open(kind, { hash, ...options of a context }): the page, cut off from everything else.
	async open(kind, { hash = '', ...options } = {}) {
		const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 },
			...options });
		const page = await context.newPage();
		const address = pathToFileURL(this.file(kind)).href + (hash && `#${hash}`);

		page.on('console', (message) => this.faults.push(`console: ${message.text()}`));
		page.on('pageerror', (error) => this.faults.push(`error: ${error.stack}`));
		page.on('request', (request) => {
			if (request.url().split('#')[0] !== address.split('#')[0] &&
				!/^(blob|data):/.test(request.url()))
				this.faults.push(`request: ${request.url()}`);
		});
		await context.route((url) => url.protocol !== 'file:', (route) => route.abort());
		await page.goto(address);
		return page;
	}

	axe() {
		return fs.readFileSync(path.join(packages, 'node_modules/axe-core/axe.min.js'), 'utf8');
	}

	// For people: times depend on what else the machine does.
	tell(text) {
		console.log(`# ${text}`);
	}
}

async function main() {
	const executablePath = inPath('chromium');
	if (!executablePath) {
		console.log('not installed: chromium');
		return 77;
	}
	const checks = require('./checks.js');
	assert.ok(Object.hasOwn(checks, name), `no check is called ${name}`);
	const browser = await chromium.launch({ executablePath, chromiumSandbox: false });
	const driver = new Driver(browser);
	try {
		await checks[name](driver);
		assert.deepEqual(driver.faults, []);
	} finally {
		await browser.close();
	}
	return 0;
}

main().then((status) => { process.exitCode = status; }, (error) => {
	console.log(error.stack);
	process.exitCode = 1;
});
