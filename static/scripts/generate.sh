#!/bin/sh
# Writes what Python knows better: the types of the messages, and (for tests) a run packed by the real encoder.
set -e
cd "$(dirname "$0")/../.."
python="${PYTHON:-.venv/bin/python}"
for what in "$@"; do
  case "$what" in
    types) "$python" -m playground.live.typescript > static/src/protocol/generated.ts ;;
    recording) "$python" -m tests.browser.recording > static/tests/recorded.json ;;
    *) echo "generate.sh: types or recording, not $what" >&2; exit 2 ;;
  esac
done
