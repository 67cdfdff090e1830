#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A verdict that could not be written is not a pass: each verb says so, and does not exit with 0.
#	full_disk.sh PROGRAM
status=0
for verb in list "show nested-sdei" "run nested-sdei" "run nested-sdei --format json"; do
	# shellcheck disable=SC2086 # words of a command line
	message=$("$1" $verb 2>&1 >/dev/full)
	rc=$?
	[ $rc -eq 2 ] && [ "$message" = "ghes-sim: standard output: cannot write" ] && continue
	echo "ghes-sim $verb >/dev/full: exit $rc, said '$message'"
	status=1
done
exit $status
