"""Models with 8 and 4 bit weights run as the others do, close to the original, and say honestly what they take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from inference import Engine
from inference.engine.errors import ModelError
from inference.engine.quantized import GROUP, Int4Linear, Int8Linear, PackedInt4Linear, numbers_of
from inference.engine.ragged import RaggedRunner
from tests.inference.engine.encoders import write_encoder_decoder
from tests.inference.engine.runs import ids, prompt, spec
from tests.inference.models import CONFIGS

KINDS = {"int8": Int8Linear, "int4": Int4Linear, "packed int4": PackedInt4Linear}


def weights(rows: int, columns: int, dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(rows * columns)
    return torch.randn(rows, columns, generator=generator).to(dtype), torch.randn(rows, generator=generator).to(dtype)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("shape", [(16, 32), (96, 64), (320, 256)])
@pytest.mark.parametrize("rows", [1, 2, 5, 70])
def test_a_quantized_product_is_that_of_the_restored_weights(kind: str, dtype: torch.dtype, shape: tuple[int, int], rows: int) -> None:
    if kind == "packed int4" and dtype is not torch.bfloat16:
        pytest.skip("that layout is for bfloat16")
    weight, bias = weights(*shape, dtype)
    layer = KINDS[kind](weight, bias)
    x = torch.randn(rows, shape[1], generator=torch.Generator().manual_seed(rows)).to(dtype)
    restored = layer(torch.eye(shape[1], dtype=dtype)).float().T - bias.float()[:, None]
    wanted = x.float() @ restored.T + bias.float()
    assert torch.allclose(layer(x).float(), wanted, rtol=0.02, atol=0.02 * float(wanted.std()) + (0 if dtype is torch.float32 else 0.15))
    assert layer(x[None]).shape == (1, rows, shape[0])


def test_int8_keeps_each_weight_within_half_a_step() -> None:
    weight, _ = weights(40, 64, torch.float32)
    layer = Int8Linear(weight, None)
    restored = layer.weight.float() * layer.scale[:, None]
    assert torch.all((restored - weight).abs() <= layer.scale[:, None] * 0.5001)


def test_int4_keeps_each_weight_within_half_a_step_of_its_group() -> None:
    weight, _ = weights(40, 64, torch.float32)
    numbers, scale, low = numbers_of(weight)
    restored = (numbers.view(40, -1, GROUP) * scale[..., None] + low[..., None]).flatten(1)
    assert int(numbers.min()) == 0
    assert int(numbers.max()) == 15
    assert torch.all((restored - weight).abs().view(40, -1, GROUP) <= scale[..., None] * 0.501)


@pytest.mark.parametrize("quantization", ["int8", "int4"])
@pytest.mark.parametrize("family", [*CONFIGS])
def test_every_family_runs_quantized_on_its_own_path(
    family: str, quantization: str, checkpoint: Callable[[str], Path], engine_of: Callable[[str], Engine]
) -> None:
    whole = engine_of(family)
    with Engine.load(checkpoint(family), device="cpu", dtype="float32", quantization=quantization, threads=1) as engine:
        assert isinstance(engine.model.runner, RaggedRunner) == isinstance(whole.model.runner, RaggedRunner)
        assert engine.info.quantization == quantization
        assert engine.info.parameters == whole.info.parameters
        assert engine.info.weight_bytes < whole.info.weight_bytes
        assert len(ids(engine.run(spec(prompt(9), max_tokens=5)))) == 5
        if quantization == "int8":
            text = list(prompt(60))
            assert engine.score(text).perplexity == pytest.approx(whole.score(text).perplexity, rel=0.25)


def test_neighbours_do_not_change_a_quantized_run(checkpoint: Callable[[str], Path]) -> None:
    with Engine.load(checkpoint("llama"), device="cpu", dtype="float32", quantization="int4", threads=1) as engine:
        alone = [ids(engine.run(spec(prompt(length)))) for length in (3, 17, 40)]
        together = [engine.submit(spec(prompt(length))) for length in (3, 17, 40)]
        assert [ids(handle) for handle in together] == alone


def test_auto_is_bfloat16_for_quantized_weights_on_a_processor(checkpoint: Callable[[str], Path]) -> None:
    with Engine.load(checkpoint("llama"), device="cpu", quantization="int4", threads=1) as engine:
        assert engine.info.dtype == "bfloat16"
        kinds = {type(module) for module in engine.model.network.modules()}
        assert PackedInt4Linear in kinds
        assert len(ids(engine.run(spec(prompt(9), max_tokens=5)))) == 5


def test_the_bytes_are_those_of_the_quantized_weights(checkpoint: Callable[[str], Path]) -> None:
    """Llama of 3 layers: 64 wide, 32 of keys and values, 96 in between; embeddings, head and norms in float32."""
    linear = 3 * (2 * 64 * 64 + 2 * 64 * 32 + 3 * 64 * 96)
    rest = (2 * 320 * 64 + 7 * 64) * 4
    with Engine.load(checkpoint("llama"), device="cpu", dtype="float32", quantization="int8", threads=1) as engine:
        rows = 3 * (64 + 32 + 32 + 64 + 96 + 96 + 64)
        assert engine.info.weight_bytes == linear + rows * 4 + rest
    with Engine.load(checkpoint("llama"), device="cpu", dtype="float32", quantization="int4", threads=1) as engine:
        assert engine.info.weight_bytes == linear // 2 + linear // GROUP * 8 + rest


def test_an_encoder_decoder_runs_quantized(tmp_path: Path) -> None:
    folder = write_encoder_decoder(tmp_path, "t5")
    with Engine.load(folder, device="cpu", dtype="float32", quantization="int8", threads=1) as engine:
        assert engine.info.quantization == "int8"
        assert len(ids(engine.run(spec(prompt(9), max_tokens=5)))) == 5


def test_an_unknown_quantization_is_refused(checkpoint: Callable[[str], Path]) -> None:
    with pytest.raises(ModelError) as caught:
        Engine.load(checkpoint("llama"), quantization="int3")
    assert caught.value.code == "bad_quantization"
