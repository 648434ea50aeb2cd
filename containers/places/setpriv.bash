# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # names that lib.bash gives
# This machine's own root directory for somebody who can do nothing: an ordinary uid without
# capabilities, which nothing that it executes can give it.

# shellcheck source=../oci.bash
source "$here/oci.bash"

place_needs() {
	echo 'namespaces (of the user unless root)'
}

place_variants() {
	printf '%s\t%s\n' root 'uid 0 without capabilities, for root alone'
}

place_available() {
	need_cage || return
	[[ $variant != root ]] || need_root
}

place_profile() {
	[[ $variant != root || $1 ]] || set -- as-is
	echo "$1"
}

place_run() {
	local root words=(--no-new-privs --inh-caps=-all --ambient-caps=-all --bounding-set=-all)

	begin_cage "$inside/bundle/rootfs"
	furniture+=(cover /tmp)
	[[ $variant == root ]] || words=("${as_own_uid[@]:1}" "${words[@]}")
	caged setpriv "${words[@]}" -- "$inside/bundle/rootfs/pipe7" "${options[@]}"
	exit
}
