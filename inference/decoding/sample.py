"""One sampled sequence: which tokens are out, the text that they release, and when it ends. Knows nothing of models.

It is a function of the settings and the tokens alone, so replaying a run's tokens rebuilds exactly the state in which the next
token is due; that is what resuming does.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from inference.decoding.detokenize import Detokenizer
from inference.decoding.stopping import StopStrings
from inference.events import FinishReason
from inference.pieces import Pieces
from inference.spec import SamplingParams


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a sequence is over; ``detail`` is the stop string or the token id."""

    reason: FinishReason
    detail: str | None = None


class SampledSequence:
    """The output of one run.

    ``context`` bounds prompt and output together. Of several reasons that hold at once the first of eos, stop (token id,
    then string), constraint_done, length, context is reported. End tokens and stop token ids are not part of the text, as in vLLM.
    """

    def __init__(
        self, params: SamplingParams, prompt_ids: Sequence[int], eos_token_ids: Sequence[int], pieces: Pieces, context: int
    ) -> None:
        self._params = params
        self._eos = frozenset(() if params.ignore_eos else eos_token_ids)
        self._stop_ids = frozenset(params.stop_token_ids)
        self._most = min(params.max_tokens, context - len(prompt_ids))
        self._text = Detokenizer(pieces, prompt_ids, verbatim=params.constraint is not None)
        self._stops = StopStrings(params.stop)
        self.count = 0

    def push(self, token_id: int, done: bool = False) -> tuple[str, Ending | None]:
        """Take the next token; return the text that it releases and, where it ends the sequence, why.

        ``done``: after it the constraint of the run allows nothing but the end.
        """
        self.count += 1
        ending = self._ended_by_token(token_id) if self._may_stop else None
        if ending is not None:
            return "", ending
        text, stop = self._stops.push(self._text.push(token_id), self._may_stop)
        if stop is not None:
            return text, Ending("stop", stop)
        return text, Ending("constraint_done") if done else self._ended_by_length()

    def flush(self) -> str:
        """Text held back as the possible beginning of a stop string. Bytes of an unfinished character are dropped."""
        return self._stops.flush()

    def copy(self) -> Self:
        """One that goes on from here by itself."""
        other = copy.copy(self)
        other._text, other._stops = self._text.copy(), copy.copy(self._stops)
        return other

    @property
    def _may_stop(self) -> bool:
        """``min_tokens`` come before the token that ends the run, whatever ends it (as in vLLM)."""
        return self.count > self._params.min_tokens

    def _ended_by_token(self, token_id: int) -> Ending | None:
        if token_id in self._eos:
            return Ending("eos", str(token_id))
        return Ending("stop", str(token_id)) if token_id in self._stop_ids else None

    def _ended_by_length(self) -> Ending | None:
        if self.count < self._most:
            return None
        return Ending("length" if self.count >= self._params.max_tokens else "context")
