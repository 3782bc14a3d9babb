"""The cost of watching is measured on the run's own steps, taken again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from inference import Engine, SamplingParams
from inference.engine.errors import RunError
from inference.insight import watching
from inference.insight.insight import Insight
from inference.insight.past import Past
from inference.questions import AskWatchingCost
from inference.sampling.sampler import Choice
from tests.inference.engine.runs import ids, prompt, spec
from tests.inference.models import CONFIGS

OWN: dict[str, Any] = {"temperature": 1.2, "top_p": 0.95, "repetition_penalty": 1.1, "seed": 11}


def past(engine: Engine, tokens: int = 20, length: int = 23, **others: Any) -> Past:
    own = OWN | others
    return Past(SamplingParams(**own), prompt(length), tuple(ids(engine.run(spec(prompt(length), max_tokens=tokens, **own)))))


@pytest.mark.parametrize("settings", [{}, {"mirostat_mode": 2}], ids=["plain", "mirostat"])
@pytest.mark.parametrize("family", CONFIGS)
def test_the_steps_taken_again_are_the_runs_own(
    family: str, settings: dict[str, Any], engine_of: Callable[[str], Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = past(engine_of(family), **settings)
    chosen: list[int] = []

    def choose(*arguments: Any) -> list[Any]:
        (outcome,) = real(*arguments)
        assert isinstance(outcome, Choice)
        chosen.append(outcome.token_id)
        return [outcome]

    real = watching.choose  # type: ignore[attr-defined]
    monkeypatch.setattr(watching, "choose", choose)
    found = Insight(engine_of(family)).watching_cost(run, AskWatchingCost(type="watching_cost", repeats=4))
    steps = len(found.sample.array())
    assert chosen[::2] == chosen[1::2] == list(run.tokens[-steps:])
    assert found.positions == len(run.ids)


def test_every_kind_of_attention_is_timed_as_often(engine_of: Callable[[str], Engine]) -> None:
    engine = engine_of("llama")
    found = Insight(engine).watching_cost(past(engine), AskWatchingCost(type="watching_cost", repeats=5, top_n=7))
    forward, sample = found.forward.array(), found.sample.array()
    assert (forward.shape, sample.shape, found.top_n) == ((5, 3), (15, 2), 7)
    assert (forward > 0).all()
    assert (sample > 0).all()


def test_a_short_run_is_measured_on_what_it_has(engine_of: Callable[[str], Engine]) -> None:
    engine = engine_of("llama")
    found = Insight(engine).watching_cost(past(engine, tokens=7, length=1), AskWatchingCost(type="watching_cost"))
    assert found.forward.shape == [2, 3]


def test_a_run_of_too_few_steps_is_refused(engine_of: Callable[[str], Engine]) -> None:
    engine = engine_of("llama")
    with pytest.raises(RunError, match="2 steps; 3 are needed"):
        Insight(engine).watching_cost(past(engine, tokens=2), AskWatchingCost(type="watching_cost"))


def test_runs_of_others_go_on_meanwhile(engine_of: Callable[[str], Engine]) -> None:
    engine = engine_of("llama")
    run = past(engine)
    alone = ids(engine.run(spec(prompt(9, 5), max_tokens=30)))
    other = engine.submit(spec(prompt(9, 5), max_tokens=30))
    Insight(engine).watching_cost(run, AskWatchingCost(type="watching_cost", repeats=4))
    assert ids(other) == alone
