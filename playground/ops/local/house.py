"""Keeps services running: starts them in order, replaces what dies, ends them in reverse. Knows nothing of what they do."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from playground.ops.local.service import DidNotStart, Running, Service

QUICK_SECONDS = 5.0  # a process that lives no longer than this has not worked
QUICK_LIMIT = 5


class House:
    """The services of one site on one machine. ``say`` tells the operator what happens."""

    def __init__(self, logs: Path, say: Callable[[str], None]) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self._logs = logs
        self._say = say
        self._running: list[Running] = []
        self._started: dict[str, float] = {}
        self._quick: dict[str, int] = {}
        self._stopping = False

    def start(self, service: Service) -> None:
        """Returns when it answers. Raises ``DidNotStart``."""
        if self._stopping:
            return
        self._running.append(self._spawn(service))
        self._running[-1].wait(lambda: self._stopping)
        self._say(f"{service.name} runs (process {self._running[-1].pid})")

    def keep(self) -> None:
        """Replace what dies, until ``stop``. Raises ``DidNotStart`` for what dies again and again."""
        while not self._stopping:
            for place, running in enumerate(self._running):
                if not running.alive and not self._stopping:
                    self._running[place] = self._replace(running)
            time.sleep(0.2)

    def stop(self) -> None:
        """For a signal's handler: ``start`` and ``keep`` return soon."""
        self._stopping = True

    def end(self) -> None:
        for running in reversed(self._running):
            running.end()

    def _spawn(self, service: Service) -> Running:
        self._started[service.name] = time.monotonic()
        return Running(service, self._logs)

    def _replace(self, dead: Running) -> Running:
        name = dead.service.name
        lived = time.monotonic() - self._started[name]
        self._quick[name] = self._quick.get(name, 0) + 1 if lived < QUICK_SECONDS else 0
        if self._quick[name] >= QUICK_LIMIT:
            raise DidNotStart(f"{name} ended {QUICK_LIMIT} times right after its start:\n{dead.last_words()}")
        self._say(f"{name} ended unexpectedly; starting it again")
        return self._spawn(dead.service)
