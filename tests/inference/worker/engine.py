"""A small engine for tests of those who drive one: tokens depend on seed and step alone, as the real one's do. No torch."""

from __future__ import annotations

import queue
import threading
import time
import zlib
from collections.abc import Callable, Iterator

from inference.events import Event, Finished, FinishReason, ModelInfo, Prefilled, Resumed, Started, Token, Usage
from inference.progress import Progress
from inference.spec import ModelSource, RunSpec, Watch

INFO = ModelInfo("small", 1000, 1, 1, 4096, "float32", "cpu", 0, 0, 0, False, [])


def token_at(seed: int, step: int) -> int:
    return zlib.crc32(b"%d/%d" % (seed, step)) % 1000


class SmallHandle:
    """Decodes in a thread of its own, at the spec's pace."""

    def __init__(self, spec: RunSpec, progress: Progress | None) -> None:
        self.spec = spec
        self.resumed_with = progress
        self.cancelled = threading.Event()
        self.watched: list[Watch] = []
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        threading.Thread(target=self._decode, daemon=True).start()

    def __iter__(self) -> Iterator[Event]:
        while True:
            event = self._events.get()
            yield event
            if isinstance(event, Finished):
                return

    def cancel(self) -> None:
        self.cancelled.set()

    def watch(self, watch: Watch) -> None:
        self.watched.append(watch)

    def _decode(self) -> None:
        given = list(self.spec.output_token_ids)
        first = len(given) + (len(self.resumed_with.tokens.get(0, ())) if self.resumed_with else 0)
        seed = self.spec.sampling.seed or 0
        start = Started(INFO, seed, [], [1, 2], [b"a", b"b"], 0.0, 0.0, given, [b"x"] * len(given), "x" * len(given))
        self._events.put(start if self.resumed_with is None else Resumed(first))
        self._events.put(Prefilled(2 + first, 0, [2 + first], 0.0))
        for step in range(first, self.spec.sampling.max_tokens):
            if self.cancelled.wait(1 / (self.spec.max_tokens_per_second or 1e6)):
                return self._end("cancelled", step)
            chosen = token_at(seed, step)
            self._events.put(Token(step, chosen, b"x", "x", None, None, None, None, 0.0, 0.0, 0.0, 1, step, None, None))
        self._end("length", self.spec.sampling.max_tokens)

    def _end(self, reason: FinishReason, tokens: int) -> None:
        self._events.put(Finished(reason, None, "", None, Usage(2, tokens, 0), None, None))


class SmallEngine:
    """Keeps its handles, so that a test can look at them."""

    alive = True
    busy = False
    memory_bytes = 0

    def __init__(self) -> None:
        self.handles: list[SmallHandle] = []

    def submit(
        self, spec: RunSpec, progress: Progress | None = None, submitted_at: float | None = None, owner: str | None = None
    ) -> SmallHandle:
        handle = SmallHandle(spec, progress)
        self.handles.append(handle)
        return handle

    def close(self) -> None:
        for handle in self.handles:
            handle.cancel()


class SmallEngines:
    """One small engine for every source, loaded on first use in ``load_seconds``; ``failure`` is raised instead."""

    def __init__(self, *, load_seconds: float = 0.0, failure: Exception | None = None) -> None:
        self.engine = SmallEngine()
        self.load_seconds = load_seconds
        self.failure = failure
        self._loaded = False

    def get(self, source: ModelSource, on_load: Callable[[float], None]) -> SmallEngine:
        if not self._loaded:
            on_load(0.0)
            time.sleep(self.load_seconds)
            if self.failure:
                raise self.failure
            self._loaded = True
            on_load(1.0)
        return self.engine
