"""Classifier-free guidance gives what ``transformers.generate`` gives, and shows what it did."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from inference import Engine, SamplingParams, Watch
from inference.events import Trace
from inference.progress import Progress
from tests.inference.engine.runs import finished, ids, prompt, spec, tokens

NEGATIVE = "tea is not 12"


def guided(model: Any, start: tuple[int, ...], negative: list[int] | None, scale: float, count: int = 20) -> list[int]:
    input_ids = torch.tensor([list(start)])
    out = model.generate(
        input_ids=input_ids, attention_mask=torch.ones_like(input_ids), max_new_tokens=count, do_sample=False, guidance_scale=scale,
        negative_prompt_ids=None if negative is None else torch.tensor([negative]),
    )  # fmt: skip
    found: list[int] = out[0, len(start) :].tolist()
    return found


@pytest.mark.parametrize("scale", [1.5, 3.0, 0.5])
@pytest.mark.parametrize("family", ["gpt2", "llama", "gemma2", "gpt_oss", "mixtral", "bloom"])
def test_greedy_tokens_are_those_of_generate(
    family: str, scale: float, engine_of: Callable[[str], Engine], reference: Callable[[str], Any]
) -> None:
    engine = engine_of(family)
    found = ids(engine.run(spec(prompt(9), guidance_scale=scale, negative_prompt=NEGATIVE)))
    assert found == guided(reference(family), prompt(9), engine.encode(NEGATIVE), scale)
    assert found != ids(engine.run(spec(prompt(9))))


def test_without_a_negative_prompt_it_moves_away_from_the_last_token_alone(engine: Engine, reference: Callable[[str], Any]) -> None:
    assert ids(engine.run(spec(prompt(9), guidance_scale=2.0))) == guided(reference("llama"), prompt(9), None, 2.0)


def test_neighbours_and_long_prompts_change_nothing(engine: Engine) -> None:
    """The two prompts are read in chunks of other lengths; no token is drawn before both are."""
    wanted = [
        spec(prompt(5 + 30 * n, n), guidance_scale=2.0, negative_prompt=NEGATIVE * (4 - 2 * n), temperature=1.2, max_tokens=15, n=1 + n)
        for n in range(2)
    ]
    alone = [ids(engine.run(one)) for one in wanted]
    handles = [engine.submit(one) for one in wanted]
    assert [ids(handle) for handle in handles] == alone
    assert alone[1][0::2] != alone[1][1::2]


def test_resuming_gives_the_same_tokens(engine: Engine) -> None:
    wanted = spec(prompt(9), guidance_scale=2.0, negative_prompt=NEGATIVE, temperature=1.2, max_tokens=15)
    whole = ids(engine.run(wanted))
    for split in range(0, 15, 4):
        assert ids(engine.submit(wanted, Progress({0: whole[:split]}))) == whole[split:]


def test_the_trace_shows_it_as_the_first_stage(engine: Engine) -> None:
    watch = Watch(top_n=160, attention="off")
    (first, *_) = tokens(
        engine.run(spec(prompt(9), guidance_scale=2.0, negative_prompt=NEGATIVE, watch=watch, temperature=1.0, max_tokens=1))
    )
    (against, *_) = tokens(engine.run(spec(engine.encode(NEGATIVE), watch=watch, temperature=1.0, max_tokens=1)))
    assert first.trace is not None
    assert against.trace is not None
    assert [stage.name for stage in first.trace.stages] == ["logits", "guidance"]
    negative, ours = raw_logprobs(against.trace), raw_logprobs(first.trace)
    after = dict(zip(first.trace.token_ids, first.trace.scores.array()[1].tolist(), strict=True))
    shared = negative.keys() & ours.keys()
    assert len(shared) > 50
    assert [after[token] for token in shared] == pytest.approx([negative[t] + 2.0 * (ours[t] - negative[t]) for t in shared], abs=1e-4)


def raw_logprobs(trace: Trace) -> dict[int, float]:
    scores = trace.scores.array()[0] - trace.stages[0].logsumexp
    return dict(zip(trace.token_ids, scores.tolist(), strict=True))


def test_a_negative_prompt_that_does_not_fit_is_refused(engine: Engine) -> None:
    error = finished(list(engine.run(spec(prompt(5), guidance_scale=2.0, negative_prompt="0" * 200)))).error
    assert error is not None
    assert (error.code, error.field) == ("prompt_too_long", "sampling.negative_prompt")


def test_a_negative_prompt_longer_than_the_prompt_ends_the_run_at_the_window(engine: Engine) -> None:
    events = list(engine.run(spec(prompt(5), guidance_scale=2.0, negative_prompt="0" * 150, max_tokens=100)))
    assert (finished(events).reason, len(ids(events))) == ("context", 10)


def test_guidance_with_beams_is_refused() -> None:
    with pytest.raises(ValueError, match=r"guidance_scale: 2\.0 does not go with num_beams"):
        SamplingParams(guidance_scale=2.0, num_beams=2)
