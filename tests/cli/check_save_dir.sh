#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2015,SC2317 # complaints are the last of their line; functions by eval
#
# check_save_dir.sh GHES-SIM STEPPED-PLANT NATIVE-PLANT
# check --save-dir: each defect has a folder that repeats it, wherever the folder is; and what the
# debugger shows of it is the context that did it, on top of what it interrupted.
set -u
sim=$1 stepped=$2 native=$3 failed=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

complain()
{
	echo "$*"
	failed=1
}

"$sim" check --core so:"$stepped" --budget 4 --save-dir "$dir/finds" nested-sdei >"$dir/out"
[ $? = 1 ] || complain "a check with a defect exits with 1"
find=$dir/finds/nested-sdei-inject-1-conservation
grep -q "^find: $find/README.md" "$dir/out" || complain "the find is not told: $(cat "$dir/out")"
mv "$dir/finds" "$dir/elsewhere" && mkdir "$dir/elsewhere/with space"
mv "$dir/elsewhere/nested-sdei-inject-1-conservation" "$dir/elsewhere/with space/find"
find="$dir/elsewhere/with space/find"

grep -q '^# conservation: record 2 of source 2' "$find/README.md" || complain "README: the defect"
grep -q 'notify.c:' "$find/README.md" || complain "README: where it was interrupted"
grep -q '!! conservation: ' "$find/story.txt" || complain "the story lacks the defect"
grep -q 'Hardware Error' "$find/log.txt" || complain "the log is empty"
grep -q '"DEFECT conservation"' "$find/trace.json" || complain "the trace lacks the defect"
grep -q 'class="d"' "$find/picture.svg" || complain "the picture lacks the defect"
cmp -s "$find/core.so" "$stepped" || complain "the build that failed is not kept"

# The commands of the README, as they stand there, in the folder; the plant itself is not needed.
cd "$find" || exit 1
ghes-sim() { GHES_SIM_SCENARIOS=/nonexistent "$sim" "$@"; }
mapfile -t commands < <(sed -n 's/^    \(ghes-sim .*\)#.*/\1/p' README.md)
[ ${#commands[@]} = 3 ] || complain "README: ${#commands[@]} commands, 3 expected"
eval "${commands[0]}" >"$dir/out" 2>&1
[ $? = 1 ] && grep -q '^ *conservation: record 2 of source 2' "$dir/out" ||
	complain "${commands[0]}: $(tail -n 5 "$dir/out")"
cp picture.svg "$dir/before.svg"
eval "${commands[1]}" >"$dir/out" 2>&1
cmp -s picture.svg "$dir/before.svg" || complain "${commands[1]}: another picture"
if command -v gdb >/dev/null; then
	eval "${commands[2]}" >"$dir/out" 2>&1 </dev/null
	tr '\n' ' ' <"$dir/out" >"$dir/line"
	# critical's arrival, over the point, over the push, over normal's handler
	for shown in 'A notification arrives.* sim_arrive .* ghes_step_entry .* queue_node .*/notify.c:.* ghes_notify_sdei .*An oracle reports' \
		'An oracle reports.*#0 *sim_defect .*SIM_ORACLE_conservation'; do
		grep -Eq "$shown" "$dir/line" || complain "${commands[2]} does not show $shown"
	done
	[ $failed = 0 ] || cat "$dir/out"
else
	echo "no gdb here: the third command was not tried"
fi
# From another folder
cd / && "$sim" replay "$find/schedule" -q >"$dir/out" 2>&1
[ $? = 1 ] && grep -q conservation "$dir/out" || complain "replay from another folder"

# Driver run: nothing was chosen, and it replays all the same.
"$sim" check --core so:"$native" --budget 0.1 --save-dir "$dir/native" patch-2-one-queue >"$dir/out"
find=$dir/native/patch-2-one-queue-run-order
"$sim" replay "$find/schedule" >"$dir/out" 2>&1
[ $? = 1 ] && grep -q '!! order: ' "$dir/out" || complain "a find of driver run does not replay"

# An expectation that does not hold has a folder, too.
"$sim" show nested-sdei | sed 's/processed: 2/processed: 3/' >"$dir/own.yaml"
grep -q 'processed: 3' "$dir/own.yaml" || complain "the test's own edit did nothing"
"$sim" check --budget 0.1 --save-dir "$dir/native" "$dir/own.yaml" >"$dir/out"
grep -q '^# expectation: processed is 2, expected 3' "$dir/native/nested-sdei-run-expectation/README.md" ||
	complain "no folder of an expectation"

# What holds leaves no folder; what cannot be written is told.
"$sim" check --budget 0.1 --save-dir "$dir/none" nested-sdei >"$dir/out"
[ -z "$(ls -A "$dir/none")" ] || complain "folders without defects"
"$sim" check --core so:"$native" --budget 0.1 --save-dir /proc/none patch-2-one-queue >/dev/null 2>"$dir/err"
[ $? = 2 ] && grep -q '/proc/none: ' "$dir/err" ||
	complain "a folder that cannot be made"
exit $failed
