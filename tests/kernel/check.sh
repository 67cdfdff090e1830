#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh PROGRAM TREES: one `check` of all scenarios on each unmodified tree in TREES, as arm64 and
# as x86, comes to its end: with finds, for these trees have some (docs/kernel-finds.md), and with most
# of what an architecture has held by the one run of each scenario, which no budget cuts short. Exits
# with 77 when no tree is there.
sim=$1 trees=$2
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
failed=0 tried=0
for tree in "$trees"/linux-source-*; do
	[ -d "$tree" ] || continue
	for arch in arm64 x86; do
		tried=$((tried + 1))
		"$sim" check --core "kernel:$tree" --arch $arch --budget 1 >"$out"
		status=$?
		line=$(grep -E '^[0-9]+ scenarios, [0-9]+ runs in' "$out")
		echo "$(basename "$tree") $arch: status $status, $line"
		if [ $status != 1 ] || [ -z "$line" ] || [ "$(grep -c '^PASS *run ' "$out")" -lt 80 ] ||
			! grep -q "^A pass proves what ran" "$out"; then
			tail -n 20 "$out"
			failed=1
		fi
	done
done
[ $tried != 0 ] || exit 77
exit $failed
