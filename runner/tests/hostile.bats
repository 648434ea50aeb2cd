#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Started by whoever, wherever, with whatever, and killed at any time.
# shellcheck disable=SC2016 # what is in single quotes is for another shell

setup() {
	load common
	common_setup
}

# started WRAPPER...: the run below it passes, and nothing is left.
started() {
	run_to "$@" "$PIPE7" "${some[@]}"
	passed
	nothing_left
}
some=(end_of_file)

perl_exec() { perl -MPOSIX -e "$1; exec @ARGV or die" "${@:2}"; }

# Wherever it could not have the profile, that is what it says.
passed_or_skipped() {
	if grep -q '^1\.\.0 # SKIP profile: ' out; then
		[ "$status" -eq 0 ]
	else
		passed
	fi
	nothing_left
}

@test "descriptors 0 to 2 closed in every combination" {
	for closed in '<&-' '>&-' '2>&-' '<&- >&-' '<&- 2>&-' '>&- 2>&-' '<&- >&- 2>&-'; do
		: >out
		# A file keeps what was written while a closed one is reopened.
		status=0
		eval "\"\$PIPE7\" end_of_file >out 2>err $closed" || status=$?
		echo "$closed: $status"
		[ "$status" -eq 0 ]
		if [[ $closed == *'>&-'* && $closed != '2>&-' && $closed != '<&- 2>&-' ]]; then
			[ ! -s out ]
		else
			whole
		fi
	done
	nothing_left
}

@test "an error is told by the status when nobody can read it" {
	run_to sh -c 'exec "$PIPE7" --nonsense 2>&-'
	[ "$status" -eq 2 ]
	run_to sh -c 'exec "$PIPE7" --nonsense >&- 2>&- <&-'
	[ "$status" -eq 2 ]
	run_to sh -c 'exec "$FAULTY" verdicts/another_errno >&- 2>&- <&-'
	[ "$status" -eq 1 ]
}

@test "a reader that goes away ends the run" {
	run_to bash -c '"$PIPE7" | head -n 1; exit "${PIPESTATUS[0]}"'
	show
	[ "$status" -eq 255 ]
	grep -q '^pipe7: standard output: ' err
	run_to bash -c '"$PIPE7" list | head -n 1'
	[ "$status" -eq 0 ]
	nothing_left
}

@test "a full device ends the run" {
	for command in run list help; do
		status=0
		case $command in
		run) "$PIPE7" end_of_file >/dev/full 2>err || status=$? ;;
		list) "$PIPE7" list >/dev/full 2>err || status=$? ;;
		help) "$PIPE7" --help >/dev/full 2>err || status=$? ;;
		esac
		echo "$command: $status"
		[ "$status" -ne 0 ]
		grep -q "^pipe7: standard output: " err
	done
	nothing_left
}

@test "a reader that is slow gets everything, O_NONBLOCK or not" {
	perl_exec 'open(my $p, "-|", @ARGV) or die; select(undef, undef, undef, 0.3);
		print while <$p>; close($p); exit($? >> 8)' "$PIPE7" >out
	whole
	perl -MFcntl -e 'pipe(my $r, my $w); fcntl($w, F_SETFL, O_NONBLOCK);
		if (!fork) { open(STDOUT, ">&", $w); exec @ARGV }
		close($w); select(undef, undef, undef, 0.3);
		print while <$r>; wait; exit($? >> 8)' \
		"$PIPE7" >out
	whole
}

@test "signals that the caller ignores or blocks do not reach the trials" {
	some=(end_of_file)
	started perl_exec '$SIG{$_} = "IGNORE" for qw(PIPE CHLD HUP INT TERM USR1 ALRM)'
	started perl_exec 'my $s = POSIX::SigSet->new; $s->fillset; sigprocmask(SIG_BLOCK, $s)'
	run_to perl_exec '$SIG{$_} = "IGNORE" for qw(PIPE CHLD HUP INT TERM)' "$FAULTY" \
		ends/starts_clean ends/signals_end_it
	show
	grep -q '^ok 2 - ends/starts_clean$' out
	grep -q "^  got: 'the trial died of SIGPIPE'$" out
}

