#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Container images: the static one is built and run where buildah is, the others as far as they go.

# shellcheck source=helper.bash
source "$BATS_TEST_DIRNAME/helper.bash"

names=(debian ubuntu fedora alpine arch)

# A store of this test alone; chroot isolation takes neither a network nor a runtime.
setup() {
	own_tmpdir
	cd "$BATS_TEST_TMPDIR" || return
	export ENGINE=buildah BUILDAH_ISOLATION=chroot CONTAINERS_STORAGE_CONF=$PWD/storage.conf
	cat >storage.conf <<-END
		[storage]
		driver = "vfs"
		graphroot = "$PWD/graph"
		runroot = "$PWD/run"
	END
}

# What buildah mounts in its store goes with it.
teardown() {
	[ ! -d graph ] || buildah rm --all >/dev/null
	[ ! -d graph ] || buildah rmi --all --force >/dev/null
}

with_buildah() {
	command -v buildah >/dev/null || absent 'not installed: buildah'
	buildah from --name probe scratch >/dev/null 2>&1 || absent 'buildah does not work here'
}

build() {
	run "$top/containers/images/build" "$@"
	echo "$output"
}

@test "the static image is the program and the known deviations, and runs" {
	with_buildah
	build scratch
	[ "$status" -eq 0 ]
	[ "$output" = localhost/pipe7:scratch ]
	container=$(buildah from localhost/pipe7:latest)
	root=$(buildah mount "$container")
	diff -r "$root/expected" "$top/reports/expected"
	cmp "$root/pipe7" "$real_program"
	[ "$(ls "$root")" = $'expected\npipe7' ]
	[ "$(buildah inspect --format '{{.OCIv1.Config.Entrypoint}}' "$container")" = '[/pipe7]' ]
	run buildah run "$container" -- /pipe7 --profile as-is --dir / end_of_file
	echo "$output"
	[ "$status" -eq 0 ]
	grep -q '^1\.\.[1-9]' <<<"$output"
	[ -z "$(ls -A "$TMPDIR")" ]
}

@test "each distribution's image gets as far as its base" {
	with_buildah
	for name in "${names[@]}"; do
		build "$name=localhost/none-$name"
		[ "$status" -eq 1 ]
		[ "${#lines[@]}" -eq 1 ]
		[[ $output == "localhost/pipe7:$name: not built: localhost/none-$name cannot "* ]]
	done
}

# A base in which every command succeeds: all steps are gone through, up to what must be there.
@test "each distribution's image is built in steps that its file names" {
	with_buildah
	"${CC:-cc}" -static -x c -o sh - <<<'int main(void) { return 0; }' ||
		skip 'no static C library'
	buildah copy probe sh /bin/sh >/dev/null
	buildah commit probe localhost/base >/dev/null
	for name in "${names[@]}"; do
		build "$name=localhost/base"
		[ "$status" -eq 1 ]
		[[ $output == "localhost/pipe7:$name: failed: "*"out/native-dynamic/pipe7"* ]]
	done
}

@test "an engine that is missing, and one that fails, are one line" {
	ENGINE=no-engine build
	[ "$status" -eq 0 ]
	[ "$output" = 'no image: not installed: no-engine' ]
	ENGINE=no-engine build scratch
	[ "$status" -eq 1 ]
	mkdir bin
	cat >bin/engine <<-'END'
		#!/bin/sh
		[ "$1" = images ] && echo id && exit
		echo step
		echo boom >&2
		exit 5
	END
	chmod +x bin/engine
	PATH=$PWD/bin:$PATH ENGINE=engine build debian
	[ "$status" -eq 1 ]
	[ "$output" = 'localhost/pipe7:debian: failed: boom' ]
	[ -z "$(ls -A "$TMPDIR")" ]
}

@test "a program that is dynamic is not put into an image of its own" {
	"${CC:-cc}" -o dynamic "$BATS_TEST_DIRNAME/standin.c"
	mkdir bin
	printf '#!/bin/sh\nexit 1\n' >bin/engine
	chmod +x bin/engine
	cp -r "$top/containers" .
	PATH=$PWD/bin:$PATH ENGINE=engine PIPE7=$PWD/dynamic run containers/images/build scratch
	echo "$output"
	[ "$status" -eq 1 ]
	[ "$output" = 'localhost/pipe7:scratch: not built: no static program; make CC=musl-gcc' ]
}

@test "misuse is one line, and help helps" {
	build gentoo
	[ "$status" -eq 2 ]
	[ "$output" = "build: NAME 'gentoo': expected scratch, debian ubuntu fedora alpine arch" ]
	build --help
	[ "$status" -eq 0 ]
	[[ $output == usage:* ]]
}
