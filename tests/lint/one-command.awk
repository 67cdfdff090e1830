# SPDX-License-Identifier: GPL-2.0-only
#
# compile_commands.json with one command a file, the first that is not for a sanitizer's
# instrumentation if there is one, because clang-tidy looks at a file once for each command that it
# finds; and without the options that only gcc knows. CMake writes an entry as five lines.
/"directory":/ { directory = $0 }
/"command":/ {
	command = $0
	gsub(/ (--param=[^ ]*|-Wno-tsan|-fno-tree-loop-distribute-patterns)/, "", command)
}
/"file":/ {
	if (!($0 in chosen))
		order[++files] = $0
	else if (chosen[$0] !~ /-fsanitize=/ || command ~ /-fsanitize=/)
		next
	chosen[$0] = command
	where[$0] = directory
}
END {
	print "["
	for (i = 1; i <= files; i++)
		printf "{\n%s\n%s\n%s\n}%s\n", where[order[i]], chosen[order[i]], order[i],
			i < files ? "," : ""
	print "]"
}
