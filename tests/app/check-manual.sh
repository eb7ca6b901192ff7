#!/bin/sh
# check-manual.sh YELP_CHECK CHECK FOLDER: the manual's pages are what the help viewer expects
#
# SPDX-License-Identifier: Apache-2.0
set -eu

status=0
found=$("$1" "$2" "$3"/*.page 2>&1) || status=$?
if [ "$status" -ne 0 ] || [ -n "$found" ]; then
  echo "$found"
  exit 1
fi
