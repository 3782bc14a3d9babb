"""Prompts get as many tokens a step as hardly hold up those who decode."""

from __future__ import annotations

from inference.engine.budget import Budget

STEP, TOKEN = 0.010, 0.0001  # seconds


def learnt(most: int = 256, step: float = STEP, token: float = TOKEN) -> Budget:
    budget = Budget(most)
    for _ in range(50):
        budget.took(step, 0, decoding=True)
        tokens = budget.tokens(decoding=True)
        budget.took(step + tokens * token, tokens, decoding=True)
    return budget


def test_where_nobody_decodes_a_prompt_gets_all() -> None:
    assert learnt().tokens(decoding=False) == 256


def test_a_step_with_prompt_tokens_stays_within_twice_its_usual_time() -> None:
    for step, token in ((STEP, TOKEN), (0.1, 0.004), (0.003, 0.0001)):
        tokens = learnt(step=step, token=token).tokens(decoding=True)
        assert 1.5 * step <= step + tokens * token <= 2 * step


def test_a_chunk_is_never_so_small_that_a_prompt_crawls() -> None:
    assert learnt(token=0.1).tokens(decoding=True) == 16


def test_a_chunk_is_never_larger_than_allowed() -> None:
    assert learnt(most=8, token=1e-7).tokens(decoding=True) == 8
    assert learnt(most=8, token=1).tokens(decoding=True) == 8


def test_a_budget_follows_a_machine_that_becomes_slower() -> None:
    budget = learnt()
    before = budget.tokens(decoding=True)
    for _ in range(50):
        budget.took(STEP + before * TOKEN * 4, before, decoding=True)
    assert budget.tokens(decoding=True) < before / 3


def test_what_prompts_take_is_also_learnt_where_nobody_decodes() -> None:
    budget = Budget(256)
    budget.took(256 * TOKEN, 256, decoding=False)
    budget.took(STEP, 0, decoding=True)
    assert budget.tokens(decoding=True) == 80
