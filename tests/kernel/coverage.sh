#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# coverage.sh GHES-SIM lib|TREE: what --coverage and --changed tell of a core, where it is known how
# often a line runs: each notification of the scenario finds one record and acknowledges it.
set -eu
sim=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work/tmp
mkdir "$TMPDIR"
die() { echo "FAILED: $*" >&2; exit 1; }

if [ "$2" = lib ]; then
	core=lib file=lib/estatus.c where=/dev/null
else
	[ -f "$2/complete" ] || { echo "skipped: no $2"; exit 77; }
	core=kernel:$2 file=drivers/acpi/apei/ghes.c where=$2/drivers/acpi/apei/ghes.c
fi

cover() # STATUS FILE VERB OPTION...: into $work/out
{
	local expected=$1 listing=$2 verb=$3 status=0
	shift 3
	"$sim" "$verb" --core "$core" --coverage "$listing" "$@" nested-sdei >"$work/out" 2>"$work/err" || status=$?
	[ $status = "$expected" ] || die "$verb $*: exit $status, expected $expected: $(cat "$work/out" "$work/err")"
	[ -z "$(ls -A "$TMPDIR")" ] || die "$verb $* left $(ls "$TMPDIR")"
}
# How often does the line run in which the acknowledgement is put together?
acks() { sed -nE 's/^ *([0-9#]+) .*(val \||value )=.*read_ack_write.*/\1/p' "$1"; }
member() { python3 -c 'import json, sys
for line in sys.stdin:
    o = json.loads(line)
    if "driver" in o: print(o[sys.argv[1]])' "$1" <"$work/out"; }

# One run, two notifications
cover 0 "$work/list" run -q
[ "$(acks "$work/list")" = 2 ] || die "run: $(acks "$work/list") acks: $(grep read_ack_write "$work/list")"
grep -q '^coverage: [1-9][0-9]* of [1-9][0-9]* lines reached (.*), [1-9][0-9]* of .* branches taken; ' "$work/out" ||
	die "$(cat "$work/out")"
grep -q '^ *#####  *' "$work/list" || die "nothing is missed"

# Counted over all executions, though each is taken back from a snapshot
cover 0 "$work/list" inject -q --levels 1 --format json
notified=$(member notifications)
[ "$(acks "$work/list")" -ge "$notified" ] || die "inject: $(acks "$work/list") acks of $notified"
[ "$notified" -gt 100 ]

# and over the processes of a check
cover 0 "$work/list" check --budget 1 --format json
notified=$(member executions | awk '{n += 2 * $1} END {print n}')
[ "$(acks "$work/list")" -ge "$((notified / 2))" ] || die "check: $(acks "$work/list") acks of $notified"

# The same for lcov: its sums are those of its lines
cover 0 "$work/list.info" run -q
awk -F'[:,]' '/^SF:/{l = h = b = t = 0} /^DA:/{l++; h += $3 > 0} /^BRDA:/{b++; t += $5 > 0}
	/^LF:/{bad += $2 != l; n++} /^LH:/{bad += $2 != h} /^BRF:/{bad += $2 != b} /^BRH:/{bad += $2 != t}
	END {exit !n || bad}' "$work/list.info" || die "lcov's sums: $(grep -E '^(SF|L|BR[FH])' "$work/list.info")"

# Changed lines: the one that acknowledges ran; a line that never did is named; comments have no code.
listed() { awk -v want="$1" -v file="$file" '$0 ~ "^" file ": " {in_file = 1; next} /^[a-z].*: .* lines reached/ {in_file = 0}
	in_file && match($0, /[0-9]+: /) && $0 ~ want {split($0, part, ":"); n = split(part[1], f, " "); print f[n]; exit}' "$2"; }
cover 0 "$work/list" run -q
missed=$(listed '^ *#####' "$work/list")
ran=$(listed '^ *2 ' "$work/list")
[ -n "$missed$ran" ] || die "no such lines of $file"
cover 0 "$work/list" run -q --changed "$file:1,$ran" --changed "./$file:$missed-$missed" --changed Makefile:3-5
grep -qx 'changed lines: 1 reached, 1 never reached, 1 without code' "$work/out" || die "$(cat "$work/out")"
grep -qx " *never reached: ./$file:$missed" "$work/out" || die "$(cat "$work/out")"
grep -qx ' *no file of this core: Makefile' "$work/out" || die "$(cat "$work/out")"
if [ "$core" != lib ]; then # also by the path on disk
	cover 0 "$work/list" run -q --changed "$where:$missed"
	grep -qx 'changed lines: 0 reached, 1 never reached, 0 without code' "$work/out" || die "$(cat "$work/out")"
fi

for wrong in x "$file" "$file:" "$file:0" "$file:3-1" "$file:1," "$file:1-" :3 "$file:99999999999"; do
	cover 2 "$work/list" run -q --changed "$wrong"
done
cover 2 "$work/no/such/folder" run -q
"$sim" run --core so:/dev/null --coverage "$work/list" nested-sdei 2>"$work/err" && die "counts in so:FILE"
grep -q 'core so:/dev/null has no build that counts' "$work/err" || die "$(cat "$work/err")"
echo "$core: counted through runs, snapshots and processes"
