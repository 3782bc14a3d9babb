"""Sessions with stored runs, made without a worker."""

from __future__ import annotations

from typing import Any

from inference.events import Finished, Started, Token, Usage, encode
from inference.spec import RunSpec
from playground.runs import keeping, services
from playground.runs.models import Run
from tests.inference.worker.engine import INFO


def frames(run: str, tokens: int = 3) -> list[bytes]:
    """What a short run said."""
    started = Started(model=INFO, seed=1, stages=[], prompt_ids=[5, 6], prompt_pieces=[b"a", b"b"], queue_ms=1.0, tokenize_ms=1.0)
    said: list[Any] = [started, *(token(step) for step in range(tokens)), Finished("length", None, "", None, Usage(2, tokens, 0), None, None)]
    return [encode(event, run, seq) for seq, event in enumerate(said, 1)]


def token(step: int) -> Token:
    return Token(
        step=step, id=step + 7, piece=b"x", text="x", logprob=-1.0, raw_logprob=-1.0, raw_rank=1, raw_entropy=1.0, t_ms=float(step),
        forward_ms=1.0, sample_ms=1.0, batch=1, kv_tokens=3, trace=None, attention=None,
    )  # fmt: skip


def stored_run(owner: str, place: services.Place = services.NEW_WORK, prompt: str = "Once", model: str = "stories") -> Run:
    run = services.create_run(owner, RunSpec(prompt=prompt), model, place)
    keeping.store(run.pk, "e1", frames(run.pk))
    return Run.objects.get(pk=run.pk)
