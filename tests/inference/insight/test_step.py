"""One step of a run asked for again: what the run itself said of it, what the plain pipeline gives, what transformers' own processors give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from transformers import (
    LogitsProcessorList,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from inference import Engine, SamplingParams, Watch
from inference.engine.errors import RunError
from inference.events import Token
from inference.insight import past as pasts
from inference.insight.insight import Insight
from inference.insight.past import LogitCache, Past
from inference.questions import AskStep, StepView
from tests.inference.engine.runs import prompt, spec, tokens
from tests.inference.sampling import reference

STEPS = 24
OWN: dict[str, Any] = {"temperature": 1.3, "top_k": 60, "top_p": 0.95, "repetition_penalty": 1.2, "seed": 5}
OTHERS: list[dict[str, Any]] = [
    {"temperature": 0.7, "top_k": 20, "top_p": 0.8, "min_p": 0.02, "dialect": "transformers"},
    {"temperature": 0.7, "top_k": 20, "top_p": 0.8, "min_p": 0.02, "dialect": "vllm"},
    {"temperature": 0.7, "top_k": 20, "top_p": 0.8, "min_p": 0.02, "dialect": "llamacpp", "frequency_penalty": 0.4},
    {"stage_order": ("min_p", "top_p", "temperature", "repetition_penalty"), "min_p": 0.01, "top_p": 0.7, "temperature": 2.0, "repetition_penalty": 1.8},
    {"typical_p": 0.6, "eta_cutoff": 0.002, "epsilon_cutoff": 0.001},
    {"top_n_sigma": 1.2, "top_a": 0.3, "presence_penalty": 1.0, "logit_bias": {7: 4.0}},
    {"smoothing_factor": 0.4, "smoothing_curve": 2.0, "tfs_z": 0.9},
    {"dynatemp_range": 0.8, "temperature": 1.1, "min_p": 0.05},
]


def followed(engine: Engine, **settings: Any) -> tuple[Past, list[Token]]:
    """A run that was traced with ten candidates, and what it said."""
    start, asked = prompt(12), {**OWN, **settings}
    events = tokens(engine.run(spec(start, Watch(top_n=10, attention="off"), max_tokens=STEPS, **asked)))
    return Past(SamplingParams(**asked), start, tuple(event.id for event in events)), events


def asked(step: int, top_n: int = 20, shown: tuple[int, ...] = (), **settings: Any) -> AskStep:
    return AskStep(type="step", step=step, sampling=SamplingParams(**settings) if settings else None, top_n=top_n, tokens=shown)


def raw(model: Any, run: Past) -> Any:
    """(T, V) float64 of one plain forward pass of transformers."""
    with torch.no_grad():
        return model(input_ids=torch.tensor([run.ids[:-1]])).logits[0, len(run.prompt_ids) - 1 :].double()


@pytest.mark.parametrize("family", ["llama", "gpt2"])
@pytest.mark.parametrize("settings", [{}, {"mirostat_mode": 2, "mirostat_tau": 4.0, "top_k": 0, "top_p": 1.0}, {"xtc_probability": 0.5, "xtc_threshold": 0.02}])
def test_under_the_runs_own_settings_it_is_what_the_run_said(family: str, settings: dict[str, Any], engine_of: Callable[[str], Engine]) -> None:
    run, events = followed(engine_of(family), **settings)
    for step in (0, 9, STEPS - 1):
        event, found = events[step], Insight(engine_of(family)).step(run, asked(step, top_n=10))
        assert event.trace
        assert (found.id, found.own_id, found.piece, found.raw_rank) == (event.id, event.id, event.piece, event.raw_rank)
        assert (found.logprob, found.raw_logprob, found.raw_entropy) == pytest.approx((event.logprob, event.raw_logprob, event.raw_entropy), abs=1e-4)
        assert set(found.trace.token_ids) == set(event.trace.token_ids)
        assert [(stage.name, stage.kept) for stage in found.trace.stages] == [(stage.name, stage.kept) for stage in event.trace.stages]
        assert found.trace.dice.u == event.trace.dice.u
        for ours, theirs in zip(found.trace.stages, event.trace.stages, strict=True):
            assert ours.numbers == pytest.approx(theirs.numbers, abs=1e-3)


@pytest.mark.parametrize("settings", OTHERS, ids=lambda settings: ",".join(settings))
def test_under_others_every_number_is_that_of_the_plain_pipeline(
    settings: dict[str, Any], engine_of: Callable[[str], Engine], reference_of: Callable[[str], Any]
) -> None:
    engine = engine_of("llama")
    run, _ = followed(engine)
    logits = raw(reference_of("llama"), run)
    for step in (1, 15):
        found = Insight(engine).step(run, asked(step, top_n=50, shown=(0, 300), **settings))
        plain = reference.run(logits[step].numpy(), SamplingParams(**settings), run.prompt_ids, run.tokens[:step])
        compare(found, plain)


def compare(found: StepView, plain: list[reference.Stage]) -> None:
    trace = found.trace
    ids, scores, ranks = trace.token_ids, trace.scores.array(), trace.ranks.array()
    assert {0, 300, *plain[0].order[:50].tolist()} <= set(ids)
    assert [stage.name for stage in trace.stages] == [stage.name for stage in plain]
    for place, (stage, told) in enumerate(zip(plain, trace.stages, strict=True)):
        assert (scores[place] > -np.inf).tolist() == (stage.scores[ids] > -np.inf).tolist()
        alive = scores[place] > -np.inf
        assert scores[place][alive] == pytest.approx(stage.scores[ids][alive], abs=2e-3)
        assert ranks[place].tolist() == stage.ranks[ids].tolist()
        assert told.kept == (stage.scores > -np.inf).sum()
        assert (told.entropy, told.logsumexp) == pytest.approx((stage.entropy, stage.logsumexp), abs=2e-3)
        hidden = np.delete(stage.probabilities, ids)
        assert told.other_mass == pytest.approx(hidden.sum(), abs=1e-3)
        assert told.removed_mass == pytest.approx(plain[place - 1].probabilities[stage.scores == -np.inf].sum() if place else 0.0, abs=1e-3)
    final, u = plain[-1], trace.dice.u
    expected = final.order[np.searchsorted(np.cumsum(final.probabilities[final.order]), u, side="right")]
    assert found.id == expected


def test_in_the_dialect_of_transformers_it_is_what_their_own_processors_give(engine_of: Callable[[str], Engine], reference_of: Callable[[str], Any]) -> None:
    engine = engine_of("llama")
    run, _ = followed(engine)
    settings: dict[str, Any] = {"repetition_penalty": 1.4, "temperature": 0.8, "top_k": 40, "top_p": 0.85, "min_p": 0.03}
    processors = LogitsProcessorList(
        [RepetitionPenaltyLogitsProcessor(1.4), TemperatureLogitsWarper(0.8), TopKLogitsWarper(40), TopPLogitsWarper(0.85), MinPLogitsWarper(0.03)]
    )
    for step in (0, 7, 20):
        found = Insight(engine).step(run, asked(step, top_n=200, dialect="transformers", **settings)).trace
        said = torch.tensor([[*run.prompt_ids, *run.tokens[:step]]])
        theirs = torch.softmax(processors(said, raw(reference_of("llama"), run)[step : step + 1].float()), -1)[0].numpy()
        ours = np.exp(found.scores.array()[-1].astype(float) - found.stages[-1].logsumexp)
        assert ours == pytest.approx(theirs[found.token_ids], abs=1e-4)
        assert found.stages[-1].kept == (theirs > 0).sum()


def test_two_hundred_candidates_and_the_named_tokens_are_shown(engine_of: Callable[[str], Engine]) -> None:
    run, _ = followed(engine_of("llama"))
    found = Insight(engine_of("llama")).step(run, asked(3, top_n=200, shown=(318, 319)))
    assert len(found.trace.token_ids) >= 200
    assert {318, 319, run.tokens[3]} <= set(found.trace.token_ids)
    assert [stage.name for stage in found.stages] == list(run.sampling.order)


def test_the_draw_is_the_runs_own_whatever_seed_is_asked_for(engine_of: Callable[[str], Engine]) -> None:
    run, events = followed(engine_of("llama"))
    found = [Insight(engine_of("llama")).step(run, asked(4, temperature=0.9, seed=seed)) for seed in (1, 2)]
    assert found[0] == found[1]
    assert events[4].trace
    assert found[0].trace.dice.u == events[4].trace.dice.u


def test_asked_again_or_for_another_step_it_needs_no_pass(engine_of: Callable[[str], Engine], monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_of("llama")
    run, _ = followed(engine)
    first = Insight(engine).step(run, asked(5))
    monkeypatch.setattr(engine, "begin", None)
    assert Insight(engine).step(run, asked(5)) == first
    assert Insight(engine).step(run, asked(11, top_k=3)).step == 11


def test_a_run_that_goes_on_keeps_the_steps_that_it_had(engine_of: Callable[[str], Engine]) -> None:
    engine, cache = engine_of("llama"), LogitCache()
    run, _ = followed(engine)
    half = Past(run.sampling, run.prompt_ids, run.tokens[:12])
    earlier = cache.row(engine, half, 6)
    held = cache.bytes
    assert np.array_equal(cache.row(engine, run, 6), earlier)
    assert cache.bytes == held
    assert not np.array_equal(cache.row(engine, run, 13), earlier)  # which it had not: another pass
    assert cache.bytes > held


def test_of_a_run_too_long_to_keep_one_step_can_still_be_had(engine_of: Callable[[str], Engine], monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_of("llama")
    run, _ = followed(engine)
    whole = LogitCache().whole(engine, run)
    monkeypatch.setattr(pasts, "MAX_LOGITS", 2 * whole[0].nbytes)
    cache = LogitCache()
    assert cache.row(engine, run, 17) == pytest.approx(whole[17], abs=1e-4)
    assert cache.bytes == whole[0].nbytes


@pytest.mark.parametrize(
    ("question", "field"),
    [
        (asked(STEPS), "step"),
        (asked(0, shown=(320,)), "tokens"),
        (asked(0, logit_bias={999: 1.0}), "sampling.logit_bias"),
        (asked(0, num_beams=2, temperature=0.0), "sampling.num_beams"),
        (asked(0, guidance_scale=2.0), "sampling.guidance_scale"),
        (asked(0, regex="[0-9]{30}"), "sampling.regex"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_answered_is_refused_at_its_field(question: AskStep, field: str, engine_of: Callable[[str], Engine]) -> None:
    run, _ = followed(engine_of("llama"))
    with pytest.raises(RunError) as caught:
        Insight(engine_of("llama")).step(run, question.model_copy(update={"step": max(question.step, 2) if field == "sampling.regex" else question.step}))
    assert caught.value.info.field == field


def test_a_run_that_has_said_nothing_is_refused(engine_of: Callable[[str], Engine]) -> None:
    with pytest.raises(RunError) as caught:
        Insight(engine_of("llama")).step(Past(SamplingParams(seed=1), (1, 2), ()), asked(0))
    assert caught.value.info.code == "no_steps"
