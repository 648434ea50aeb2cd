# SPDX-License-Identifier: ISC
#
# The project's own rules about the text of its files: awk -f rules.awk FILE...
# One finding a line, as file:line: what.  Plain POSIX awk, for mawk and gawk alike.
# Sound as far as it goes: it sees words and parentheses, not what a macro makes of them.

BEGIN {
	banned = " sleep usleep nanosleep clock_nanosleep alarm ualarm sched_yield "
	calls = " accept bind chmod chown clone close close_range connect copy_file_range " \
		"dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_pwait " \
		"epoll_wait eventfd execl execle execlp execv execve execveat execvp " \
		"execvpe fallocate fchmod fchmodat fchown fchownat fcntl fdatasync fork " \
		"fstat fstatat fsync ftruncate futex ioctl kill link linkat listen lseek " \
		"lstat madvise memfd_create mkdir mkdirat mkfifo mkfifoat mknod mknodat " \
		"mmap mount mprotect munmap open openat openat2 pipe pipe2 poll ppoll " \
		"prctl pread preadv preadv2 pselect pwrite pwritev pwritev2 read " \
		"readahead readlink readlinkat readv recv recvfrom recvmsg rename " \
		"renameat rmdir select send sendfile sendmsg sendto setns setrlimit " \
		"shutdown sigaction sigprocmask sigqueue sigsuspend sigtimedwait " \
		"sigwaitinfo socket socketpair splice stat statx symlink sync_file_range " \
		"syscall tee tgkill truncate umount umount2 unlink unlinkat unshare " \
		"utimensat vfork vmsplice wait wait3 wait4 waitid waitpid write writev "
	verb = "expect(_as|_or_fail|_flags|_equal|_bytes|_true|_actor)?"
	for (i = 1; i < ARGC; i++)
		exists[ARGV[i]]
}

function found(what) {
	printf "%s:%d: %s\n", FILENAME, FNR, what
}

# Length with tabs of 8.
function width(line,    i, n) {
	for (i = 1; i <= length(line); i++)
		n = substr(line, i, 1) == "\t" ? n + 8 - n % 8 : n + 1
	return n
}

