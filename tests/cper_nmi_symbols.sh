#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What may run in NMI context calls nothing but itself, a few string functions, and the compiler's
# own for divisions that 32-bit Arm has no instruction for: no allocator, no stdio, no locks. $1: nm; $2: the library's object files, separated by semicolons.
nm=$1
list=$(echo "$2" | tr ';' '\n' | grep -E '/cper(_text|_print[a-z0-9_]*)?\.c\.o$')
[ "$(echo "$list" | wc -l)" -ge 8 ] || { echo "objects are missing: $list"; exit 1; }
symbols=$(echo "$list" | xargs "$nm" -u) || exit 1
bad=$(echo "$symbols" | sed -n 's/^ *U //p' | sort -u |
	grep -vxE 'cper_[a-z0-9_]+|mem(cpy|set|cmp|move)|str(len|nlen|chr)|bcmp|_GLOBAL_OFFSET_TABLE_|__aeabi_u?(i|l)div(mod)?|__stack_chk_fail|__[a-z]+_chk')
[ -z "$bad" ] && exit 0
echo "reachable from NMI context:"
echo "$bad"
exit 1
