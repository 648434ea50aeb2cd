# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034 # names that the places use
# What every place shares: words, options, the program, and an end that leaves nothing behind.
#
# A place is one file, places/NAME.bash, which defines:
#   place_needs          prints in one line what has to be there
#   place_available      succeeds, or prints why not
#   place_run            runs "$program" "${options[@]}" there and ends with its status
#   place_profile ASKED  optional: prints the --profile to pass when ASKED is wanted
#   place_options        optional: prints what else the program is told there, a word a line
# It reads the variables below, and calls put_known and put_dir when files go by another name.

here=${here:?}  # the directory of containers/run
program=        # an absolute path
place=          # its name
asked=          # the profile that was asked for; empty when none was
options=()      # the program's arguments
known_file=     # this machine's file behind --known, and where in options it is named
known_at=
fifo_dir=       # this machine's directory behind --dir, and where in options it is named
dir_at=
scratch=        # a directory of this run alone
run_id=         # its last component, which names containers and control groups
export LC_ALL=C

readonly profiles='unprivileged sys-resource container sys-admin as-is'

# What docker, podman and containerd leave to the root of a container.
readonly usual_capabilities='CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP
NET_BIND_SERVICE NET_RAW SYS_CHROOT MKNOD AUDIT_WRITE SETFCAP'

misuse() {
	printf 'containers/run: %s\n' "$1" >&2
	exit 2
}

# The ground under the program failed, which says nothing about what it tests.
bail() {
	printf 'Bail out! %s: %s\n' "$place" "$1"
	exit 255
}

# A skip is for people. A CI machine without the runtime would be green and test nothing.
unavailable() {
	[[ ${CONTAINERS_MUST_RUN-} != 1 ]] || bail "$1"
	printf 'TAP version 13\n1..0 # SKIP absent: %s: %s\n' "$place" "$1"
	exit 0
}

have() {
	command -v "$1" >/dev/null
}

# Prints which of COMMAND... are missing, and fails if one is.
need_commands() {
	local name missing=()

	for name; do
		have "$name" || missing+=("$name")
	done
	((${#missing[@]} == 0)) || { echo "not installed: ${missing[*]}" && return 1; }
}

# --- places ---

place_names() {
	local file

	for file in "$here"/places/*.bash; do
		basename "$file" .bash
	done
}

require_place() {
	[[ $1 =~ ^[a-z0-9-]+$ && -f $here/places/$1.bash ]] ||
		misuse "PLACE: '$1': expected one of $(place_names | paste -sd ' ')"
}

require_profile() {
	[[ $2 && " $profiles " == *" $2 "* ]] || misuse "$1: '$2': expected one of $profiles"
}

load_place() {
	place=$1
	# shellcheck disable=SC2317 # called unless the file has its own
	{
		place_profile() { echo "$1"; }
		place_options() { :; }
	}
	# shellcheck source=/dev/null
	source "$here/places/$1.bash"
}

# Whether this shell could hand PROFILE to the program. A capability counts in the initial user
# namespace alone, whose number the kernel fixes; a full set in any other is not the capability.
host_gives() {
	local bit mask

	case $1 in
	sys-admin) bit=21 ;;
	sys-resource) bit=24 ;;
	*) return 0 ;;
	esac
	mask=$(sed -n 's/^CapPrm:[[:space:]]*/0x/p' /proc/self/status)
	((mask >> bit & 1)) && [[ $(readlink /proc/self/ns/user) == 'user:[4026531837]' ]]
}

# --- options ---

take_option() {
	case $1 in
	--profile)
		require_profile "$1" "$2"
		asked=$2
		return
		;;
	--known)
		[[ -f $2 && -r $2 ]] || misuse "$1: '$2': expected a readable file"
		known_file=$(realpath -- "$2")
		known_at=$((${#options[@]} + 1))
		set -- "$1" "$known_file"
		;;
	--dir)
		[[ -d $2 ]] || misuse "$1: '$2': expected a directory"
		fifo_dir=$(realpath -- "$2")
		dir_at=$((${#options[@]} + 1))
		set -- "$1" "$fifo_dir"
		;;
	esac
	options+=("$1" "$2")
}

# Only the options that a place has to know are understood here; the program judges the rest.
read_options() {
	local profile profile_at own

	asked=$1
	shift
	case ${1-} in
	run | list | show | trace | facts | measure | restore)
		options+=("$1")
		shift
		;;
	esac
	mapfile -t own < <(place_options)
	options+=(--place "$place" "${own[@]}" --profile '')
	profile_at=$((${#options[@]} - 1))

	while (($#)) && [[ $1 != -- ]]; do
		case $1 in
		--profile | --known | --dir)
			take_option "$1" "${2-}"
			shift
			;;
		--profile=* | --known=* | --dir=*) take_option "${1%%=*}" "${1#*=}" ;;
		*) options+=("$1") ;;
		esac
		shift
	done
	options+=("$@")

	profile=$(place_profile "$asked") || exit
	options[profile_at]=$profile
	[[ $profile ]] || unset "options[$profile_at]" "options[$((profile_at - 1))]"
}

# A place with a file system of its own does not see the files that --known and --dir name. It
# brings them in, says where they are there, and the program is told that name.
put_known() {
	options[known_at]=$1
}

put_dir() {
	options[dir_at]=$1
}

# --- the program ---

find_program() {
	program=${PIPE7:-${here%/*}/out/pipe7}
	[[ -f $program && -x $program ]] ||
		misuse "program: '$program': expected an executable (plain make builds it)"
	program=$(realpath -- "$program")
}

# elf_field OFFSET BYTES, in this machine's byte order.
elf_field() {
	od -An -v -t "u$2" -j "$1" -N "$2" -- "$program" | tr -d ' '
}

# Without PT_INTERP among the program headers nobody has to load libraries.
program_is_static() {
	local at size count i interp=3 bits64=2

	[[ $(head -c 4 -- "$program") == $'\177ELF' ]] || return 1
	if (($(elf_field 4 1) == bits64)); then
		at=$(elf_field 32 8) size=$(elf_field 54 2) count=$(elf_field 56 2)
	else
		at=$(elf_field 28 4) size=$(elf_field 42 2) count=$(elf_field 44 2)
	fi
	for ((i = 0; i < count; i++)); do
		(($(elf_field $((at + i * size)) 4) != interp)) || return 1
	done
}

require_static() {
	program_is_static || unavailable "the program is not a static ELF file: $program"
}

# --- a run that leaves nothing ---

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
