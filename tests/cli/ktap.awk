# SPDX-License-Identifier: GPL-2.0-only
#
# awk -f ktap.awk FILE: is it KTAP version 1, strictly? Each level has its version line, one plan, as
# many results as planned, numbered from 1; a level is two spaces; a result's name is followed by
# nothing, or by "# DIRECTIVE reason", or by "# text"; a parent fails exactly if a child does, and is
# skipped if all of its children are. Unknown lines, which KTAP allows in a kernel's log, are errors
# here. Exit status 1, and a line for each thing that is wrong.
function wrong(what) { print FILENAME ":" FNR ": " what; errors++ }

# The parent's result line ends the level below it.
function close_level(l) {
	if (!(l in planned))
		wrong("a level without a plan")
	else if (seen[l] != planned[l])
		wrong(seen[l] " results, but " planned[l] " planned")
	delete planned[l]
	delete version[l]
	seen[l] = 0
}

{
	match($0, /^ */)
	if (RLENGTH % 2) wrong("indented by an odd number of spaces")
	l = int(RLENGTH / 2)
	line = substr($0, RLENGTH + 1)
}
NR == 1 && line != "KTAP version 1" { wrong("the first line is not the version") }
line == "KTAP version 1" {
	if (l in version) wrong("a second version line")
	if (l > 0 && !((l - 1) in planned)) wrong("a subtest before its parent's plan")
	if (l > 0 && (l - 1) in version == 0) wrong("a subtest of nothing")
	version[l] = 1
	failed[l] = skipped[l] = seen[l] = 0
	next
}
!(l in version) { wrong("outside of any version line: " line); next }
line ~ /^1\.\.[0-9]+$/ {
	if (l in planned) wrong("a second plan")
	if (seen[l]) wrong("the plan comes after results")
	planned[l] = substr(line, 4) + 0
	next
}
line ~ /^#( |$)/ { next }
line ~ /^(not )?ok [1-9][0-9]* / {
	ok = line ~ /^ok /
	rest = line
	sub(/^(not )?ok /, "", rest)
	number = rest + 0
	sub(/^[0-9]+ /, "", rest)
	if (!(l in planned)) wrong("a result before the plan")
	if (number != ++seen[l]) wrong("result " number ", expected " seen[l])
	hash = index(rest, " # ")
	name = hash ? substr(rest, 1, hash - 1) : rest
	directive = hash ? substr(rest, hash + 3) : ""
	if (name == "" || name ~ /#/) wrong("the name is empty or holds a #")
	if (name ~ /[[:space:]]$/) wrong("the name ends with a space")
	skip = directive ~ /^SKIP( |$)/
	if (skip && directive !~ /^SKIP ./) wrong("a skip without a reason")
	if (skip && !ok) wrong("skipped and failed")
	if (directive ~ /^(TODO|XFAIL|TIMEOUT|ERROR)( |$)/) wrong("directive " directive)
	if ((l + 1) in version) {
		if (ok != !failed[l + 1]) wrong("the parent does not say what its subtests do")
		if (skip != (seen[l + 1] > 0 && skipped[l + 1] == seen[l + 1]))
			wrong("the parent is skipped, or not, unlike its subtests")
		close_level(l + 1)
	} else if (l == 0) {
		wrong("a scenario without subtests")
	}
	failed[l] += !ok
	skipped[l] += skip
	next
}
{ wrong("no line of KTAP: " line) }
END {
	if (!NR) wrong("empty")
	for (l in version)
		if (l > 0) wrong("a level that no parent ends")
	if (NR) close_level(0)
	exit errors > 0
}
