#!/bin/sh
# fetch-sysroot.sh FOLDER: the ARM libraries that the engine's tests link with, from Debian's archive
#
# Nothing is installed: package lists and packages stay in FOLDER, and the system's own lists are not
# touched. The last thing written is FOLDER/sysroot.ini, which tells meson where it is.
#
# SPDX-License-Identifier: Apache-2.0
set -eu

folder=$(mkdir -p "$1" && cd "$1" && pwd)
[ ! -e "$folder/sysroot.ini" ] || exit 0

packages='libcjson1 libcjson-dev libutf8proc2 libutf8proc-dev libglib2.0-0 libglib2.0-dev
  libpcre2-8-0 libpcre2-dev libffi8 libffi-dev libmount1 libmount-dev libblkid1 libblkid-dev
  libselinux1 libselinux1-dev libsepol-dev zlib1g zlib1g-dev'

apt() {
  apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User=root \
    -o Dir::State="$folder/apt" -o Dir::State::status=/dev/null -o Dir::Cache="$folder/apt" \
    -o Debug::NoLocking=1 "$@"
}

mkdir -p "$folder/apt/lists/partial" "$folder/apt/archives/partial" "$folder/packages"
apt update
cd "$folder/packages"
# shellcheck disable=SC2086 # one word for each package
apt download $packages
for package in *.deb; do
  dpkg-deb -x "$package" "$folder"
done
rm -rf "$folder/apt" "$folder/packages"
printf "[constants]\nsysroot = '%s'\n" "$folder" >"$folder/sysroot.ini"
