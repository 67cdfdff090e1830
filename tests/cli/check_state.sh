#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2015,SC2317 # complaints are the last of their line; functions by eval
#
# check_state.sh GHES-SIM
# check --state: short checks, one after the other, find out together what a long one does, once
# each; what is done is not done again; a file that is no such state is refused in one line, and so
# is a second check on the same file.
set -u
sim=$1 failed=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
state=$dir/state

complain()
{
	echo "$*"
	failed=1
}

counter() # NAME < JSON
{
	sed -n "s/.*\"driver\":\"inject\".*\"$1\":\([0-9]*\).*/\1/p"
}

whole=$("$sim" inject --levels 1 --format json z14-masks)
checks=0
until grep -q '"driver":"inject".*"complete":true' "$dir/out" 2>/dev/null; do
	"$sim" check --budget 0.05 --state "$state" --format json z14-masks >"$dir/out" ||
		complain "check $checks: exit status $?"
	checks=$((checks + 1))
	[ $checks -lt 1000 ] || break
done
[ $checks -gt 1 ] || complain "one check did all: the scenario is too small a test"
for name in boundaries-1 boundaries-1-hit arrived-now; do
	all=$(counter $name <<<"$whole") parts=$(counter $name <"$dir/out")
	[ -n "$all" ] && [ "$all" = "$parts" ] ||
		complain "$name: $parts in $checks parts, $all in one piece"
done
echo "$checks checks went over $(counter boundaries-1 <"$dir/out") boundaries, each once"

# What is complete is told and not run: only free-running CPUs run again.
"$sim" check --budget 0.5 --state "$state" z14-masks >"$dir/out"
grep -q 'state: [23] of them were done before' "$dir/out" || complain "what is done is not carried over"
grep -q '^PASS *\(run\|inject\)' "$dir/out" && complain "what is done was run again"

# Another seed, and a scenario that was edited, are other tasks.
"$sim" check --budget 0.1 --seed 7 --state "$state" z14-masks >"$dir/out"
grep -q 'done before' "$dir/out" && complain "another seed is another task"
"$sim" show z14-masks >"$dir/own.yaml"
"$sim" check --budget 0.1 --state "$dir/own" "$dir/own.yaml" >"$dir/out"
echo "# edited" >>"$dir/own.yaml"
"$sim" check --budget 0.1 --state "$dir/own" "$dir/own.yaml" >"$dir/out"
grep -q 'state: [1-9][0-9]* were done with other code' "$dir/out" ||
	complain "the scenario was edited, and its results are still taken"

# refused NAME REGEX: the file is one clear line, exit status 2, and stays as it is
refused()
{
	cp "$dir/$1" "$dir/before"
	"$sim" check --budget 0.1 --state "$dir/$1" z14-masks >"$dir/out" 2>"$dir/err"
	local status=$?
	if [ $status != 2 ] || [ "$(wc -l <"$dir/err")" != 1 ] || ! grep -Eq "$2" "$dir/err"; then
		complain "$1: exit status $status, 2 and a line with '$2' expected: $(cat "$dir/err")"
	fi
	cmp -s "$dir/$1" "$dir/before" || complain "$1 was written to"
}
size=$(stat -c %s "$state")
for cut in 1 30 200 $((size / 2)) $((size - 1)) $((size - 14)); do
	head -c "$cut" "$state" >"$dir/cut"
	# All but the last newline is all there is.
	[ "$cut" = $((size - 1)) ] || refused cut '^.*/cut:[0-9]+: .*(cut short|missing)'
done
sed 2d "$state" >"$dir/lacks"
refused lacks 'lines are missing'
: >"$dir/empty"
refused empty 'empty:1: .*cut short'
head -c 4096 /dev/urandom >"$dir/noise"
refused noise 'noise:1: '
sed '1s/:1}/:99}/' "$state" >"$dir/newer"
refused newer 'newer:1: .*another version'
sed '2s/"defects":\[\]/"defects":[{"oracle":"none"}]/' "$state" >"$dir/oracle"
refused oracle 'oracle:2: "defects"'
sed '2s/"processed":[0-9]*/"processed":"many"/' "$state" >"$dir/counters"
refused counters 'counters:2: "counters"'
sed '2s/"seconds":[0-9.e-]*/"seconds":1e999/' "$state" >"$dir/seconds"
refused seconds 'seconds:2: '
{ head -n 1 "$state" && printf '%*s' 100000 '' | tr ' ' '[' && echo; } >"$dir/deep"
refused deep 'deep:2: '
sed 's/"resume":"[^"]*"/"resume":"x"/; s/"driver":"inject","verdict":"pass","complete":true/"driver":"inject","verdict":"incomplete","complete":false,"resume":"1:999999999;0"/' \
	"$state" >"$dir/nowhere"
grep -q 999999999 "$dir/nowhere" || complain "the test's own edit did nothing"
"$sim" check --budget 0.5 --state "$dir/nowhere" z14-masks >"$dir/out" 2>&1
grep -q '^INCOMPLETE *inject' "$dir/out" || complain "a place that is not there passes for the end"

# Two at a time: the second one says who is first, and leaves the state to it. (A state that it finds
# there is one that it was let at.)
"$sim" check --budget 20 --state "$dir/two" nest-deepest >"$dir/first" 2>&1 &
first=$!
for ((i = 0; i < 200; i++)); do
	[ ! -s "$dir/two" ] || break
	sleep 0.1
done
"$sim" check --budget 0.1 --state "$dir/two" nested-sdei >"$dir/out" 2>"$dir/err"
[ $? = 2 ] && [ "$(wc -l <"$dir/err")" = 1 ] &&
	grep -q "two: another check (process $first) works on it; wait" "$dir/err" ||
	complain "a second check with the same state: $(cat "$dir/err")"
kill -INT $first && wait $first
[ $? = 3 ] || complain "the first check did not end as one that is interrupted: $(cat "$dir/first")"
grep -q '"scenario":"nest-deepest"' "$dir/two" || complain "the first check's state is gone"
"$sim" check --budget 0.1 --state "$dir/two" nested-sdei >/dev/null 2>"$dir/err" ||
	complain "the lock outlives its check: $(cat "$dir/err")"
"$sim" check --budget 20 --state "$dir/two" nest-deepest >/dev/null 2>&1 &
for ((i = 0; i < 200; i++)); do
	[ ! -e "$dir/two.lock" ] || break
	sleep 0.1
done
kill -KILL $! && wait $! 2>/dev/null
"$sim" check --budget 0.1 --state "$dir/two" nested-sdei >/dev/null 2>"$dir/err" ||
	complain "the lock outlives a check that was killed: $(cat "$dir/err")"
[ ! -e "$dir/two.lock" ] || complain "the file of the lock stays"

# It cannot be written: that is told, and no pass.
"$sim" check --budget 0.1 --state "$dir/none/state" z14-masks >/dev/null 2>"$dir/err"
[ $? = 2 ] && grep -q 'none/state: No such file' "$dir/err" || complain "a state that is not kept"
[ -z "$(find "$dir" -name 'state.*')" ] || complain "temporary files are left behind"
exit $failed
