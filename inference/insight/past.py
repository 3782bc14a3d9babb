"""A run that has said something, and the raw logits of all its steps. Knows nothing of pipelines.

One forced pass gives the logits; they are kept for the questions that follow, the least recently asked for given up first.
"""

from __future__ import annotations

import queue
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from inference.engine.engine import Engine
from inference.engine.errors import RunError
from inference.engine.forced import Forced
from inference.spec import RunSpec, SamplingParams

MAX_LOGITS = 512 * 1024 * 1024  # bytes of one run's logits
CACHE_BYTES = 128 * 1024 * 1024  # of all that are kept

LogitRows = NDArray[np.float32]  # (T, V)
LogitRow = NDArray[np.float32]  # (V,)


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

    def only(self, step: int) -> Past:
        """The same step as the first of a run whose prompt is everything before it: its logits, though not its draws."""
        return Past(self.sampling, (*self.prompt_ids, *self.tokens[:step]), self.tokens[step : step + 1], self.sample)

    def since(self, step: int) -> Past:
        """The steps from ``step`` on as those of a run whose prompt is everything before: their logits, though not their draws."""
        return Past(self.sampling, (*self.prompt_ids, *self.tokens[:step]), self.tokens[step:], self.sample)

    def spec(self, sampling: SamplingParams) -> RunSpec:
        """This run under other settings, with its own draws."""
        return RunSpec(prompt_token_ids=self.prompt_ids, sampling=sampling.model_copy(update={"seed": self.sampling.seed}))


class _Logits(Forced[None]):
    """The raw logits from position ``first`` on, as the pipeline sees them (float32), handed over chunk by chunk while the pass goes on."""

    def __init__(self, ids: Sequence[int], first: int) -> None:
        super().__init__(ids, first)
        self._arrived: queue.SimpleQueue[LogitRows | None] = queue.SimpleQueue()

    def take(self, logits: torch.Tensor) -> None:
        """Copied only where it would keep others' rows from being let go of."""
        own = logits.float().cpu()
        self._arrived.put((own if own.untyped_storage().nbytes() == own.nbytes else own.clone()).numpy())

    def finish(self) -> None:
        self._arrived.put(None)

    def fail(self, error: RunError) -> None:
        super().fail(error)
        self._arrived.put(None)

    def rows(self) -> Iterator[LogitRows]:
        """(n, V) at a time. Raises ``RunError`` where the pass fails."""
        while (rows := self._arrived.get()) is not None:
            if not np.isfinite(rows.max(-1)).all():
                raise RunError("bad_logits", "The model gave no usable logits.")
            yield rows
        self.result()


class LogitCache:
    """Logits of the last runs that were asked about. For many threads."""

    def __init__(self, limit_bytes: int = CACHE_BYTES) -> None:
        self._limit = limit_bytes
        self._kept: OrderedDict[tuple[tuple[int, ...], tuple[int, ...]], list[LogitRows]] = OrderedDict()
        self._lock = threading.Lock()

    def whole(self, engine: Engine, past: Past) -> LogitRows:
        """(T, V) of the T steps of ``past`` on ``engine``. Raises ``RunError`` where there are none, or too many to be held."""
        pieces = list(self.pieces(engine, past))
        if len(pieces) > 1:
            pieces = [np.concatenate(pieces)]
            self._keep(past, pieces)
        return pieces[0]

    def pieces(self, engine: Engine, past: Past) -> Iterator[LogitRows]:
        """The same, some steps at a time, as early as they are known: whoever works on them does so beside the pass."""
        if (kept := self._found(past)) is not None:
            yield from kept
            return
        _check_size(past, engine.info.vocab_size)
        job = _Logits([*past.prompt_ids, *past.tokens[:-1]], len(past.prompt_ids) - 1)
        engine.begin(job)
        pieces = []
        for rows in job.rows():
            pieces.append(rows)
            yield rows
        self._keep(past, pieces)

    def row(self, engine: Engine, past: Past, step: int) -> LogitRow:
        """(V,) of one step: from what is kept of any run that began like ``past``, else from a pass over all of it, or up to there where all is too much."""
        kept = self._found_from(past, step)
        if kept is not None:
            return kept
        if _size(past, engine.info.vocab_size) <= MAX_LOGITS:
            whole: LogitRow = self.whole(engine, past)[step]
            return whole
        alone: LogitRow = self.whole(engine, past.only(step))[0]
        return alone

    @property
    def bytes(self) -> int:
        """Held now."""
        return sum(rows.nbytes for pieces in self._kept.values() for rows in pieces)

    def _found(self, past: Past) -> list[LogitRows] | None:
        with self._lock:
            if _name(past) not in self._kept:
                return None
            self._kept.move_to_end(_name(past))
            return self._kept[_name(past)]

    def _found_from(self, past: Past, step: int) -> LogitRow | None:
        """A run that goes on is another ``Past`` with every token, yet its steps stay what they were."""
        with self._lock:
            for name, pieces in reversed(self._kept.items()):
                prompt, tokens = name
                if prompt == past.prompt_ids and len(tokens) > step and tokens[:step] == past.tokens[:step]:
                    self._kept.move_to_end(name)
                    return _row(pieces, step)
        return None

    def _keep(self, past: Past, pieces: list[LogitRows]) -> None:
        with self._lock:
            self._kept[_name(past)] = pieces
            while self.bytes > self._limit and len(self._kept) > 1:
                self._kept.popitem(last=False)


def _name(past: Past) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return past.prompt_ids, past.tokens


def _size(past: Past, vocab_size: int) -> int:
    """Bytes of its logits."""
    return len(past.tokens) * vocab_size * 4


def check_begun(past: Past) -> None:
    """Raises ``RunError`` for a run without a single step."""
    if not past.tokens:
        raise RunError("no_steps", "This run has chosen no token yet.", "run", 0, 1)


def _check_size(past: Past, vocab_size: int) -> None:
    check_begun(past)
    size = _size(past, vocab_size)
    if size > MAX_LOGITS:
        raise RunError("too_large", f"The logits of {len(past.tokens)} steps take {size} bytes.", "run", size, MAX_LOGITS)


def _row(pieces: list[LogitRows], step: int) -> LogitRow:
    """(V,) the row ``step`` of all of them."""
    for piece in pieces:
        if step < len(piece):
            row: LogitRow = piece[step]
            return row
        step -= len(piece)
    raise IndexError(step)
