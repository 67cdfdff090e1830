# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # jobs: tests/run
#
# Each fuzz target for a short time, from the corpus that earlier runs have left in build/corpus.
# GHES_FUZZ_SECONDS: for how long each; 10.

suite_fuzz()
{
	local dir=build/fuzz target name corpus seconds=${GHES_FUZZ_SECONDS:-10}
	need clang libclang-rt-14-dev || return 1
	[ -f $dir/build.ninja ] || cmake -G Ninja -S . -B $dir -DCMAKE_C_COMPILER=clang \
		-DCMAKE_BUILD_TYPE=RelWithDebInfo -DGHES_BUILD_FUZZERS=ON -DGHES_BUILD_BENCH=OFF ||
		return 1
	ninja -C $dir -j "$jobs" || return 1
	for target in "$dir"/tests/fuzz/fuzz_*; do
		name=$(basename "$target")
		if ! [ -f "$target" ] || ! [ -x "$target" ] || [ "${name%_replay}" != "$name" ]; then
			continue
		fi
		corpus=build/corpus/$name
		mkdir -p "$corpus"
		"${target}_replay" --write "$corpus"
		if "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 \
			-artifact_prefix=build/corpus/"$name-" "$corpus"; then
			P=$((P + 1))
		else
			F=$((F + 1))
		fi
	done
	[ "$F" = 0 ] && [ "$P" -gt 0 ]
}
