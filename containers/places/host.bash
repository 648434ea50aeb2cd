# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # names that lib.bash gives
# This machine, as it is.

place_needs() {
	echo 'nothing'
}

place_available() {
	:
}

place_run() {
	exec "$program" "${options[@]}"
}
