#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The files for other people's continuous integration: against the published schemas, and what of
# them runs here.
# shellcheck disable=SC2016,SC2030,SC2031 # their variables; bats has a subshell for each test

# shellcheck source=helper.bash
source "$BATS_TEST_DIRNAME/helper.bash"

setup() {
	ci=$top/containers/ci
	cd "$BATS_TEST_TMPDIR" || return
}

# spoilt KIND FILE: each line of standard input, FROM!TO!FINDING, is one way to spoil the file.
spoilt() {
	local from to finding

	while IFS='!' read -r from to finding; do
		sed "s|$from|$to|" "$2" >bad.yml
		run cmp -s "$2" bad.yml
		[ "$status" -eq 1 ]
		invalid "$1" bad.yml
		[[ $output == *"$finding"* ]]
	done
}

# scripts QUERY FILE: the commands of a job, as lines of shell.
scripts() {
	command -v jq >/dev/null || absent 'not installed: jq'
	validate json "$2" >file.json
	jq -r "$1" file.json
}

@test "the GitHub workflow is valid, and a wrong one is seen" {
	valid github "$ci/github.yml"
	spoilt github "$ci/github.yml" <<-'END'
		runs-on:!run-on:!OneOf
		needs: build!needs: biuld!"biuld"
		fail-fast: false!fail-fast: perhaps!boolean literal
		matrix.profile!matrix.porfile!"porfile" is not defined
		permissions:!permission:!permission
		contents: read!contents: reed!reed
	END
}

@test "the GitLab pipeline is valid, and a wrong one is seen" {
	valid gitlab "$ci/gitlab.yml"
	spoilt gitlab "$ci/gitlab.yml" <<-'END'
		artifacts:!artefacts:!additional properties
		when: always!when: allways!allowed values
		  script:!  scrip:!data
		- build!- 7!data
		paths:!path:!data
	END
}

@test "the tmt plan is YAML and names a test and a plan" {
	valid yaml "$ci/pipe7.fmf"
	[ "$(scripts '"\(keys)\(.["/plan"].execute.how)"' "$ci/pipe7.fmf")" = \
		'["/plan","/test"]tmt' ]
	scripts '.["/test"].test' "$ci/pipe7.fmf" | bash -n
}

# Docker is played by a script that runs the program it was told to mount.
@test "what the workflow runs in an image comes to TAP and JUnit" {
	perl -MTAP::Formatter::JUnit -e 1 2>/dev/null || skip 'no TAP::Formatter::JUnit'
	cp "$real_program" pipe7
	mkdir bin
	cat >bin/docker <<-'END'
		#!/bin/bash
		echo "$*" >asked
		while [ "$1" != /pipe7 ]; do shift; done
		exec ./pipe7 "${@:2}" end_of_file
	END
	chmod +x bin/docker
	scripts '.jobs.containers.steps[] | select(.name == "run").run' "$ci/github.yml" >run.sh
	PATH=$PWD/bin:$PATH IMAGE=debian:stable PROFILE=unprivileged FLAGS='--cap-drop ALL' \
		run bash -e run.sh
	echo "$output"
	[ "$status" -eq 0 ]
	grep -q -- '--cap-drop ALL debian:stable /pipe7 --place=docker/debian:stable ' asked
	grep -q '^# fact: place=docker/debian:stable$' results/unprivileged.tap
	grep -q '<testsuite ' results/junit.xml
	printf '#!/bin/sh\nexit 125\n' >bin/docker
	PATH=$PWD/bin:$PATH IMAGE=x PROFILE=unprivileged FLAGS='' run bash -e run.sh
	[ "$status" -ne 0 ]
}

has_template() {
	perl -MHTML::Template -e 1 2>/dev/null || absent 'no HTML::Template'
}

