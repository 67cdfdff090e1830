#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fail_fast.sh GHES-SIM PLANT
# check --fail-fast: after the first defect nothing more is begun, and what is left is said to be so;
# without a defect, or without the option, nothing changes. (PLANT fails in the first phase, many times.)
set -u
sim=$1 plant=$2 failed=0

check() # STATUS LEAST-FAILED MOST-FAILED SUMMARY ARGUMENT...
{
	local expected=$1 least=$2 most=$3 summary=$4 out status found
	shift 4
	out=$("$sim" check --budget 0.5 "$@" 2>&1)
	status=$?
	found=$(grep -c ^FAIL <<<"$out")
	if [ $status != "$expected" ] || [ "$found" -lt "$least" ] || [ "$found" -gt "$most" ] ||
		! grep -qE "^[0-9]+ scenarios, .*$summary" <<<"$out"; then
		echo "check $*: status $status, $found failed; expected $expected, $least to $most, '$summary'"
		grep '^[0-9]* scenarios, ' <<<"$out"
		failed=1
	fi
}

# Those that run beside the first one come to their end: a CPU may have one each.
check 1 1 "$(getconf _NPROCESSORS_ONLN)" '; [0-9]+ not reached after the first defect$' --fail-fast --core so:"$plant"
few=(patch-2-one-queue nested-sdei)
check 1 1 99 ' vacuous(; [0-9]+ not reached within the budget)?$' --core so:"$plant" "${few[@]}"
check 0 0 0 ' vacuous(; [0-9]+ not reached within the budget)?$' --fail-fast "${few[@]}"
exit $failed
