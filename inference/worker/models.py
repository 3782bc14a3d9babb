"""The models that this process has loaded. Each is loaded once, however many runs ask for it at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from inference.sources import locate
from inference.spec import ModelSource
from inference.worker.engines import Engine


class Models:
    """A cache of engines. ``roots`` are the folders under which local models may lie."""

    def __init__(self, roots: Sequence[Path] = ()) -> None:
        self._roots = list(roots)
        self._lock = threading.Lock()
        self._loading: dict[ModelSource, threading.Lock] = {}
        self._engines: dict[ModelSource, Engine] = {}

    def get(self, source: ModelSource, on_load: Callable[[float], None] = lambda fraction: None) -> Engine:
        """The engine of ``source``. Where it is not there yet, ``on_load`` hears 0.0 before and 1.0 after it has been loaded.

        Raises what ``Engine.load`` raises; a model that failed, or whose engine has died, is loaded again for the next run.
        """
        if (engine := self._engines.get(source)) is not None and engine.alive:
            return engine
        on_load(0.0)
        with self._lock:
            gate = self._loading.setdefault(source, threading.Lock())
        with gate:
            if source not in self._engines or not self._engines[source].alive:
                self._engines[source] = self._load(source)
        on_load(1.0)
        return self._engines[source]

    def close(self) -> None:
        """Stop the engines; runs that are being decoded end."""
        for engine in self._engines.values():
            engine.close()
        self._engines.clear()

    def _load(self, source: ModelSource) -> Engine:
        from inference.engine.engine import Engine as LoadedEngine  # torch takes seconds to import: with the first model

        folder = locate(source.source, [*self._roots, *([Path(source.root)] if source.root else [])])
        return LoadedEngine.load(str(folder or source.source), name=source.name, device=source.device, dtype=source.dtype, revision=source.revision)
