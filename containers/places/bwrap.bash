# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # names that lib.bash gives
# bubblewrap: an empty root directory with the program in it. Nothing of it is on disk, and
# --die-with-parent ends it all with the process that containers/run becomes.

# shellcheck source=../oci.bash
source "$here/oci.bash"

place_needs() {
	echo 'bwrap, and user namespaces unless root'
}

place_variants() {
	printf '%s\t%s\n' userns 'in a user namespace, started by an ordinary uid'
}

# bwrap takes a user namespace by itself when it is not root. It leaves root a writable
# /proc/sys, and fs.pipe-* belong to every process of the machine, not to this place.
bubble=(bwrap --die-with-parent --unshare-pid --unshare-ipc --unshare-net --unshare-uts)
rooms=(--proc /proc --ro-bind /proc/sys /proc/sys --dev /dev --tmpfs /tmp --chdir /)

place_available() {
	local why

	need_commands bwrap || return
	why=$("${bubble[@]}" --ro-bind / / "${rooms[@]}" true 2>&1) ||
		{ echo "${why%%$'\n'*}" && return 1; }
	[[ $variant != userns ]] || need_cage
}

# Root keeps what the program needs to become the profile by itself. For a container that is
# uid 0 with the usual capabilities, which the program then finds given.
add_capabilities() {
	local name

	[[ $asked == container ]] || return 0
	[[ $variant != userns && $EUID == 0 ]] || words+=(--unshare-user --uid 0 --gid 0)
	words+=(--cap-drop ALL)
	for name in $usual_capabilities; do
		words+=(--cap-add "CAP_$name")
	done
}

# An account of the run's own takes a cage, and copies that it can read.
place_run() {
	local words=("${rooms[@]}") root from=$program

	require_static
	add_capabilities
	if [[ $variant == userns ]]; then
		begin_cage ''
		words+=(--unshare-user)
		from=$inside/bundle/rootfs/pipe7
		known_file=${known_file:+$inside/bundle/rootfs/known.tsv}
		fifo_dir=${fifo_dir:+$inside/dir}
	fi
	words+=(--ro-bind "$from" /pipe7)
	if [[ $known_file ]]; then
		words+=(--ro-bind "$known_file" /known.tsv)
		put_known /known.tsv
	fi
	if [[ $fifo_dir ]]; then
		words+=(--bind "$fifo_dir" /dir)
		put_dir /dir
	fi
	words=("${bubble[@]}" "${words[@]}" /pipe7 "${options[@]}")
	[[ $variant == userns ]] || exec "${words[@]}"
	caged "${as_own_uid[@]}" "${words[@]}"
	exit
}
