# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034 # names that the places use
# What every place shares: words, options, the program, and an end that leaves nothing behind.
#
# A place is one file, places/NAME.bash, which defines:
#   place_needs          prints in one line what has to be there
#   place_available      succeeds, or prints why not
#   place_run            runs "$program" "${options[@]}" there and ends with its status
# and, where it differs from what load_place has:
#   place_variants       prints the variants worth listing, a line each: NAME, tab, what it is
#   place_check_variant VARIANT  ends with misuse unless it is one; for names without an end
#   place_profile ASKED  prints the --profile to pass when ASKED is wanted
#   place_options        prints what else the program is told there, a word a line
#   place_expected       prints the names of files in reports/expected, the best first
#   place_run_profiles PROFILE...  runs them all, each into its own tap_file and status_file
# It reads the variables below, and calls put_known and put_dir when files go by another name.

here=${here:?}  # the directory of containers/run
program=        # an absolute path
place=          # its name
variant=        # which kind of it; empty when none was asked for
label=          # PLACE[:VARIANT], which is what results are labelled with
wanted=()       # the profiles of PLACE[:VARIANT][+PROFILE]...
arguments=()    # what stood behind that on the command line
tap_dir=        # where --tap-dir wants TAP and statuses
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
	printf 'containers/%s: %s\n' "${0##*/}" "$1" >&2
	exit 2
}

# The ground under the program failed, which says nothing about what it tests.
bail() {
	printf 'Bail out! %s: %s\n' "$label" "$1"
	exit 255
}

# A skip is for people. A CI machine without the runtime would be green and test nothing.
unavailable() {
	[[ ${CONTAINERS_MUST_RUN-} != 1 ]] || bail "$1"
	printf 'TAP version 13\n1..0 # SKIP absent: %s: %s\n' "$label" "$1"
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

# shellcheck disable=SC2317 # called unless the file has its own
load_place() {
	place=$1
	label=$1
	variant=
	place_variants() { :; }
	place_check_variant() { expect_listed_variant "$1"; }
	place_profile() { echo "$1"; }
	place_options() { :; }
	place_expected() { printf '%s\n' "$place-$variant" "$place"; }
	place_run_profiles() { run_one_by_one "$@"; }
	# shellcheck source=/dev/null
	source "$here/places/$1.bash"
}

expect_listed_variant() {
	local names

	names=$(place_variants | cut -f 1 | paste -sd ' ')
	[[ " $names " == *" $1 "* && $1 != *' '* ]] ||
		misuse "VARIANT: '$1': expected ${names:+one of }${names:-none} in $place"
}

set_variant() {
	variant=$1
	label=$place:$1
}

# read_word PLACE[:VARIANT][+PROFILE]... loads the place. A variant that is a path may hold a
# plus of its own, so it ends where only profiles follow.
read_word() {
	local rest=$1 profile

	wanted=()
	require_place "${1%%[:+]*}"
	load_place "${1%%[:+]*}"
	rest=${rest#"$place"}
	while [[ $rest == *+* ]]; do
		profile=${rest##*+}
		[[ $rest != :@(/|./|../)* || " $profiles " == *" $profile "* ]] || break
		require_profile "$1" "$profile"
		wanted=("$profile" "${wanted[@]}")
		rest=${rest%+*}
	done
	[[ $rest ]] || return 0
	place_check_variant "${rest#:}"
	set_variant "${rest#:}"
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

# --- several profiles ---

# tap_file PROFILE and status_file PROFILE: where --tap-dir keeps them.
tap_file() {
	local name=$label+$1.tap

	echo "$tap_dir/${name//\//_}"
}

status_file() {
	local name

	name=$(tap_file "$1")
	echo "${name%.tap}.status"
}

run_one_by_one() {
	local profile

	make_scratch
	for profile; do
		supervise "$here/run" "$label+$profile" "${arguments[@]}" \
			>"$(tap_file "$profile")"
		echo $? >"$(status_file "$profile")"
	done
	exit
}

# --- the program ---

find_program() {
	program=${PIPE7:-${here%/*}/out/pipe7}
	[[ -f $program && -x $program ]] ||
		misuse "program: '$program': expected an executable (plain make builds it)"
	program=$(realpath -- "$program")
}

# elf_field OFFSET BYTES, in the byte order of the program.
elf_field() {
	local order=little big=2

	(($(od -An -t u1 -j 5 -N 1 -- "$program") != big)) || order=big
	od -An -v --endian="$order" -t "u$2" -j "$1" -N "$2" -- "$program" | tr -d ' '
}

# Class, byte order and machine of the program.
elf_kind() {
	echo "$(elf_field 4 1):$(elf_field 5 1):$(elf_field 18 2)"
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