@test "the workflow makes a page and a summary of what its jobs left" {
	has_template
	ln -s "$top/reports" .
	mkdir -p out results/results-0 results/results-kernel-0
	cp "$real_program" out/pipe7
	"$real_program" --place=docker/debian end_of_file >results/results-0/unprivileged.tap
	"$real_program" --place=qemu end_of_file >results/results-kernel-0/container.tap
	scripts '.jobs.report.steps[] | select(.name == "run").run' "$ci/github.yml" >run.sh
	GITHUB_STEP_SUMMARY=summary run bash -e run.sh
	echo "$output"
	[ "$status" -eq 0 ]
	grep -q '^| 2 | `qemu+unprivileged` ' summary
	grep -q '</html>' pipe7.html
}

@test "what the pipeline runs in an image comes to TAP, JUnit and a page" {
	perl -MTAP::Formatter::JUnit -e 1 2>/dev/null || skip 'no TAP::Formatter::JUnit'
	has_template
	ln -s "$top/reports" .
	mkdir -p out/musl-gcc
	printf '#!/bin/sh\nexec "%s" "$@" end_of_file\n' "$real_program" >out/musl-gcc/pipe7
	chmod +x out/musl-gcc/pipe7
	scripts '.containers.script[]' "$ci/gitlab.yml" >run.sh
	scripts '.report.script[] | select(startswith("apt-get") | not)' "$ci/gitlab.yml" >>run.sh
	IMAGE=debian:stable PROFILE=unprivileged CI_JOB_ID=7 run bash -e run.sh
	echo "$output"
	[ "$status" -eq 0 ]
	grep -q '^# fact: place=gitlab/debian:stable$' results/7.tap
	grep -q '<testsuite ' junit.xml
	grep -q '</html>' pipe7.html
}

@test "shell in the files is what shellcheck accepts" {
	command -v shellcheck >/dev/null || absent 'not installed: shellcheck'
	scripts '.jobs[].steps[].run // empty' "$ci/github.yml" >github.sh
	scripts '.[].script? // empty | .[]' "$ci/gitlab.yml" >gitlab.sh
	scripts '.["/test"].test' "$ci/pipe7.fmf" >tmt.sh
	sed -n 's/^Test-Command: //p' "$ci/debian/tests/control" >debian.sh
	shellcheck -s bash -- *.sh
}

# A source tree with the control file where autopkgtest looks, without what it would install.
staged() {
	command -v autopkgtest >/dev/null || absent 'not installed: autopkgtest'
	mkdir tree
	(cd "$top" && tar -cf - --exclude=./out --exclude=./.git .) | tar -C tree -xf -
	cp -r "$ci/debian" tree
	sed -i '/^Depends:/d' tree/debian/tests/control
}

@test "autopkgtest runs the tests on this machine" {
	perl -MTAP::Harness::Archive -e 1 2>/dev/null || absent 'no TAP::Harness::Archive'
	staged
	run autopkgtest --no-built-binaries --test-name=host --output-dir "$PWD/artifacts" \
		"$PWD/tree" -- null
	tail -n 20 <<<"$output"
	[ "$status" -eq 0 ]
	grep -qE '^host +PASS' artifacts/summary
	tar -tzf artifacts/artifacts/results.tar.gz | grep -q 'host+unprivileged'
}

# AUTOPKGTEST_TREE: a tree with gcc, make, perl and libtap-harness-archive-perl, of which a test of
# some seconds becomes a test of a distribution.
@test "autopkgtest runs the tests in a tree" {
	[ -n "${AUTOPKGTEST_TREE:-}" ] || skip 'AUTOPKGTEST_TREE names no tree'
	staged
	run autopkgtest --no-built-binaries --output-dir "$PWD/artifacts" "$PWD/tree" -- \
		chroot "$AUTOPKGTEST_TREE"
	tail -n 20 <<<"$output"
	[ "$status" -eq 2 ] # one was skipped
	grep -qE '^host +PASS' artifacts/summary
	grep -qE '^sys-resource +SKIP .*isolation' artifacts/summary
}
