"""Events from outside are what their types say, to the last leaf."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from inference.events import Block, ErrorInfo, Finished, Token, Usage
from inference.typed import well_typed
from tests.playground.runs.kept import token

replace: Any = dataclasses.replace  # what is wrong here is wrong on purpose
wrong_block: Any = Block
wrong_error: Any = ErrorInfo
ENDED = Finished("length", None, "", None, Usage(2, 3, 0), None, None)


@pytest.mark.parametrize(
    ("event", "fine"),
    [
        (token(0), True),
        (replace(token(0), logprob=None, forward_ms=1), True),
        (replace(token(0), text=5), False),
        (replace(token(0), piece="x"), False),
        (replace(token(0), id=1.5), False),
        (replace(token(0), step=True), False),
        (replace(token(0), t_ms="<script>"), False),
        (replace(token(0), trace={"a": 1}), False),
        (ENDED, True),
        (replace(ENDED, reason="stolen"), False),
        (replace(ENDED, policy={"": "Not here."}), True),
        (replace(ENDED, policy={"": 1}), False),
        (replace(ENDED, error=ErrorInfo("a", "b")), True),
        (replace(ENDED, error=wrong_error("a", ["b"])), False),
        (replace(ENDED, usage=None), False),
    ],
)
def test_a_leaf_of_another_type_is_found(event: Any, fine: bool) -> None:
    assert well_typed(event, type(event)) is fine


@pytest.mark.parametrize(
    ("block", "fine"),
    [
        (Block.of(np.zeros((2, 3)), "f4"), True),
        (Block.of(np.zeros((0, 3)), "u1"), True),
        (Block("f4", [2, 3], bytes(23)), False),
        (wrong_block("f8", [1], bytes(8)), False),
        (Block("f4", [-1, -6], bytes(24)), False),
    ],
)
def test_a_blocks_bytes_are_as_many_as_its_shape_says(block: Block, fine: bool) -> None:
    assert well_typed(block, Block) is fine


def test_a_token_is_no_end() -> None:
    assert not well_typed(token(0), Finished)
    assert well_typed(token(0), Token)
