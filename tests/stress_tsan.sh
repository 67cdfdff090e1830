#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Usage: stress_tsan.sh GHES-SIM SCENARIOS NOTIFICATIONS
# libghes under ThreadSanitizer: silent, and interrupted inside of its code, in nests as well.
# Up to 100,000 notifications: one scenario; beyond: shared out over all.
sim=$1
scenarios=$2
total=$3
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT

if [ "$total" -le 100000 ]; then
	set -- "$scenarios/nested-sdei.yaml"
else
	# All that stress may run; --seconds bounds those whose machine ends with each notification.
	set --
	for s in "$scenarios"/*.yaml; do
		if ! grep -q '^drivers:' "$s" || grep -q '^drivers:.*stress' "$s"; then
			set -- "$@" "$s"
		fi
	done
fi
"$sim" stress --tsan --format json --cpus 2 --events $((total * 5 / 4 / $# + 1)) --seconds 20 "$@" >"$out"
status=$?
sum() {
	grep -o "\"$1\":[0-9]*" "$out" | awk -F: '{n += $2} END {print n + 0}'
}
# The result and its counter of the same name say it twice.
notifications=$(($(sum notifications) / 2))
echo "$# scenarios, $notifications notifications, interrupted at depth 1: $(sum interrupted-depth-1)," \
	"2: $(sum interrupted-depth-2), 3: $(sum interrupted-depth-3)," \
	"between plain accesses: $(sum interrupted-between-plain-accesses)"
# 3: a deep nest may need longer than a scenario's share of the time
if { [ $status -ne 0 ] && [ $status -ne 3 ]; } || [ "$notifications" -lt "$total" ] ||
	[ "$(sum interrupted-depth-1)" -eq 0 ] ||
	{ [ "$(uname -m)" = x86_64 ] && [ "$(sum interrupted-between-plain-accesses)" -eq 0 ]; }; then
	grep -v '"verdict":"pass"' "$out"
	exit 1
fi
