# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # names that lib.bash gives
# gVisor's runsc: a kernel of its own, in a process.

# shellcheck source=../oci.bash
source "$here/oci.bash"

place_needs() {
	echo 'runsc, jq, and namespaces (of the user unless root)'
}

place_variants() {
	printf '%s\t%s\n' ptrace 'with the slower platform that needs less of the host' \
		trixie "Debian trixie's, fetched by apt into the cache"
}

# What hangs there hangs until its limit, side by side.
place_options() {
	printf '%s\n' --jobs 16
}

place_available() {
	case $variant in
	trixie) need_cage jq apt-get dpkg-deb ;;
	*) need_cage runsc jq ;;
	esac
}

# Puts the build that is asked for first in PATH.
find_runsc() {
	[[ $variant == trixie ]] || return 0
	supervise "$here/debian-package" trixie "$(dpkg --print-architecture)" runsc \
		>"$scratch/tree" 2>"$scratch/why" ||
		unavailable "no runsc: $(tail -n 1 "$scratch/why")"
	PATH=$(<"$scratch/tree")/usr/bin:$PATH
}

place_expected() {
	echo gvisor
}

# Its capabilities are its own kernel's; what the host lacks does not matter.
may_give() {
	:
}

# runsc writes to a regular file from its own idea of the offset, over what is there already, so
# it is given a pipe. Its sandbox is nobody, and makes its root on TMPDIR.
place_run() {
	local platform=ptrace words out relay

	oci_bundle
	find_runsc
	[[ $variant == ptrace ]] || platform=$(runsc_platform)
	words=(--platform="$platform" --network=none --net-raw --ignore-cgroups)
	[[ ${cage[*]} != *--user* ]] || words+=(--rootless)
	mkdir -m 1777 "$scratch/tmp"
	exec {out}> >(exec cat {alive}<&-)
	relay=$!
	TMPDIR=$inside/tmp oci_run runsc "${words[@]}" >&"$out" {out}>&-
	set -- $?
	exec {out}>&-
	wait "$relay"
	end_if_begun "$1" "$scratch/state/pid"
}
