# SPDX-License-Identifier: GPL-2.0-only
#
# The call graph of one C file, from gcc's dump of it before any optimisation (-O0 -fdump-tree-ssa),
# where each call is a statement of its own and each temporary has a type:
#
#	  const struct ghes_platform_ops * _1;
#	  void (*<T495>) (struct ghes_platform *, struct ghes_raw_spinlock *) _2;
#	  ...
#	  _2 = _1->raw_spin_lock;
#	  _2 (p_18, _3);
#
# and from its dump of what refers to what (-fdump-ipa-cgraph), for the tables of functions:
#
#	printables/41 (printables) @0x7f1ad6433780
#	  Type: variable definition analyzed
#	  References: print_fw_err/30 (addr) cper_print_mem/65 (addr)
#
# Writes, with FILE the name without its folders:
#	fn FILE FUNCTION		is defined here
#	call FILE FUNCTION CALLEE	calls by name
#	via FILE FUNCTION KEY		calls by pointer; KEY is STRUCT.MEMBER where the pointer came
#					from, FUNCTION:NAME for a parameter, ? for what is not understood
#	set FILE KEY NAME		puts NAME, a function for example, there; ?: a parameter

# What type is the struct that @declaration points to or is?
function struct_of(declaration)
{
	if (!match(declaration, /struct [A-Za-z_0-9]+/))
		return "?"
	return substr(declaration, RSTART + 7, RLENGTH - 7)
}

function declare(declaration,   name)
{
	name = declaration
	sub(/\[.*/, "", name)
	sub(/.*[ *]/, "", name)
	type[name] = struct_of(declaration)
	# A pointer to a function carries its name inside, or, where gcc numbers the type, behind.
	if (declaration ~ /\(\*/) {
		if (match(declaration, /\(\*[A-Za-z_][A-Za-z_0-9]*\)/))
			name = substr(declaration, RSTART + 2, RLENGTH - 3)
		pointer[name] = "?"
	}
	known[name] = 1
}

# Parameters are separated by commas, but for those inside of a parameter's own brackets.
function declare_parameters(list,   i, c, depth, start)
{
	start = 1
	for (i = 1; i <= length(list) + 1; i++) {
		c = substr(list, i, 1)
		depth += (c == "(") - (c == ")")
		if ((c == "," && !depth) || i > length(list)) {
			declare(substr(list, start, i - start))
			start = i + 1
		}
	}
	for (i in pointer)
		pointer[i] = fn ":" i
}

# The variable of which @name is one of the values: p_18 is p, but _2 is itself.
function variable(name,   without)
{
	without = name
	sub(/_[0-9]+$/, "", without)
	return !(name in known) && without in known ? without : name
}

# Where does a pointer to a function that is read from @path come from?
function key_of(path,   base)
{
	if (path !~ /^[A-Za-z_][A-Za-z_0-9.]*(\[[^]]*\])?(->|\.)[A-Za-z_0-9.]+$/)
		return "?"
	match(path, /^[A-Za-z_][A-Za-z_0-9]*/)
	base = variable(substr(path, 1, RLENGTH))
	sub(/^[A-Za-z_][A-Za-z_0-9]*(\[[^]]*\])?(->|\.)/, "", path)
	return (base in type ? type[base] : base) "." path
}

function statement(line,   callee, left, right)
{
	gsub(/\(D\)/, "", line) # the value on entry
	if (line ~ /^[A-Za-z_0-9.>[-]+\]?(->|\.)[a-z_0-9]+ = [A-Za-z_][A-Za-z_0-9]*;$/) {
		left = right = line
		sub(/ = .*/, "", left)
		sub(/.* = /, "", right)
		sub(/;$/, "", right)
		if (!(variable(right) in known))
			print "set", file, key_of(left), right
		else if (variable(right) in pointer)
			print "set", file, key_of(left), "?"
		return
	}
	if (line ~ /^[A-Za-z_0-9]+ = [^"(]*;$/) {
		left = right = line
		sub(/ = .*/, "", left)
		sub(/^[^=]*= /, "", right)
		sub(/;$/, "", right)
		if (left in pointer)
			pointer[left] = key_of(right)
		else if (variable(left) in pointer)
			pointer[variable(left)] = "?"
		return
	}
	sub(/^[^="]* = /, "", line)
	if (line !~ /^[A-Za-z_.][A-Za-z_0-9.]* \(.*;/)
		return
	callee = line
	sub(/ \(.*/, "", callee)
	callee = variable(callee)
	if (callee in pointer)
		print "via", file, fn, pointer[callee]
	else if (callee in known)
		print "via", file, fn, "?"
	else if (callee !~ /^(if|switch|return|goto|__asm__)$/)
		print "call", file, fn, callee
}

FNR == 1 {
	file = FILENAME
	sub(/.*\//, "", file)
	reading_tables = sub(/\.cgraph$/, "", file)
	sub(/\.ssa$/, "", file)
}
reading_tables {
	if (/^[A-Za-z_]/) {
		table = $1
		sub(/\/.*/, "", table)
	} else if ($1 == "Type:") {
		is_table = $2 == "variable"
	} else if ($1 == "References:" && is_table) {
		for (i = 2; i < NF; i += 2) {
			sub(/\/.*/, "", $i)
			if ($(i + 1) == "(addr)")
				print "holds", file, table, $i
		}
	}
	next
}
/^[A-Za-z_].* [*]?[A-Za-z_0-9]+ \(.*\)$/ {
	split("", type)
	split("", pointer)
	split("", known)
	match($0, /[A-Za-z_0-9]+ \(/)
	fn = substr($0, RSTART, RLENGTH - 2)
	print "fn", file, fn
	parameters = substr($0, RSTART + RLENGTH)
	sub(/\)$/, "", parameters)
	declare_parameters(parameters)
	declarations = 1
	next
}
/^  <bb / { declarations = 0; next }
declarations && /;$/ { sub(/^ */, ""); sub(/;$/, ""); declare($0); next }
/^  / { sub(/^ */, ""); statement($0) }
