"""A run that has said something, and the raw logits of all its steps. Knows nothing of pipelines.

One forced pass gives the logits; they are kept for the questions that follow, the least recently asked for given up first.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from inference.engine.engine import Engine
from inference.engine.errors import RunError
from inference.engine.forced import Forced
from inference.spec import RunSpec, SamplingParams

MAX_LOGITS = 512 * 1024 * 1024  # bytes of one run's logits
CACHE_BYTES = 512 * 1024 * 1024  # of all that are kept

LogitRows = NDArray[np.float32]  # (T, V)


@dataclass(frozen=True, slots=True)
class Past:
    """A run as far as it has got: its settings with the seed that it drew with, its prompt, its tokens."""

    sampling: SamplingParams
    prompt_ids: tuple[int, ...]
    tokens: tuple[int, ...]
    sample: int = 0  # which of several samples of one prompt: each has draws of its own

    @property
    def ids(self) -> list[int]:
        return [*self.prompt_ids, *self.tokens]

    def spec(self, sampling: SamplingParams) -> RunSpec:
        """This run under other settings, with its own draws."""
        return RunSpec(prompt_token_ids=self.prompt_ids, sampling=sampling.model_copy(update={"seed": self.sampling.seed}))


class _Logits(Forced[LogitRows]):
    """The raw logits from position ``first`` on, as the pipeline sees them: float32."""

    def __init__(self, ids: Sequence[int], first: int) -> None:
        super().__init__(ids, first)
        self._rows: list[NDArray[Any]] = []

    def take(self, logits: torch.Tensor) -> None:
        self._rows.append(logits.float().cpu().clone().numpy())

    def finish(self) -> LogitRows:
        rows = np.concatenate(self._rows)
        if not np.isfinite(rows.max(-1)).all():
            raise RunError("bad_logits", "The model gave no usable logits.")
        return rows


class LogitCache:
    """Logits of the last runs that were asked about. For many threads."""

    def __init__(self, limit_bytes: int = CACHE_BYTES) -> None:
        self._limit = limit_bytes
        self._kept: OrderedDict[tuple[tuple[int, ...], tuple[int, ...]], LogitRows] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, engine: Engine, past: Past) -> LogitRows:
        """(T, V) of the T steps of ``past`` on ``engine``. Raises ``RunError`` where there are none, or too many to be held."""
        name = (past.prompt_ids, past.tokens)
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
                return self._kept[name]
        _check_size(past, engine.info.vocab_size)
        rows = engine.perform(_Logits([*past.prompt_ids, *past.tokens[:-1]], len(past.prompt_ids) - 1))
        self._keep(name, rows)
        return rows

    @property
    def bytes(self) -> int:
        """Held now."""
        return sum(rows.nbytes for rows in self._kept.values())

    def _keep(self, name: tuple[tuple[int, ...], tuple[int, ...]], rows: LogitRows) -> None:
        with self._lock:
            self._kept[name] = rows
            while self.bytes > self._limit and len(self._kept) > 1:
                self._kept.popitem(last=False)


def _check_size(past: Past, vocab_size: int) -> None:
    if not past.tokens:
        raise RunError("no_steps", "This run has chosen no token yet.", "run", 0, 1)
    size = len(past.tokens) * vocab_size * 4
    if size > MAX_LOGITS:
        raise RunError("too_large", f"The logits of {len(past.tokens)} steps take {size} bytes.", "run", size, MAX_LOGITS)
