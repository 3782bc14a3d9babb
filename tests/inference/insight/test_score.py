"""A text read by the model: every token, and two sums that must agree with each other."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from inference import Engine
from inference.insight.score import read
from tests.inference.models import write_checkpoint


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder: Path = write_checkpoint(tmp_path_factory.mktemp("read"), "gpt2")
    return Engine.load(folder, device="cpu", threads=1)


def test_every_token_is_there_and_only_the_first_has_no_numbers(engine: Engine) -> None:
    reading = read(engine, "a cup of tea")
    assert b"".join(token.piece for token in reading.tokens) == b"a cup of tea"
    assert [token.logprob is None for token in reading.tokens] == [True] + [False] * (len(reading.tokens) - 1)


def test_perplexity_and_bits_per_byte_are_of_the_same_surprisal(engine: Engine) -> None:
    reading = read(engine, "tea and rest")
    scored = reading.tokens[1:]
    bits = math.log2(reading.perplexity) * len(scored)
    assert reading.bits_per_byte == pytest.approx(bits / sum(len(token.piece) for token in scored))


def test_the_rank_of_a_token_is_one_where_none_is_likelier(engine: Engine) -> None:
    for token in read(engine, "tea and rest at noon").tokens[1:]:
        assert token.logprob is not None
        assert token.entropy is not None
        assert token.rank is not None
        assert token.logprob <= 0 <= token.entropy
        assert 1 <= token.rank <= engine.info.vocab_size
