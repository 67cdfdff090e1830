# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # jobs: tests/run
#
# What `cmake --install` gives, used as a stranger would use it: elsewhere than it was configured
# for, and then moved.

suite_install()
{
	local stage=$PWD/build/stage page
	need g++
	[ -f build/install/build.ninja ] || cmake -G Ninja -S . -B build/install \
		-DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_LIBDIR="lib/$(gcc -print-multiarch)" \
		-DGHES_BUILD_TESTS=OFF -DGHES_BUILD_BENCH=OFF || return 1
	cmake --build build/install -j "$jobs" || return 1
	rm -rf build/stage build/stage.as-installed build/consumer
	try "install" cmake --install build/install --prefix build/stage.as-installed
	try "move" mv build/stage.as-installed build/stage
	try "headers compile on their own in C" headers_alone "$stage" gcc c
	try "headers compile on their own in C++, or say why not" headers_alone "$stage" g++ c++
	try "find_package and pkg-config" env PKG_CONFIG_PATH="$(dirname "$(find "$stage" -name ghes.pc)")" \
		cmake -G Ninja -S tests/install -B build/consumer -DCMAKE_PREFIX_PATH="$stage"
	try "consumers build" ninja -C build/consumer
	for program in ghes_ghes ghes_ghes_static by_pkg_config cxx; do
		try "$program runs" env LD_LIBRARY_PATH="$(dirname "$(find "$stage" -name libghes.so.1)")" \
			"build/consumer/$program"
	done
	try "pkg-config files name what is there" pc_directories "$stage"
	try "only the moved tree is used" not_in_build build/consumer/build.ninja
	try "the program says its version" "$stage/bin/ghes-sim" --version
	try "the installed program finds its scenarios" "$stage/bin/ghes-sim" run nested-sdei -q
	try "the installed program steps its core" "$stage/bin/ghes-sim" inject nested-sdei --levels 1 -q
	for example in queue pool cache seqlock spinlock; do
		try "explore_$example builds and runs" explore_example "$stage" "$example"
	done
	try "the installed program explores" "$stage/bin/ghes-sim" explore nested-sdei -q
	for page in man1/ghes-sim.1 man3/libghes.3 man3/ghes-explore.3 man5/ghes-sim-scenario.5; do
		try "man page $page" test -s "$stage/share/man/$page"
	done
	try "the example of ghes-explore(3) compiles" manual_example "$stage/include"
	try "the declaration of libghes(3) is the header's" manual_declaration "$stage/include"
	[ "$F" = 0 ]
}

# The functions of the example before main(), what is done in it; with what they call.
manual_example() # INCLUDE
{
	local example
	example=$(sed -n '/^static void setup/,/^\.fi/p' man/ghes-explore.3 | sed '$d; s/\.\.\.$/{ default: break; }/')
	[ "$(wc -l <<<"$example")" -gt 8 ] && {
		echo '#include <ghes/explore.h>'
		echo 'static int node[2]; void push(void *), drainer(void *); bool all_there(void);'
		sed '/^$/,$d' <<<"$example"
		echo 'int main(void) { struct ghes_explore_result result;'
		sed '1,/^$/d' <<<"$example"
		echo '}'
	} | gcc -std=c11 -Wall -Werror -I"$1" -fsyntax-only -xc -
}

# A second declaration that differs from the first does not compile.
manual_declaration() # INCLUDE
{
	local declaration
	declaration=$(sed -n 's/^\.B \(const struct .*;\)$/\1/p' man/libghes.3)
	[ -n "$declaration" ] &&
		printf '#include <ghes/core.h>\n%s\n' "$declaration" | gcc -std=c11 -Wall -Werror -I"$1" -fsyntax-only -xc -
}

# As ghes-explore(3) says: compiled, then linked, with nothing but what pkg-config gives.
explore_example() # STAGE EXAMPLE
{
	local pc flags libs to=build/consumer/explore_$2
	pc=$(dirname "$(find "$1" -name ghes-explore.pc)")
	flags=$(PKG_CONFIG_PATH=$pc pkg-config --cflags ghes-explore) || return 1
	libs=$(PKG_CONFIG_PATH=$pc pkg-config --libs ghes-explore) || return 1
	# shellcheck disable=SC2086 # several words each
	gcc -O2 -Wall -Wextra -Werror $flags -c "examples/explore_$2.c" -o "$to.o" &&
		gcc "$to.o" $libs -o "$to" && "$to" >/dev/null
}

pc_directories() # STAGE
{
	local pc variable dir failed=0
	while read -r pc; do
		for variable in libdir includedir; do
			dir=$(PKG_CONFIG_PATH=$(dirname "$pc") pkg-config --variable=$variable "$(basename "$pc" .pc)")
			[[ $(realpath "$dir") = "$1"/* ]] && continue
			echo "$pc: $variable is '$dir'"
			failed=1
		done
	done < <(find "$1" -name '*.pc')
	return $failed
}

# Does the consumer's build name a header or library of ours that is not in the stage?
not_in_build() # FILE
{
	! grep -oE "$PWD/(build/(install|stage\.as-installed)|include)[^ ]*" "$1"
}

headers_alone() # STAGE COMPILER LANGUAGE
{
	local header out failed=0 refused='is for C: its structures hold C11 atomics'
	local std=-std=c11
	[ "$3" = c ] || std=-std=c++17
	for header in "$1"/include/ghes/*.h; do
		out=$(echo "#include <ghes/$(basename "$header")>" |
			"$2" $std -Wall -Wextra -Werror -I"$1/include" -fsyntax-only -x"$3" - 2>&1) && continue
		[ "$3" = c++ ] && grep -q "$refused" <<<"$out" && continue
		echo "$out"
		failed=1
	done
	return $failed
}
