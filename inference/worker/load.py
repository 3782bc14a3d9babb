"""One model being loaded, and all who wait for it. Torch-free; knows nothing of which model it is."""

from __future__ import annotations

import threading
from collections.abc import Callable

from inference.worker.engines import Engine


class Load:
    """Filled in by the thread that loads; followed by any number of others."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._fraction = 0.0
        self._engine: Engine | None = None
        self._error: BaseException | None = None

    def tell(self, fraction: float) -> None:
        """How far it is, from 0 to 1."""
        with self._changed:
            self._fraction = max(self._fraction, fraction)
            self._changed.notify_all()

    @property
    def fraction(self) -> float:
        return self._fraction

    def succeed(self, engine: Engine) -> None:
        with self._changed:
            self._engine = engine
            self._changed.notify_all()

    def fail(self, error: BaseException) -> None:
        with self._changed:
            self._error = error
            self._changed.notify_all()

    def follow(self, on_load: Callable[[float], None]) -> Engine:
        """Wait for the end; ``on_load`` hears 0.0, fractions that grow, and 1.0, in this thread. Raises what loading raised."""
        told = 0.0
        on_load(told)
        while (fraction := self._next(told)) is not None:
            told = fraction
            on_load(told)
        if self._engine is None:
            assert self._error is not None
            raise self._error
        on_load(1.0)
        return self._engine

    def _next(self, told: float) -> float | None:
        """The next fraction beyond ``told``; ``None`` at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._engine or self._error or self._fraction > told)
            return None if self._engine or self._error else self._fraction
