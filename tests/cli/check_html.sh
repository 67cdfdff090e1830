#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2015 # complaints are the last of their line
#
# check_html.sh GHES-SIM STEPPED-PLANT
# check --html in a real browser: the page needs nothing but itself, says what was found, and shows
# it. GHES_KEEP_SCREENSHOT=FILE keeps the picture for people to look at.
set -u
sim=$1 plant=$2 failed=0
browser=$(command -v chromium) && command -v pngtopnm ppmhist >/dev/null || {
	echo "skipped: no chromium or no netpbm here"
	exit 77
}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

complain()
{
	echo "$*"
	failed=1
}

show() # OPTIONS... PAGE
{
	timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync \
		--hide-scrollbars --user-data-dir="$dir/profile" "$@" 2>"$dir/browser.log"
}

pixels() # PNG RED GREEN BLUE: how many there are of this color
{
	pngtopnm "$1" | ppmhist -noheader 2>/dev/null |
		awk -v r="$2" -v g="$3" -v b="$4" '$1 == r && $2 == g && $3 == b { n = $5 } END { print n + 0 }'
}

# (Without stress: what else comes of the plant when threads run free is luck.)
"$sim" show nested-sdei | sed 's/^scenario: .*/&\ndrivers: [run, inject]/' >"$dir/nested-sdei.yaml"
"$sim" check --core so:"$plant" --budget 3 --html "$dir/bad.html" "$dir/nested-sdei.yaml" >"$dir/out" ||
	[ $? = 1 ] || complain "no defect: $(cat "$dir/out")"
"$sim" check --budget 1 --html "$dir/good.html" lost-dispatch >"$dir/out" ||
	complain "no pass: $(cat "$dir/out")"

# Nothing from anywhere else, and nothing that runs
grep -Eio '<script|<link|<img|<iframe|src=|href=|@import|url\(|https?://[^"]*' "$dir"/*.html |
	grep -v 'http://www.w3.org/2000/svg$' && complain "the page needs more than itself"

show --dump-dom "file://$dir/bad.html" >"$dir/dom"
for wanted in '<div class="banner failed" id="verdict">failed</div>' \
	'<h2>Found: 2</h2>' '<h3>conservation: record 2 of source 2 was queued' \
	'<td class="v-fail" title="[0-9]* executions[^"]*">fail: conservation, pool</td>' \
	'<tr><th>conservation</th><td class="v-pass num">[0-9]*</td><td class="v-fail num">[0-9]*, 1 failed</td>' \
	'<svg [^>]*width=' '<tr><th>sdei-critical</th><td class="num">'; do
	grep -q "$wanted" "$dir/dom" || complain "the browser did not make of the page: $wanted"
done
[ "$(grep -c '<svg ' "$dir/dom")" = 1 ] || complain "one run, one picture"

show --window-size=1280,1000 --screenshot="$dir/bad.png" "file://$dir/bad.html" >/dev/null
show --window-size=1280,1000 --screenshot="$dir/good.png" "file://$dir/good.html" >/dev/null
[ -z "${GHES_KEEP_SCREENSHOT:-}" ] || cp "$dir/bad.png" "$GHES_KEEP_SCREENSHOT"
# The banner is wide; the box of the interrupting context and the line of the defect are there.
[ "$(pixels "$dir/bad.png" 179 38 30)" -gt 20000 ] || complain "no red banner"
[ "$(pixels "$dir/bad.png" 240 154 91)" -gt 1000 ] || complain "no box of sdei-critical"
[ "$(pixels "$dir/bad.png" 208 0 0)" -gt 50 ] || complain "no line of the defect"
[ "$(pixels "$dir/bad.png" 31 122 61)" = 0 ] || complain "a green banner on a failed check"
[ "$(pixels "$dir/good.png" 31 122 61)" -gt 20000 ] || complain "no green banner"
[ "$(pixels "$dir/good.png" 179 38 30)" = 0 ] || complain "a red banner on a check that passed"
[ $failed = 0 ] || tail -n 3 "$dir/browser.log"
exit $failed
