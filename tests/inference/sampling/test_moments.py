"""Many steps asked at once know what each step knew by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from inference.sampling.moments import Moments
from inference.spec import SamplingParams
from tests.inference.sampling.build import sampler, seeds

VOCAB = 12  # so small that every token comes again


@settings(max_examples=100, deadline=None)
@given(seeds)
def test_each_step_sees_the_tokens_that_it_would_have_counted_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    prompt, before, tokens = (rng.integers(VOCAB, size=rng.integers(low, 30)).tolist() for low in (0, 0, 1))
    scope = bool(rng.integers(2)), int(rng.choice([-1, 1, 2, 7, 64]))
    together, alone = (sampler(SamplingParams(repetition_penalty=2.0), VOCAB, prompt=prompt) for _ in range(2))
    for token in before:
        together.observe(token)
        alone.observe(token)
    moments = Moments(together, tokens, apart=False)
    some = np.flatnonzero(rng.random(len(tokens)) < 0.7)
    found = moments.occurred("repetition_penalty", lambda _: scope)
    picked = moments.picked(slice(0, len(tokens))).picked(some).occurred("repetition_penalty", lambda _: scope) if len(some) else None
    for step, token in enumerate(tokens):
        expected = alone.state.occurrences(*scope)
        counts = dict(zip(expected.ids.tolist(), expected.counts.tolist(), strict=True))
        here = found.rows == step
        assert dict(zip(found.ids[here].tolist(), found.counts()[here].tolist(), strict=True)) == counts
        if picked is not None and step in some:
            at = picked.rows == some.tolist().index(step)
            assert dict(zip(picked.ids[at].tolist(), picked.counts()[at].tolist(), strict=True)) == counts
        assert moments.draws[step] == alone.roll()
        alone.observe(token)
    assert together.state.tokens.ids.tolist() == [*prompt, *before, *tokens[:-1]]


@pytest.mark.parametrize("apart", [False, True])
def test_states_of_their_own_are_those_before_each_step(apart: bool) -> None:
    moments = Moments(sampler(SamplingParams(), VOCAB, prompt=[1]), [5, 6, 7], apart)
    assert [len(state.tokens.ids) for state in moments] == ([1, 2, 3] if apart else [3, 3, 3])
