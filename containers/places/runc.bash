# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # names that lib.bash gives
# runc, which docker, podman and containerd start containers with.

# shellcheck source=../oci.bash
source "$here/oci.bash"

place_needs() {
	echo 'runc, jq, and namespaces (of the user unless root)'
}

place_variants() {
	oci_variants
}

place_available() {
	oci_available runc
}

place_profile() {
	oci_profile "$1"
}

may_give() {
	host_gives "$1"
}

place_run() {
	oci_bundle
	oci_run runc
	end_if_begun $? "$scratch/state/pid"
}
