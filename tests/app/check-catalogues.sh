#!/bin/sh
# check-catalogues.sh SOURCE_ROOT: every catalogue has everything that the program says, and nothing
# that is only guessed
#
# SPDX-License-Identifier: Apache-2.0
set -eu

cd "$1/po"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! xgettext --version >/dev/null 2>&1; then
  echo 'skipped: gettext is not installed'
  exit 77
fi

xgettext --directory=.. --files-from=POTFILES.in --from-code=UTF-8 --add-comments \
  --keyword=_ --keyword=N_ --keyword=C_:1c,2 --keyword=NC_:1c,2 --keyword=g_dcgettext:2 \
  --keyword=g_dngettext:2,3 --keyword=g_dpgettext2:2c,3 --flag=g_dngettext:2:pass-c-format \
  --flag=N_:1:pass-c-format --flag=C_:2:pass-c-format --flag=NC_:2:pass-c-format \
  --output="$work/qora-tts.pot"

bad=0
for language in $(grep -v '^#' LINGUAS); do
  merged=$work/$language.po
  msgmerge --quiet --output-file="$merged" "$language.po" "$work/qora-tts.pot"
  msgfmt --check --output-file=/dev/null "$merged" || bad=1
  for kind in untranslated only-fuzzy; do
    left=$(msgattrib "--$kind" --no-obsolete --no-wrap "$merged" | grep '^msgid "..*"' || true)
    if [ -n "$left" ]; then
      printf '%s, %s:\n%s\n' "$language" "$kind" "$left"
      bad=1
    fi
  done
done
exit $bad
