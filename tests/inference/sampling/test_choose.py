"""``choose`` against the plain pipeline of ``reference.py``: the token, the dice, and every number of the trace."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings

from inference.events import Trace
from inference.sampling.arrays import Floats
from inference.sampling.dice import FOR_XTC, Rolls
from inference.sampling.sampler import Choice, Group, Outcome, Route, choose
from inference.sampling.trace import LARGEST_F4
from inference.spec import DEFAULT_STAGE_ORDER, SamplingParams, Watch
from tests.inference.sampling import reference
from tests.inference.sampling.build import BLIND, WATCH, one, random_logits, random_params, sampler, seeds

VOCABULARIES = (1, 2, 3, 17, 255, 256, 257, 1000, 2049, 4096)


def case(seed: int) -> tuple[np.random.Generator, int]:
    rng = np.random.default_rng(seed)
    return rng, int(rng.choice(VOCABULARIES))


def borderline(logits: Floats, params: SamplingParams, **context: Any) -> bool:
    """Whether a cut falls so close to a token that rounding decides: it falls elsewhere with settings a trace larger or smaller."""
    kept = [[np.isfinite(stage.scores) for stage in reference.run(logits, _nudged(params, by), **context)] for by in (-1e-10, 0.0, 1e-10)]
    return any(not np.array_equal(a, b) for other in kept[::2] for a, b in zip(kept[1], other, strict=True))


def _nudged(params: SamplingParams, by: float) -> SamplingParams:
    fractions = ["top_p", "min_p", "typical_p", "top_n_sigma", "top_a", "tfs_z", "epsilon_cutoff", "eta_cutoff", "xtc_threshold", "mirostat_tau"]
    return params.model_copy(update={name: _nudge(getattr(params, name), by) for name in fractions})


def _nudge(value: float, by: float) -> float:
    """Away from its value, unless that switches a stage off."""
    return value if value in (0.0, 1.0) else value * (1 + by)


AMPLIFIES = {"dynatemp", "smoothing"}  # divides by what an entropy came to, takes the cube of a gap: from there on scores differ in more than their last digits


def close_enough(trail: list[reference.Stage], index: int) -> float:
    """How far a number of stage ``index`` may be from the plain one: as far as rounding of the largest score can take it."""
    finite = trail[index].scores[trail[index].scores > -np.inf]
    largest = 1.0 + float(np.abs(finite.max()))
    return largest * (1e-8 if any(stage.name in AMPLIFIES for stage in trail[: index + 1]) else 1e-13)


def same_trace(trace: Trace, trail: list[reference.Stage]) -> None:
    ids = trace.token_ids
    assert [stage.name for stage in trace.stages] == [stage.name for stage in trail]
    scores, ranks = trace.scores.array(), trace.ranks.array()
    for index, (stage, plain) in enumerate(zip(trace.stages, trail, strict=True)):
        assert stage.kept == np.count_nonzero(plain.scores > -np.inf)
        assert stage.entropy == pytest.approx(plain.entropy, abs=max(1e-12, close_enough(trail, index)))
        assert stage.logsumexp == pytest.approx(plain.logsumexp, rel=0.0, abs=close_enough(trail, index))
        assert scores[index] == pytest.approx(_on_the_wire(plain.scores[ids]), rel=1e-6)
        assert ranks[index].tolist() == plain.ranks[ids].tolist()
        assert stage.other_mass == pytest.approx(max(0.0, 1 - plain.probabilities[ids].sum()), abs=1e-12)
        assert stage.other_count == stage.kept - np.count_nonzero(plain.scores[ids] > -np.inf)
        before = trail[max(0, index - 1)]
        assert stage.removed_mass == pytest.approx(before.probabilities[list(plain.reason)].sum(), abs=1e-9)
    same_removals(trace, trail)


def _on_the_wire(scores: Floats) -> np.ndarray:
    clipped: np.ndarray = np.where(np.isneginf(scores), scores, np.clip(scores, -LARGEST_F4, LARGEST_F4)).astype(np.float32)
    return clipped


def same_removals(trace: Trace, trail: list[reference.Stage]) -> None:
    for token, at, value in zip(trace.token_ids, trace.removed_at.array(), trace.removed_value.array(), strict=True):
        gone = [index for index, stage in enumerate(trail) if stage.scores[token] == -np.inf]
        assert at == (gone[0] if gone else -1)
        if at > 0:
            assert value == pytest.approx(np.float32(trail[at].reason[token]), rel=1e-6, abs=1e-7)
        else:
            assert np.isnan(value)


ILL_CONDITIONED = 1e9  # scores that a tiny temperature and the smoothing's cube have blown up differ in more than their last digits


@settings(max_examples=200, deadline=None)
@given(seeds)
@example(14759)
def test_a_watched_row_equals_the_plain_pipeline(seed: int) -> None:
    rng, vocab = case(seed)
    logits, params = random_logits(rng, vocab), random_params(rng, vocab)
    prompt, output, eos = (rng.integers(vocab, size=size).tolist() for size in (5, int(rng.integers(30)), 1))
    context: dict[str, Any] = {"prompt": prompt, "output": output, "eos": eos, "toss": Rolls(seed, 0, FOR_XTC).at(len(output))}
    trail = reference.run(logits, params, **context)
    if borderline(logits, params, **context) or any(abs(stage.logsumexp) > ILL_CONDITIONED for stage in trail):
        return
    choice = one(logits, params, seed=seed, prompt=prompt, output=output, eos=eos)
    assert choice.trace is not None
    same_trace(choice.trace, trail)
    dice = choice.trace.dice
    token, position, low, high = reference.draw(trail[-1], 0.0 if params.greedy else dice.u)
    assert (choice.token_id, dice.position) == (token, position)
    assert dice.low == pytest.approx(low, abs=1e-9)
    assert dice.high == pytest.approx(high, abs=1e-9)
    assert choice.raw_rank == trail[0].ranks[token]
    assert choice.raw_entropy == pytest.approx(trail[0].entropy, abs=1e-9)
    assert choice.raw_logprob == pytest.approx(trail[0].scores[token] - trail[0].logsumexp, abs=1e-9)
    assert choice.logprob == pytest.approx(trail[-1].scores[token] - trail[-1].logsumexp, abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_every_row_of_a_mixed_batch_equals_the_plain_pipeline(seed: int) -> None:
    rng, vocab = case(seed)
    logits = [random_logits(rng, vocab) for _ in range(4)]
    settings = [random_params(rng, vocab).model_copy(update={"stage_order": None}) for _ in logits]  # one order, so that all go together
    context: dict[str, Any] = {"prompt": [0, vocab - 1, 0], "output": rng.integers(vocab, size=4).tolist(), "eos": [0]}
    rows = [sampler(params, vocab, seed=row, **context) for row, params in enumerate(settings)]
    for row, outcome in enumerate(choose(torch.from_numpy(np.stack(logits)), rows, [Watch(top_n=int(rng.integers(1, 40))) for _ in rows])):
        assert isinstance(outcome, Choice)
        assert outcome.trace is not None
        toss = Rolls(row, 0, FOR_XTC).at(4)
        trail = reference.run(logits[row], settings[row], toss=toss, **context)
        if not borderline(logits[row], settings[row], toss=toss, **context) and all(abs(stage.logsumexp) < ILL_CONDITIONED for stage in trail):
            same_trace(outcome.trace, trail)
            assert outcome.raw_rank == trail[0].ranks[outcome.token_id]
            assert outcome.logprob == pytest.approx(trail[-1].scores[outcome.token_id] - trail[-1].logsumexp, abs=1e-9)


def outcomes(logits: torch.Tensor, seed: int, watch_every: int) -> list[Outcome]:
    """One outcome per row, from one call; row i is watched where i % watch_every == 0."""
    rng = np.random.default_rng(seed)
    vocab = logits.shape[1]
    rows = [
        sampler(random_params(rng, vocab), vocab, seed=index, prompt=rng.integers(vocab, size=5).tolist(), output=rng.integers(vocab, size=4).tolist())
        for index in range(len(logits))
    ]
    watches = [WATCH if index % watch_every == 0 else BLIND for index in range(len(logits))]
    return choose(logits, rows, watches)


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_a_row_gets_bit_for_bit_the_same_whoever_is_beside_it(seed: int) -> None:
    rng, vocab = case(seed)
    batch = int(rng.integers(2, 12))
    logits = np.stack([random_logits(rng, vocab) for _ in range(batch)])
    rows = [sampler(random_params(rng, vocab), vocab, seed=index, prompt=[0], output=[0, vocab - 1]) for index in range(batch)]
    watches = [WATCH if rng.random() < 0.5 else BLIND for _ in range(batch)]
    together = choose(torch.from_numpy(logits), rows, watches)
    alone = [choose(torch.from_numpy(logits[index : index + 1]), [rows[index]], [watches[index]])[0] for index in range(batch)]
    assert together == alone


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_neighbours_with_other_settings_in_the_same_odd_order_change_nothing(seed: int) -> None:
    rng, vocab = case(seed)
    order = tuple(rng.permutation(np.array(DEFAULT_STAGE_ORDER)).tolist())
    rows = [sampler(random_params(rng, vocab).model_copy(update={"stage_order": order}), vocab, seed=index, output=[0, 0]) for index in range(6)]
    logits = torch.from_numpy(np.stack([random_logits(rng, vocab) for _ in rows]))
    together = choose(logits, rows, [WATCH] * 6)
    assert together == [choose(logits[index : index + 1], [row], [WATCH])[0] for index, row in enumerate(rows)]


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_a_row_gets_bit_for_bit_the_same_however_much_of_it_is_listed_at_first(seed: int) -> None:
    rng, vocab = case(seed)
    logits, params = torch.from_numpy(random_logits(rng, vocab)[None]), random_params(rng, vocab)
    row, watch = sampler(params, vocab, prompt=[0], output=[0, vocab - 1]), WATCH if rng.random() < 0.5 else BLIND
    group = Group(logits.numpy(), [0], [row], [watch])
    with np.errstate(all="ignore"):  # as within ``choose``: void rows
        outcomes = [group.choose(row.route(watch.top_n > 0), head) for head in {min(head, vocab) for head in (4, 40, 256, vocab)}]
    assert all(outcome == outcomes[0] for outcome in outcomes)


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_watching_does_not_change_the_token(seed: int) -> None:
    rng, vocab = case(seed)
    logits = torch.from_numpy(np.stack([random_logits(rng, vocab) for _ in range(6)]))
    watched, blind = outcomes(logits, seed, watch_every=1), outcomes(logits, seed, watch_every=7)
    assert [choice.token_id for choice in watched if isinstance(choice, Choice)] == [choice.token_id for choice in blind if isinstance(choice, Choice)]
    assert all(isinstance(choice, Choice) and choice.trace is None for choice in blind[1:])


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_logits_of_any_dtype_are_taken_and_left_as_they_are(dtype: torch.dtype) -> None:
    logits = torch.randn(6, 1000, generator=torch.Generator().manual_seed(1)).to(dtype)
    copy = logits.clone()
    same = outcomes(logits.double(), 3, watch_every=2)
    assert outcomes(logits, 3, watch_every=2) == same
    assert torch.equal(logits, copy)


def test_logits_may_be_a_slice_of_a_larger_tensor() -> None:
    whole = torch.randn(3, 5, 777, generator=torch.Generator().manual_seed(2))
    assert outcomes(whole[:, -1], 5, watch_every=2) == outcomes(whole[:, -1].clone(), 5, watch_every=2)


@pytest.mark.parametrize("wanted", [100, 300, 3000, 30_000])
@pytest.mark.parametrize("setting", ["top_p", "top_k", "min_p"])
def test_a_cut_is_exact_however_far_down_it_falls(setting: str, wanted: int) -> None:
    logits = (-0.7 * np.log(np.random.default_rng(wanted).permutation(60_000) + 1.0)).astype(np.float32).astype(np.float64)
    p = np.sort(reference.Stage("", logits).probabilities)[::-1]
    value = {"top_p": p[:wanted].sum() - p[wanted - 1] / 2, "top_k": wanted, "min_p": (p[wanted - 1] + p[wanted]) / 2 / p[0]}[setting]
    params = SamplingParams(temperature=1.0).model_copy(update={setting: value})
    trail = reference.run(logits, params)
    choice = one(logits, params, seed=wanted)
    assert choice.trace is not None
    assert choice.trace.stages[-1].kept == wanted
    same_trace(choice.trace, trail)
    assert choice.token_id == reference.draw(trail[-1], choice.trace.dice.u)[0]
    assert one(logits, params, BLIND, seed=wanted).token_id == choice.token_id


def test_a_large_vocabulary_equals_the_plain_pipeline() -> None:
    rng = np.random.default_rng(7)
    logits = (rng.standard_normal(151_936) * 2.5).astype(np.float32).astype(np.float64)
    params = random_params(rng, len(logits)).model_copy(update={"temperature": 0.7, "top_p": 0.95, "top_k": 0, "min_keep": 1})
    choice = one(logits, params, seed=5, prompt=[1, 2, 3], output=[4, 4])
    trail = reference.run(logits, params, [1, 2, 3], [4, 4])
    assert choice.trace is not None
    same_trace(choice.trace, trail)
    assert choice.token_id == reference.draw(trail[-1], choice.trace.dice.u)[0]


def test_a_step_leaves_nothing_to_the_garbage_collector() -> None:
    """A reference cycle would keep the arrays of a step alive until the next collection: hundreds of MB at full speed."""
    rng = np.random.default_rng(0)
    logits = torch.from_numpy(np.stack([random_logits(rng, 1000) for _ in range(8)]))
    rows = [sampler(random_params(rng, 1000), 1000) for _ in range(8)]
    gc.collect()
    gc.disable()
    try:
        choose(logits, rows, [WATCH, BLIND] * 4)
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_a_step_begins_with_the_list_that_the_last_one_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[int] = []
    choose_from = Group.choose

    def counted(group: Group, way: Route, head: int) -> list[Choice]:
        lengths.append(head)
        return choose_from(group, way, head)

    monkeypatch.setattr(Group, "choose", counted)
    rng = np.random.default_rng(3)
    vocab = 20_000
    flat, steep = (torch.from_numpy(rng.standard_normal((1, vocab)) * scale) for scale in (0.5, 4.0))
    row, other = (sampler(SamplingParams(temperature=1.0, top_p=0.05), vocab, seed=1) for _ in range(2))

    def listed(logits: torch.Tensor) -> list[int]:
        """The lengths that are tried for one step; its outcome is that of a sampler that remembers nothing."""
        lengths.clear()
        other.listed = 0
        [outcome], tried = choose(logits, [row], [WATCH]), [*lengths]
        assert [outcome] == choose(logits, [other], [WATCH])
        return tried

    assert [listed(logits) for logits in (flat, flat, steep, steep, flat)] == [[256, 2048], [2048], [2048], [256], [256, 2048]]
