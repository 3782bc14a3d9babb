"""A worker whose texts tell under which temperature they were written, and which finds a token as surprising as its id says."""

from __future__ import annotations

import math
from typing import Any

import msgpack

from inference.events import ErrorInfo, Finished, ModelInfo, Prefilled, Started, Token, Usage, to_wire
from inference.questions import Reading, ReadToken
from inference.runs.inquiry import Inquiry
from playground.live.log import event_log
from tests.inference.worker.engine import SmallHandle

EOS = 999
INFO = ModelInfo("small", 1000, 1, 1, 4096, "float32", "cpu", 0, 0, 0, False, [EOS])
PROMPT = [1, 2]


class Writer(SmallHandle):
    """Writes one sentence, and as many more letters as it may; nothing at temperature 1.25, fails at 1.5, and never ends at 1.75."""

    def _decode(self) -> None:
        sampling = self.spec.sampling
        self._events.put(Started(INFO, sampling.seed or 0, [], PROMPT, [b"a", b"b"], 0.0, 0.0, [], [], ""))
        self._events.put(Prefilled(2, 0, [2], 0.0))
        if sampling.temperature == 1.75:
            self.cancelled.wait()
            return self._end("cancelled", 0)
        failed = ErrorInfo("bad_logits", "not a number") if sampling.temperature == 1.5 else None
        pieces = [] if sampling.temperature == 1.25 or failed else [f" t{sampling.temperature:g}".encode(), b".", b" And"][: sampling.max_tokens]
        for step, piece in enumerate(pieces):
            self._events.put(Token(step, 100 + step, piece, piece.decode(), None, None, None, None, 0.0, 0.0, 0.0, 1, step, None, None))
        self._events.put(Token(len(pieces), EOS, b"<end>", "", None, None, None, None, 0.0, 0.0, 0.0, 1, 9, None, None))
        self._events.put(Finished("error" if failed else "length", None, "", failed, Usage(2, 3, 0), None, None))


def answer(inquiry: Inquiry) -> None:
    """As the worker does: the token with id i has a probability of 2 ** -(i % 10 + 1)."""
    assert inquiry.kept is not None
    tokens = [ReadToken(id_, b"%d" % id_, -math.log(2) * (id_ % 10 + 1) if place else None, 1, 0.0) for place, id_ in enumerate(inquiry.kept.prompt_ids)]
    reading: Any = Reading(tokens, 1.0, 1.0)
    frame = {"type": "answer", "ref": "", "run": "", "answer": {"type": "reading", **to_wire(reading)}}
    event_log().post(inquiry.box, msgpack.packb(frame), 30.0)
