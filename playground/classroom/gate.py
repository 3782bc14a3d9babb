"""How much of a run a class may see: it comes at the run's own pace and waits where the teacher, or a rule, wants to ask first.

The engine never waits: it decodes ahead into the run's log, and a gate in each web process holds back what is not to be seen yet. Knows
nothing of rooms' rows or of sockets.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

Why = Literal["hand", "every", "entropy"]
CATCH_UP = 1.25  # times the run's own pace, after a wait


@dataclass(frozen=True, slots=True)
class Rule:
    """Tokens before ``passed`` may be seen. After that the class waits before ``hold_at`` on, every so many steps, or where it is uncertain."""

    passed: int = 0
    hold_at: int | None = None
    every: int | None = None
    entropy: float | None = None  # nats

    def holds(self, step: int, entropy: float | None) -> Why | None:
        """Why the token at ``step``, whose raw distribution has ``entropy``, is held back; ``None``: it is not."""
        if step < self.passed:
            return None
        if self.hold_at is not None and step >= self.hold_at:
            return "hand"
        if self.every and step and step % self.every == 0:
            return "every"
        if self.entropy is not None and entropy is not None and entropy >= self.entropy:
            return "entropy"
        return None


@dataclass(frozen=True, slots=True)
class Held:
    step: int
    why: Why
    entropy: float | None


class Gate:
    """The events of one run on their way to a class. ``released``: up to which number they may be sent."""

    def __init__(self, run: str, rule: Rule, reached: int = 0, pace: float | None = None) -> None:
        self.run, self.pace = run, pace
        self.released = 0
        self.steps = 0  # tokens that may be seen
        self.held: Held | None = None
        self.finished = False  # the last event has been released
        self.tokens: dict[int, Mapping[str, Any]] = {}  # token events by step
        self._rule, self._reached = rule, reached
        self._events: list[Mapping[str, Any]] = []
        self._open = False
        self._last = 0.0
        self.on_move: Callable[[], None] = lambda: None  # called when ``held`` or the pointer has changed
        self._moved = asyncio.Event()  # the pointer
        self._news = asyncio.Event()  # what it depends on

    def add(self, event: Mapping[str, Any]) -> None:
        """The next event of the run."""
        self._events.append(event)
        if event["type"] == "token" and not event.get("sample"):
            self.tokens[event["step"]] = event
        elif event["type"] == "started":
            self.steps = len(event.get("output_ids", ()))
        self._news.set()

    def start_over(self) -> None:
        """The history is another one."""
        self._events.clear()
        self.tokens.clear()
        self.released = self.steps = 0
        self.held, self.finished = None, False
        self._tell()

    def obey(self, rule: Rule) -> None:
        self._rule = rule
        self._news.set()

    def open(self) -> None:
        """The class has left the run: nothing of it is held back any more."""
        self._open = True
        self.released = 2**53
        self._tell()

    async def beyond(self, seq: int) -> int:
        """Wait until events after ``seq`` may be sent; returns up to which."""
        while self.released <= seq:
            self._moved.clear()
            await self._moved.wait()
        return self.released

    async def wait_held(self, seconds: float) -> None:
        """Until the run waits or is over, or for ``seconds``."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.held is None and not self.finished:
                    self._moved.clear()
                    await self._moved.wait()

    async def run_on(self) -> None:
        """Move the pointer on, until cancelled."""
        while not self._open:
            self._news.clear()
            if not await self._advance():
                await self._news.wait()

    async def _advance(self) -> bool:
        """Let one event through; false where none may come now."""
        if self.released >= len(self._events):
            return False
        event = self._events[self.released]
        step, entropy = event.get("step", 0), event.get("raw_entropy")
        why = self._rule.holds(step, entropy) if event["type"] == "token" else None
        if (held := Held(step, why, entropy) if why else None) != self.held:
            self.held = held
            self._tell()
        if held:
            return False
        if event["type"] == "token" and not await self._paced(step):
            return True  # the rule has changed meanwhile: look again
        self.released += 1
        self.steps = max(self.steps, step + 1) if event["type"] == "token" else self.steps
        self.finished = event["type"] == "finished"
        self._tell()
        return True

    async def _paced(self, step: int) -> bool:
        """Wait until a token may follow the last one; false where something else is to be looked at first."""
        if self.pace and step >= self._reached:
            wait = self._last + 1 / (self.pace * CATCH_UP) - time.monotonic()
            if wait > 0:
                rule = self._rule
                await asyncio.sleep(wait)
                if rule is not self._rule:
                    return False
            self._last = time.monotonic()
        return True

    def _tell(self) -> None:
        self._moved.set()
        self.on_move()
