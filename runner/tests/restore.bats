#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The record of old values.  Every value that is written here is the one that is in force, so
# nothing of the machine changes; with other values: tuning.bats.
# shellcheck disable=SC2016 # what is in single quotes is for another shell

setup() {
	load common
	common_setup
	as_root
	can unshare -m true
	[ -w /proc/sys/fs/pipe-max-size ] || skip "no sysctls to write"
	size=$(</proc/sys/fs/pipe-max-size)
	boot=$(</proc/sys/kernel/random/boot_id)
	printf 'pipe7 restore 1\n%s\nfs/pipe-max-size %s\n' "$boot" "$size" >record
}

teardown() {
	[ -z "${size:-}" ] || [ "$size" = "$(</proc/sys/fs/pipe-max-size)" ]
}

# apart SCRIPT: with empty and private places for the record, where `record` may be copied to.
apart() {
	run_to unshare -m bash -euc 'for place in /run /dev/shm /var/tmp; do
			mount -t tmpfs none $place
		done
		umask 077
		kept() { ls -A /run | grep pipe7 || true; }
		'"$1"
	show
}

@test "without a record there is nothing to restore" {
	apart '"$PIPE7" restore'
	[ "$status" -eq 0 ]
	[ "$(<out)" = "nothing to restore" ]
}

@test "what a record says is restored, once, from every place" {
	for place in /run /dev/shm /var/tmp; do
		apart "cp record $place/pipe7.restore; \"\$PIPE7\" restore; \"\$PIPE7\" restore"
		[ "$status" -eq 0 ]
		[ "$(sed -n 1p out)" = "restored 1 sysctl from $place/pipe7.restore" ]
		[ "$(sed -n 2p out)" = "nothing to restore" ]
	done
}

@test "a record of an earlier boot, or of something else, is dropped" {
	sed -i "s/$boot/00000000-0000-0000-0000-000000000000/; s/$size\$/1/" record
	apart 'cp record /run/pipe7.restore; "$PIPE7" restore; kept'
	[ "$status" -eq 0 ]
	[ "$(<out)" = "restored 0 sysctls from /run/pipe7.restore" ]
	for text in '' 'pipe7 restore 2\n' "pipe7 restore 1\\n$boot\\nfs/pipe-max-size\\n" \
		"pipe7 restore 1\\n$boot\\n\\n\\n" '\0\0\0'; do
		printf "%b" "$text" >record
		apart 'cp record /run/pipe7.restore; "$PIPE7" restore; kept'
		[ "$status" -eq 0 ]
		[ "$(<out)" = "restored 0 sysctls from /run/pipe7.restore" ]
	done
}

@test "what cannot be restored is told, and the record stays" {
	sed -i 's|^fs/pipe-max-size.*|fs/pipe-that-never-was 1|' record
	apart 'cp record /run/pipe7.restore; "$PIPE7" restore || { kept; exit 1; }'
	[ "$status" -eq 1 ]
	[ "$(<out)" = pipe7.restore ]
	[[ $(<err) == "pipe7: /run/pipe7.restore: restoring failed: ENOENT" ]]
}

@test "a record that others may have made is none" {
	# Values that would be seen: but they are not to be written.
	sed -i 's|^fs/pipe-max-size.*|fs/pipe-that-never-was 1|' record
	for made in 'cp record /run/pipe7.restore; chmod 644 /run/pipe7.restore' \
		'cp record /run/pipe7.restore; chown 1234567 /run/pipe7.restore' \
		'ln -s "$PWD/record" /run/pipe7.restore' \
		'mkfifo /run/pipe7.restore' 'mkdir /run/pipe7.restore'; do
		apart "$made; timeout 20 \"\$PIPE7\" restore"
		[ "$status" -eq 0 ]
		[ "$(<out)" = "nothing to restore" ]
	done
}

@test "a record whose run is still going on is not touched" {
	can command -v flock
	apart 'cp record /run/pipe7.restore
		flock /run/pipe7.restore "$PIPE7" restore || { kept; exit 1; }'
	[ "$status" -eq 1 ]
	[ "$(<out)" = pipe7.restore ]
	[[ $(<err) == *"a run that tunes this host is still going on" ]]
}

@test "a run that may tune takes back a stale record and leaves none" {
	apart 'cp record /run/pipe7.restore
		"$FAULTY" --tune-host tunings/another_than_declared || test $? = 1
		kept'
	[ "$status" -eq 0 ]
	grep -q '^  got: .fs/pipe-max-size.$' out
	[ "$(grep -v "^# fact: " out | tail -n 1)" = "  ..." ]
	nothing_left
}

@test "values that cannot be restored are not forgotten by the next run" {
	sed -i 's|^fs/pipe-max-size.*|fs/pipe-that-never-was 1|' record
	apart 'cp record /run/pipe7.restore
		"$FAULTY" --tune-host tunings/another_than_declared || test $? = 1
		cmp record /run/pipe7.restore'
	[ "$status" -eq 0 ]
	grep -q '# SKIP sysctl: what an earlier run changed cannot be restored$' out
}

@test "two runs do not tune at once" {
	can command -v flock
	apart 'cp record /run/pipe7.restore
		flock /run/pipe7.restore "$FAULTY" --tune-host tunings/another_than_declared ||
			test $? = 1'
	[ "$status" -eq 0 ]
	grep -q '# SKIP sysctl: another run is tuning this host$' out
}

@test "what cannot be written, or recorded, is not tuned" {
	apart '"$FAULTY" --tune-host tunings/nowhere || test $? = 1'
	grep -q '# SKIP sysctl: fs/pipe-that-never-was cannot be written: ENOENT$' out
	apart 'mount -t proc proc /proc && mount -o remount,ro,bind /proc &&
		"$FAULTY" --tune-host tunings/another_than_declared || test $? = 1'
	grep -q '# SKIP sysctl: fs/pipe-user-pages-soft cannot be written: EROFS$' out
	apart 'mount -t tmpfs none /tmp -o ro; for place in /run /dev/shm /var/tmp; do
			mount -o remount,ro $place
		done
		/proc/self/fd/9 --tune-host tunings/another_than_declared ||
			test $? = 1' 9<"$FAULTY"
	grep -q '# SKIP sysctl: nowhere to record the old values for pipe7 restore$' out
}

@test "without leave nothing is tuned or recorded" {
	apart '"$FAULTY" tunings || test $? = 1; kept'
	[ "$(grep -c '# SKIP sysctl: changes sysctls of the host; takes --tune-host$' out)" -eq 5 ]
	[ "$(grep -v "^# fact: " out | tail -n 1)" = "  ..." ]
}
