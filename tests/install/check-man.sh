#!/bin/sh
# check-man.sh FOLDER: the manual pages there are well-formed
#
# SPDX-License-Identifier: Apache-2.0
set -eu

if command -v mandoc >/dev/null; then
  mandoc -T lint -W warning "$1"/*.1
elif command -v groff >/dev/null; then
  problems=$(groff -ww -mdoc -Tutf8 -z "$1"/*.1 2>&1)
  [ -z "$problems" ] || { echo "$problems"; exit 1; }
else
  echo 'skipped: neither mandoc nor groff is installed'
  exit 77
fi
