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

# --- cages ---

# Sets the words that put a command into a process and mount namespace which ends with it: a
# runtime's own processes and mounts would outlive it. The second way needs no privilege.
make_cage() {
	cage=(unshare --pid --fork --kill-child --mount-proc)
	"${cage[@]}" true 2>/dev/null && return
	cage+=(--user --map-root-user)
	"${cage[@]}" true 2>/dev/null
}

# Whether COMMAND... are there and a cage is to be had; or prints why not.
need_cage() {
	need_commands "$@" flock setpriv unshare mount pgrep || return
	make_cage || { echo 'no process and mount namespaces' && return 1; }
	[[ -d $inside ]] || { echo "no directory $inside" && return 1; }
}

need_root() {
	{ ((EUID == 0)) && host_gives sys-admin; } || { echo 'for root alone' && return 1; }
}

# Inside the cage the scratch directory is where any uid can come to it.
export inside=/mnt
furniture=()    # what else the cage is furnished with: see containers/enter

# caged COMMAND... runs it in the cage.
caged() {
	chmod 755 "$scratch"
	supervise "${cage[@]}" "$here/enter" bind "$scratch" "$inside" "${furniture[@]}" -- "$@"
}

# caged_if_it_begins COMMAND... /pipe7 OPTION... ends with its status. What tells its own failures
# from the program's by nothing is tried first.
caged_if_it_begins() {
	local words=("$@")

	caged "${words[@]:0:$# - ${#options[@]}}" --version >"$scratch/out" 2>"$scratch/why" ||
		bail "$(printf '%s ended with status %s: %s' "$1" "$?" \
			"$(tail -n 1 "$scratch/why")")"
	caged "$@"
	exit
}

# caged_function NAME ARGUMENT... runs a function that needs nothing but its arguments.
caged_function() {
	# shellcheck disable=SC2016
	caged bash -c "set -u; $(declare -f "$1")"' && "$@"' bash "$@"
}

# --- users of a run's own ---

# The page budget is a uid's, so a run that is not root's has a uid that nobody else has: of the
# range that systemd's "Users, Groups, UIDs and GIDs" leaves unused. It is an account in the cage
# alone, and has 65536 uids to map with newuidmap(1).
own_uid=
below_uid=
as_own_uid=()
make_own_uid() {
	local name

	own_uid=$EUID
	((EUID == 0)) || return 0
	own_uid=$((0x70000000 + SRANDOM % 0x07ff0000))
	below_uid=$((0x78000000 + SRANDOM % 0x07fd0000))
	echo "pipe7:x:$own_uid:$own_uid::/:/bin/sh" >"$scratch/passwd"
	echo "pipe7:x:$own_uid:" >"$scratch/group"
	printf '%s:%s:65536\n' pipe7 "$below_uid" root "$below_uid" >"$scratch/subid"
	for name in passwd group; do
		furniture+=(bind "$scratch/$name" "/etc/$name")
	done
	for name in subuid subgid; do
		[[ ! -e /etc/$name ]] || furniture+=(bind "$scratch/subid" "/etc/$name")
	done
	as_own_uid=(setpriv --reuid "$own_uid" --regid "$own_uid" --clear-groups)
}
