# SPDX-License-Identifier: GPL-2.0-only
#
# FILE:LINE LINES NAME of each function whose body has more than 70 lines. A body is what stands
# between braces in the first column, as in all kernel-style code.
FNR == 1 { body = 0 }
/^[a-zA-Z_].*\(/ { match($0, /[a-zA-Z_0-9]+\(/); name = substr($0, RSTART, RLENGTH - 1) }
/^\{/ { body = FNR }
/^\}/ {
	if (body && FNR - body - 1 > 70)
		print FILENAME ":" body, FNR - body - 1, name
	body = 0
}
