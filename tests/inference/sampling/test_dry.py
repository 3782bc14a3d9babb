"""DRY: llama.cpp's own cases, a plain search over every earlier place, breakers across tokens, and long loops."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings

from inference.sampling.history import Breaks, recurrences
from inference.spec import SamplingParams
from tests.inference.sampling import reference
from tests.inference.sampling.build import after, probabilities, seeds, states, traced


@pytest.mark.parametrize(
    ("size", "said", "expected", "multiplier", "base", "allowed", "window", "breakers"),
    [  # llama.cpp, tests/test-sampling.cpp, test_dry
        (4, [0, 1], [0.25] * 4, 1.0, 1.1, 2, 4, ()),
        (4, [0, 1, 2, 0, 1], [0.296923, 0.296923, 0.109232, 0.296923], 1.0, 1.1, 2, 5, ()),
        (5, [0, 1, 3, 4, 0, 1], [0.2] * 5, 1.0, 1.1, 2, 6, ("3",)),
        (5, [0, 1, 2, 0, 1], [0.241818, 0.241818, 0.032727, 0.241818, 0.241818], 2.0, 1.1, 2, 5, ()),
        (5, [0, 1, 2, 3, 4, 0, 1], [0.2] * 5, 1.0, 1.1, 4, 7, ()),
    ],
)
def test_probabilities_in_probabilities_out(
    size: int, said: list[int], expected: list[float], multiplier: float, base: float, allowed: int, window: int, breakers: tuple[str, ...]
) -> None:
    params = SamplingParams(
        dry_multiplier=multiplier, dry_base=base, dry_allowed_length=allowed, dry_penalty_last_n=window, dry_sequence_breakers=breakers
    )
    scores = after(np.zeros((1, size)), states([params], size, output=said))
    assert probabilities(scores[0]) == pytest.approx(expected, abs=1e-5)


@settings(max_examples=200, deadline=None)
@given(seeds)
def test_it_equals_a_search_over_every_earlier_place(seed: int) -> None:
    rng = np.random.default_rng(seed)
    vocab = int(rng.choice([2, 3, 12]))
    said = rng.integers(vocab, size=int(rng.integers(60))).tolist()
    params = SamplingParams(
        dry_multiplier=float(rng.uniform(0.1, 3)),
        dry_base=float(rng.choice([1.0, 1.5, 10.0])),
        dry_allowed_length=int(rng.integers(1, 5)),
        dry_penalty_last_n=int(rng.choice([-1, 0, 5, 30])),
        dry_sequence_breakers=tuple(str(each) for each in rng.integers(10, size=int(rng.integers(3)))),
    )
    plain = reference.run(np.zeros(vocab), params, said)[-1].scores
    assert after(np.zeros((1, vocab)), states([params], vocab, prompt=said))[0] == pytest.approx(plain, rel=1e-12)


@settings(max_examples=200, deadline=None)
@given(seeds)
def test_recurrences_are_the_lengths_of_the_common_ends(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ids = rng.integers(3, size=int(rng.integers(40)))
    most = int(rng.integers(8))
    plain = [max(n for n in range(min(place, most) + 1) if n == 0 or ids[place - n : place].tolist() == ids[-n:].tolist()) for place in range(len(ids))]
    assert recurrences(ids, most).tolist() == plain


def test_a_breaker_is_found_however_it_is_cut_into_tokens() -> None:
    pieces = [b"a", b"\n", b"x\ny", b"<", b"/s", b">z"]
    found = Breaks(["\n", "</s>"], pieces.__getitem__, [])
    since = []
    for token in (0, 1, 0, 2, 0, 3, 4, 0, 3, 4, 5, 0):
        found.add(token)
        since.append(found.since)
    assert since == [1, 0, 1, 0, 1, 2, 3, 4, 5, 6, 0, 1]
    assert [found.within(token) for token in range(6)] == [False, True, True, False, False, False]


def test_a_long_loop_is_penalised_without_end_or_delay() -> None:
    params = SamplingParams(dry_multiplier=1.0, dry_sequence_breakers=())
    rows = states([params], 5, output=[0, 1, 2] * 3000)
    before = time.process_time()
    scores = after(np.zeros((1, 5)), rows)
    assert np.isfinite(scores).all()
    assert scores[0].argmin() == 0
    assert time.process_time() - before < 1.0  # tens of milliseconds


def test_the_trace_says_how_many_tokens_were_touched_and_how_much() -> None:
    trace = traced(np.zeros(4), SamplingParams(dry_multiplier=2.0, dry_base=3.0), output=[0, 1, 2, 3, 0, 1, 2])
    assert trace.stages[1].numbers == {"dry_multiplier": 2.0, "tokens": 1, "largest": 6.0}
