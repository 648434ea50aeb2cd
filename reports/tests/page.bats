#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The page that reports/matrix makes, in a browser; and its text, as checkers of HTML see it.
# What a browser is asked is in page/checks.js.  PAGE_TIMES=1 judges times as well, which a machine
# that does something else besides does not keep.

bats_require_minimum_version 1.5.0
top=$(CDPATH='' cd -- "$BATS_TEST_DIRNAME/../.." && pwd)

setup_file() {
	local kind

	perl -MHTML::Template -e 1 2>/dev/null || skip 'no HTML::Template'
	for kind in some empty one same none hostile twice damaged untold; do
		mkdir "$BATS_FILE_TMPDIR/$kind"
		"$BATS_TEST_DIRNAME/fixture" "$kind" "$BATS_FILE_TMPDIR/$kind"
	done
	mkdir "$BATS_FILE_TMPDIR/mid" "$BATS_FILE_TMPDIR/large" "$BATS_FILE_TMPDIR/damaged_many"
	"$BATS_TEST_DIRNAME/fixture" damaged "$BATS_FILE_TMPDIR/damaged_many" 30 40
	"$BATS_TEST_DIRNAME/fixture" some "$BATS_FILE_TMPDIR/mid" 600 40
	"$BATS_TEST_DIRNAME/fixture" some "$BATS_FILE_TMPDIR/large" 1922 60
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# absent REASON: skips, or fails where everything must be there.
absent() {
	[ "${CONTAINERS_MUST_RUN:-}" != 1 ] || { echo "$1" && return 1; }
	skip "$1"
}

# Into $packages, what npm has for this.
packages() {
	run "$top/.ci/npm" "$BATS_TEST_DIRNAME/page"
	echo "$output"
	[ "$status" -ne 77 ] || absent "$output"
	[ "$status" -eq 0 ]
	packages=$output
}

# check NAME: a function of checks.js, in a browser that keeps what it writes to this test.
check() {
	packages
	HOME=$BATS_TEST_TMPDIR TMPDIR=$BATS_TEST_TMPDIR \
		run node "$BATS_TEST_DIRNAME/page/drive.js" "$packages" "$BATS_FILE_TMPDIR" "$1"
	echo "$output"
	[ "$status" -ne 77 ] || absent "$output"
	[ "$status" -eq 0 ]
	grep '^# ' <<<"$output" >&3 || true
}

@test "it opens without a fault and without a request" { check opens; }
@test "each filter leaves what it says, survives a reload, and is undone by back" { check filters; }
@test "filters go together, and a bad address does no harm" { check filtersTogether; }
@test "an address leads to a result, a row, a case, a run" { check permalinks; }
@test "an address of a place and a profile leads to the newest run" { check newest; }
@test "commands that run it again, and links, are copied" { check commands; }
@test "commands for a run that does not say where it was" { check commandsElsewhere; }
@test "the keyboard does everything" { check keyboard; }
@test "the keyboard goes where nothing was drawn yet" { check keyboardFar; }
@test "light and dark, by the system or by choice" { check theme; }
@test "axe-core finds nothing in any view, light or dark" { check accessible; }
@test "a report that is downloaded is the report that was read" { check download; }
@test "on paper there are all rows and no controls" { check print; }
@test "hostile text is text" { check hostile; }
@test "heads of one place and profile are told apart, on paper too" { check apart; }
@test "a run that was damaged does not look sound" { check damaged; }
@test "facts and limits that were not told are said to be so" { check untold; }
@test "nothing to show is said" { check nothing; }
@test "limits and facts are side by side, and what differs is marked" { check tables; }
@test "a large matrix is drawn in part" { check large; }
@test "little room: the first column and the head stay" { check narrow; }
@test "without JavaScript there are the runs" { check withoutJavaScript; }

html_validate() {
	run node "$packages/node_modules/html-validate/bin/html-validate.mjs" --formatter=text "$@"
}

# It takes character references in a title for what they are written with, hence too long.
@test "html-validate finds nothing" {
	packages
	cp "$BATS_TEST_DIRNAME/page/htmlvalidate.json" .htmlvalidate.json
	for kind in some hostile empty none; do
		cp "$BATS_FILE_TMPDIR/$kind/page.html" "$kind.html"
	done
	html_validate ./*.html
	echo "$output"
	[ "$status" -eq 0 ]
	sed 's|</main>|</div>|' some.html >bad.html
	html_validate bad.html
	[ "$status" -eq 1 ]
}

@test "the page is ASCII, whatever is in it" {
	run ! env LC_ALL=C grep -q '[^ -~[:cntrl:]]' "$BATS_FILE_TMPDIR/hostile/page.html"
	tr -d '\n\t' <"$BATS_FILE_TMPDIR/hostile/page.html" >one_line
	run ! env LC_ALL=C grep -q '[[:cntrl:]]' one_line
}

@test "a real run comes to a page" {
	cat >host+unprivileged.tap <<-'END'
	TAP version 13
	1..2
	# fact: place=host
	# fact: profile=unprivileged
	ok 1 - a/b/c
	not ok 2 - a/d
	END
	"$top/reports/matrix" --format html --output page.html host+unprivileged.tap
	grep -q '"a/b/c"' page.html
	grep -q '<th scope="row">host+unprivileged</th>' page.html
}
