"""Short ways to ask for runs and to look at what they said."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from inference import Engine, RunSpec, SamplingParams, Watch
from inference.engine.aside import Pieces, Work
from inference.events import Event, Finished, Token
from tests.inference.models import VOCABULARY

NOTHING = Watch(top_n=0, attention="off")


def prompt(length: int, seed: int = 0) -> tuple[int, ...]:
    generator = torch.Generator().manual_seed(1000 * seed + length)
    ids: list[int] = torch.randint(0, VOCABULARY - 1, (length,), generator=generator).tolist()
    return tuple(ids)


def spec(ids: Sequence[int] | str, watch: Watch = NOTHING, pace: float | None = None, **sampling: Any) -> RunSpec:
    """Greedy for 20 tokens, the end token ignored, unless told otherwise."""
    params = SamplingParams(**{"temperature": 0.0, "max_tokens": 20, "seed": 1, "ignore_eos": True, **sampling})
    if isinstance(ids, str):
        return RunSpec(prompt=ids, sampling=params, watch=watch, max_tokens_per_second=pace)
    return RunSpec(prompt_token_ids=tuple(ids), sampling=params, watch=watch, max_tokens_per_second=pace)


@contextmanager
def held(engine: Engine) -> Iterator[None]:
    """The engine takes no step meanwhile: runs submitted in here begin together, however slow the machine is."""
    waiting, go_on = threading.Event(), threading.Event()

    def hold() -> Pieces[None]:
        waiting.set()
        go_on.wait()
        yield

    engine.begin(Work(hold()))
    waiting.wait()
    try:
        yield
    finally:
        go_on.set()


def together(engine: Engine, wanted: Sequence[RunSpec]) -> list[list[Event]]:
    """What runs that begin together say."""
    with held(engine):
        handles = [engine.submit(one) for one in wanted]
    return [list(handle) for handle in handles]


def tokens(events: Iterable[Event]) -> list[Token]:
    return [event for event in events if isinstance(event, Token)]


def ids(events: Iterable[Event]) -> list[int]:
    return [token.id for token in tokens(events)]


def finished(events: Sequence[Event]) -> Finished:
    last = events[-1]
    assert isinstance(last, Finished)
    return last


def text(events: Sequence[Event]) -> str:
    return "".join(token.text for token in tokens(events)) + finished(events).text


def generate(model: Any, start: Sequence[int], count: int) -> list[int]:
    """What transformers itself gives, greedily."""
    input_ids = torch.tensor([list(start)])
    out = model.generate(input_ids=input_ids, attention_mask=torch.ones_like(input_ids), max_new_tokens=count, do_sample=False)
    new: list[int] = out[0, len(start) :].tolist()
    return new