function function_of(line) {
	sub(/[(].*/, "", line)
	sub(/.*[^A-Za-z0-9_]/, "", line)
	return line
}

# The line without comments, and with strings and characters emptied.
function code_of(line,    i, two, one, quote, code) {
	quote = ""
	for (i = 1; i <= length(line); i++) {
		one = substr(line, i, 1)
		two = substr(line, i, 2)
		if (in_comment) {
			if (two == "*/") { in_comment = 0; i++; code = code " " }
		} else if (quote != "") {
			if (one == "\\") i++
			else if (one == quote) { quote = ""; code = code one }
		} else if (two == "//") {
			break
		} else if (two == "/*") {
			in_comment = 1; i++
		} else {
			if (one == "\"" || one == "'") quote = one
			code = code one
		}
	}
	return code
}

# Walks the words and parentheses of a line of a case file.  Across lines live `depth`, and
# `judged`: the depth at which must(), expect() or attempt() opened, 0 when none is open.
function walk(code,    word, member) {
	while (match(code, /[A-Za-z_][A-Za-z0-9_]*|[0-9][A-Za-z0-9_.]*|[()]/)) {
		word = substr(code, RSTART, RLENGTH)
		member = substr(code, 1, RSTART - 1) ~ /(\.|->)[ \t]*$/
		code = substr(code, RSTART + RLENGTH)
		if (index(banned, " " word " "))
			found("`" word "` waits by the clock; a case waits for an event")
		if (word == "(") {
			depth++
			if (!judged && last ~ /^(must|expect|attempt)(_[a-z_]*)?$/) judged = depth
		} else if (word == ")") {
			if (judged == depth) judged = 0
			depth--
		} else if (word ~ /^(time_is_short|await_stage|must_block|must_interrupt)$/) {
			waiting = waiting function_of(head) " "
		} else if (!judged && !member && code ~ /^[ \t]*\(/ && index(calls, " " word " ")) {
			found("`" word "()` outside must(), expect() and attempt()")
		}
		last = word
	}
}

# An expectation as a whole, over as many lines as it takes: `claim` is its text, and `outline` the
# same without what stands in parentheses within it.
function gather(code,    i, one) {
	if (!claim_depth && match(code, "(^|[^A-Za-z0-9_])" verb "[(]t, ")) {
		claim = outline = ""
		claim_line = FNR
		sub(/^.*[^A-Za-z0-9_]expect/, "expect", code)
	} else if (!claim_depth) {
		return
	}
	for (i = 1; i <= length(code); i++) {
		one = substr(code, i, 1)
		if (one == "(") claim_depth++
		if (claim_depth <= 1 || (claim_depth == 2 && one == "(")) outline = outline one
		if (one == ")") {
			if (claim_depth == 2) outline = outline one
			if (--claim_depth == 0) break
		}
		claim = claim one
	}
	claim = claim " "
	outline = outline " "
	if (!claim_depth) judge_claim()
}

function of_claim(what) {
	printf "%s:%d: %s\n", FILENAME, claim_line, what
}

# The names of the functions that `text` calls, and whether one of them is in `list`.
function calls_one_of(text, list,    name) {
	while (match(text, /[A-Za-z_][A-Za-z0-9_]*[(]/)) {
		name = substr(text, RSTART, RLENGTH - 1)
		text = substr(text, RSTART + RLENGTH)
		if (index(list, " " name " ")) return name
	}
	return ""
}

function judge_claim(    name, rest, of_values) {
	of_values = claim ~ /^expect_(true|equal|bytes)[(]/
	name = calls_one_of(claim, calls)
	if (of_values && name != "")
		of_claim("`" name "()` where a value is judged; its failure would not be told")
	rest = outline
	while (!of_values && match(rest, /[a-z0-9_]+[(][)]+ *([-+*\/%&|<>]|[=!]=)/)) {
		name = substr(rest, RSTART, RLENGTH)
		sub(/[(].*/, "", name)
		if (index(calls, " " name " "))
			of_claim("`" name "()` in an expression, which may hold though it fails")
		rest = substr(rest, RSTART + RLENGTH)
	}
	if (claim ~ /^expect_true[(]/ && outline ~ /==/ && outline !~ /[|][|]|str[n]?cmp[(]/)
		of_claim("expect_true() of an equality; expect_equal() says what was there")
	name = calls_one_of(claim, waiting)
	if (name != "")
		of_claim("`" name "()` waits for processes of the case, which is no claim")
}

function include(line,    name, folder) {
	name = line
	sub(/^[ \t]*#[ \t]*include[ \t]*"/, "", name)
	sub(/".*/, "", name)
	folder = FILENAME
	sub(/[^\/]*$/, "", folder)
	if (kind == "case" || kind == "faulty") {
		if (name != "case.h" && name != "abi.h")
			found("a case includes case.h, abi.h and system headers, not " name)
	} else if (name != "families.def" && name !~ /^(catalogue|known)[.]inc$/ &&
		   !("runner/" name in exists) && !(folder name in exists)) {
		found("the runner includes its headers and the lists of cases, not " name)
	}
}

function kind_of(name) {
	if (name ~ /^cases\/[^\/]*\.c$/) return "case"
	if (name ~ /^runner\/tests\/faulty\/.*\.[ch]$/) return "faulty"
	if (name ~ /^runner\/.*\.[ch]$/) return "runner"
	return "other"
}

FNR == 1 {
	kind = kind_of(FILENAME)
	is_c = FILENAME ~ /\.[ch]$/
	is_shell = FILENAME ~ /\.(bash|bats|sh)$/ || $0 ~ /^#!.*[\/ ](ba)?sh( |$)/
	is_code = is_c || is_shell || /^#!/ || FILENAME ~ /(\.(awk|pl|pm|t)|GNUmakefile)$/
	in_comment = depth = judged = body_start = 0
	last = head = ""
	waiting = " "
	claim_depth = 0
	licensed = FILENAME ~ /(^|\/)LICENSE$|\.(tap|json|png|gz)$/
}

!licensed && (FNR == 1 && !/^#!/ || FNR == 2) {
	licensed = 1
	if (!/SPDX-License-Identifier: ISC/)
		found("the first line is not SPDX-License-Identifier: ISC")
}

is_code && width($0) > 100 { found("longer than 100 columns") }

# A body opens with `{` alone in C, with `name() {` in shell, and closes in the first column.
/^[})]/ {
	if (body_start && FNR - body_start - 1 > body_most)
		printf "%s:%d: %d lines; a %s has at most %d\n", FILENAME, body_start,
			FNR - body_start - 1, body_what, body_most
	body_start = depth = judged = 0
}
is_c && /^[A-Za-z]/ { head = $0 }
is_c && /^[{]/ {
	body_start = FNR
	body_what = head ~ /^CASE[(]/ ? "case body" : "function"
	body_most = head ~ /^CASE[(]/ ? 25 : 50
}
is_shell && /^(function +)?[A-Za-z0-9_:-]+ *\(\) *[{(]$/ {
	body_start = FNR
	body_what = "function"
	body_most = 50
}

is_c && kind != "other" && !in_comment && /^[ \t]*#[ \t]*include[ \t]*"/ { include($0) }
is_c {
	code = code_of($0)
	if (kind == "case") {
		walk(code)
		gather(code)
	}
}
