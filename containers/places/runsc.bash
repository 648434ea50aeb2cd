# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # names that lib.bash gives
# gVisor's runsc: a kernel of its own, in a process.

# shellcheck source=../oci.bash
source "$here/oci.bash"

place_needs() {
	echo 'runsc, jq, and namespaces (of the user unless root)'
}

place_available() {
	need_commands runsc jq flock setpriv unshare pgrep || return
	make_cage || { echo 'no process namespaces' && return 1; }
}

# Its capabilities are its own kernel's; what the host lacks does not matter.
may_give() {
	:
}

# systrap is several times faster than ptrace; releases before 2023 do not know it.
platform() {
	[[ $(runsc flags 2>&1) == *systrap* ]] && echo systrap || echo ptrace
}

# runsc writes to a regular file from its own idea of the offset, over what is there already, so
# it is given a pipe. Its sandbox is nobody, and makes its root on TMPDIR, where ours may not be
# entered by others.
place_run() {
	local words out relay status

	require_static
	make_cage
	make_scratch
	oci_bundle
	words=(--root "$scratch/state" --platform="$(platform)" --network=none --net-raw
		--ignore-cgroups)
	[[ ${cage[*]} != *--user* ]] || words+=(--rootless)
	exec {out}> >(exec cat {alive}<&-)
	relay=$!
	TMPDIR=/tmp supervise "${cage[@]}" runsc "${words[@]}" run --pid-file "$scratch/pid" \
		--bundle "$scratch/bundle" "$run_id" >&"$out" {out}>&-
	status=$?
	exec {out}>&-
	wait "$relay"
	[[ -e $scratch/pid ]] || bail "runsc ended with status $status before the program began"
	exit "$status"
}
