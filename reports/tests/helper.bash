# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034 # names that the tests use
# What the tests of the reports share: TAP that is made up, and programs that read it.

top=$(CDPATH='' cd -- "$BATS_TEST_DIRNAME/../.." && pwd)
reports=$top/reports

# Programs see a terminal of 80 columns and no pipe7, unless a test says otherwise.
reports_setup() {
	real_program=${PIPE7:-$top/out/pipe7}
	export PIPE7=/nonexistent COLUMNS=80
	cd "$BATS_TEST_TMPDIR" || return
}

# report PROGRAM OPTION...: what it prints to out and err, and how it ends to status.
report() {
	status=0
	"$reports/$1" "${@:2}" >out 2>err </dev/null || status=$?
}

# of FILE [PLACE [PROFILE [DATE]]]: a run with the points of standard input, one a line:
# STATE IDENTITY [WANT [GOT]], where STATE is pass, fail, observed, known, skip or broken, strict (a
# pass that --strict-known fails) or demanded (a skip that --fail-on-skip does), and _ in WANT and
# GOT is a blank.
of() {
	awk -v place="${2-here}" -v profile="${3-unprivileged}" -v date="${4-}" '
		function block(verdict, level) {
			printf "  ---\n  duration_ms: 2.5\n  verdict: %s\n  claim: \"it holds\"\n" \
				"  level: %s\n  cites: \"pipe(7)\"\n  at: cases/x.c:7\n" \
				"  call: \"read()\"\n  want: \"%s\"\n  got: \"%s\"\n  ...\n",
				verdict, level, want, got
		}
		{
			want = $3 == "" ? "returns 1" : $3; got = $4 == "" ? "returns 2" : $4
			gsub("_", " ", want); gsub("_", " ", got)
			line[NR] = $1; id[NR] = $2; wants[NR] = want; gots[NR] = got
		}
		END {
			printf "TAP version 13\n1..%d\n", NR
			if (place != "") print "# fact: place=" place
			if (profile != "") print "# fact: profile=" profile
			if (date != "") print "# fact: date=" date
			print "# fact: kernel=Linux 6.1.0\n# fact: machine=x86_64"
			for (i = 1; i <= NR; i++) {
				name = i " - " id[i]; want = wants[i]; got = gots[i]
				if (line[i] == "pass") {
					print "ok " name "\n  ---\n  duration_ms: 1.25\n  ..."
				} else if (line[i] == "skip") {
					print "ok " name " # SKIP absent: no such thing"
				} else if (line[i] == "observed") {
					print "not ok " name " # TODO observed"
					block("fail", "observed")
				} else if (line[i] == "known") {
					print "not ok " name " # TODO known: we live with it"
					block("fail", "posix")
				} else {
					print "not ok " name
					if (line[i] == "strict") line[i] = "pass"
					if (line[i] == "demanded") line[i] = "skip"
					block(line[i], "posix")
				}
			}
		}' >"$1"
}

# levels LEVEL CASE...: claims.tsv says that of these cases.
levels() {
	[ -e claims.tsv ] || printf 'case\tlevel\n' >claims.tsv
	printf "%s\t$1\n" "${@:2}" >>claims.tsv
}

# has TEXT...: out has each of these texts.
has() {
	local text

	for text; do
		grep -qF -- "$text" out || { echo "not in out: $text" && cat out err && return 1; }
	done
}

hasnot() {
	! grep -F -- "$1" out
}

# refused STATUS TEXT: one line on standard error that has TEXT, nothing on standard output.
refused() {
	cat out err
	[ "$status" -eq "$1" ] && [ ! -s out ] && [ "$(wc -l <err)" -eq 1 ] && grep -qF -- "$2" err
}

# needs COMMAND: skips where it is not there.
needs() {
	command -v "$1" >/dev/null || skip "not installed: $1"
}

# query FILTER: of the JSON in out, as jq prints it raw.
query() {
	jq -r "$1" out
}

# Without what they need, the schemas are not looked at; continuous integration has it.
valid_report() {
	run "$top/.ci/schemas/validate" report "$@"
	echo "$output"
	if [ "$status" -eq 77 ] && [ "${CONTAINERS_MUST_RUN-}" != 1 ]; then
		skip "$output"
	fi
	[ "$status" -eq 0 ] && [ -z "$output" ]
}

# Nothing is wider than this.
fits() {
	awk -v most="$1" 'length > most { print "too wide: " $0; wide = 1 } END { exit wide }' out
}
