#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2015 # complaints are the last of their line
#
# misbehave.sh GHES-SIM CACHE-FORGETS QUEUE-LIFO
# --misbehave: what it refuses, what it draws, what it leaves of a scenario's expectations, and that a
# schedule has it, so that a replay has it too. And --save-schedule: the first defect of all scenarios.
# (CACHE-FORGETS does not suppress what firmware repeats: a defect only where firmware does.)
set -u
sim=$1 forgets=$2 lifo=$3 failed=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

complain()
{
	echo "$*"
	failed=1
}

refused() # REGEX ARGUMENT...
{
	local regex=$1
	shift
	"$sim" "$@" >"$dir/out" 2>"$dir/err"
	local status=$?
	[ $status = 2 ] && [ "$(wc -l <"$dir/err")" = 1 ] && grep -qE "$regex" "$dir/err" ||
		complain "$*: $status, 2 and one line '$regex' expected: $(cat "$dir/err")"
}

# What is wrong is named, and what there is.
for value in mutat=1 =1 mutate mutate= mutate=0 mutate=x mutate=-1 mutate=1x mutate=4294967296 \
	mutate=1,mutate=2 'mutate=1,' ,mutate=1 mutate=1,,repeat=1 'mutate= 1' mutat=1,random Random ''; do
	refused "^ghes-sim: option '--misbehave' is '$value', expected random or WORD=N.* mutate,.* sdei-deny, and" \
		run nested-sdei --misbehave "$value"
done
refused 'already|each WORD once' run nested-sdei --misbehave mutate=1 --misbehave mutate=2
refused '^[^:]*nested-sdei.yaml: cpu-offline is 2, expected 1 to 1$' run nested-sdei --misbehave cpu-offline=2
refused "has no option '--misbehave'" check nested-sdei --misbehave random

# Told as given, whatever the order, in text and json.
out=$("$sim" run nested-sdei -q --misbehave repeat=2,mutate=9 --misbehave spurious=1)
[[ $out == *', seed 0, misbehave mutate=9,spurious=1,repeat=2, complete' ]] || complain "text: $out"
out=$("$sim" run nested-sdei --format json --misbehave repeat=2)
[[ $out == *'"seed":0,"misbehave":"repeat=2",'* ]] || complain "json: $out"
out=$("$sim" run nested-sdei --format json)
[[ $out != *misbehave* ]] || complain "json without: $out"

# The same seed draws the same; the others nearly all there is, one or two at a time.
drawn() # SEED SCENARIO...
{
	"$sim" run --format json --misbehave random --seed "$@" | grep -o '"misbehave":"[^"]*"' | cut -d'"' -f4
}
[ "$(drawn 5 nested-sdei two-cpus-sea)" = "$(drawn 5 nested-sdei two-cpus-sea)" ] || complain "seed 5: not the same twice"
for seed in $(seq 60); do
	drawn "$seed" two-cpus-sdei two-cpus-sea misbehave-repeat >>"$dir/drawn"
	drawn "$seed" misbehave-repeat >>"$dir/repeats"
done
[ "$(grep -cE '^[a-z-]+=[1-9][0-9]*(,[a-z-]+=[1-9][0-9]*)?$' "$dir/drawn")" = 180 ] ||
	complain "not one or two in each of 180: $(sort "$dir/drawn" | uniq -c)"
[ "$(tr , '\n' <"$dir/drawn" | cut -d= -f1 | sort -u | wc -l)" = 14 ] ||
	complain "not the 14 that can show on these: $(tr , '\n' <"$dir/drawn" | cut -d= -f1 | sort | uniq -c)"
grep -q repeat= "$dir/repeats" && complain "drawn over what the scenario says"
[ "$(drawn 1 nested-sdei two-cpus-sea two-cpus-sdei lost-dispatch size-64k | sort -u | wc -l)" -gt 1 ] ||
	complain "all scenarios draw the same"

# What the scenario expects was written for other firmware; the oracles judge.
"$sim" show nested-sdei | sed 's/processed: 2/processed: 3/' >"$dir/expects.yaml"
"$sim" run -q "$dir/expects.yaml" >"$dir/out" && complain "processed: 3 holds: $(cat "$dir/out")"
"$sim" run -q "$dir/expects.yaml" --misbehave spurious=1 >"$dir/out" || complain "the scenario judges: $(cat "$dir/out")"

# A schedule has it, and its replay: the same defect, which is none without.
"$sim" run nested-sdei -q --core so:"$forgets" >"$dir/out" || complain "$(cat "$dir/out")"
"$sim" run nested-sdei -q --core so:"$forgets" --misbehave repeat=2 --save-schedule "$dir/find" >"$dir/found" &&
	complain "nothing found: $(cat "$dir/found")"
grep -q '^           cache: ' "$dir/found" && grep -qx 'misbehave repeat=2' "$dir/find" ||
	complain "$(cat "$dir/found" "$dir/find")"
"$sim" replay -q "$dir/find" >"$dir/again" && complain "the replay finds nothing: $(cat "$dir/again")"
plain='s/ on so:.*: 1 exec/: 1 exec/; s/ [0-9.]* s,//'
diff <(sed "$plain" "$dir/found") <(sed "$plain" "$dir/again") || complain "the replay differs"
sed '/^misbehave/d' "$dir/find" >"$dir/without"
"$sim" replay -q "$dir/without" >"$dir/out" || complain "misbehaves by itself: $(cat "$dir/out")"
sed 's/^misbehave.*/misbehave repeet=2/' "$dir/find" >"$dir/wrong"
refused "^$dir/wrong:6: misbehave, expected WORD=N.* repeat," replay "$dir/wrong"
sed '/^misbehave/p' "$dir/find" >"$dir/wrong"
refused "^$dir/wrong:7: a line appears twice" replay "$dir/wrong"
sed 's/^misbehave.*/misbehave cpu-offline=2/' "$dir/find" >"$dir/wrong"
refused 'nested-sdei.yaml: cpu-offline is 2' replay "$dir/wrong"

# Results of different firmware are different results.
for how in repeat=1 repeat=2 repeat=1; do
	"$sim" run nested-sdei --format json --misbehave $how
done >"$dir/json"
head -2 "$dir/json" >"$dir/differ"
[ "$("$sim" merge "$dir/differ" | grep -o 'repeat=[0-9]' | paste -sd' ')" = 'repeat=1 repeat=2' ] ||
	complain "merge: $("$sim" merge "$dir/differ" 2>&1)"
refused ':3: the same run a second time$' merge "$dir/json"

# Of several scenarios, the first one's first defect is kept.
"$sim" run lost-dispatch patch-2-one-queue two-cpus-sdei nested-sdei -q --core so:"$lifo" --save-schedule "$dir/first" >"$dir/out"
[ $? = 1 ] && grep -q '^scenario .*/patch-2-one-queue.yaml$' "$dir/first" || complain "$(cat "$dir/out" "$dir/first")"
exit $failed
