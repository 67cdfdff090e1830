#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2015,SC2317 # complaints are the last of their line; compopt is what the file calls
#
# completion.sh GHES-SIM
# The help of each verb fits a screen of 24 lines of 80, and the shells complete exactly the options
# that it names, with the values that the program takes.
set -u
sim=$1 failed=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

complain()
{
	echo "$*"
	failed=1
}

"$sim" completion bash >"$dir/bash" && bash -n "$dir/bash" || complain "bash does not take it"
# shellcheck source=/dev/null
. "$dir/bash"
compopt() { :; } # only within a completion that readline asked for

complete_words() # WORD...: what is offered for the last one, in REPLY
{
	COMP_WORDS=("$sim" "$@")
	COMP_CWORD=$#
	COMPREPLY=()
	_ghes_sim
	REPLY=" ${COMPREPLY[*]} "
}

offers() # WANTED WORD...
{
	local wanted=$1
	shift
	complete_words "$@"
	[[ $REPLY == *" $wanted "* ]] || complain "ghes-sim $*: '$REPLY' lacks $wanted"
}

verbs=$("$sim" --help | awk '/^  [a-z]/ { print $1 }')
[ "$(wc -w <<<"$verbs")" -ge 10 ] || complain "no verbs in --help"
for verb in $verbs; do
	offers "$verb" "${verb:0:2}"
	"$sim" "$verb" --help >"$dir/help" || complain "$verb --help: exit status $?"
	[ "$(wc -l <"$dir/help")" -le 23 ] || complain "$verb --help has $(wc -l <"$dir/help") lines"
	grep -n '.\{80\}' "$dir/help" && complain "$verb --help is wider than 79"
	named=$(grep -o -- '--[a-z][a-z-]*' "$dir/help" | sort -u | grep -v -- '^--core$\|^--help$')
	complete_words "$verb" --
	offered=$(tr ' ' '\n' <<<"$REPLY" | grep -v -- '^$\|^--core$\|^--help$' | sort -u)
	[ "$named" = "$offered" ] ||
		complain "$verb --help names ${named//$'\n'/ }, the shell offers ${offered//$'\n'/ }"
done
[ "$("$sim" --help | wc -l)" -le 23 ] || complain "--help is longer than a screen"
"$sim" --help | grep -n '.\{80\}' && complain "--help is wider than 79"

offers nested-sdei run nested-s
offers nested-sdei check --budget 5 nested-s
offers ktap check --format ""
offers dmesg cper --format d
offers all core --arch a
offers kernel: check --core ""
cd "$dir" && touch some.sched && offers some.sched replay som
offers some.sched check --core kernel : som
complete_words check --format k
[ "$REPLY" = " ktap " ] || complain "check --format k: '$REPLY'"
# What is offered is taken: each value of --format, by the parser itself.
for verb in check run list hest cper; do
	complete_words $verb --format ""
	for value in $REPLY; do
		"$sim" $verb --format "$value" /nonexistent >/dev/null 2>"$dir/err"
		grep -q "expected" "$dir/err" && complain "$verb --format $value: $(cat "$dir/err")"
	done
done

if command -v zsh >/dev/null; then
	mkdir "$dir/functions" && "$sim" completion zsh >"$dir/functions/_ghes-sim"
	zsh -n "$dir/functions/_ghes-sim" || complain "zsh does not take it"
	# In a zsh of its own, behind a pseudo-terminal: what does it offer after Tab?
	cat >"$dir/ask.zsh" <<'ZSH'
zmodload zsh/zpty
zpty z "PATH=$2:\$PATH TERM=dumb zsh -f -i"
zpty -w z "PS1='%% '; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D; zstyle ':completion:*' list-colors; LISTMAX=1000; print re''ady"
while zpty -r z line; do [[ $line == *ready* ]] && break; done
zpty -w -n z "ghes-sim $3"$'\t'
zpty -r -m z line "*$4*" && print -r -- "$line"
zpty -w -n z $'\C-a#\n'
zpty -w z "print do''ne"
while zpty -r z line; do print -r -- "$line"; [[ $line == *done* ]] && break; done
ZSH
	mkdir "$dir/bin" && ln -s "$sim" "$dir/bin/ghes-sim"
	ask() # WORDS ANSWER WHAT: after Tab, or never
	{
		timeout 60 zsh -f "$dir/ask.zsh" "$dir/functions" "$dir/bin" "$1" "$2" >"$dir/asked" 2>&1
		grep -q -- "$2" "$dir/asked" || complain "zsh, $3: $(cat "$dir/asked")"
	}
	ask "check --save-d" "check --save-dir" "an option"
	ask "check --format k" "--format ktap" "a value"
	ask "run nested-sd" "run nested-sdei" "a scenario"
else
	echo "no zsh here: its completion was not tried"
fi
exit $failed
