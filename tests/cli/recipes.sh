#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2015 # complaints are the last of their line
#
# recipes.sh GHES-SIM RECIPES
# The recipes for CI servers, run as those would run them, but for the budget and the core: their
# commands are taken out of the files, not repeated here.
set -u
sim=$1 recipes=$2 failed=0
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/bin" && ln -s "$sim" "$dir/bin/ghes-sim"
export PATH=$dir/bin:$PATH CORE=lib BUDGET=2 CI_NODE_INDEX=2 CI_NODE_TOTAL=4

complain()
{
	echo "$*"
	failed=1
}

in_new_folder() # NAME
{
	mkdir "$dir/$1" && cd "$dir/$1" || exit 1
}

# The block below `run: |` of the step of this name
github_step()
{
	awk -v name="$1" '$1 == "-" && $2 == "name:" { here = $3 == name }
		here && /^ *run: \|$/ { match($0, /^ */); depth = RLENGTH; block = 1; next }
		block { match($0, /^ */); if (RLENGTH <= depth) exit; print substr($0, depth + 3) }' \
		"$recipes/github-actions.yml"
}

# The items below `script:`, with their continuations
gitlab_script()
{
	awk '/^  script:/ { here = 1; next } here && /^  [a-z]/ { exit }
		here && /^    - / { if (n++) print line; line = substr($0, 7); next }
		here { sub(/^ */, ""); line = line " " $0 } END { print line }' "$recipes/gitlab-ci.yml"
}

in_new_folder github
github_step check >"$dir/step"
grep -q '^ghes-sim check' "$dir/step" || complain "no step 'check' in github-actions.yml"
bash -e "$dir/step" || complain "github-actions.yml: exit status $?"
[ -s junit.xml ] && [ -s report.html ] && [ -d finds ] || complain "github-actions.yml keeps what is not there"
grep -c '<testcase ' junit.xml

in_new_folder gitlab
gitlab_script >"$dir/script"
grep -q '^ghes-sim check .* --html' "$dir/script" || complain "no script in gitlab-ci.yml"
bash -e "$dir/script" || complain "gitlab-ci.yml: exit status $?"
[ -s junit.xml ] && [ -s report.html ] && [ -s ghes.state ] || complain "gitlab-ci.yml keeps what is not there"
bash -e "$dir/script" || complain "gitlab-ci.yml, from its cache: exit status $?"

in_new_folder job
sh "$recipes/job.sh" /nowhere 1 >log || complain "job.sh: exit status $?"
awk -f "$here/ktap.awk" log || complain "job.sh: its log is not KTAP"
exit $failed
