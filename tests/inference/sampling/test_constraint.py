"""The stage of a constraint, on a guide that says yes and no by itself."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
import torch

from inference.grammar import DeadEnd
from inference.sampling.arrays import Bools, Floats
from inference.sampling.sampler import Choice, Sampler, choose
from inference.spec import DEFAULT_STAGE_ORDER, SamplingParams
from tests.inference.sampling.build import BLIND, WATCH, random_logits, random_params

VOCAB = 300


@dataclass
class Only:
    """Allows these tokens at every step."""

    tokens: list[int]
    vocab: int = VOCAB
    may_end: bool = False
    done: bool = False
    seen: list[int] = field(default_factory=list)

    def advance(self, token_id: int) -> None:
        self.seen.append(token_id)

    @property
    def forbidden(self) -> Bools:
        forbidden = np.ones(self.vocab, dtype=np.bool_)
        forbidden[self.tokens] = False
        return forbidden

    @property
    def allowed(self) -> int:
        return len(self.tokens)

    def fork(self) -> Only:
        return Only(self.tokens, self.vocab, self.may_end, self.done, list(self.seen))


def constrained(tokens: list[int], vocab: int = VOCAB, seed: int = 0, **settings: object) -> Sampler:
    params = SamplingParams.model_validate({"regex": "[a-z]+", **settings})
    return Sampler(
        params, seed=seed, prompt_ids=[], vocab_size=vocab, eos_token_ids=[], pieces=lambda token: b"?", guide=Only(tokens, vocab)
    )


def chosen(logits: Floats, *samplers: Sampler, watched: bool = True) -> list[Choice]:
    watches = [WATCH if watched else BLIND] * len(samplers)
    choices = choose(torch.from_numpy(np.stack([logits] * len(samplers))), samplers, watches)
    assert all(isinstance(choice, Choice) for choice in choices)
    return [choice for choice in choices if isinstance(choice, Choice)]


@pytest.mark.parametrize("watched", [True, False])
@pytest.mark.parametrize("seed", range(40))
def test_whatever_the_settings_the_token_is_an_allowed_one(seed: int, watched: bool) -> None:
    rng = np.random.default_rng(seed)
    allowed = sorted(rng.choice(VOCAB, size=int(rng.integers(1, 30)), replace=False).tolist())
    logits = random_logits(rng, VOCAB)
    logits[allowed] = rng.standard_normal(len(allowed))
    order = ["constraint", *(name for name in random_params(rng, VOCAB).order if name != "constraint")]
    params = random_params(rng, VOCAB).model_copy(update={"stage_order": tuple(order)})
    row = constrained(allowed, **{**params.model_dump(exclude={"seed"}), "regex": "x"}, seed=seed)
    for _ in range(10):
        (choice,) = chosen(logits, row, watched=watched)
        assert choice.token_id in allowed
        row.observe(choice.token_id)


def test_what_is_forbidden_leaves_with_its_probability_and_the_numbers_say_how_much_is_left() -> None:
    logits = np.log(np.array([0.4, 0.3, 0.2, 0.1]))
    (choice,) = chosen(logits, constrained([1, 3], 4))
    assert choice.trace is not None
    names = [stage.name for stage in choice.trace.stages]
    stage = choice.trace.stages[names.index("constraint")]
    assert (stage.kept, stage.numbers) == (2, {"regex": 6, "allowed": 2, "may_end": 0})
    assert stage.removed_mass == pytest.approx(0.6)
    gone = choice.trace.token_ids.index(0)
    assert choice.trace.removed_at.array()[gone] == names.index("constraint")
    assert choice.trace.removed_value.array()[gone] == pytest.approx(0.4)
    assert choice.logprob == pytest.approx(np.log(0.75 if choice.token_id == 1 else 0.25))


def test_min_keep_brings_nothing_back() -> None:
    logits = np.zeros(VOCAB)
    row = constrained([7], min_keep=50, top_k=1, top_p=0.1, min_p=0.5)
    assert {chosen(logits, row, watched=watched)[0].token_id for watched in (True, False)} == {7}


def test_a_row_gets_the_same_numbers_beside_rows_without_a_constraint() -> None:
    rng = np.random.default_rng(5)
    logits = rng.standard_normal(VOCAB)
    free = Sampler(SamplingParams(temperature=0.8), seed=1, prompt_ids=[], vocab_size=VOCAB, eos_token_ids=[], pieces=lambda token: b"?")
    rows = [constrained([1, 2, 3], seed=1, temperature=0.8), free, constrained(list(range(200)), seed=1, temperature=0.8)]
    together = chosen(logits, *rows)
    assert together == [chosen(logits, row)[0] for row in rows]


def test_a_constraint_after_a_filter_that_removed_all_it_allows_is_a_dead_end() -> None:
    order = ("top_k", *(name for name in DEFAULT_STAGE_ORDER if name != "top_k"))
    logits = np.arange(VOCAB, dtype=np.float64)
    with pytest.raises(DeadEnd, match="all 2 tokens"):
        chosen(logits, constrained([3, 4], top_k=5, stage_order=order))
    assert chosen(logits, constrained([299], top_k=5, stage_order=order))[0].token_id == 299


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_constraint_that_allows_nothing_is_a_dead_end(temperature: float) -> None:
    with pytest.raises(DeadEnd):
        chosen(np.zeros(VOCAB), constrained([], temperature=temperature), watched=False)


def test_a_constraint_sees_every_token_once() -> None:
    row = constrained([1])
    for token in (5, 6):
        row.observe(token)
    guide = row.state.guide
    assert isinstance(guide, Only)
    assert guide.seen == [5, 6]


def test_leaving_the_constraint_out_of_the_order_is_refused() -> None:
    with pytest.raises(ValueError, match="stage_order: constraint is left out"):
        SamplingParams(regex="a", stage_order=("temperature",))
    SamplingParams(stage_order=("temperature",))
