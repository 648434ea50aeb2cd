# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # names that lib.bash gives
# runc, which docker, podman and containerd start containers with.

# shellcheck source=../oci.bash
source "$here/oci.bash"

place_needs() {
	echo 'runc, jq, and namespaces (of the user unless root)'
}

place_available() {
	need_commands runc jq flock setpriv unshare pgrep || return
	make_cage || { echo 'no process namespaces' && return 1; }
}

may_give() {
	host_gives "$1"
}

# runc writes the pid file when the container is made: without one the program never ran.
place_run() {
	require_static
	make_cage
	make_scratch
	oci_bundle
	supervise "${cage[@]}" runc --root "$scratch/state" run --pid-file "$scratch/pid" \
		--bundle "$scratch/bundle" "$run_id"
	set -- $?
	[[ -e $scratch/pid ]] || bail "runc ended with status $1 before the program began"
	exit "$1"
}
