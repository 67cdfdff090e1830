#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Usage: stress_driver.sh GHES-SIM SCENARIOS
# What `ghes-sim stress` answers: exit status and verdict for each way that a run can end.
sim=$1
scenarios=$2
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0

# expect STATUS REGEX ARGUMENT...: run, and look at the answer
expect() {
	status=$1 regex=$2
	shift 2
	"$sim" stress "$@" >"$dir/out" 2>&1
	got=$?
	if [ $got -ne "$status" ] || ! grep -Eq "$regex" "$dir/out"; then
		echo "stress $*: exit status $got, $status and '$regex' expected:"
		cat "$dir/out"
		failed=1
	fi
}

cat >"$dir/vacuous.yaml" <<'YAML'
scenario: vacuous
shows: a nest that cannot happen is not taken for one that did
arch: arm64
sources:
  - {id: 1, notify: sdei, event: 804, priority: critical}
records:
  one: {severity: corrected, sections: [{memory: {physical-address: 0x1000}}]}
programs:
  - cpu: 0
    do: [{report: {source: 1, record: one}}]
expect:
  nests: [[sdei-critical, sdei-normal]]
YAML
cat >"$dir/panics.yaml" <<'YAML'
scenario: panics
shows: a panic ends a machine, and the next one boots
arch: arm64
sources:
  - {id: 1, notify: sdei, event: 804, priority: critical}
records:
  fatal: {severity: fatal, sections: [{memory: {physical-address: 0x1000}}]}
programs:
  - cpu: 0
    do: [{report: {source: 1, record: fatal}}]
YAML

expect 0 '"verdict":"pass".*"signal-floor-ns":[1-9].*"signals-to-self":[1-9].*"notifications-per-second"' \
	--format json --events 3000 --cpus 2 "$scenarios/cache-full.yaml"
expect 0 '"real-aborts":[1-9]' \
	--format json --events 2000 --cpus 2 "$scenarios/claim-user-record.yaml"
# Claims whose record another CPU reads, because there was no memory for it
expect 0 PASS --events 2000 --cpus 8 "$scenarios/claim-guest-large-pool-empty.yaml"
# Eight contexts deep, with more threads than cores: not by luck
expect 0 '"verdict":"pass".*"deepest-sdei-critical":[7-9].*"signals-aimed":[1-9]' \
	--format json --events 50000 --cpus 8 "$scenarios/nest-deepest.yaml"
expect 3 'nothing nested as sdei-critical > sdei-normal' --seconds 0.1 "$dir/vacuous.yaml"
expect 0 '"executions":([2-9]|[1-9][0-9])' --format json --events 3 "$dir/panics.yaml"
expect 2 'cpus' --cpus 0 "$scenarios/cache-full.yaml"
expect 2 'no scenario' "$dir/none.yaml"

# killed SIGNAL REGEX: a run that a signal ends has its last word from the process that waits for it
killed() {
	"$sim" stress --format json --seconds 60 "$scenarios/cache-full.yaml" >"$dir/out" 2>&1 &
	waits=$!
	runs=
	until [ -n "$runs" ]; do
		sleep 0.05
		read -r runs _ <"/proc/$waits/task/$waits/children" || [ -d "/proc/$waits" ] || break
	done
	kill -s "$1" "$runs"
	wait $waits
	got=$?
	if [ $got -ne 1 ] || ! grep -Eq "$2" "$dir/out"; then
		echo "stress ended by $1: exit status $got, 1 and '$2' expected:"
		cat "$dir/out"
		failed=1
	fi
}
killed KILL '"verdict":"fail".*"oracle":"crash","message":"the run was killed'
killed USR2 '"oracle":"crash","message":"the run was ended by signal 12 '
exit $failed
