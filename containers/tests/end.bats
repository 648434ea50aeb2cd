#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A run that is stopped leaves no process, no scratch directory, no mount, no control group.

# shellcheck source=helper.bash
source "$BATS_TEST_DIRNAME/helper.bash"

setup_file() {
	build_standin
}

setup() {
	own_tmpdir
	use_standin
	export PIPE7_BOOT_TIMEOUT=600 # a guest is silent until all are there
	declare -gA runners=()
	everyone=()
}

# A test that failed in the middle leaves runs behind.
teardown() {
	local name

	for name in "${!runners[@]}"; do
		kill -KILL "${runners[$name]}" 2>/dev/null || true
	done
}

# start NAME: a run that hangs. SIGINT is ignored in what a script starts in the background, and
# this is not about that. The shell between says that its child was killed, and nobody hears it.
start() {
	local pid=$BATS_TEST_TMPDIR/pid-$1

	mkfifo "$pid"
	{
		# shellcheck disable=SC2016
		bash -c 'echo $$ >"$1"; shift; exec env --default-signal=INT "$@"' start "$pid" \
			"$top/containers/run" "$1" hang >"$BATS_TEST_TMPDIR/out-$1" 2>&1 ||
			echo $? >"$BATS_TEST_TMPDIR/status-$1"
	} 2>/dev/null 3>&- &
	runners[$1]=$(<"$pid")
}

# Until the program says that it hangs there.
await() {
	local i

	for ((i = 0; i < 1200; i++)); do
		! grep -qx 'ok 2 - dir' "$BATS_TEST_TMPDIR/out-$1" || return 0
		kill -0 "${runners[$1]}" 2>/dev/null || break
		sleep 0.05
	done
	printf '%s: %s\n' "$1" "$(<"$BATS_TEST_TMPDIR/out-$1")"
	return 1
}

descendants() {
	local pid

	for pid in $(pgrep -P "$1"); do
		echo "$pid"
		descendants "$pid"
	done
}

# A process is its pid and when it was started. A zombie is none any more, and what a runtime
# starts for a moment may be gone.
identity() {
	local stat

	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
	read -ra stat <<<"${stat##*) }"
	[[ ${stat[0]} == [ZX] ]] || echo "$1 ${stat[19]}"
}

# Where runtimes like to leave something.
elsewhere() {
	find /dev/shm /run/{containerd,docker*,lxc,libpod,runc} /etc/docker /opt/containerd \
		-maxdepth 1 2>/dev/null | sort
}

leftovers() {
	local process scratch

	for process in "${everyone[@]}"; do
		[[ $process ]] || continue
		[[ $(identity "${process% *}") != "$process" ]] ||
			tr '\0' ' ' <"/proc/${process% *}/cmdline"
	done
	grep -F "$TMPDIR" /proc/self/mounts
	ls "$TMPDIR"
	for scratch in "${scratches[@]}"; do
		find /sys/fs/cgroup -maxdepth 2 -name "$scratch"
	done
	elsewhere | diff "$BATS_TEST_TMPDIR/before" -
}

leaves_nothing() {
	local deadline=$((SECONDS + 20))

	while ((SECONDS < deadline)); do
		[[ $(leftovers) ]] || return 0
		sleep 0.2
	done
	leftovers || true
	return 1
}

# stops SIGNAL STATUS NAME...: all of them are there at once when they are stopped. They
# come up three at a time: a kernel whose timer is late panics.
stops() {
	local signal=$1 expected=$2 name pid status scratches i

	shift 2
	elsewhere >"$BATS_TEST_TMPDIR/before"
	for ((i = 1; i <= $#; i++)); do
		start "${!i}"
		((i <= 3)) || await "${@:i - 3:1}"
	done
	for name; do
		await "$name"
		for pid in "${runners[$name]}" $(descendants "${runners[$name]}"); do
			everyone+=("$(identity "$pid")")
		done
	done
	mapfile -t scratches < <(ls "$TMPDIR")
	kill -"$signal" "${runners[@]}"
	wait
	for name; do
		status=$(<"$BATS_TEST_TMPDIR/status-$name")
		[[ $status == "$expected" ]] || { echo "$name: $status" && return 1; }
	done
	runners=()
	leaves_nothing
}

@test "of no place anything is left after SIGKILL" {
	# shellcheck disable=SC2046 # a list of words
	stops KILL 137 $(available_places)
}

@test "of no place anything is left after SIGTERM" {
	# shellcheck disable=SC2046 # a list of words
	stops TERM 143 $(available_places | grep -vxE 'host|namespaces|bwrap')
}

@test "runc: nothing is left after SIGINT" {
	stops INT 130 runc
}
