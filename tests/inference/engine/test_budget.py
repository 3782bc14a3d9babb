"""Prompts get as many tokens a step as hardly hold up those who decode."""

from __future__ import annotations

from inference.engine.budget import Budget

STEP, ROW, TOKEN = 0.002, 0.00025, 0.00004  # seconds


def seconds(rows: int, tokens: int, token: float = TOKEN) -> float:
    return STEP + rows * ROW + tokens * token


def learnt(most: int = 256, token: float = TOKEN) -> Budget:
    """After steps with 1 to 8 rows, every second with prompt tokens."""
    budget = Budget(most)
    for step in range(50):
        rows = 1 + step % 8
        budget.took(seconds(rows, 0), rows, 0)
        tokens = budget.tokens(rows)
        budget.took(seconds(rows, tokens, token), rows, tokens)
    return budget


def test_where_nobody_decodes_a_prompt_gets_all() -> None:
    assert learnt().tokens(0) == 256


def test_a_step_with_prompt_tokens_stays_within_twice_its_usual_time() -> None:
    for token in (TOKEN, 0.00008):
        for rows in (1, 8):
            tokens = learnt(token=token).tokens(rows)
            assert 1.7 < seconds(rows, tokens, token) / seconds(rows, 0) <= 1.801


def test_more_rows_than_ever_without_a_prompt_leave_room_for_more_of_it() -> None:
    budget = learnt()
    for rows in range(8, 33):
        tokens = budget.tokens(rows)
        assert 1.7 < seconds(rows, tokens) / seconds(rows, 0) <= 1.801
        budget.took(seconds(rows, tokens), rows, tokens)


def test_a_chunk_is_never_so_small_that_a_prompt_crawls() -> None:
    assert learnt(token=0.1).tokens(8) == 16


def test_a_chunk_is_never_larger_than_allowed() -> None:
    assert learnt(most=8, token=1e-7).tokens(8) == 8
    assert learnt(most=8, token=1).tokens(8) == 8


def test_a_budget_follows_a_machine_that_becomes_slower() -> None:
    budget = learnt()
    before = budget.tokens(8)
    for _ in range(50):
        budget.took(seconds(8, before, TOKEN * 4), 8, before)
    assert budget.tokens(8) < before / 3


def test_what_a_prompt_takes_is_not_forgotten_while_none_comes() -> None:
    budget = learnt()
    before = budget.tokens(8)
    for _ in range(100_000):
        budget.took(seconds(8, 0), 8, 0)
    assert abs(budget.tokens(8) - before) <= 1


def test_before_anything_is_known_a_prompt_gets_a_quarter() -> None:
    budget = Budget(256)
    assert budget.tokens(1) == 64
    budget.took(seconds(0, 256), 0, 256)
    assert budget.tokens(1) == 64
    budget.took(seconds(1, 0), 1, 0)
    assert 16 <= budget.tokens(1) <= 64
