# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # jobs: tests/run
#
# The same tests in the builds that find different mistakes: everything with gcc, the quick ones in
# the others. What takes minutes (label slow) need not be said five times.

suite_dev() # gcc
{
	need gdb libxml2-utils zsh python3 && build_preset dev || return 1
	# Two kernels to try unmodified: 150 MB each, so only CI fetches them. Without: skipped by name.
	[ -z "${CI:-}" ] || sim/install-packages linux-source-6.1 linux-source-6.12 ||
		echo "no kernel sources to be had"
	run_ctest build/dev
}

suite_clang()
{
	need clang && build_preset clang && run_ctest build/clang -L quick -LE once -j "$jobs"
}

suite_ubsan()
{
	need && build_preset ubsan && run_ctest build/ubsan -L quick -LE once -j "$jobs"
}

suite_asan() # and UndefinedBehaviorSanitizer in one build
{
	need && build_preset asan && run_ctest build/asan -L quick -LE once -j "$jobs"
}

# Without the simulator: its CPUs are fibers and signals, which ThreadSanitizer cannot follow. Stepped
# code has it in a form that works, in the tests step_tsan_* of every build.
suite_tsan()
{
	need && build_preset tsan && fixed_layout true &&
		TSAN_OPTIONS=halt_on_error=1 run_ctest build/tsan -L quick -LE "once|no-tsan" \
			-j "$jobs"
}

suite_valgrind() # the unit tests; what starts programs of its own is left to the others
{
	need valgrind && build_preset dev &&
		rm -f build/dev/Testing/Temporary/MemoryChecker.* || return 1
	run_ctest build/dev -L quick -LE "once|no-valgrind" -j "$jobs" -T memcheck \
		--overwrite MemoryCheckCommand="$(command -v valgrind)" || F=$((F ? F : 1))
	cat build/dev/Testing/Temporary/MemoryChecker.*.log # empty, but for what is wrong
}

cross_one() # TRIPLET QEMU-NAME
{
	local triplet=$1 dir=build/cross-$1
	[ -f "$dir/build.ninja" ] || cmake -G Ninja -S . -B "$dir" \
		-DCMAKE_TOOLCHAIN_FILE=cmake/toolchain-cross.cmake -DGHES_CROSS="$triplet" \
		-DCMAKE_BUILD_TYPE=RelWithDebInfo -DGHES_WERROR=ON -DGHES_BUILD_SIM=OFF \
		-DGHES_BUILD_BENCH=OFF || return 1
	cmake --build "$dir" -j "$jobs" && run_ctest "$dir" -L quick -LE once -j "$jobs"
}

suite_cross() # 64-bit Arm, 32 bits, big endian
{
	local failed=0
	need qemu-user \
		gcc-aarch64-linux-gnu libc6-dev-arm64-cross liburcu-dev:arm64 libcmocka-dev:arm64 \
		gcc-arm-linux-gnueabihf libc6-dev-armhf-cross liburcu-dev:armhf libcmocka-dev:armhf \
		gcc-s390x-linux-gnu libc6-dev-s390x-cross liburcu-dev:s390x libcmocka-dev:s390x ||
		return 1
	for triplet in aarch64-linux-gnu arm-linux-gnueabihf s390x-linux-gnu; do
		cross_one $triplet || failed=1
	done
	return $failed
}
