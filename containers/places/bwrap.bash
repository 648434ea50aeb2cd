# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # names that lib.bash gives
# bubblewrap: an empty root directory with the program in it. Nothing of it is on disk, and
# --die-with-parent ends it all with the process that containers/run becomes.

place_needs() {
	echo 'bwrap, and user namespaces unless root'
}

# bwrap takes a user namespace by itself when it is not root. It leaves root a writable
# /proc/sys, and fs.pipe-* belong to every process of the machine, not to this place.
bubble=(bwrap --die-with-parent --unshare-pid --unshare-ipc --unshare-net --unshare-uts)
furniture=(--proc /proc --ro-bind /proc/sys /proc/sys --dev /dev --tmpfs /tmp --chdir /)

place_available() {
	local why

	need_commands bwrap || return
	why=$("${bubble[@]}" --ro-bind / / "${furniture[@]}" true 2>&1) ||
		{ echo "${why%%$'\n'*}" && return 1; }
}

# Root keeps what the program needs to become the profile by itself. For a container that is
# uid 0 with the usual capabilities, which the program then finds given.
place_run() {
	local words=(--ro-bind "$program" /pipe7) name

	require_static
	if [[ $asked == container ]]; then
		((EUID == 0)) || words+=(--unshare-user --uid 0 --gid 0)
		words+=(--cap-drop ALL)
		for name in $usual_capabilities; do
			words+=(--cap-add "CAP_$name")
		done
	fi
	if [[ $known_file ]]; then
		words+=(--ro-bind "$known_file" /known.tsv)
		put_known /known.tsv
	fi
	if [[ $fifo_dir ]]; then
		words+=(--bind "$fifo_dir" /dir)
		put_dir /dir
	fi
	exec "${bubble[@]}" "${furniture[@]}" "${words[@]}" /pipe7 "${options[@]}"
}
