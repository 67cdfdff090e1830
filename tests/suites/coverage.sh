# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # jobs: tests/run
#
# Which lines of the library the quick tests run. Each file needs 95 %, or a line in
# tests/coverage-exceptions that says what it needs instead and why; the whole needs 95 %.

suite_coverage()
{
	need && build_preset coverage -DGHES_BUILD_BENCH=OFF || return 1
	find build/coverage -name '*.gcda' -delete
	run_ctest build/coverage -L quick -LE once -j "$jobs" || return 1
	echo "lines of lib/ that the tests run:"
	try "lines of the library" coverage_table
	[ "$F" = 0 ]
}

# FILE LINES-RUN LINES of each source of the library, by gcov's summaries: a name, then its lines
coverage_of_files()
{
	gcov --no-output build/coverage/lib/CMakeFiles/ghes_objects.dir/*.gcda |
		awk -v top="$PWD/" '
		/^File / { file = substr($2, 2, length($2) - 2); sub(top, "", file) }
		/^Lines executed:/ && file ~ /^lib\/[^\/]*\.c$/ {
			split($0, part, /[:%]/)
			printf "%s %d %d\n", file, part[2] * $NF / 100 + 0.5, $NF
			file = ""
		}'
}

coverage_table()
{
	coverage_of_files | sort | awk '
		FILENAME != "-" { if ($1 !~ /^#/ && NF) need[$1] = $2 + 0; next }
		{
			least = $1 in need ? need[$1] : 95
			verdict = 100 * $2 < least * $3 ? "FAILED, at least " least " expected" : ""
			# Two points more than needed: a race may run some lines, or not
			if ($1 in need && 100 * $2 >= 97 * $3)
				verdict = "FAILED, needs no exception any more"
			printf "%-28s %5d of %5d %6.1f %% %s\n", $1, $2, $3, 100 * $2 / $3, verdict
			run += $2; lines += $3; failed += verdict != ""
			seen[$1] = 1
		}
		END {
			for (file in need)
				if (!(file in seen)) { print file ": exception for no file"; failed++ }
			if (!lines) { print "no lines at all"; exit 1 }
			printf "%-28s %5d of %5d %6.1f %%\n", "all", run, lines, 100 * run / lines
			exit failed || 100 * run < 95 * lines
		}' tests/coverage-exceptions -
}
