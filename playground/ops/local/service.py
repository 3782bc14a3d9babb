"""One process that is started, asked whether it answers, and ended. Knows nothing of what it does."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

START_SECONDS = 120.0  # a large model takes its time
STOP_SECONDS = 30.0


class DidNotStart(RuntimeError):
    """A process ended, or did not answer in time; the message ends with what it said last."""


@dataclass(frozen=True)
class Service:
    """What to start. ``answers`` says whether it does its work by now; ``stop`` is the signal that ends it in order."""

    name: str
    command: list[str]
    answers: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop: signal.Signals = signal.SIGTERM


class Running:
    """A started ``service``; its output goes to ``logs/NAME.log``."""

    def __init__(self, service: Service, logs: Path) -> None:
        self.service = service
        self._log = logs / f"{service.name}.log"
        with self._log.open("ab") as output:
            self._popen = subprocess.Popen(
                service.command,
                env={**os.environ, **service.environment},
                stdout=output,
                stderr=output,
                user=service.user,
                group=service.user,
                extra_groups=[] if service.user else None,
                start_new_session=True,  # Ctrl+C reaches the house alone, which then ends them in order
            )
        self.pid = self._popen.pid

    @property
    def alive(self) -> bool:
        return self._popen.poll() is None

    def wait(self, stopping: Callable[[], bool] = lambda: False) -> None:
        """Until it answers, or somebody asks to stop. Raises ``DidNotStart``."""
        deadline = time.monotonic() + START_SECONDS
        while not stopping() and not self.service.answers():
            if not self.alive or time.monotonic() > deadline:
                raise DidNotStart(f"{self.service.name} did not start:\n{self.last_words()}")
            time.sleep(0.1)

    def last_words(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-15:])

    def end(self) -> None:
        """In order, and by force where that takes too long."""
        if self.alive:
            self._popen.send_signal(self.service.stop)
        try:
            self._popen.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()


def listens(port: int) -> Callable[[], bool]:
    """Whether somebody takes connections at ``port`` of this machine."""

    def ask() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    return ask


def says_yes(url: str) -> Callable[[], bool]:
    """Whether ``url`` is answered with success."""

    def ask() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310  (our own address)
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    return ask
