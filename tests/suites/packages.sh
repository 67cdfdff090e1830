# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # jobs: tests/run
#
# The Debian packages: built, looked at by lintian, installed below a root of their own, and used
# from there. Nothing is installed on this machine.

# What lintian may say, and why it is so:
#	bogus-mail-host*		who distributes the packages sets GHES_MAINTAINER
#	maintscript-calls-ldconfig	CPack's own, beside the trigger
#	initial-upload-closes-no-bugs	they are no upload to Debian
#	pkg-config-bad-directive	ghes-explore.pc has the flags that instrument a user's test
packages_may="maintscript-calls-ldconfig,bogus-mail-host,bogus-mail-host-in-debian-changelog,initial-upload-closes-no-bugs,pkg-config-bad-directive"

suite_packages()
{
	local dir=$PWD/build/package debs root=$PWD/build/package/root
	need dpkg-dev lintian && build_preset package && rm -rf "$dir/packages" || return 1
	try "cpack" packages_make "$dir"
	debs=("$dir"/packages/{ghes-sim,libghes1,libghes-dev}_*.deb)
	try "three packages" test -f "${debs[0]}" -a -f "${debs[1]}" -a -f "${debs[2]}"
	try "lintian" lintian --allow-root --fail-on error,warning --suppress-tags "$packages_may" "${debs[@]}"
	try "installed" packages_install "$root" "${debs[@]}"
	try "each depends on what it needs" packages_depend "${debs[@]}"
	try "the program runs" packages_run "$root"
	try "its manual" test -s "$root/usr/share/man/man1/ghes-sim.1.gz"
	try "a program is built with the library" packages_build "$root"
	try "removed" packages_remove "$root"
	[ "$F" = 0 ]
}

packages_make()
{
	(cd "$1" && cpack -B "$1/packages")
}

packages_install() # ROOT DEB...: what they depend on is this machine's
{
	local root=$1
	shift
	rm -rf "$root" && mkdir -p "$root/var/lib/dpkg/"{info,updates,triggers} &&
		: >"$root/var/lib/dpkg/status" && : >"$root/var/lib/dpkg/available" &&
		dpkg --root="$root" --force-depends --force-script-chrootless --log=/dev/null -i "$@" &&
		[ "$(dpkg --root="$root" -l ghes-sim libghes1 libghes-dev | grep -c '^ii')" = 3 ]
}

packages_depend() # GHES-SIM LIBGHES1 LIBGHES-DEV
{
	dpkg-deb -f "$1" Depends | grep -q 'libjson-c5.*libyaml-0-2' &&
		dpkg-deb -f "$2" Depends | grep -q 'liburcu' &&
		dpkg-deb -f "$3" Depends | grep -q '^libghes1 (= .*), liburcu-dev'
}

packages_run() # ROOT
{
	local lib
	lib=$(dirname "$(find "$1/usr/lib" -name ghes-core-lib-stepped.so)")
	env GHES_SIM_CORES="$lib" GHES_SIM_SCENARIOS="$1/usr/share/ghes-sim/scenarios" \
		"$1/usr/bin/ghes-sim" check nested-sdei lost-dispatch --budget 3 &&
		bash -c ". '$1/usr/share/bash-completion/completions/ghes-sim' && complete -p ghes-sim"
}

packages_build() # ROOT
{
	local lib
	lib=$(dirname "$(find "$1/usr/lib" -name libghes.so)")
	# shellcheck disable=SC2046 # flags
	cc -o build/package/by_pkg_config tests/install/main.c $(env PKG_CONFIG_PATH="$lib/pkgconfig" \
		pkg-config --cflags --libs ghes) && LD_LIBRARY_PATH=$lib build/package/by_pkg_config
}

packages_remove() # ROOT: nothing of them is left
{
	dpkg --root="$1" --log=/dev/null --force-script-chrootless -P libghes-dev libghes1 ghes-sim &&
		[ -z "$(find "$1/usr" -type f 2>/dev/null)" ]
}
