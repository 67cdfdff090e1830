# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # jobs: tests/run
#
# What the suites of tests/run share. A suite adds to P (passed), F (failed) and S (skipped) and
# writes what happened to its standard output, which tests/run keeps in build/logs.

# shellcheck disable=SC2046
need() # PACKAGE...: with those that every build needs
{
	sim/install-packages $(cat sim/packages) libcmocka-dev check "$@"
}

try() # WHAT COMMAND...: one test
{
	local what=$1
	shift
	if "$@"; then
		P=$((P + 1))
	else
		echo "FAILED: $what: $*"
		F=$((F + 1))
	fi
}

count_ctest() # LOG: add ctest's closing lines to P, F and S
{
	local line
	line=$(grep -E '^[0-9]+% tests passed, [0-9]+ tests failed out of [0-9]+' "$1" | tail -n 1)
	if [ -z "$line" ]; then
		F=$((F + 1))
		return 1
	fi
	local bad total skip
	bad=$(sed -E 's/.* ([0-9]+) tests failed.*/\1/' <<<"$line")
	total=$(sed -E 's/.* out of ([0-9]+)$/\1/' <<<"$line")
	skip=$(grep -cE '\*\*\*Skipped|\(Skipped\)$' "$1")
	skip=$(grep -cE "^[[:space:]]*[0-9]+ - .*\(Skipped\)" "$1")
	P=$((P + total - bad - skip)) F=$((F + bad)) S=$((S + skip))
}

# What the tests that failed have said, the last lines of each: for the end of the log, of which
# tests/run shows no more.
failures() # LOG
{
	awk -v most=25 '
		/Test +#[0-9]+: .*(\*\*\*|Failed|Timeout|Exception)/ && !/Passed|Skipped/ {
			inside = 1; n = 0; name = $0; next
		}
		inside && (/^ *Start +[0-9]+: / || /^[0-9]+\/[0-9]+ Test / || /^[0-9]+% tests/) {
			print name
			for (i = n > most ? n - most : 0; i < n; i++) print substr(line[i], 1, 400)
			inside = 0
		}
		inside { line[n++] = $0 }' "$1"
}

run_ctest() # BUILD-DIRECTORY [ctest options]
{
	local dir=$1 log
	shift
	log=$(mktemp)
	(cd "$dir" && ctest --output-on-failure --timeout 600 "$@") | tee "$log"
	count_ctest "$log"
	failures "$log"
	rm -f "$log"
}

build_preset() # PRESET [cmake options]
{
	local preset=$1
	shift
	[ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" "$@" || return 1
	cmake --build --preset "$preset" -j "$jobs"
}

# A sanitizer's runtime maps fixed places; where the kernel randomises more bits than it knows,
# it needs a fixed layout.
fixed_layout()
{
	setarch "$(uname -m)" -R "$@"
}
