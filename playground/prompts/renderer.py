"""Owns the process that renders chat templates: starts it when it is needed, kills it when it is late. Knows nothing of models."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).with_name("sandbox.py")
TIME_LIMIT_SECONDS = 2.0  # a template takes a millisecond; the first has to wait for the process, on a machine that may be busy


class TemplateFailed(Exception):
    """The template did not render; the message says why, in the template's own words where it has any."""


class Renderer:
    """One request at a time. The process ends with this one: its input is closed."""

    def __init__(self, seconds: float = TIME_LIMIT_SECONDS) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def render(self, template: str, messages: list[dict[str, str]], special_tokens: dict[str, str]) -> str:
        """The text that ``template`` makes of ``messages``. Raises ``TemplateFailed``."""
        request = json.dumps({"template": template, "messages": messages, "special_tokens": special_tokens})
        with self._lock:
            answer = self._ask(request)
        if "error" in answer:
            raise TemplateFailed(str(answer["error"]))
        return str(answer["text"])

    def close(self) -> None:
        with self._lock:
            self._end()

    def _ask(self, request: str) -> dict[str, Any]:
        process = self._running()
        assert process.stdin
        assert process.stdout
        timer = threading.Timer(self._seconds, process.kill)
        timer.start()
        try:
            process.stdin.write(request + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            line = ""
        finally:
            timer.cancel()
        if not line:
            self._end()
            return {"error": f"it took longer than {self._seconds:g} seconds"}
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            pipe = subprocess.PIPE
            # Isolated and without an environment: what is not there cannot be read.
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(PROGRAM)], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env={}, text=True, encoding="utf-8"
            )
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
