# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154 # names that the tests use and bats gives
# What the tests of the places share. A runtime that is not here skips its tests, unless
# CONTAINERS_MUST_RUN=1.

top=$(CDPATH='' cd -- "$BATS_TEST_DIRNAME/../.." && pwd)
real_program=${PIPE7:-$top/out/pipe7}

# The stand-in program, once for a file of tests. Without a static one there is nothing to run.
build_standin() {
	"${CC:-cc}" -static -o "$BATS_FILE_TMPDIR/standin" "$BATS_TEST_DIRNAME/standin.c" ||
		skip 'no static C library'
}

# A scratch area of this test alone, in which nothing may be left.
own_tmpdir() {
	export TMPDIR=$BATS_TEST_TMPDIR/tmp
	mkdir -p "$TMPDIR"
}

use_standin() {
	export PIPE7=$BATS_FILE_TMPDIR/standin
}

place() {
	run "$top/containers/run" "$@"
	[[ $output != *'1..0 # SKIP absent: '* ]] || skip "${output##*# SKIP absent: }"
}

# What continuous integration has to have: see .ci/deps.
readonly needed_places='host namespaces bwrap runc crun podman nspawn runsc chroot setpriv unshare
qemu'

# Every place that is available here. Other kernels are other packages for one place.
available_places() {
	{
		[[ ${CONTAINERS_MUST_RUN-} != 1 ]] || tr -s ' \n' '\n' <<<"$needed_places"
		"$top/containers/run" --list |
			awk '$NF == "yes" && $1 !~ /^(qemu|uml):|^runsc:trixie$/ { print $1 }'
	} | sort -u
}

# in_each FUNCTION: for every such place, some at a time; the test fails where one failed.
in_each() {
	local name failed=0

	for name in $(available_places); do
		while (($(jobs -pr | wc -l) >= 3)); do
			wait -n || true
		done
		{
			set +e
			(set -e; "$1" "$name")
			echo $? >"$BATS_TEST_TMPDIR/status-$name"
		} >"$BATS_TEST_TMPDIR/log-$name" 2>&1 3>&- &
	done
	wait
	for name in $(available_places); do
		[[ $(<"$BATS_TEST_TMPDIR/status-$name") != 0 ]] || continue
		printf '%s: %s\n' "$name" "$(<"$BATS_TEST_TMPDIR/log-$name")"
		failed=1
	done
	return "$failed"
}

has_line() {
	grep -qxF -- "$1" <<<"$output" || { printf 'no line: %s\n%s\n' "$1" "$output" && return 1; }
}

# Every command of this machine but COMMAND..., as the only directory in PATH.
without() {
	local all=$BATS_TEST_TMPDIR/commands name

	mkdir "$all"
	ln -sf /usr/bin/* /usr/sbin/* /bin/* /sbin/* "$all"
	for name; do
		rm -f "$all/$name"
	done
	PATH=$all
}

# absent REASON: skips, or fails where everything must be there.
absent() {
	[ "${CONTAINERS_MUST_RUN:-}" != 1 ] || { echo "$1" && return 1; }
	skip "$1"
}

# validate | valid | invalid KIND FILE...: what the published schema says of the files, in $output.
validate() {
	run "$top/.ci/schemas/validate" "$@"
	echo "$output"
	[ "$status" -ne 77 ] || absent "$output"
}
valid() {
	validate "$@"
	[ "$status" -eq 0 ] && [ -z "$output" ]
}
invalid() {
	validate "$@"
	[ "$status" -eq 1 ]
}
