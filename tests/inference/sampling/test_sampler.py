"""The state of a run, and what ``choose`` does with rows that are no distribution."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from inference.events import StageInfo
from inference.sampling.history import Occurrences
from inference.sampling.registry import STAGES
from inference.sampling.sampler import BadLogits, Choice, Sampler, choose
from inference.spec import DEFAULT_STAGE_ORDER, SamplingParams, StageName, Watch
from tests.inference.sampling.build import BLIND, WATCH, sampler


def generate(row: Sampler, steps: int, watch: Watch = BLIND) -> list[int]:
    """Tokens from logits that depend on the step alone."""
    tokens = []
    for step in range(row.state.generated, steps):
        logits = torch.randn(1, 500, generator=torch.Generator().manual_seed(step)) * 3
        (choice,) = choose(logits, [row], [watch])
        assert isinstance(choice, Choice)
        row.observe(choice.token_id)
        tokens.append(choice.token_id)
    return tokens


def test_every_stage_that_a_spec_can_name_exists() -> None:
    assert set(STAGES) == set(DEFAULT_STAGE_ORDER)
    assert all(name == stage.name for name, stage in STAGES.items())


def test_the_neutral_value_of_each_parameter_switches_its_stage_off() -> None:
    assert not any(stage.active(SamplingParams()) for stage in STAGES.values())


def test_stages_come_in_the_order_of_the_run_active_or_not() -> None:
    order: tuple[StageName, ...] = ("top_p", "temperature", "logit_bias")
    row = sampler(SamplingParams(top_p=0.9, logit_bias={3: 1.5}, stage_order=order, top_k=5), 10)
    assert row.stages() == [
        StageInfo("top_p", True, {"top_p": 0.9}),
        StageInfo("temperature", False, {"temperature": 1.0}),
        StageInfo("logit_bias", True, {"3": 1.5}),
    ]


def test_a_stage_left_out_of_the_order_does_not_run() -> None:
    row = sampler(SamplingParams(top_k=1, stage_order=("top_p",)), 500)
    assert len(set(generate(row, 30))) > 10


def test_the_order_of_the_stages_matters() -> None:
    logits = torch.log(torch.tensor([[0.5, 0.3, 0.2]]))
    kept = []
    orders: list[tuple[StageName, ...]] = [("temperature", "top_p"), ("top_p", "temperature")]
    for order in orders:
        (choice,) = choose(logits, [sampler(SamplingParams(temperature=3.0, top_p=0.6, stage_order=order), 3)], [WATCH])
        assert isinstance(choice, Choice)
        assert choice.trace
        kept.append([stage.kept for stage in choice.trace.stages])
    assert kept == [[3, 3, 2], [3, 2, 2]]


PENALISED = SamplingParams(temperature=1.3, top_p=0.95, repetition_penalty=1.2, frequency_penalty=0.4, min_tokens=10)


@pytest.mark.parametrize("cut", [0, 1, 63, 127, 128, 129, 199])
def test_a_run_taken_up_again_goes_on_with_the_same_tokens(cut: int) -> None:
    whole = generate(sampler(PENALISED, 500, seed=9, prompt=[1, 2], eos=[0]), 200)
    taken_up = sampler(PENALISED, 500, seed=9, prompt=[1, 2], output=whole[:cut], eos=[0])
    assert generate(taken_up, 200) == whole[cut:]


def test_another_seed_or_sample_gives_other_tokens() -> None:
    base = generate(sampler(PENALISED, 500, seed=9), 20)
    assert generate(sampler(PENALISED, 500, seed=10), 20) != base
    other = Sampler(PENALISED, seed=9, sample=1, prompt_ids=[], vocab_size=500, eos_token_ids=[], pieces=lambda token: b"")
    assert generate(other, 20) != base


def bad_rows() -> tuple[torch.Tensor, list[int]]:
    logits = torch.randn(7, 50, generator=torch.Generator().manual_seed(0))
    logits[1, 7] = float("nan")
    logits[2] = float("-inf")
    logits[4, 0] = float("inf")
    logits[5] = float("nan")
    return logits, [1, 2, 4, 5]


@pytest.mark.parametrize("params", [SamplingParams(temperature=0.0), PENALISED, SamplingParams()])
@pytest.mark.parametrize("watch", [WATCH, BLIND])
def test_a_row_that_is_no_distribution_ends_alone(params: SamplingParams, watch: Watch) -> None:
    logits, bad = bad_rows()
    rows = [sampler(params, 50, seed=row) for row in range(len(logits))]
    outcomes = choose(logits, rows, [watch] * len(rows))
    assert [row for row, outcome in enumerate(outcomes) if isinstance(outcome, BadLogits)] == bad
    good = [row for row in range(len(rows)) if row not in bad]
    assert [outcomes[row] for row in good] == choose(logits[good], [rows[row] for row in good], [watch] * len(good))


def test_the_reason_names_what_was_found() -> None:
    outcomes = choose(bad_rows()[0], [sampler(PENALISED, 50)] * 7, [BLIND] * 7)
    assert [outcome.reason for outcome in outcomes if isinstance(outcome, BadLogits)] == [f"the largest logit is {what}" for what in ("nan", "-inf", "inf", "nan")]


def test_an_empty_batch_gives_nothing() -> None:
    assert choose(torch.empty(0, 50), [], []) == []


@pytest.mark.parametrize("watch", [WATCH, BLIND])
def test_the_only_token_left_is_taken(watch: Watch) -> None:
    logits = torch.full((1, 300), float("-inf"))
    logits[0, 123] = -5.0
    (choice,) = choose(logits, [sampler(SamplingParams(temperature=0.5, top_p=0.3, min_p=0.5, top_k=3), 300)], [watch])
    assert isinstance(choice, Choice)
    assert choice.token_id == 123


def test_pinned_tokens_change_nothing_but_the_trace() -> None:
    logits = torch.randn(1, 900, generator=torch.Generator().manual_seed(0))
    rows = [sampler(PENALISED, 900)]
    (plain,), (pinned,) = choose(logits, rows, [WATCH]), choose(logits, rows, [Watch(top_n=20, pinned=(5, 899, 5000))])
    assert isinstance(plain, Choice)
    assert isinstance(pinned, Choice)
    assert pinned.trace
    assert plain.trace
    assert replace(pinned, trace=None) == replace(plain, trace=None)
    assert set(pinned.trace.token_ids) == set(plain.trace.token_ids) | {5, 899}


def test_logits_of_a_batch_need_not_be_contiguous() -> None:
    logits = torch.randn(600, 4, generator=torch.Generator().manual_seed(0)).T
    rows = [sampler(PENALISED, 600, seed=row) for row in range(4)]
    assert choose(logits, rows, [WATCH] * 4) == choose(logits.contiguous(), rows, [WATCH] * 4)


def test_the_state_counts_what_was_said() -> None:
    row = sampler(SamplingParams(), 300, prompt=[5, 6, 5], output=[7, 5, 7, *range(100, 250)]).state
    output = {7: 2, 5: 1} | dict.fromkeys(range(100, 250), 1)
    assert row.generated == 153
    assert counted(row.occurrences(False, -1)) == output
    assert counted(row.occurrences(True, -1)) == output | {5: 3, 6: 1}
    row.observe(6)
    assert counted(row.occurrences(False, -1)) == output | {6: 1}


def test_a_window_counts_the_last_tokens_alone() -> None:
    row = sampler(SamplingParams(), 300, prompt=[5, 6, 5], output=[7, 7]).state
    windows = {last: [counted(row.occurrences(with_prompt, last)) for with_prompt in (False, True)] for last in (0, 1, 3, 9)}
    assert windows == {0: [{}, {}], 1: [{7: 1}, {7: 1}], 3: [{7: 2}, {5: 1, 7: 2}], 9: [{7: 2}, {5: 2, 6: 1, 7: 2}]}


def counted(said: Occurrences) -> dict[int, int]:
    assert np.unique(said.ids).size == said.ids.size
    return dict(zip(said.ids.tolist(), said.counts.tolist(), strict=True))
