"""What-if over a run of a real engine equals choosing every step again; divergences equal the plain formulas."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from inference import Engine, SamplingParams, Watch
from inference.engine.errors import RunError
from inference.insight.insight import Insight
from inference.insight.past import LogitCache, Past
from inference.questions import AskDivergence
from inference.sampling.sampler import Choice, choose
from tests.inference.engine.runs import ids, prompt, spec
from tests.inference.models import CONFIGS

OWN: dict[str, Any] = {"temperature": 1.2, "top_p": 0.95, "repetition_penalty": 1.1, "seed": 11}
OTHERS: list[dict[str, Any]] = [
    {"temperature": 0.0},
    {"temperature": 0.4, "top_k": 5},
    {"temperature": 2.0, "min_p": 0.1},
    {"repetition_penalty": 1.5, "frequency_penalty": 0.5, "presence_penalty": 0.5, "top_p": 0.8},
    {"logit_bias": {5: 8.0, 9: -100.0}, "temperature": 0.8},
    {"stage_order": ("top_p", "repetition_penalty", "temperature", "min_p"), "top_p": 0.7, "repetition_penalty": 2.0, "min_p": 0.02},
    {"xtc_probability": 0.5, "xtc_threshold": 0.05},
    {"min_tokens": 10, "stop_token_ids": (1, 2, 3), "temperature": 3.0},
]


def past(engine: Engine, length: int = 12, tokens: int = 40) -> Past:
    start = prompt(length)
    found = ids(engine.run(spec(start, max_tokens=tokens, **OWN)))
    return Past(SamplingParams(**OWN), start, tuple(found))


def again(engine: Engine, model: Any, run: Past, sampling: SamplingParams) -> list[Choice]:
    """Each step chosen again, from one plain forward pass of transformers, with a sampler that has seen the run up to there."""
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([run.ids[:-1]])).logits[0, len(run.prompt_ids) - 1 :].float()
    found = []
    for step in range(len(run.tokens)):
        sampler = engine.model.sampler(run.spec(sampling), run.prompt_ids)
        for token in run.tokens[:step]:
            sampler.observe(token)
        (choice,) = choose(logits[step : step + 1], [sampler], [Watch(top_n=1)])
        assert isinstance(choice, Choice)
        found.append(choice)
    return found


@pytest.mark.parametrize("family", CONFIGS)
def test_the_runs_own_settings_change_nothing(family: str, engine_of: Callable[[str], Engine]) -> None:
    run = past(engine_of(family))
    found = Insight(engine_of(family)).what_if(run, run.sampling)
    assert (found.token_ids, found.differs, found.first) == (list(run.tokens), [], None)
    assert np.array_equal(found.probabilities.array(), found.own_probabilities.array())


@pytest.mark.parametrize("family", ["llama", "gpt2", "bloom"])
@pytest.mark.parametrize("other", OTHERS, ids=lambda other: ",".join(other))
def test_other_settings_give_what_every_step_gives_by_itself(
    family: str, other: dict[str, Any], engine_of: Callable[[str], Engine], reference_of: Callable[[str], Any]
) -> None:
    engine, sampling = engine_of(family), SamplingParams(**other)
    run = past(engine)
    alone, found = again(engine, reference_of(family), run, sampling), Insight(engine).what_if(run, sampling)
    assert found.token_ids == [choice.token_id for choice in alone]
    assert np.log(found.probabilities.array()) == pytest.approx([choice.logprob for choice in alone], abs=2e-3)
    assert found.differs == [step for step, choice in enumerate(alone) if choice.token_id != run.tokens[step]]
    assert found.first == (found.differs[0] if found.differs else None)
    assert found.differs  # else it would prove little


def test_the_draws_are_the_runs_own_whatever_seed_is_asked_for(engine_of: Callable[[str], Engine]) -> None:
    run = past(engine_of("llama"))
    insight = Insight(engine_of("llama"))
    found = [insight.what_if(run, SamplingParams(temperature=1.0, seed=seed)) for seed in (None, 11, 999)]
    assert found[0] == found[1] == found[2]


def test_a_second_question_needs_no_pass(engine_of: Callable[[str], Engine], monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_of("llama")
    run, insight = past(engine, length=13), Insight(engine)
    first = insight.what_if(run, SamplingParams(top_k=3))
    monkeypatch.setattr(engine, "begin", None)
    assert insight.what_if(run, SamplingParams(top_k=3)) == first


def test_logits_kept_are_bounded_and_the_oldest_go_first(engine_of: Callable[[str], Engine]) -> None:
    engine = engine_of("llama")
    runs = [past(engine, length) for length in (3, 4, 5)]
    cache = LogitCache(limit_bytes=2 * 40 * 320 * 4)
    kept = [cache.whole(engine, run) for run in runs]
    kept[2] = cache.whole(engine, runs[2])  # the array that is kept, not the pieces as they came
    assert cache.bytes == 2 * 40 * 320 * 4
    assert cache.whole(engine, runs[2]) is kept[2]
    assert cache.whole(engine, runs[0]) is not kept[0]


def test_a_run_that_has_said_nothing_is_refused(engine_of: Callable[[str], Engine]) -> None:
    with pytest.raises(RunError) as caught:
        Insight(engine_of("llama")).what_if(Past(SamplingParams(seed=1), (1, 2), ()), SamplingParams())
    assert caught.value.info.code == "no_steps"


def test_a_setting_that_names_a_foreign_token_is_refused(engine_of: Callable[[str], Engine]) -> None:
    with pytest.raises(RunError) as caught:
        Insight(engine_of("llama")).what_if(past(engine_of("llama")), SamplingParams(logit_bias={999: 1.0}))
    assert caught.value.info.field == "sampling.logit_bias"


def final(logits: Any, temperature: float, top_k: int) -> Any:
    """(T, V) by hand."""
    scores = logits / temperature
    scores[scores < scores.topk(top_k).values[:, -1:]] = -math.inf
    return torch.softmax(scores.double(), -1).numpy()


def asked(sampling: SamplingParams | None = None, **fields: Any) -> AskDivergence:
    return AskDivergence(type="divergence", sampling=sampling, **fields)


def test_the_divergence_of_two_settings_is_that_of_their_final_distributions(engine_of: Callable[[str], Engine], reference_of: Callable[[str], Any]) -> None:
    run = past(engine_of("llama"))
    own = Past(SamplingParams(temperature=0.8, top_k=30, seed=11), run.prompt_ids, run.tokens)
    found = Insight(engine_of("llama")).divergence(own, asked(SamplingParams(temperature=1.5, top_k=60), top_k=8))
    with torch.no_grad():
        logits = reference_of("llama")(input_ids=torch.tensor([run.ids[:-1]])).logits[0, 11:]
    p, q = final(logits.clone(), 0.8, 30), final(logits.clone(), 1.5, 60)
    inside = p > 0
    expected = [(a[m] * np.log(a[m] / b[m])).sum() for a, b, m in zip(p, q, inside, strict=True)]
    assert found.kl.array() == pytest.approx(np.array(expected), abs=2e-3)
    assert np.isinf(found.reverse_kl.array()).all()  # q keeps tokens that p removed
    middle = (p + q) / 2
    with np.errstate(all="ignore"):
        js = (np.where(p > 0, p * np.log(p / middle), 0).sum(-1) + np.where(q > 0, q * np.log(q / middle), 0).sum(-1)) / 2
    assert found.js.array() == pytest.approx(js, abs=2e-3)
    overlap = [len(set(np.argsort(-a)[:8]) & set(np.argsort(-b)[:8])) / 8 for a, b in zip(p, q, strict=True)]
    assert np.mean(found.overlap.array() == pytest.approx(overlap)) == 1.0


def test_two_models_of_one_vocabulary_can_be_compared(engine_of: Callable[[str], Engine], reference_of: Callable[[str], Any]) -> None:
    run = past(engine_of("llama"))
    plain = Past(SamplingParams(seed=11), run.prompt_ids, run.tokens)
    found = Insight(engine_of("llama")).divergence(plain, asked(model="qwen2"), Insight(engine_of("qwen2")))
    with torch.no_grad():
        p, q = (torch.log_softmax(reference_of(family)(input_ids=torch.tensor([run.ids[:-1]])).logits[0, 11:].double(), -1) for family in ("llama", "qwen2"))
    assert found.kl.array() == pytest.approx((p.exp() * (p - q)).sum(-1).numpy(), rel=1e-2)
    assert found.reverse_kl.array() == pytest.approx((q.exp() * (q - p)).sum(-1).numpy(), rel=1e-2)


@pytest.mark.parametrize("other", [*OTHERS[1:4], {"mirostat_mode": 2, "mirostat_tau": 3.0}, {"dry_multiplier": 0.8, "no_repeat_ngram_size": 3}])
def test_the_divergence_from_a_step_on_is_the_rest_of_the_whole(engine_of: Callable[[str], Engine], other: dict[str, Any]) -> None:
    run, sampling = past(engine_of("llama")), SamplingParams(**other)
    whole = Insight(engine_of("llama")).divergence(run, asked(sampling))
    for first in (1, 17, len(run.tokens) - 1):
        rest = Insight(engine_of("llama")).divergence(run, asked(sampling, first=first))
        assert rest.first == first
        assert rest.differs == [step for step in whole.differs if step >= first]
        for name in ("kl", "reverse_kl", "js", "overlap"):
            assert getattr(rest, name).array() == pytest.approx(getattr(whole, name).array()[first:], abs=1e-4)


def test_a_divergence_from_behind_the_last_step_is_refused(engine_of: Callable[[str], Engine]) -> None:
    run = past(engine_of("llama"))
    with pytest.raises(RunError) as caught:
        Insight(engine_of("llama")).divergence(run, asked(run.sampling, first=len(run.tokens)))
    assert (caught.value.info.code, caught.value.info.field, caught.value.info.bound) == ("out_of_range", "first", "0..39")


def test_a_run_and_itself_do_not_diverge(engine_of: Callable[[str], Engine]) -> None:
    run = past(engine_of("llama"))
    found = Insight(engine_of("llama")).divergence(run, asked(run.sampling))
    assert found.kl.array().max() == found.js.array().max() == 0
    assert found.overlap.array().min() == 1
    assert found.differs == []


def test_models_of_different_vocabularies_are_refused(engine_of: Callable[[str], Engine]) -> None:
    with Engine.load("bundled:draft", device="cpu", threads=1) as other, pytest.raises(RunError) as caught:
        Insight(engine_of("llama")).divergence(past(engine_of("llama")), asked(model="draft"), Insight(other))
    assert caught.value.info.code == "other_vocabulary"


def test_a_constraint_that_the_run_breaks_is_refused_at_its_field(engine_of: Callable[[str], Engine]) -> None:
    with pytest.raises(RunError) as caught:
        Insight(engine_of("llama")).what_if(past(engine_of("llama")), SamplingParams(regex="[0-9]{3}"))
    assert (caught.value.info.code, caught.value.info.field) == ("constraint_broken", "sampling.regex")


@pytest.mark.parametrize("other", [{"num_beams": 2, "temperature": 0.0}, {"guidance_scale": 2.0, "negative_prompt": "no"}])
def test_settings_that_no_replay_decides_are_refused(engine_of: Callable[[str], Engine], other: dict[str, Any]) -> None:
    with pytest.raises(RunError) as caught:
        Insight(engine_of("llama")).what_if(past(engine_of("llama")), SamplingParams(**other))
    assert caught.value.info.code == "not_replayable"


def test_each_of_several_samples_has_its_own_draws(engine_of: Callable[[str], Engine]) -> None:
    run = past(engine_of("llama"))
    other = Past(run.sampling, run.prompt_ids, run.tokens, sample=1)
    draws = [Insight(engine_of("llama")).what_if(one, run.sampling).draws for one in (run, other)]
    assert draws[0] != draws[1]
