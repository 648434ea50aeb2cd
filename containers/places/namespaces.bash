# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # names that lib.bash gives
# Namespaces that the program makes itself: the container that needs no runtime. That is what
# its container profile is, so there is no other profile here.

place_needs() {
	echo 'user namespaces (for root: the usual capabilities)'
}

place_available() {
	unshare --user --map-root-user true 2>/dev/null || { echo 'no user namespaces'; return 1; }
}

place_profile() {
	[[ $1 == @(|container) ]] || misuse "PROFILE: '$1': expected container in namespaces"
	echo container
}

place_run() {
	exec "$program" "${options[@]}"
}
