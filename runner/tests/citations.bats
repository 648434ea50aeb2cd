#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# .ci/citations against manual pages of its own: what is there, what is not, what it cannot tell.
# shellcheck disable=SC2016 # a backquote in a finding is a backquote

setup() {
	top=$BATS_TEST_DIRNAME/../..
	export MANUALS=$BATS_TEST_TMPDIR/man
	mkdir -p "$MANUALS/man2" && cd "$BATS_TEST_TMPDIR" || return
	gzip >"$MANUALS/man2/move.2.gz" <<-'END'
		.\" A page as man-pages has them.
		.TH move 2
		.SH DESCRIPTION
		.BR move ()
		takes
		.I flags
		and moves
		what is there.
		.SS Slow and quick moves
		.TP
		.BR M_WAIT " (since Linux 3.4)"
		Waits, see
		.I /proc/sys/fs/move\-max .
		.TP
		.BR M_SIZE (2const)
		.TQ
		.BR M_ROOM (2const)
		.SH ERRORS
		.TP
		.BR EAGAIN \ or\~ EBUSY
		Nothing can be moved now.
	END
	echo '.so man2/move.2' >"$MANUALS/man2/shift.2"
}

# claim LEVEL CITES [AGAINST]: a list of one claim, as pipe7 list --claims prints it.
claim() {
	printf 'case\tlevel\tclaim\tcites\tagainst\tsince\tat\tcovers\tabout\n' >claims
	printf 'f/c\t%s\tmoves\t%s\t%s\t\tf.c:9\tA-01\tf\n' "$1" "$2" "${3-}" >>claims
	run "$top/.ci/citations" claims
	echo "$output"
}

holds() {
	claim DOCUMENTED "$@"
	[ "$status" -eq 0 ]
	[[ $output != *f.c:9* ]]
}

# lacks CITES WHAT: that, and nothing else, is found.
lacks() {
	claim DOCUMENTED "$1"
	[ "$status" -eq 1 ]
	[ "$(grep -c f.c:9 <<<"$output")" -eq 1 ]
	[[ ${lines[0]} == "f.c:9: f/c: \`"*"\`: $2" ]]
}

@test "headings, tags, and words below a heading are found" {
	holds 'move(2)'
	holds 'move(2), DESCRIPTION, flags'
	holds 'move(2), Slow and quick moves, M_WAIT, move-max; shift(2), ERRORS, EBUSY'
	holds 'move(2), Slow ... moves: in this way'
	holds 'move(2) and shift(2), M_WAIT, on older kernels'
	holds 'move(2), ERRORS, EAGAIN and EBUSY, and DESCRIPTION'
	holds 'move(2), M_WAIT: "moves what is there"'
}

@test "a heading or tag that is not there is reported" {
	lacks 'move(2), RETURN VALUE' 'no heading or tag `RETURN VALUE` in move(2)'
	lacks 'move(2), Slow Moves' 'no heading or tag `Slow Moves` in move(2)'
	lacks 'move(2), EFAULT' 'no heading or tag `EFAULT` in move(2)'
	lacks 'move(2), ERRORS, M_WAIT' 'no `M_WAIT` in move(2), ERRORS'
	lacks 'move(2), M_WAIT: "moves nothing"' 'move(2) does not say so'
	lacks 'move(2) does not list EAGAIN' 'move(2) has EAGAIN'
	lacks 'move(2), flags' 'no heading or tag `flags` in move(2)'
}

@test "a tag that has a page of its own is not in the page that lists it" {
	lacks 'move(2), M_SIZE' 'move(2) refers to M_SIZE(2const) for it'
}

@test "a page that is not there is reported, be it cited, named, or said otherwise" {
	lacks 'fs/move.c; push(2), ERRORS' 'no such page'
	claim OBSERVED 'fs/move.c' 'push(2): moves all'
	[ "$status" -eq 1 ]
	[[ ${lines[0]} == 'f.c:9: f/c: `push(2)`: no such page' ]]
	printf '# by push(2)\nA-01\tA sentence.\tmove(2), ERRORS, EIO\t\n' >catalogue.tsv
	run "$top/.ci/citations" catalogue.tsv
	[ "$status" -eq 1 ]
	[[ ${lines[0]} == 'catalogue.tsv:1: `push(2)`: no such page' ]]
	[[ ${lines[1]} == 'catalogue.tsv:2: A-01: '*'no `EIO` in move(2), ERRORS' ]]
}

@test "what is no manual page is counted, and never silently passed" {
	claim POSIX 'POSIX.1-2024 write(); read(), ERRORS; fs/move.c, move(); a book'
	[ "$status" -eq 0 ]
	[[ $output == *'not checked: 2 of POSIX.1-2024: read() 1, write() 1'* ]]
	[[ $output == *'not checked: 1 of Linux: fs/move.c 1'* ]]
	[[ $output == *'not checked: 1 of other documents, or none: a 1'* ]]
}

@test "--posix asks for a section of POSIX, at level POSIX" {
	claim POSIX 'POSIX.1-2024 write(); read(), ERRORS, EAGAIN; XBD 3, FIFO Special File'
	run "$top/.ci/citations" --posix claims
	[ "$status" -eq 1 ]
	[[ ${lines[0]} == 'f.c:9: f/c: `POSIX.1-2024 write()`: names no section' ]]
	[[ ${lines[1]} != f.c* ]]
	claim OBSERVED 'fs/move.c; POSIX.1-2024 write() allows it'
	run "$top/.ci/citations" --posix claims
	[ "$status" -eq 0 ]
}

@test "where pages cannot be fetched that is said, and an error when CI=true" {
	unset MANUALS
	export XDG_CACHE_HOME=/dev/null
	CI='' run "$top/.ci/citations" "$top/README.md"
	[ "$status" -eq 0 ]
	[[ $output == *'citations: could not be checked: '* ]]
	CI=true run "$top/.ci/citations" "$top/README.md"
	[ "$status" -eq 1 ]
	[[ $output == *'citations: could not be checked: '* ]]
}

@test "wrong use is one line" {
	run "$top/.ci/citations" nowhere
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"'nowhere': "* ]]
	MANUALS=nowhere run "$top/.ci/citations" claims
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"MANUALS: 'nowhere': "* ]]
	run "$top/.ci/citations"
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
}
