#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What the command line refuses in one line on standard error, and that it does not say it did what
# it could not do.
#	cli_refusals.sh PROGRAM [CORE]: CORE is a shared object that is not instrumented
sim=$1 core=${2-}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0

# refused REGEX ARGUMENT...: exit status 2 and one line that matches, and nothing of a verdict's rest
refused()
{
	regex=$1
	shift
	"$sim" "$@" >"$dir/out" 2>"$dir/err"
	got=$?
	# AddressSanitizer has something to say of each program that switches stacks
	sed -i '/^==[0-9]*==WARNING: ASan doesn/d' "$dir/err"
	[ $got -eq 2 ] && [ "$(wc -l <"$dir/err")" -eq 1 ] && grep -Eq "$regex" "$dir/err" &&
		! grep -Eq '^(picture|trace): ' "$dir/out" && return
	echo "ghes-sim $*: exit status $got, 2 and one line '$regex' expected:"
	cat "$dir/err"
	failed=1
}

# 0 is no bound; it must not silently become the bound by default
[ -z "$core" ] || refused "is not instrumented.*expected" explore nested-sdei --core "so:$core"
refused "arch is for --core kernel" check nested-sdei --arch x86
refused "mips.*expected arm64" check nested-sdei --core kernel:. --arch mips
refused "seconds.*more than 0" stress nested-sdei --seconds 0
refused "seconds.*more than 0" inject nested-sdei --seconds=0.0
refused "seconds" inject nested-sdei --seconds=-1
refused "seconds" inject nested-sdei --seconds nan
refused "samples.*needs --levels 3" inject nested-sdei --samples 3
refused "suspend and --levels" inject nested-sdei --suspend --levels 2
refused "max-executions.*above 0" inject nested-sdei --max-executions 0
refused "events.*above 0" stress nested-sdei --events 0
refused "No such file" run nested-sdei --svg "$dir/none/x.svg"
refused "No such file" run nested-sdei --trace "$dir/none/x.json"
refused "x.svg: No such file" run nested-sdei -q --trace "$dir/t.json" --svg "$dir/none/x.svg"

if ! "$sim" run nested-sdei -q --svg "$dir/x.svg" >"$dir/out" ||
	! grep -qx "picture: $dir/x.svg" "$dir/out" || ! grep -q '</svg>' "$dir/x.svg"; then
	echo "run --svg: no picture, or not said"
	failed=1
fi
exit $failed
