# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What a person sees of a report, in headless Chromium. The browser is large, so only this suite
# installs it; elsewhere the tests skip themselves when it is not there.

suite_browser()
{
	need chromium netpbm && build_preset dev && run_ctest build/dev -L browser
}
