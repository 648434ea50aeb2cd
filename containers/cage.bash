# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154 # names that the places use and lib.bash gives
# A run that leaves nothing: its scratch directory, its processes, its mounts.

# Makes the scratch directory. Whatever ends this shell, SIGKILL included, its lock on the
# directory goes with it, and the reaper, in a session of its own, then removes what is left.
make_scratch() {
	scratch=$(mktemp -d "${TMPDIR:-/tmp}/pipe7.XXXXXX") ||
		bail "no scratch directory in ${TMPDIR:-/tmp}"
	run_id=${scratch##*/}
	exec {alive}<"$scratch"
	flock "$alive"
	setsid "$here/reap" "$scratch" </dev/null >/dev/null 2>&1 {alive}<&- &
	reaper=$!
	trap finish EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

finish() {
	local status=$?

	trap '' HUP INT TERM
	end_child
	exec {alive}<&-
	wait "$reaper"
	exit "$status"
}

child=

# The first process of a cage is killed by the kernel when unshare, its parent, is dead, and with
# it everything in there; we see that done. A zombie is done: it may wait long for a slow init.
end_child() {
	local first i

	[[ $child ]] || return 0
	first=$(pgrep -P "$child")
	kill -KILL "$child" 2>/dev/null
	wait "$child" 2>/dev/null
	child=
	for ((i = 0; i < 100; i++)); do
		grep -q '^State:\s[^ZX]' "/proc/${first:-none}/status" 2>/dev/null || break
		sleep 0.02
	done
}

# mortal COMMAND... becomes COMMAND, which the kernel kills when this shell dies. The parent is
# compared because this shell may die before its child has asked for that.
mortal() {
	# shellcheck disable=SC2016
	exec setpriv --pdeathsig KILL -- bash -c '((PPID == $1)) && shift && exec "$@"' \
		mortal "$$" "$@" </dev/null {alive}<&-
}

# Runs COMMAND... to its end, and succeeds or fails as it does. Waiting is what a signal
# interrupts, so the command is a background job.
supervise() {
	mortal "$@" &
	child=$!
	wait "$child"
	set -- $?
	child=
	return "$1"
}

# Sets the words that put a command into a process and mount namespace which ends with it: a
# runtime's own processes would outlive it. The second way needs no privilege.
make_cage() {
	cage=(unshare --pid --fork --kill-child --mount-proc)
	"${cage[@]}" true 2>/dev/null && return
	cage+=(--user --map-root-user)
	"${cage[@]}" true 2>/dev/null
}
