#!/bin/sh
# check-potfiles.sh SOURCE_ROOT: every file with words for people is known to the translators
#
# SPDX-License-Identifier: Apache-2.0
set -eu

cd "$1"
found=$(mktemp)
trap 'rm -f "$found"' EXIT
{
  grep -lE '(^|[^a-z])(_|N_|C_|ngettext) \(' src/*/*.c
  grep -lE 'translatable="yes"' ui/*.ui
  ls data/*.desktop.in data/*.metainfo.xml.in data/*.gschema.xml
} | LC_ALL=C sort >"$found"
diff "$found" po/POTFILES.in
