#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2015,SC2016 # complaints are the last of their line; edits of sed
#
# formats.sh GHES-SIM STEPPED-PLANT
# What programs read: KTAP by a strict reader, JUnit by its schema, json an object a line. Each with
# passes, defects, skips and names that mean something to the format.
set -u
sim=$1 plant=$2 failed=0
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

complain()
{
	echo "$*"
	failed=1
}

"$sim" show nested-sdei | sed 's/^scenario: .*/scenario: "hash # \& <tag> \\"quote\\""/' >"$dir/name.yaml"
"$sim" show nested-sdei | sed 's/^scenario: .*/scenario: expects/; s/processed: 2/processed: 3/' >"$dir/expects.yaml"
"$sim" show nested-sdei | sed 's/^scenario: .*/scenario: skipped\ndrivers: [run]/; /^expect:/,$d; s/nth: [0-9]*/nth: 999/' >"$dir/skipped.yaml"
scenarios=(nested-sdei lost-dispatch "$dir/name.yaml" "$dir/expects.yaml")

check() # FORMAT EXPECTED-STATUS ARGUMENT...
{
	local format=$1 expected=$2
	shift 2
	"$sim" check --budget 3 --format "${format%-skip}" "$@" >"$dir/$format" 2>"$dir/err"
	local status=$?
	[ $status = "$expected" ] || complain "check --format $format $*: $status, $expected expected"
	[ ! -s "$dir/err" ] || complain "$format: $(cat "$dir/err")"
}

ktap() # what is wrong with it
{
	awk -f "$here/ktap.awk" "$1"
}

check ktap 1 --core so:"$plant" "${scenarios[@]}"
ktap "$dir/ktap" || complain "ktap of a check with defects"
grep -q '^not ok [0-9]* nested-sdei$' "$dir/ktap" && grep -q '^  # conservation: record 2' "$dir/ktap" &&
	grep -q '^ok [0-9]* hash _ & <tag> "quote"$\|^not ok [0-9]* hash _ & <tag> "quote"$' "$dir/ktap" &&
	grep -q '^  # processed is 2, expected 3' "$dir/ktap" || complain "ktap lacks something: $(cat "$dir/ktap")"
# The reader is strict: each of these edits makes it complain.
for edit in '1d' '2s/1\.\.4/1..5/' '0,/^  ok/s/^  ok \([0-9]\)/  ok 9/' '0,/^not ok/s/^not ok/ok/' \
	'/^\(not \)\?ok 4 /d' '3s/^  /    /' '2a bare line' '0,/^  ok/s/^  ok/   ok/' '0,/^  1\.\./{/^  1\.\./d}' \
	'0,/^  ok \([0-9]*\) .*/s//  ok \1 x # SKIP/'; do
	sed "$edit" "$dir/ktap" >"$dir/edited"
	cmp -s "$dir/ktap" "$dir/edited" && complain "the edit $edit changes nothing"
	ktap "$dir/edited" >"$dir/said" && complain "after $edit it still passes for KTAP"
done

check ktap-skip 3 "$dir/skipped.yaml"
ktap "$dir/ktap-skip" || complain "ktap with a skip: $(cat "$dir/ktap-skip")"
grep -q '^  ok 1 run # SKIP the arrival of line [0-9]* never found its place: its event came [0-9]* times there, expected 999$' "$dir/ktap-skip" &&
	grep -q '^ok 1 skipped # SKIP ' "$dir/ktap-skip" || complain "no reason of the skip"
check junit-skip 3 "$dir/skipped.yaml"
grep -q '<skipped message="the arrival of' "$dir/junit-skip" || complain "junit: no reason of the skip"
# And the kernel's own reader takes it, where there is a tree with one.
if [ -n "${GHES_KUNIT:-}" ] && command -v python3 >/dev/null; then
	python3 "$GHES_KUNIT" parse "$dir/ktap" >"$dir/said" 2>&1
	grep -q 'Testing complete. Ran' "$dir/said" && ! grep -qi 'test error\|ERROR' "$dir/said" ||
		complain "kunit.py parse: $(tail -n 5 "$dir/said")"
fi

