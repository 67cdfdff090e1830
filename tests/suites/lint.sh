# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # jobs: tests/run
#
# What can be said of the source without running it. What a check lets pass, and why, is in
# tests/lint/exceptions, in .clang-tidy, or beside the line.

suite_lint()
{
	need clang clang-tidy clang-format cppcheck shellcheck && build_preset dev || return 1
	try "every file names its licence" lint_spdx
	try "clang-format has nothing to change" lint_format
	try "each .c includes its own header first" lint_own_header
	try "no function has more than 70 lines" lint_function_length
	try "the library has no variables of its own" lint_globals
	try "shellcheck" lint_shell
	try "cppcheck" lint_cppcheck
	try "clang-tidy" lint_tidy
	[ "$F" = 0 ]
}

lint_excepted() # CHECK WHAT
{
	grep -q "^$1 $2: ." tests/lint/exceptions
}

lint_spdx()
{
	local file failed=0
	for file in $(git ls-files); do
		head -n 3 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-only' ||
			lint_excepted spdx "$file" || { echo "$file: no SPDX line"; failed=1; }
	done
	return $failed
}

lint_format()
{
	git ls-files '*.[ch]' | xargs clang-format --dry-run -Werror
}

# The header of DIR/NAME.c is DIR/NAME.h, or include/ghes/NAME.h of the library.
lint_own_header()
{
	local file name header first failed=0
	for file in $(git ls-files '*.c'); do
		case $file in
		# The shim includes shim.h, which brings the kernel's world; its headers are the kernel's names.
		sim/kernel/shim/* | tests/kernel/litmus.c) continue ;;
		esac
		name=$(basename "$file" .c)
		case $file in
		lib/*) header="include/ghes/$name.h" ;;
		*) header="" ;;
		esac
		[ -f "$header" ] || header="${file%.c}.h"
		[ -f "$header" ] || continue
		first=$(grep -m 1 '^#include' "$file" | sed 's/.*["</]\([^/]*\)[">]$/\1/')
		[ "$first" = "$name.h" ] || { echo "$file: includes $first before $name.h"; failed=1; }
	done
	return $failed
}

lint_function_length()
{
	local where lines name failed=0
	while read -r where lines name; do
		lint_excepted length "$name" && continue
		echo "$where: $name() has $lines lines"
		failed=1
	done < <(git ls-files '*.c' '*.h' | xargs awk -f tests/lint/function-length.awk)
	return $failed
}

# Many instances live side by side: nothing of the library's may be writable but by a pointer that
# its caller gave it.
lint_globals()
{
	local object name section failed=0
	for object in build/dev/lib/CMakeFiles/ghes_objects.dir/*.o; do
		while read -r section name; do
			lint_excepted global "$name" && continue
			echo "$(basename "$object" .o): $name is in $section"
			failed=1
		done < <(objdump -t "$object" | awk '$0 ~ / O / && $0 ~ / (\.data|\.bss|\.tdata|\.tbss|\*COM\*)/ &&
			$0 !~ /\.data\.rel\.ro/ { print $(NF - 2), $NF }')
	done
	return $failed
}

lint_shell()
{
	git grep -lE '^#!.*/(ba)?sh|^# shellcheck shell=' -- ':!tests/lint/*.awk' |
		xargs shellcheck --external-sources
}

lint_cppcheck()
{
	mkdir -p build/lint/cppcheck
	git ls-files '*.c' | xargs cppcheck --quiet --error-exitcode=1 --inline-suppr \
		--enable=warning,performance,portability --std=c11 -D_GNU_SOURCE -D__x86_64__ \
		-Iinclude -Ilib -Isim -Itests --cppcheck-build-dir=build/lint/cppcheck -j "$jobs" \
		--suppressions-list=tests/lint/cppcheck-exceptions \
		--template='{file}:{line}: {severity}: {message} [{id}]'
}

lint_tidy() # each file that is compiled here
{
	local stamp dir=build/lint
	mkdir -p $dir
	awk -f tests/lint/one-command.awk build/dev/compile_commands.json >$dir/compile_commands.json ||
		return 1
	stamp=$({
		clang-tidy --version
		cat tests/lint/*
		git ls-files -z '*.h' '*.clang-tidy' '*CMakeLists.txt' '*.cmake' | xargs -0 cat
	} | sha256sum | cut -d' ' -f1)
	git ls-files '*.c' | while read -r file; do
		lint_excepted tidy "$file" && continue
		! grep -qF "\"file\": \"$PWD/$file\"" $dir/compile_commands.json || echo "$file"
	done | xargs -P "$jobs" -n 1 tests/lint/tidy $dir "$stamp"
}
