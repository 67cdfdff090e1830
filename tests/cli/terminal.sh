#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2015,SC2317 # complaints are the last of their line; functions by name
#
# terminal.sh GHES-SIM
# What a terminal gets and what a pipe gets: progress and colors for people only; Ctrl-C ends with
# what was found so far.
set -u
sim=$1 failed=0
command -v script >/dev/null || {
	echo "skipped: no script(1) here"
	exit 77
}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export TERM=xterm
unset NO_COLOR
escape=$(printf '\033')

complain()
{
	echo "$*"
	failed=1
}

on_terminal() # COMMAND: what a terminal of 50 columns shows of it is in $dir/screen
{
	script -qec "stty cols 50; $1" /dev/null </dev/null >"$dir/screen"
}

has() # REGEX
{
	tr '\r' '\n' <"$dir/screen" | grep -Eq "$1"
}

lacks() # REGEX
{
	! has "$1"
}

on_terminal "'$sim' check nested-sdei --budget 1"
has "^$escape\[K\[[0-9]+/[0-9]+\] [0-9]+ executions/s, at most [0-9]+ s left" || complain "no line of progress"
has "${escape}\[32mPASS" || complain "no colors on a terminal"
tr '\r' '\n' <"$dir/screen" | sed -n "s/^$escape\[K\[/[/p" | grep -E '.{50}' &&
	complain "progress is wider than the terminal"
on_terminal "NO_COLOR=1 '$sim' check nested-sdei --budget 0.2"
lacks "$escape\[[0-9;]+m" || complain "colors although NO_COLOR is set"
on_terminal "TERM=dumb '$sim' run nested-sdei"
lacks "$escape\[[0-9;]+m" || complain "colors on a dumb terminal"
on_terminal "'$sim' check nested-sdei --budget 0.5 --quiet"
lacks "$escape\[K" || complain "progress although --quiet"
[ "$(wc -l <"$dir/screen")" = 1 ] || complain "--quiet says more than the verdict: $(cat "$dir/screen")"
on_terminal "'$sim' check nested-sdei --budget 0.5 2>'$dir/err'"
[ ! -s "$dir/err" ] && lacks "$escape\[K" || complain "progress where stderr is a file"
on_terminal "'$sim' check nested-sdei --budget 0.5 >'$dir/out'"
has "executions/s" && ! grep -q "$escape" "$dir/out" || complain "stdout is a file, and has colors"
"$sim" check nested-sdei --budget 0.5 -v >"$dir/out" 2>"$dir/err"
[ ! -s "$dir/err" ] && ! grep -q "$escape" "$dir/out" || complain "escape sequences into a pipe"
grep -q '^ *processed [0-9]*, ' "$dir/out" || complain "-v does not show counters"

caught() # PID: is it the program by now, and handles SIGINT? One that comes sooner would be lost.
{
	local mask
	mask=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null)
	[ "/proc/$1/exe" -ef "$sim" ] && [ -n "$mask" ] && ((0x$mask >> 1 & 1))
}

within() # SECONDS COMMAND...: wait until it holds, for so long at most
{
	local end=$((SECONDS + $1))
	shift
	until "$@" || [ $SECONDS -ge $end ]; do
		sleep 0.1
	done
}

said() # LINES
{
	[ "$(wc -l <"$dir/out")" -ge "$1" ]
}

# interrupted LIMIT SIGNALS LINES COMMAND...: it ends within LIMIT seconds of its first signal, which
# comes once it has said LINES lines, and half a second after it can take one at the soonest
interrupted()
{
	local limit=$1 signals=$2 lines=$3 status
	shift 3
	"$@" >"$dir/out" 2>"$dir/err" &
	within 60 caught $!
	sleep 0.5
	within 60 said "$lines"
	SECONDS=0
	for signal in $signals; do
		kill -s "$signal" $! 2>/dev/null; sleep 0.2
	done
	wait $!
	status=$?
	[ $status = 3 ] || complain "$*: exit status $status when interrupted, 3 expected"
	[ $SECONDS -le "$limit" ] || complain "$*: $SECONDS s to end"
}
interrupted 10 INT 30 "$sim" check --budget 300 --state "$dir/state"
grep -q 'not reached when it was interrupted$' "$dir/out" || complain "the closing block: $(tail -n 3 "$dir/out")"
[ "$(grep -c '"driver":"run"' "$dir/state")" -gt 20 ] || complain "what was done is not in the state"
interrupted 10 TERM 0 "$sim" check --budget 300 --format ktap
[ "$(grep -c '^ok ' "$dir/out")" = "$(sed -n 's/^1\.\.//p' "$dir/out")" ] || complain "ktap: plan and tests"
interrupted 5 "INT INT" 0 "$sim" check --budget 300 nest-deepest
interrupted 10 INT 0 "$sim" inject nest-deepest
grep -q '^INCOMPLETE inject' "$dir/out" || complain "inject: $(cat "$dir/out")"
interrupted 10 INT 0 "$sim" stress cache-full --seconds 300
grep -q '^PASS *stress' "$dir/out" || complain "stress: $(cat "$dir/out")"
# A real Ctrl-C, which the terminal sends to all processes in front, once the check shows that it runs
: >"$dir/screen"
(within 60 has 'executions/s' && printf '\003' && within 60 has '^status') |
	timeout 150 script -qec "trap : INT; '$sim' check --budget 300; echo status \$?" /dev/null >"$dir/screen"
has '^status 3' || complain "Ctrl-C: $(tail -n 3 "$dir/screen")"
exit $failed
