#!/bin/sh
# Programs that pip cannot bring. `production`: proxy and stores; else also what the tests look with. On Debian, as root, what is
# missing is installed; elsewhere it is named (the tests that need it are skipped by name).
set -eu
missing=""
command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
command -v caddy >/dev/null 2>&1 || missing="$missing caddy"
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null 2>&1 || missing="$missing postgresql"
if [ "${1:-tests}" != production ]; then
    command -v curl >/dev/null 2>&1 || missing="$missing curl"
    command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
    fc-list ':lang=zh' 2>/dev/null | grep -q . || missing="$missing fontconfig fonts-noto-cjk"
fi
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing:$missing"
    apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "Not installed:$missing (what needs them is skipped or says so)"
fi
