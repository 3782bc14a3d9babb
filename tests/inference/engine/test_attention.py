"""The attention rows on the wire are those that the model itself computes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from inference import Engine, Watch
from inference.engine.capture import quantise
from inference.events import Attention
from tests.inference.engine.runs import ids, prompt, spec, tokens
from tests.inference.models import CONFIGS

ALL = Watch(top_n=0, attention="all")


def rows(attention: Attention) -> tuple[list[tuple[int, int]], NDArray[np.float32], NDArray[np.float32]]:
    """Index, dequantised rows (N, T), steps (N, 1)."""
    scale = attention.scale.array()[:, None]
    index = [(int(layer), int(head)) for layer, head in attention.index.array()]
    return index, attention.values.array() * scale, scale


def own_attention(folder: Path, sequence: list[int]) -> NDArray[np.float32]:
    """(layers, heads, T, T) as the model returns it."""
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager").eval()
    with torch.inference_mode():
        weights = model(input_ids=torch.tensor([sequence]), output_attentions=True).attentions
    stacked: NDArray[np.float32] = torch.cat(weights).numpy()
    return stacked


@pytest.mark.parametrize("family", CONFIGS)
def test_every_head_equals_the_models_own_attention(
    family: str, engine_of: Callable[[str], Engine], checkpoint: Callable[[str], Path]
) -> None:
    """Among others that watch the mean or nothing; beyond the sliding window where there is one."""
    engine, start = engine_of(family), prompt(21)
    others = [engine.submit(spec(prompt(n), watch=Watch(attention="mean" if n % 2 else "off"), max_tokens=30)) for n in (3, 18, 40)]
    found = tokens(engine.run(spec(start, watch=ALL, max_tokens=10)))
    own = own_attention(checkpoint(family), [*start, *(token.id for token in found)])
    for token in found:
        assert token.attention is not None
        index, values, step = rows(token.attention)
        place = token.kv_tokens - 1
        whole = own[:, :, place, : place + 1]
        wanted = np.stack([whole[layer].mean(0) if head < 0 else whole[layer, head] for layer, head in index])
        assert np.all(np.abs(values - wanted) <= step + 1e-5)
        assert np.allclose(values.sum(1), wanted.sum(1), atol=float(step.max()) / 2 + 1e-5)
    assert all(len(ids(other)) == 30 for other in others)


def test_the_mean_comes_first_then_the_chosen_heads(engine: Engine) -> None:
    token = tokens(engine.run(spec(prompt(5), watch=Watch(top_n=0, attention="mean", heads=((2, 3), (0, 1))))))[0]
    assert token.attention is not None
    assert rows(token.attention)[0] == [(0, -1), (1, -1), (2, -1), (2, 3), (0, 1)]


def test_chosen_heads_come_without_the_mean_where_that_is_off(engine: Engine) -> None:
    token = tokens(engine.run(spec(prompt(5), watch=Watch(top_n=0, attention="off", heads=((1, 1),)))))[0]
    assert token.attention is not None
    assert rows(token.attention)[0] == [(1, 1)]


def test_a_sliding_window_shows_nothing_outside(engine_of: Callable[[str], Engine]) -> None:
    token = tokens(engine_of("mistral").run(spec(prompt(30), watch=ALL)))[0]
    assert token.attention is not None
    assert not rows(token.attention)[1][:, : 30 - 12].any()


def test_watching_does_not_change_the_tokens(engine_of: Callable[[str], Engine]) -> None:
    for family in ("llama", "gemma2"):
        assert ids(engine_of(family).run(spec(prompt(8), watch=ALL))) == ids(engine_of(family).run(spec(prompt(8))))


@given(arrays.arrays(np.float32, st.tuples(st.integers(1, 4), st.integers(1, 300)), elements=st.floats(0, 1, width=32)))
def test_quantised_rows_keep_their_sum_within_half_a_step(values: Any) -> None:
    found, scale = quantise(values)
    assert found.dtype == np.uint8
    restored = found * scale[:, None].astype(np.float64)
    assert np.all(np.abs(restored - values) <= scale[:, None] * 1.0001 + 1e-30)
    assert np.all(np.abs(restored.sum(1) - values.sum(1, dtype=np.float64)) <= scale * 0.501 + 1e-30)
