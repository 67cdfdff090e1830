#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# known.sh GHES-SIM PLANT OTHER-PLANT
# Finds that are known: what a file of them may hold, that what it names does not count and is told,
# that what it does not name counts as ever, and that check --save-known writes such a file. (PLANT
# processes in the wrong order, which its one run shows; OTHER-PLANT loses records when it is
# interrupted.)
set -u
sim=$1 plant=so:$2 other=so:$3 failed=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1

complain()
{
	echo "$*"
	[ ! -e out ] || tail -n 5 out
	failed=1
}

expect() # STATUS ARGUMENT...: its output in `out`
{
	local expected=$1 status
	shift
	"$sim" "$@" >out 2>&1
	status=$?
	[ $status = "$expected" ] || complain "ghes-sim $*: status $status, expected $expected"
}

says() { grep -qE -- "$1" out || complain "it does not say '$1'"; }
says_not() { ! grep -qE -- "$1" out || complain "it says '$1'"; }

# ---- The file --------------------------------------------------------------------------------

refused() # LINE MESSAGE: the third line of a file
{
	printf '# a comment\norder x *\n%s\n' "$1" >bad
	expect 2 run nested-sdei --known bad
	says "^bad:3: $2"
	expect 2 check nested-sdei --known bad
	says "^bad:3: $2"
}

refused 'order nested-sdei' 'expected ORACLE SCENARIO PLACE'
refused 'ordre nested-sdei *' 'expected the name of an oracle, expect or \*'
refused 'order nested-sdei f' 'expected \* as place: only races and crashes have one'
refused 'crash nested-sdei f,g' 'expected one function, or two of a race'
refused 'race nested-sdei f,g,h' 'expected one function, or two of a race'
refused 'race nested-sdei ,g' 'expected one function, or two of a race'
refused 'core' 'expected core PATTERN'
refused 'core a b' 'expected core PATTERN'
refused "order nested-sdei * $(printf '%01100d' 0)" 'the line is too long'
expect 2 run nested-sdei --known none
says '^none: No such file'
yes '#' | head -n 4095 >many && echo 'order x *' >>many
expect 2 run nested-sdei --known many
says '^many:4096: more lines'
expect 2 check nested-sdei --known many --save-known many
says 'reads its file, too'

# ---- A find, known or not --------------------------------------------------------------------

queue=patch-2-one-queue
expect 1 run -q $queue --core "$plant"
says '^ +order: '
match() # STATUS LINE
{
	printf '%s\n' "$2" >line
	expect "$1" run -q $queue --core "$plant" --known line
	if [ "$1" = 0 ]; then says 'known, .*: line 1$'; else says_not 'known, and'; fi
}
match 0 "order $queue *"
match 0 "  order	patch-?-one-*  *   "
match 0 '* * *'
match 0 'order * * *record # * processed*'
match 1 'order nested-sdei *'
match 1 'ack * *'
match 1 'order * * record 1'
match 1 'race * f,g'
printf 'core kernel:*\norder * *\n' >line
expect 1 run -q $queue --core "$plant" --known line
printf 'core kernel:*\norder x *\n\tcore so:*plant*\n#\norder * *\n' >line
expect 0 run -q $queue --core "$plant" --known line --format json
says '"verdict":"pass".*"defects":\[\].*"why":"[^"]*line 5".*"known":\[5\]'

# An expectation that does not hold
"$sim" show $queue | sed 's/^scenario: .*/scenario: unexpected/; s/^  processed: .*/  processed: 77/' >unexpected.yaml
expect 1 run -q unexpected.yaml
says 'processed is [0-9]+, expected 77'
printf 'expect unexpected * processed is #, expected #\n' >line
expect 0 run -q unexpected.yaml --known line
says 'known, .*: line 1$'

# ---- A baseline, made and used ---------------------------------------------------------------

# (The plant's order is seen by each run of $queue; in nested-sdei it is a matter of luck, so the file
# names that from the start.)
some=(nested-sdei "$queue")
printf 'core %s\norder nested-sdei *\n' "$plant" >base
expect 1 check -q "${some[@]}" --budget 1 --core "$plant" --save-known base
says '^known: [1-9][0-9]* lines were added to base$'
grep -q "^order $queue \* " base || complain "no line for the find in: $(cat base)"
expect 0 check -q "${some[@]}" --budget 0.5 --core "$plant" --known base
says '^known: [1-9][0-9]* lines of base were met'
says ' 0 failed'
cp base before
expect 0 check -q "${some[@]}" --budget 0.3 --core "$plant" --save-known base
says '^known: 0 lines were added to base$'
cmp base before || complain "a second time changes the file"
printf 'ack nested-sdei *\nack no-such-scenario *\n' >>base
cp base ended && truncate -s -1 base
expect 0 check -q "${some[@]}" --budget 0.3 --core "$plant" --save-known base
cmp base ended || complain "the last line of the file is not ended as it should be"
expect 0 check -q "${some[@]}" --budget 0.3 --core "$plant" --known base
says "^known: .*; nothing was found of line .*\b$(($(wc -l <base) - 1))$"

# Of another core it knows nothing.
expect 1 inject -q nested-sdei --core "$other" --known base
expect 1 check -q nested-sdei --budget 2 --core "$other" --known base --format json
says '"oracle":"conservation"'
# Behind what is known of a search, it goes on.
expect 0 check -q nested-sdei --budget 4 --core "$plant" --known base
echo 'conservation nested-sdei *' >line
"$sim" inject -q nested-sdei --levels 1 --core "$other" --known line --format json >out
says '"boundaries-1":([0-9]+),"boundaries-1-hit":\1,'
exit $failed
