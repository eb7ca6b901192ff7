#!/bin/sh
# headless.sh COMMAND...: runs a program under a display, a session bus and folders of its own
#
# SPDX-License-Identifier: Apache-2.0
set -eu

for tool in Xvfb dbus-run-session xdotool; do
  if ! command -v "$tool" >/dev/null; then
    echo "skipped: $tool is not installed"
    exit 77
  fi
done

home=$(mktemp -d)
display=
trap 'test -z "$display" || kill "$display" 2>/dev/null; rm -rf "$home" || true' EXIT
mkdir -m 700 "$home/data" "$home/config" "$home/cache" "$home/run"

# The server takes a number that is free and says which, once it can be used. It must not start over
# whenever the last program goes: who comes at that moment finds no display.
mkfifo "$home/number"
Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp -noreset 3>"$home/number" 2>/dev/null &
display=$!
read -r number <"$home/number"

env HOME="$home" XDG_DATA_HOME="$home/data" XDG_CONFIG_HOME="$home/config" \
  XDG_CACHE_HOME="$home/cache" XDG_RUNTIME_DIR="$home/run" DISPLAY=":$number" \
  GDK_BACKEND=x11 GSK_RENDERER=cairo GSETTINGS_BACKEND="${GSETTINGS_BACKEND:-memory}" \
  LC_ALL="${LC_ALL:-C.UTF-8}" QORA_AUDIO_SINK='fakesink sync=true' \
  dbus-run-session -- "$@"
