# SPDX-License-Identifier: ISC
#
# Catalogue against cases: awk -f catalogue.awk cases/catalogue.tsv cases/*.c cases/*.bats
# A row is covered by a case (.covers, over as many lines as it likes), by the shell tests that it
# names (# covers:), or excluded with a reason.

function found(file, line, what) {
	printf "%s:%d: %s\n", file, line, what
}

FILENAME ~ /\.tsv$/ {
	if (/^#/ || /^[ \t]*$/)
		next
	count = split($0, field, "\t")
	id = field[1]
	if (count < 3 || count > 4 || id !~ /^[A-Z]+-[0-9]+$/ || field[2] field[3] == "")
		found(FILENAME, FNR, "not: id, sentence, promised by, reason to exclude")
	if (id in row)
		found(FILENAME, FNR, id " is already on line " row[id])
	row[id] = FNR
	if (field[4] ~ /^cases\//)
		shell[id] = field[4]
	else
		excluded[id] = field[4]
	catalogue = FILENAME
	next
}

FILENAME ~ /\.bats$/ {
	if (sub(/^# covers: /, ""))
		for (count = split($0, field, " "); count > 0; count--) {
			id = field[count]
			tested[id] = FILENAME
			if (!(id in shell) || shell[id] != FILENAME)
				found(FILENAME, FNR, "covers " id ", not as the catalogue says")
		}
	next
}

FNR == 1 { in_covers = 0 }
/^[ \t]*\/\// { next }
{
	rest = $0
	while (in_covers || match(rest, /\.covers[ \t]*=/)) {
		if (!in_covers)
			rest = substr(rest, RSTART + RLENGTH)
		in_covers = 1
		if (!match(rest, /"[^"]*"|[}]/))
			break
		token = substr(rest, RSTART, RLENGTH)
		rest = substr(rest, RSTART + RLENGTH)
		if (token == "}") {
			in_covers = 0
			continue
		}
		id = substr(token, 2, length(token) - 2)
		covered[id] = 1
		if (!(id in row))
			found(FILENAME, FNR, "covers " id ", which is not in the catalogue")
	}
}

END {
	for (id in row) {
		if (id in shell) {
			if (!(id in tested) || tested[id] != shell[id])
				found(catalogue, row[id], id " is not covered by " shell[id])
			continue
		}
		if (excluded[id] == "" && !(id in covered))
			found(catalogue, row[id], id " is neither covered by a case nor excluded")
		if (excluded[id] != "" && id in covered)
			found(catalogue, row[id], id " is excluded, and covered all the same")
	}
}
