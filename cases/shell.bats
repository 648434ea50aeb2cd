#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What a shell and its utilities show of pipes and FIFOs. `covers` names requirements of
# catalogue.tsv.

setup() {
	export LC_ALL=C
	cd "$BATS_TEST_TMPDIR" || return
}

# Whoever started this may ignore SIGPIPE, and a shell cannot undo that.
need_env_signals() {
	env --default-signal=PIPE true 2>/dev/null || skip 'env(1) cannot reset signals'
}

with_sigpipe() {
	env "--$1-signal=PIPE" bash -c "$2"
}

refute() {
	! "$@"
}

# Until PID sleeps in a call on descriptor FD. Sees it in /proc and waits by no clock, but gives up.
await_sleep_on() {
	local call fd give_up=$((SECONDS + 60))

	cat "/proc/$1/syscall" >/dev/null || skip 'may not look at /proc/PID/syscall'
	while ((SECONDS < give_up)); do
		read -r call fd _ <"/proc/$1/syscall"
		[[ $call == [0-9]* && $((fd)) == "$2" ]] && return
	done
	echo "$1 never slept: $call $fd"
	return 1
}

# covers: SHL-01
@test "what the left side of a pipeline prints is what the right side reads" {
	seq 100000 >direct
	for shell in sh bash; do
		"$shell" -c 'seq 100000 | cat | cat' >piped
		cmp direct piped
	done
}

# covers: SHL-02
@test "who writes to a consumer that has left dies of SIGPIPE, status 141" {
	need_env_signals
	# shellcheck disable=SC2016 # for the shell that is started
	run with_sigpipe default 'yes | head -n 1 >/dev/null; echo "${PIPESTATUS[*]}"'
	[ "$output" = '141 0' ]
	[ "$(kill -l 141)" = PIPE ]
}

# covers: SHL-03
@test "where SIGPIPE is ignored, the consumer's leaving is a write error" {
	need_env_signals
	# shellcheck disable=SC2016 # for the shell that is started
	run with_sigpipe ignore 'yes 2>err | head -n 1 >/dev/null; echo "${PIPESTATUS[*]}"'
	[ "$output" = '1 0' ]
	grep -q 'Broken pipe' err
}

# covers: SHL-04
@test "ls calls a FIFO p, and test -p is true of FIFOs and pipes alone" {
	mkfifo fifo
	: >file
	[[ $(ls -l fifo) == p* ]]
	test -p fifo
	refute test -p file
	refute test -p /dev/null
	true | sh -c 'test -p /dev/stdin'
	[ "$(stat -c %F fifo)" = fifo ]
}

# covers: SHL-05
@test "cat of a FIFO waits for a writer, and ends when the last one closes" {
	local line out pid

	mkfifo fifo
	coproc cat fifo
	pid=$COPROC_PID
	exec {out}<&"${COPROC[0]}" 8>fifo
	for word in one two; do # it has not ended between them
		echo "$word" >&8
		read -r -u "$out" line
		[ "$line" = "$word" ]
	done
	exec 9>fifo 8>&-
	echo three >&9
	read -r -u "$out" line
	[ "$line" = three ]
	exec 9>&-
	refute read -r -u "$out" line
	wait "$pid"
}

# covers: SHL-06
@test "ulimit -p counts PIPE_BUF in blocks of 512 bytes, getconf in bytes" {
	mkfifo fifo
	[ "$(bash -c 'ulimit -p')" -eq 8 ]
	for path in / . fifo; do
		[ "$(getconf PIPE_BUF "$path")" -eq 4096 ]
	done
}

# covers: SHL-07
@test "the mode of a FIFO is what mkfifo -m says, and else what the umask leaves" {
	(umask 077 && mkfifo -m 640 said)
	[ "$(stat -c %a said)" = 640 ]
	(umask 027 && mkfifo left)
	[ "$(stat -c %a left)" = 640 ]
	(umask 0 && mkfifo all)
	[ "$(stat -c %a all)" = 666 ]
}

# covers: SHL-08
@test "process substitution is a pipe below /dev/fd that can be opened again" {
	run bash -c 'name_of() { echo "$1"; }; name_of <(:)'
	[[ $output == /dev/fd/* ]]
	bash -c 'test -p <(:)'
	run bash -c 'lines() {
		local a b
		exec 8<"$1"
		read -r a <&8
		read -r b <"$1"
		echo "$b $a"
	}
	lines <(printf "one\ntwo\n")'
	[ "$output" = 'two one' ]
	[ "$(bash -c 'echo through > >(cat); wait')" = through ]
}

# covers: SHL-09
@test "a producer that is ahead of its consumer waits, and nothing is lost" {
	head -c 5000000 /dev/zero | (dd bs=1 count=1 of=first 2>/dev/null && cat) | wc -c >count
	[ "$(<count)" -eq 4999999 ]
}

# Of the FIFO that descriptor 8 has open.
need_capacity() {
	[ "$(perl -e 'print 0 + fcntl(STDIN, 1032, 0)' <&8)" -eq "$1" ] ||
		skip 'limits leave a FIFO less than 16 pages'
}

# covers: SHL-10
@test "what fits depends on who writes: dd finds the capacity, tee adds its own block" {
	local pid capacity reader

	capacity=$((16 * $(getconf PAGESIZE)))
	mkfifo fifo counted
	exec 8<>fifo # there is a reader, who does not read
	need_capacity "$capacity"
	dd if=/dev/zero of=fifo bs=4096 2>said 3>&- 8>&- &
	pid=$!
	await_sleep_on "$pid" 1
	kill -USR1 "$pid"
	until grep -q 'bytes' said; do
		kill -0 "$pid"
	done
	kill -KILL "$pid"
	exec 8>&-
	echo "# dd bs=4096: $(awk '/bytes/ { print $1 }' said) bytes" >&3
	[ "$(awk '/bytes/ { print $1 }' said)" -eq "$capacity" ]

	exec 8<>fifo
	need_capacity "$capacity"
	wc -c <counted >count 3>&- 8>&- &
	reader=$!
	yes 2>/dev/null 3>&- 8>&- | exec tee fifo >counted 3>&- 8>&- &
	pid=$!
	await_sleep_on "$pid" 3
	kill -KILL "$pid"
	wait "$reader"
	exec 8>&-
	echo "# yes | tee: $(<count) bytes" >&3
	[ "$(<count)" -gt "$capacity" ]
}
