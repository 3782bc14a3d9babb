"""The models that this process has loaded, within a memory budget. Torch-free until the first model is loaded.

Each is loaded once, in a thread of its own, however many runs ask for it; loading one holds up nobody who uses another. Where the
budget is too small for all, the model that was used longest ago makes room, but never one with work.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from inference.runs.memory import InMemory
from inference.sources import locate
from inference.spec import ModelSource
from inference.worker.engines import Engine
from inference.worker.load import Load

_FRESH_SECONDS = 30.0  # whoever has just been given an engine is about to use it
_PATIENCE_SECONDS = 120.0  # a model waits so long for others to end their work
_LOOK_SECONDS = 0.2

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Held:
    engine: Engine
    used: float  # monotonic seconds

    def evictable(self, moment: float) -> bool:
        return not self.engine.alive or (not self.engine.busy and moment - self.used > _FRESH_SECONDS)


class Models:
    """A cache of engines. ``roots`` are the folders under which local models may lie; ``budget_bytes`` are for weights and caches of all.

    Without a budget it is seven tenths of the memory that is free when the first model is loaded.
    """

    def __init__(self, roots: Sequence[Path] = (), budget_bytes: int | None = None) -> None:
        self._roots, self._budget = list(roots), budget_bytes
        self._lock = threading.Lock()
        self._held: dict[ModelSource, _Held] = {}
        self._loads: dict[ModelSource, Load] = {}
        self._expected: dict[ModelSource, int] = {}  # bytes of those that are being loaded

    def get(self, source: ModelSource, on_load: Callable[[float], None] = lambda fraction: None) -> Engine:
        """The engine of ``source``. Where it has to be loaded first, ``on_load`` hears how far that is, from 0.0 to 1.0.

        Raises what ``Engine.load`` raises; a model that failed, or whose engine has died, is loaded again for the next run.
        """
        with self._lock:
            held = self._held.get(source)
            if held is not None and held.engine.alive:
                held.used = time.monotonic()
                return held.engine
            load = self._loads.get(source) or self._begin(source)
        return load.follow(on_load)

    def in_memory(self) -> list[InMemory]:
        """What is loaded and what is being loaded, at this moment."""
        with self._lock:
            held = [(source.name, one.engine) for source, one in self._held.items() if one.engine.alive]
            loads = [(source, load.fraction, self._expected.get(source, 0)) for source, load in self._loads.items()]
        loaded = [InMemory(name, 1.0, engine.memory_bytes, engine.busy) for name, engine in held]
        return loaded + [InMemory(source.name, fraction, expected, True) for source, fraction, expected in loads]

    def held(self) -> list[ModelSource]:
        """The models in memory."""
        with self._lock:
            return list(self._held)

    def release(self, source: ModelSource) -> bool:
        """Close ``source``, unless it has work; whether it is gone."""
        with self._lock:
            held = self._held.get(source)
            if held is not None and held.engine.alive and held.engine.busy:
                return False
            self._held.pop(source, None)
        if held is not None:
            held.engine.close()
            del held
            gc.collect()  # a model is full of cycles
        return True

    def close(self) -> None:
        """Stop the engines; runs that are being decoded end."""
        with self._lock:
            engines = [held.engine for held in self._held.values()]
            self._held.clear()
        for engine in engines:
            engine.close()

    def _begin(self, source: ModelSource) -> Load:
        load = self._loads[source] = Load()
        threading.Thread(target=self._run, args=(source, load), name=f"load {source.name}", daemon=True).start()
        return load

    def _run(self, source: ModelSource, load: Load) -> None:
        try:
            engine = self._load(source, load.tell)
        except BaseException as error:
            self._forget(source)
            load.fail(error)
        else:
            with self._lock:
                self._held[source] = _Held(engine, time.monotonic())
            self._forget(source)
            load.succeed(engine)

    def _forget(self, source: ModelSource) -> None:
        """It is not being loaded any more."""
        with self._lock:
            self._loads.pop(source, None)
            self._expected.pop(source, None)

    def _load(self, source: ModelSource, tell: Callable[[float], None]) -> Engine:
        from inference.engine.engine import Engine as LoadedEngine  # torch takes seconds to import: with the first model
        from inference.engine.loading import peak_bytes

        folder = locate(source.source, [*self._roots, *([Path(source.root)] if source.root else [])])
        self._make_room(source, 0 if folder is None else peak_bytes(folder, source.dtype, source.device))
        return LoadedEngine.load(
            str(folder or source.source),
            source.name,
            source.device,
            source.dtype,
            source.revision,
            source.quantization,
            on_progress=tell,
            context=source.context,
            draft=None if source.draft is None else str(locate(source.draft, self._roots) or source.draft),
        )

    def _make_room(self, source: ModelSource, need: int) -> None:
        """Wait until ``need`` bytes fit into the budget. Raises ``ModelError`` where they never will, or too much work goes on."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        budget = self._known_budget()
        if need > budget:
            raise _no_room(source, need, budget, "more than this worker may use for models")
        while not self._reserve(source, need, budget):
            if self._evict() is None:
                if time.monotonic() > deadline:
                    raise _no_room(source, need, budget, "the models that are loaded have work to do")
                time.sleep(_LOOK_SECONDS)

    def _known_budget(self) -> int:
        with self._lock:
            if not self._budget:
                from inference.engine.meters import free_bytes

                self._budget = int(free_bytes() * 0.7)
            return self._budget

    def _reserve(self, source: ModelSource, need: int, budget: int) -> bool:
        with self._lock:
            used = sum(held.engine.memory_bytes for held in self._held.values()) + sum(self._expected.values())
            if used + need > budget:
                return False
            self._expected[source] = need
            return True

    def _evict(self) -> ModelSource | None:
        """Close the engine that was used longest ago, of those without work."""
        with self._lock:
            moment = time.monotonic()
            idle = [source for source, held in self._held.items() if held.evictable(moment)]
            if not idle:
                return None
            source = min(idle, key=lambda source: self._held[source].used)
            engine = self._held.pop(source).engine
        logger.info("closing %s to make room", source.name)
        engine.close()
        del engine
        gc.collect()  # a model is full of cycles
        return source


def _no_room(source: ModelSource, need: int, budget: int, why: str) -> Exception:
    from inference.engine.errors import ModelError

    return ModelError("no_room", f"{source.name} needs {need / 2**20:.0f} MiB of {budget / 2**20:.0f} MiB: {why}")
