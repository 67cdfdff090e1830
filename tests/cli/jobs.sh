#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2015 # complaints are the last of their line
#
# jobs.sh GHES-SIM
# --all and --jobs: the same results in the same order, however many at a time; one that dies, one
# that cannot be read and one with a defect are told as what they are; a signal ends them all.
set -u
sim=$1 failed=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

complain()
{
	echo "$*"
	failed=1
}

plain() # what is the same in each run
{
	sed 's/"seconds":[^,]*,//; s/, [0-9.]* s, seed/, seed/; s/ in [0-9.]* s:/:/'
}

for jobs in 1 3; do
	"$sim" run --all --jobs $jobs --quiet >"$dir/$jobs" 2>"$dir/err" || complain "--jobs $jobs: $?"
	[ ! -s "$dir/err" ] || complain "--jobs $jobs: $(head -3 "$dir/err")"
done
diff <(plain <"$dir/1") <(plain <"$dir/3") >"$dir/diff" || complain "$(head -5 "$dir/diff")"
grep -qE '^run: ([0-9]{3}) scenarios in [0-9.]+ s: \1 complete and held, 0 with a defect, 0 inc.*, 0 not run$' \
	"$dir/3" || complain "$(tail -1 "$dir/3")"

for jobs in 1 3; do
	"$sim" run nested-sdei lost-dispatch two-cpus-sdei --jobs $jobs --format json | plain >"$dir/json-$jobs"
done
[ "$(grep -c '^{.*}$' "$dir/json-3")" = 3 ] && cmp -s "$dir/json-1" "$dir/json-3" ||
	complain "json: $(diff "$dir/json-1" "$dir/json-3" | head -5 | cut -c1-300)"

# A driver that not every scenario names
mkdir "$dir/few"
cp "$GHES_SIM_SCENARIOS"/{nested-sdei,lost-dispatch,size-64k}.yaml "$dir/few"
out=$(GHES_SIM_SCENARIOS=$dir/few "$sim" stress --all --events 10 --jobs 2 --format json)
grep -q '"scenario":"nested-sdei"' <<<"$out" && [ "$(grep -c . <<<"$out")" = 2 ] ||
	complain "stress --all runs what does not name it: $out"

# No such scenario among others: the others run, and the status is the worst.
out=$("$sim" run nested-sdei /nowhere lost-dispatch --jobs 2 --quiet 2>"$dir/err")
[ $? = 2 ] && [ "$(grep -c ^PASS <<<"$out")" = 2 ] && grep -q "'/nowhere'" "$dir/err" ||
	complain "a scenario that is not there: $out"

# Killed from outside, one is a defect, and named.
"$sim" inject nest-deepest nest-four-claim --seconds 60 --jobs 2 --quiet >"$dir/out" 2>"$dir/err" &
parent=$!
for _ in $(seq 100); do
	[ "$(pgrep -cP $parent)" -ge 2 ] && break
	sleep 0.1
done
pkill -KILL -P $parent -o
kill -TERM $parent
SECONDS=0
wait $parent
status=$?
[ $SECONDS -lt 20 ] || complain "ended $SECONDS s after its signal"
[ $status = 1 ] && grep -q 'nest-deepest: its process ended by signal 9' "$dir/err" ||
	complain "a process that was killed: status $status, $(cat "$dir/err")"

refused() # REGEX ARGUMENT...
{
	local want=$1 said
	shift
	said=$("$sim" "$@" 2>&1 >/dev/null)
	[ $? = 2 ] && grep -qE "$want" <<<"$said" || complain "$*: $said"
}
refused "exclude each other" run --all nested-sdei
refused "take one scenario" run --all --svg "$dir/x.svg"
refused "take --jobs 1" inject nested-sdei --jobs 2 --save-schedule "$dir/x"
for jobs in 0 -1 999999 99999999999999999999 2x ""; do
	refused "jobs.*1 to 1024" run nested-sdei --jobs "$jobs"
done
for samples in 0 -1 99999999999999999999 some ""; do
	refused "samples.*above 0 or all" inject nested-sdei --samples "$samples"
done
exit $failed
