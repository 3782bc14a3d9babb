"""What a stage may ask of the constraint of a run. Knows nothing of grammars."""

from __future__ import annotations

from typing import Protocol, Self

from inference.sampling.arrays import Bools


class Guide(Protocol):
    """Which tokens may come next: a function of the tokens so far, which changes only through ``advance``."""

    def advance(self, token_id: int) -> None:
        """A token was chosen. Never raises: where it cannot be followed, ``forbidden`` will."""

    @property
    def forbidden(self) -> Bools:
        """(V,) the tokens that may not come next; never to be written to. Raises ``DeadEnd`` where that cannot be told."""

    @property
    def allowed(self) -> int:
        """How many may."""

    @property
    def may_end(self) -> bool:
        """Whether the output may end here."""

    @property
    def done(self) -> bool:
        """Whether all that may come next is the end. Never raises."""

    def fork(self) -> Self:
        """One that goes on from here by itself."""
