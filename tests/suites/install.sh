# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What `cmake --install` gives, used as a stranger would use it.

suite_install()
{
	local stage=$PWD/build/stage
	need
	build_preset release || return 1
	rm -rf "$stage" build/consumer
	try "install" cmake --install build/release --prefix "$stage"
	try "every header compiles on its own" headers_alone "$stage"
	try "find_package configures" cmake -G Ninja -S tests/install -B build/consumer \
		-DCMAKE_PREFIX_PATH="$stage"
	try "consumers build" ninja -C build/consumer
	for program in ghes_ghes ghes_ghes_static by_pkg_config; do
		try "$program runs" env LD_LIBRARY_PATH="$(echo "$stage"/lib*/*/)":"$stage/lib" \
			"build/consumer/$program"
	done
	try "the program says its version" "$stage/bin/ghes-sim" --version
	try "the installed program finds its scenarios" "$stage/bin/ghes-sim" run nested-sdei -q
	try "man page of the program" test -s "$stage/share/man/man1/ghes-sim.1"
	[ "$F" = 0 ]
}

headers_alone() # STAGE
{
	local header failed=0
	for header in "$1"/include/ghes/*.h; do
		echo "#include <ghes/$(basename "$header")>" |
			gcc -std=c11 -Wall -Wextra -Werror -I"$1/include" -fsyntax-only -xc - ||
			failed=1
	done
	return $failed
}