@test "few descriptors and many" {
	started prlimit --nofile=16
	run_to prlimit --nofile=64 "$PIPE7" # all of it
	passed
	nothing_left
	can prlimit --nofile=1048576 true
	started prlimit --nofile=1048576
}

@test "descriptors of the caller do not reach the trials" {
	exec 7>inherited 8</dev/null
	run_to "$FAULTY" ends/starts_clean forgeries
	exec 7>&- 8<&-
	passed
	[ ! -s inherited ]
}

@test "no more processes is a skip, or the end" {
	run_to prlimit --nproc=1 "$PIPE7" end_of_file
	show
	[ "$status" -eq 0 ] || [ "$status" -eq 1 ] || grep -q '^Bail out! ' out
	sed '/^not ok .* # TODO known: /d' out | never '^not ok' -
	as_root
	run_to setpriv --reuid 1234567 --clear-groups prlimit --nproc=1 "$PIPE7" end_of_file
	show
	[ "$status" -eq 255 ]
	grep -q '^Bail out! ' out
	nothing_left
}

@test "few processes are left to the trials, not taken by supervisors" {
	as_root
	run_to setpriv --reuid 1234567 --clear-groups prlimit --nproc=8 "$PIPE7" end_of_file
	passed
	[ "$(grep -c 'SKIP resource: fork()' out)" -eq 0 ]
}

@test "a file size limit ends the run with a word" {
	run_to prlimit --fsize=0 "$PIPE7" end_of_file
	[ "$status" -eq 255 ]
	nothing_left
}

# filtered CALL ERRNO OPTION...: pipe7 where a seccomp filter fails that system call.
filtered() {
	local bpf='pack("SCCL" x 4, 32,0,0,0, 21,0,1,'$1', 6,0,0,0x50000+'$2', 6,0,0,0x7fff0000)'
	local prctl='syscall(157, 38, 1, 0, 0, 0); syscall(157, 22, 2, pack("Sx6P", 4, $f))'
	shift 2
	run_to perl_exec "my \$f = $bpf; $prctl == 0 or die" "$PIPE7" "$@"
}

@test "what a seccomp filter refuses is skipped, and not the kernel's fault" {
	local pipe2=293 fcntl=72 vmsplice=278 io_setup=206 eperm=1 enosys=38
	[ "$(uname -m)" = x86_64 ] || skip "the numbers are those of x86_64"
	filtered $pipe2 $eperm end_of_file
	passed
	grep -q '# SKIP seccomp: a filter refuses pipe2()$' out
	filtered $pipe2 $enosys end_of_file
	passed
	filtered $fcntl $eperm capacity
	sed '/^not ok .* # TODO known: /d' out | never '^not ok' -
	grep -q '# SKIP seccomp: a filter refuses fcntl()$' out
	filtered $vmsplice $eperm sigpipe_elsewhere
	passed
	grep -q '# SKIP seccomp: a filter refuses vmsplice()$' out
	filtered $io_setup $enosys sigpipe_per_call
	passed
	grep -q '# SKIP seccomp: a filter refuses io_setup()$' out
	filtered $pipe2 22 end_of_file # not an error that filters give
	grep -q '^not ok' out
	nothing_left
}

# filtered_argument CALL INDEX VALUE ERRNO OPTION...: the same where that argument is VALUE.
filtered_argument() {
	local bpf='pack("SCCL" x 6, 32,0,0,0, 21,0,3,'$1', 32,0,0,16 + 8 * '$2', 21,0,1,'$3',
		6,0,0,0x50000+'$4', 6,0,0,0x7fff0000)'
	local prctl='syscall(157, 38, 1, 0, 0, 0); syscall(157, 22, 2, pack("Sx6P", 6, $f))'
	shift 4
	run_to perl_exec "my \$f = $bpf; $prctl == 0 or die" "$PIPE7" "$@"
}

