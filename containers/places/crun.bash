# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # names that lib.bash gives
# crun, the other runtime of podman.

# shellcheck source=../oci.bash
source "$here/oci.bash"

place_needs() {
	echo 'crun, jq, and namespaces (of the user unless root)'
}

place_variants() {
	oci_variants
}

place_available() {
	oci_available crun
}

place_profile() {
	oci_profile "$1"
}

may_give() {
	host_gives "$1"
}

# crun refuses a machine that has both kinds of control groups; one of them it need not see.
place_run() {
	[[ ! -d /sys/fs/cgroup/unified ]] || furniture+=(cover /sys/fs/cgroup/unified)
	oci_bundle
	oci_run crun
	end_if_begun $? "$scratch/state/pid"
}
