#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A job for systems that read KTAP from a log, as KernelCI and LAVA do:
#	job.sh TREE [SECONDS]
# The log is KTAP; what was found is in ./ghes-finds. A search that the budget cut short is no
# failure of the job, nor is a check that had nothing to show (exit status 3). What is known of the
# base, and no failure either, is in the file $KNOWN (check --save-known), if there is one.
tree=${1:?usage: job.sh TREE [SECONDS]}
ghes-sim check --core "${CORE:-kernel:$tree}" --budget "${2:-60}" --format ktap --save-dir ghes-finds \
	${KNOWN:+--known "$KNOWN"}
status=$?
[ $status -ne 3 ] || exit 0
exit $status