@test "what a seccomp filter refuses by an argument is skipped; a size that is refused is not" {
	local fcntl=72 ioctl=16 pipe2=293 socketpair=53 eperm=1 eacces=13
	local setpipe_sz=1031 fionread=21531 direct=16384 unix=1 two_pages=8192
	[ "$(uname -m)" = x86_64 ] || skip "the numbers are those of x86_64"
	filtered_argument $fcntl 1 $setpipe_sz $eperm 'capacity*' resize user_pages
	never '^not ok' out
	grep -q '# SKIP seccomp: a filter refuses fcntl() with F_SETPIPE_SZ$' out
	never 'above_pipe_max_size_takes_cap_sys_resource/[^ ]*$' out # EPERM, and not the kernel's
	filtered_argument $fcntl 1 $setpipe_sz $eacces capacity 'write/*/one_page/*'
	never '^not ok' out
	grep -q '# SKIP seccomp: a filter refuses fcntl() with F_SETPIPE_SZ$' out
	filtered_argument $ioctl 1 $fionread $eperm fionread
	never '^not ok' out
	grep -q '# SKIP seccomp: a filter refuses ioctl() with FIONREAD$' out
	filtered_argument $pipe2 1 $direct $eperm packets
	never '^not ok' out
	grep -q '# SKIP seccomp: a filter refuses pipe2() with O_DIRECT$' out
	filtered_argument $socketpair 0 $unix $eperm in_flight
	never '^not ok' out
	grep -q '# SKIP seccomp: a filter refuses socketpair() of AF_UNIX$' out
	filtered_argument $fcntl 2 $two_pages $eperm capacity # as a kernel might
	grep -q '^not ok [0-9]* - capacity/' out
	never 'SKIP seccomp' out
	nothing_left
}

@test "what a Linux as new as .since lacks fails at level OBSERVED, and is skipped otherwise" {
	local preadv2=327 eopnotsupp=95 case=per_call/nowait_is_for_one_call
	[ "$(uname -m)" = x86_64 ] || skip "the numbers are those of x86_64"
	printf '#!/bin/sh\nexec setarch --uname-2.6 "%s" "$@"\n' "$PIPE7" >old # says 2.6.N
	chmod +x old
	PIPE7=$PWD/old filtered $preadv2 $eopnotsupp $case per_call/offset_minus_one_waits_for_room
	grep -q "^ok [0-9]* - $case # SKIP absent: this flag of preadv2() " out
	printf '6.5\n%s\n' "$(uname -r)" | sort -V -C || skip "Linux before 6.5"
	filtered $preadv2 $eopnotsupp $case
	grep -q "^not ok 1 - $case # TODO observed$" out
	grep -q "want: 'what Linux has since 6.5'" out
	nothing_left
}

@test "a umask that forbids everything" {
	run_to sh -c 'umask 777; exec "$PIPE7" "end_of_file/*/fifo"'
	passed
	never SKIP out
	nothing_left
}

@test "a working directory that is gone" {
	mkdir gone
	run_to sh -c 'cd gone && rmdir ../gone && exec "$PIPE7" end_of_file'
	passed
	nothing_left
}

@test "no environment at all" {
	run_to env -i "$PIPE7" end_of_file
	passed
}

@test "a scratch directory that trials cannot reach is not taken" {
	as_root
	chmod 700 "$TMPDIR"
	run_to "$PIPE7" 'end_of_file/*/fifo'
	passed
	never 'SKIP filesystem' out
	nothing_left
}

# rooted OPTION...: the program alone in a root directory, which is read-only with `ro`.
rooted() {
	as_root
	mkdir -p root
	cp "$PIPE7" "$FAULTY" root
	run_to env -u TMPDIR unshare -m sh -c 'mount --bind root root &&
		mount -o "remount,bind,$1" root && shift && exec chroot root "$@"' - "$@"
}