check json 1 --core so:"$plant" "${scenarios[@]}"
grep -qv '^{"scenario":".*","core":".*","driver":".*","verdict":"\(pass\|fail\|incomplete\|vacuous\)","complete":\(true\|false\),"executions":[0-9]*,"notifications":[0-9]*,"seconds":[0-9.e+-]*,"seed":[0-9]*,"defects":\[.*\],"counters":{.*}.*}$' \
	"$dir/json" && complain "a line of json is not as documented"
[ "$(grep -c '"driver":"run"' "$dir/json")" = "$(grep -c '^  \(not \)\?ok [0-9]* run' "$dir/ktap")" ] ||
	complain "json and ktap tell of different runs"

# What each oracle judged: the same numbers in each format, and an oracle without any is named.
judged() # ORACLE: by run in the lines of json
{
	sed -n 's/.*"driver":"run",.*"judged":{.*"'"$1"'":\([0-9]*\).*/\1/p' "$dir/json" |
		awk '{ n += $1 } END { print n + 0 }'
}
for oracle in conservation ack slot lock context pool bounds progress mask sink crash; do
	n=$(judged $oracle)
	[ "$n" -gt 0 ] || complain "json: $oracle judged nothing in run"
	grep -q "^# oracle $oracle: [0-9]* judgements: run $n\(,\|$\)" "$dir/ktap" ||
		complain "ktap: not $n judgements of $oracle in run: $(grep "# oracle $oracle:" "$dir/ktap")"
done
grep -q '^# driver run: 4 runs, 4 complete, 0 cut short, 0 vacuous, 0 not reached$' "$dir/ktap" ||
	complain "ktap: not what run did: $(grep '# driver' "$dir/ktap")"
grep -q '^# oracle panic: 0 judgements, vacuous$' "$dir/ktap" ||
	complain "nothing panics there, and the oracle is not called vacuous"
check text 0 nested-sdei lost-dispatch
grep -q '^  complete  *2 ' "$dir/text" && grep -q '^conservation  *[1-9][0-9]* *[1-9]' "$dir/text" &&
	grep -q '^race  *\.  *[1-9][0-9]*  *\.' "$dir/text" && grep -q '^panic .*vacuous$' "$dir/text" &&
	grep -q '^vacuous, for nothing came by that they could judge: claim, panic$' "$dir/text" ||
	complain "the closing block does not say what each oracle did: $(sed -n '/^$/,$p' "$dir/text")"
# No oracle is idle for want of scenarios.
busy=(nested-sdei nest-in-drain claim-user-record panic-in-normal)
"$sim" check --budget 5 "${busy[@]}" >"$dir/all" || complain "${busy[*]}: exit status $?"
grep -q '^crash ' "$dir/all" && ! grep -q '^[a-z].*vacuous' "$dir/all" ||
	complain "an oracle that is not busy with ${busy[*]}: $(cat "$dir/all")"

check junit 1 --core so:"$plant" "${scenarios[@]}"
if command -v xmllint >/dev/null; then
	xmllint --noout --schema "$here/junit.xsd" "$dir/junit" 2>"$dir/said" || complain "junit: $(cat "$dir/said")"
	for edit in 's/ time="/ seconds="/' 's/classname="[^"]*"/classname=""/' 's/tests="[0-9]*"/tests="many"/' \
		's/<failure message/<failure text/' 's/inject-1/run/; s/&lt;//'; do
		sed "$edit" "$dir/junit" >"$dir/edited"
		xmllint --noout --schema "$here/junit.xsd" "$dir/edited" 2>"$dir/said" &&
			complain "after $edit it still passes for JUnit"
	done
	[ "$(xmllint --xpath 'sum(//testsuite/@tests)' "$dir/junit")" = "$(xmllint --xpath 'string(/testsuites/@tests)' "$dir/junit")" ] &&
		[ "$(xmllint --xpath 'count(//testcase)' "$dir/junit")" = "$(xmllint --xpath 'string(/testsuites/@tests)' "$dir/junit")" ] &&
		[ "$(xmllint --xpath 'count(//failure)' "$dir/junit")" = "$(xmllint --xpath 'string(/testsuites/@failures)' "$dir/junit")" ] ||
		complain "junit: the totals are not those of its cases"
else
	echo "no xmllint here: JUnit was not validated"
fi
exit $failed
