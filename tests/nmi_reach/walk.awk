# SPDX-License-Identifier: GPL-2.0-only
#
# What can run in each context, and is all of it allowed there? Reads the rules, then the graph of
# graph.awk. Writes a line for each violation, with the way to it, and ends with 1 if there is one.
#
# The walk errs on the safe side: a call by name goes to the function of that name in the same
# file, else to every function of that name; a call by a pointer to all functions that are ever put
# where it came from. What is neither in the library nor on the list of what is allowed is a
# violation, and so is a pointer of which nothing is known, and a rule that nothing needs.

function violation(text)
{
	print "violation: " text
	failed = 1
}

function rule(   i)
{
	if ($1 == "op") {
		ops[$2] = 1
		for (i = 3; i <= NF; i++)
			op[$2, $i] = 1
	} else if ($1 == "entry") {
		entry[++entries] = $2 " " $3
	} else if ($1 == "cut") {
		cut[$2, $3, $4] = $2 " " $3
	} else if ($1 == "table") {
		for (i = 3; i <= NF; i++)
			table[$2] = table[$2] " " $i
	} else if ($1 == "never") {
		never[$2] = 1
	} else if ($1 == "allow") {
		for (i = 2; i <= NF; i++)
			allow[$i] = 1
	} else if (NF) {
		violation("rules, line " FNR ": what is " $1 "?")
	}
}

# Where @name is defined, as seen from @file: a list of FILE:NAME
function definitions(file, name,   i, n, where, list)
{
	if ((file ":" name) in defined)
		return file ":" name
	n = split(files[name], where, " ")
	for (i = 1; i <= n; i++)
		list = list " " where[i] ":" name
	return list
}

function visit(context, node, from)
{
	if ((from, node, context) in cut) {
		used[from " " node] = 1
		return
	}
	if ((context, node) in way)
		return
	way[context, node] = from == "" ? node : way[context, from] " > " node
	queue[++queued] = context " " node
}

function visit_all(context, nodes, from,   i, n, list)
{
	n = split(nodes, list, " ")
	for (i = 1; i <= n; i++)
		visit(context, list[i], from)
	return n
}

function call(context, from, name,   file)
{
	file = from
	sub(/:.*/, "", file)
	if (visit_all(context, definitions(file, name), from))
		return
	used[name] = 1
	# Atomic operations that an instruction or a few can do, unlike the 16-byte ones
	if (!(name in allow) && name !~ /^__atomic_(thread_fence|signal_fence|[a-z_]+_[1248])$/)
		violation(context ": " way[context, from] " > " name)
}

function call_by_pointer(context, from, key,   member)
{
	if (key ~ /^ghes_platform_ops\./) {
		member = substr(key, 19)
		if (!((member, context) in op))
			violation(context ": " way[context, from] " > platform->ops->" member)
		return
	}
	used[key] = 1
	if (key in unclear && !(key in table))
		violation(context ": " way[context, from] " > what some caller put into " key)
	if (key in never && values[key] == "")
		return
	if (!visit_all(context, values[key], from))
		violation(context ": " way[context, from] " > a pointer out of " key)
}

function expand(context, node,   i, n, edge, part)
{
	n = split(edges[node], edge, "\n")
	for (i = 2; i <= n; i++) {
		split(edge[i], part, " ")
		if (part[1] == "call")
			call(context, node, part[2])
		else
			call_by_pointer(context, node, part[2])
	}
}

# What the pointers that have a rule can be: functions, and those that a table holds
function tables(   i, j, n, name)
{
	for (i in table) {
		n = split(table[i], name, " ")
		for (j = 1; j <= n; j++)
			if (name[j] in files)
				values[i] = values[i] " " definitions("", name[j])
			else if (name[j] in values)
				values[i] = values[i] " " values[name[j]]
			else
				violation("rules: what is " name[j] "?")
	}
}

function start(   i, part)
{
	for (i = 1; i <= entries; i++) {
		split(entry[i], part, " ")
		if (!visit_all(part[1], definitions("", part[2]), ""))
			violation("rules: there is no function " part[2])
	}
	# The POSIX platform's ops, wherever a core may call them
	for (i in op) {
		split(i, part, SUBSEP)
		visit_all(part[2], values["ghes_platform_ops." part[1]], "")
	}
}

function unused_rules(   i)
{
	for (i in allow)
		if (!(i in used))
			violation("rules: nothing calls " i)
	for (i in table)
		if (!(i in used))
			violation("rules: nothing calls by " i)
	for (i in never)
		if (!(i in used))
			violation("rules: nothing calls by " i)
	for (i in cut)
		if (!(cut[i] in used))
			violation("rules: nothing to cut at " cut[i])
}

/^#/ { next }
FILENAME == ARGV[1] { rule(); next }
$1 == "fn" { defined[$2 ":" $3] = 1; files[$3] = files[$3] " " $2 }
$1 == "call" || $1 == "via" { edges[$2 ":" $3] = edges[$2 ":" $3] "\n" $1 " " $4 }
$1 == "set" || $1 == "holds" { put[++puts] = $2 " " $3 " " $4 }

END {
	for (i = 1; i <= puts; i++) {
		split(put[i], part, " ")
		if (part[3] == "?")
			unclear[part[2]] = 1
		values[part[2]] = values[part[2]] " " definitions(part[1], part[3])
	}
	tables()
	start()
	while (done < queued) {
		split(queue[++done], part, " ")
		expand(part[1], part[2])
		reached[part[1]]++
	}
	unused_rules()
	for (i in reached)
		print "reached in context " i ": " reached[i] " functions"
	exit failed
}