@test "alone in a root directory: no /proc, no /dev, no /tmp" {
	can unshare -m true
	file "$PIPE7" | grep -q 'statically linked' || skip "not linked statically"
	rooted rw "/${PIPE7##*/}" end_of_file
	passed
	never 'SKIP filesystem' out
	[ "$(ls root)" = "$(basename -a "$FAULTY" "$PIPE7" | sort)" ]
	rooted ro "/${PIPE7##*/}" end_of_file
	passed
	grep -qx '# fact: blocked_by=quiet' out
	rooted ro "/${FAULTY##*/}" verdicts/another_errno
	show
	[ "$status" -eq 1 ]
	rooted ro "/${FAULTY##*/}" --timeout-scale 0.05 hangs/busy_in_an_expectation
	show
	grep -q "^  got: 'never returned; without /proc nobody knows why'$" out
	grep -q '^  verdict: broken$' out
	nothing_left
}

@test "in a chroot below shared mounts: a container all the same, and no mount is left" {
	as_root
	can unshare -m true
	file "$PIPE7" | grep -q 'statically linked' || skip "not linked statically"
	mkdir -p root/proc
	cp "$PIPE7" root/pipe7
	run_to unshare -m --propagation shared bash -c 'mount -t proc none root/proc
		grep -c . /proc/self/mountinfo >before
		chroot root /pipe7 --profile container "$@"
		status=$?
		grep -c . /proc/self/mountinfo | cmp - before && exit $status' chroot end_of_file
	passed
	nothing_left
}

@test "as process 1 of a PID namespace, its mounts do not stay" {
	as_root
	can unshare -pf true
	file "$PIPE7" | grep -q 'statically linked' || skip "not linked statically"
	mkdir -p root/proc
	cp "$PIPE7" root/pipe7
	run_to unshare -pf chroot root /pipe7 end_of_file
	passed
	never "$PWD/root" /proc/self/mountinfo
	nothing_left
}

@test "as process 1 of a PID namespace, with a /proc of its own and with another's" {
	as_root
	can unshare -pf --mount-proc true
	started unshare -pf --mount-proc
	never 'SKIP absent' out
	for profile in container as-is; do
		run_to unshare -pf --mount-proc "$PIPE7" --profile $profile end_of_file
		passed_or_skipped
	done
	started unshare -pf
	grep -qx '# fact: blocked_by=quiet' out
	nothing_left
}

@test "an ordinary user, as every profile that such a one has" {
	as_root
	for profile in unprivileged as-is container; do
		chmod 1777 "$TMPDIR"
		run_to setpriv --reuid 1234567 --regid 1234567 --clear-groups "$PIPE7" \
			--profile $profile end_of_file
		passed_or_skipped
	done
	run_to setpriv --reuid 1234567 --regid 1234567 --clear-groups "$PIPE7" \
		--profile sys-resource
	grep -q '^1\.\.0 # SKIP profile: ' out
	[ "$status" -eq 0 ]
}

@test "root without capabilities, and with no_new_privs" {
	as_root
	bare=(setpriv --bounding-set=-all --inh-caps=-all)
	can "${bare[@]}" true
	for profile in unprivileged sys-resource container as-is; do
		run_to "${bare[@]}" "$PIPE7" --profile $profile end_of_file
		passed_or_skipped
		run_to setpriv --no-new-privs "$PIPE7" --profile $profile end_of_file
		passed_or_skipped
	done
}

@test "in a user namespace with one id" {
	can unshare -Ur true
	for profile in unprivileged container as-is; do
		run_to unshare -Ur "$PIPE7" --profile $profile end_of_file
		passed_or_skipped
	done
}

@test "started without a name" {
	run_to perl -e 'my $p = $ENV{PIPE7}; exec {$p} "" or die'
	passed
}
