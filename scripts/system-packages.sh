#!/bin/sh
# The tests use a real Redis and a real Chromium. On Debian, as root, install what is missing; elsewhere the tests name what they skip.
set -eu
missing=""
command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
fc-list ':lang=zh' 2>/dev/null | grep -q . || missing="$missing fontconfig fonts-noto-cjk"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing for the tests:$missing"
    apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "Not installed:$missing (the tests that need them are skipped by name)"
fi
