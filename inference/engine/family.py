"""Sequences that begin alike: what all of them share goes through the model once, and is copied. Knows nothing of strategies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Protocol

from inference.engine.job import Part


class Copier(Protocol):
    def copy(self, source: int, target: int, length: int) -> None: ...


class Family:
    """Parts of one job. While some hold nothing yet, the first feeds what they all begin with; then each feeds its own rest."""

    def __init__(self, parts: Sequence[Part], copier: Copier) -> None:
        self._all, self._copier = tuple(parts), copier

    @property
    def parts(self) -> list[Part]:
        """Those that still go on."""
        return [part for part in self._all if not part.over]

    @property
    def alike(self) -> bool:
        """Whether all have the same tokens, so that one row of logits does for all."""
        first, *others = self.parts
        return all(part.ids == first.ids for part in others)

    def goals(self) -> Iterator[tuple[Part, int]]:
        """Who feeds now, and up to which position."""
        parts = self.parts
        if self._waiting(parts):
            yield parts[0], self._shared(parts)
        else:
            yield from ((part, len(part.ids)) for part in parts)

    def share(self) -> None:
        """Copy to all that hold nothing what the first has fed, once that is all they share with it."""
        parts = self.parts
        waiting = self._waiting(parts)
        if waiting and parts[0].past >= (shared := self._shared(parts)):
            for part in waiting:
                self._copier.copy(parts[0].slot, part.slot, shared)
                part.past = shared

    def _waiting(self, parts: list[Part]) -> list[Part]:
        return [part for part in parts[1:] if part.past == 0]

    def _shared(self, parts: list[Part]) -> int:
        """Positions that all have in common. Where they differ at all, each keeps at least one token to feed by itself."""
        if self.alike:
            return len(parts[0].ids)
        columns = zip(*(part.ids for part in parts), strict=False)
        same = sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, columns))
        return min(same, min(len(part.ids) for part in parts) - 1)
