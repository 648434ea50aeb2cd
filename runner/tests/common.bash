# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# What the tests of the command line share.

common_setup() {
	PIPE7=${PIPE7:-$BATS_TEST_DIRNAME/../../out/pipe7}
	FAULTY=${FAULTY:-$BATS_TEST_DIRNAME/../../out/faulty}
	export PIPE7 FAULTY
	export TMPDIR=$BATS_TEST_TMPDIR/scratch
	mkdir "$TMPDIR"
	# Trials are of other uids, and come through here to make FIFOs.
	chmod go+x "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR" "$TMPDIR"
	cd "$BATS_TEST_TMPDIR" || return
	# By this in their environment all processes of a test are found.
	export PIPE7_TEST=$BATS_TEST_TMPDIR
}

as_root() { [ "$(id -u)" = 0 ] || skip "takes root"; }

# can COMMAND...: skips where that does not work.
can() { "$@" >/dev/null 2>&1 || skip "does not work here: $*"; }

# pipe7 OPTION...: runs it; what it prints to out and err, and how it ends to status.
pipe7() { run_to "$PIPE7" "$@"; }

run_to() {
	status=0
	"$@" >out 2>err || status=$?
}

# Everything that came of a test, for the reader of a failed one.
show() {
	echo "status $status"
	grep -vE '^(# fact|ok [0-9]+ - [^#]*$|  ---|  \.\.\.|  duration_ms)' out | head -n 100
	cat err
}

# whole: the plan counts the points, and they are numbered from 1 without a gap.
whole() {
	awk '/^1\.\./ { plan = substr($0, 4); plans++ }
		/^(not )?ok / { n++; id = $1 == "ok" ? $2 : $3; if (id != n) exit 1 }
		END { exit plans != 1 || n != plan || n == 0 }' out
}

# passed: the run says so by its status and by every point, but for what Linux itself is known for.
passed() {
	show
	[ "$status" -eq 0 ]
	sed '/^not ok .* # TODO known: /d' out | never '^(not ok|Bail out)' -
	whole
}

# complains TEXT: nothing on standard output, one line on standard error, status 2.  A `*` at the
# end of the text stands for the rest.
complains() {
	local line
	show
	[ "$status" -eq 2 ]
	[ ! -s out ]
	[ "$(wc -l <err)" -eq 1 ]
	line=$(<err)
	if [[ $1 == *'*' ]]; then
		line=${line:0:${#1}+6}'*'
	fi
	[ "$line" = "pipe7: $1" ]
}

# A command behind `!` does not end a test; these do.
# never PATTERN FILE: no line matches.
never() {
	if grep -nE -- "$1" "$2"; then
		return 1
	fi
}

# only PATTERN FILE: no line does not.
only() {
	if grep -nvE -- "$1" "$2"; then
		return 1
	fi
}

# Ids of the processes of this test, but not of its shells.
ours() {
	env -u PIPE7_TEST grep -lsaF "PIPE7_TEST=$PIPE7_TEST" /proc/[0-9]*/environ |
		env -u PIPE7_TEST grep -oE '[0-9]+'
}

# What is killed is not gone at once; ten seconds are not a claim, only an end.
nothing_left() {
	local i
	for ((i = 0; i < 500; i++)); do
		if [ -z "$(ours)" ] && [ -z "$(ls -A "$TMPDIR")" ]; then
			return
		fi
		env -u PIPE7_TEST sleep 0.02
	done
	ours
	ls -lA "$TMPDIR"
	return 1
}
