#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# series.sh GHES-SIM TREE: a series of four commits on TREE: two that do no harm, one
# that drops an acknowledgement, one that mends it. As a range, as patches, as a mailbox, through
# `git rebase -x` and `git bisect run`; the repository stays as it is and nothing is left behind.
set -eu
sim=$1
tree=$2
[ -f "$tree/drivers/acpi/apei/ghes.c" ] || {
	echo "skipped: no $tree"
	exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work/tmp GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.org
mkdir "$TMPDIR"
repo=$work/linux
ghes=$repo/drivers/acpi/apei/ghes.c
check="$sim check --core kernel:. --budget 2 -q nested-sdei"

die() { echo "FAILED: $*" >&2; exit 1; }
commit() { git -C "$repo" add -A && git -C "$repo" commit -qm "$1"; }
# series STATUS OPTION...: the exit status and what it says
series()
{
	local expected=$1 status=0
	shift
	"$sim" series --tree "$repo" --budget 2 "$@" nested-sdei >"$work/out" 2>"$work/err" || status=$?
	[ $status = "$expected" ] || die "series $*: exit $status, expected $expected: $(cat "$work/out" "$work/err")"
	[ -z "$(ls -A "$TMPDIR")" ] || die "series $* left $(ls "$TMPDIR")"
}
says() { grep -q -- "$1" "$work/out" || die "no '$1' in: $(cat "$work/out")"; }

cp -R "$tree" "$repo"
git -C "$repo" init -q -b main
commit base
git -C "$repo" tag base
sed -i '/^static void ghes_ack_error/,/^}/{
	s,^\t\treturn;,& /* no ack */,
	s,^\tval |= .*,& /* ack */,
}' "$ghes"
commit 'ghes: Comments'
echo notes >"$repo/notes"
commit 'Nothing of the core'
git -C "$repo" tag before
sed -i 's/^\t\tghes_ack_error(ghes->generic_v2);/\t\t;/' "$ghes"
commit 'ghes: Simplify'
git -C "$repo" tag broken
git -C "$repo" show before:drivers/acpi/apei/ghes.c >"$ghes"
commit 'ghes: Acknowledge again'

# What is checked out, and what is not committed, is the user's business.
echo 'not C at all' >"$ghes"
state() { git -C "$repo" status --porcelain && git -C "$repo" worktree list && md5sum "$ghes"; }
before=$(state)

series 1 --range base..main
says '^1/4 .* Comments: 1*[0-9] runs, .* 0 appeared, 0 gone'
says 'changed, and no scenario reached it: drivers/acpi/apei/ghes.c:[0-9]*$'
says '^2/4 .* Nothing of the core: nothing of the core changed'
says '^3/4 .* Simplify: .* appeared, 0 gone'
says '^ *appeared ack: '
says '^4/4 .* Acknowledge again: .* 0 appeared, [1-9]'
says '^ *gone ack: '
series 0 --range base..before
series 0 --range broken..main
series 1 --range before..broken --format json
python3 - "$work/out" <<'P' || die "json: $(cat "$work/out")"
import json, sys
base, broken = [json.loads(line) for line in open(sys.argv[1])]
assert base["core"] == "base" and base["failing"] == 0 and base["appeared"] == []
assert broken["core"] == "changed" and broken["subject"] == "ghes: Simplify"
assert all(d["oracle"] in ("ack", "progress", "conservation") for d in broken["appeared"])
assert any(d["oracle"] == "ack" and d["certain"] for d in broken["appeared"])
P
series 0 --range base..before --format json
python3 - "$work/out" <<'P' || die "json: $(cat "$work/out")"
import json, sys
commit = [json.loads(line) for line in open(sys.argv[1])][1]
changed = commit["changed"]
assert len(changed["reached"]) == 1 and len(changed["missed"]) == 1, changed
assert changed["missed"][0].startswith("drivers/acpi/apei/ghes.c:"), changed
P
[ "$before" = "$(state)" ] || die "the repository is not as it was: $(state)"

# The same from patches, on a commit and on files as they lie
git -C "$repo" format-patch -q -o "$work/patches" --cover-letter base..broken
git -C "$repo" format-patch -q --stdout base..broken >"$work/mbox"
series 1 --patches "$work/patches" --base base
says '^3/3 3 ghes: Simplify: .* [1-9][0-9]* appeared'
git -C "$repo" checkout -q -f base
series 1 --patches "$work/mbox"
says '^3/3 3 ghes: Simplify: .* [1-9][0-9]* appeared'
series 2 --patches "$work/mbox" --base broken
grep -q 'patch 1 does not apply: ghes: Comments' "$work/err" || die "$(cat "$work/err")"

# A commit that does not build adds a defect, the next is compared with the last that did.
git -C "$repo" checkout -q -f -B typo base
echo 'int typo' >>"$ghes"
commit typo
git -C "$repo" revert --no-edit -q HEAD 2>/dev/null || git -C "$repo" revert --no-edit HEAD >/dev/null
series 1 --range base..typo
says '^1/2 .* typo: does not build'
says 'ghes.c:.*error: '
says '^2/2 .* 0 appeared, 0 gone'

series 2 --range nowhere..main
series 2 --range main
series 2 --range main..main

# Interrupted: it ends with 3 and takes its files along.
"$sim" series --tree "$repo" --budget 30 --range base..main >"$work/out" 2>&1 &
pid=$!
for _ in $(seq 200); do [ -n "$(ls -A "$TMPDIR")" ] && break; sleep 0.05; done
sleep 1
kill -INT $pid
status=0
wait $pid || status=$?
[ $status = 3 ] || die "interrupted: exit $status: $(cat "$work/out")"
[ -z "$(ls -A "$TMPDIR")" ] || die "interrupted, it left $(ls "$TMPDIR")"

# Two recipes of the manual
git -C "$repo" checkout -q -f main
git -C "$repo" rebase -q -x "$check" broken^ main >"$work/out" 2>&1 && die "rebase -x does not stop: $(cat "$work/out")"
[ "$(git -C "$repo" log -1 --format=%s)" = "ghes: Simplify" ] || die "rebase -x stops at another commit"
git -C "$repo" rebase --abort
git -C "$repo" bisect start broken base >/dev/null
# shellcheck disable=SC2086 # words of a command line
(cd "$repo" && git bisect run $check) >"$work/out" 2>&1 || die "bisect: $(cat "$work/out")"
says "^$(git -C "$repo" rev-parse broken) is the first bad commit"
echo "series, patches, rebase -x, bisect run"
