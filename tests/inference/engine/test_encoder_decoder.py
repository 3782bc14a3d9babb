"""Encoder-decoders through the same engine: the tokens, the attention and the limits are those of the model itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers

from inference import Engine, Watch
from inference.engine.errors import RunError
from inference.events import Resumed, Started
from inference.progress import Progress
from tests.inference.engine.encoders import CONFIGS, write_encoder_decoder
from tests.inference.engine.runs import finished, ids, prompt, spec, tokens
from tests.inference.engine.test_attention import rows

LENGTHS = (1, 7, 30, 50)
COUNT = 20


@pytest.fixture(scope="module")
def folder_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    return cache(lambda family: write_encoder_decoder(tmp_path_factory.mktemp(family), family))


@pytest.fixture(scope="module")
def engine_of(folder_of: Callable[[str], Path]) -> Iterator[Callable[[str], Engine]]:
    engines: dict[str, Engine] = {}

    def load(family: str) -> Engine:
        if family not in engines:
            engines[family] = Engine.load(folder_of(family), family, device="cpu", threads=1, rows=3, chunk_tokens=16)
        return engines[family]

    yield load
    for engine in engines.values():
        engine.close()


@pytest.fixture
def engine(engine_of: Callable[[str], Engine]) -> Engine:
    return engine_of("bart")


def generated(folder: Path, start: tuple[int, ...], **options: Any) -> list[int]:
    model = transformers.AutoModelForSeq2SeqLM.from_pretrained(folder).eval()
    input_ids = torch.tensor([start])
    out = model.generate(input_ids=input_ids, attention_mask=torch.ones_like(input_ids), max_new_tokens=COUNT, do_sample=False, **options)
    new: list[int] = out[0, 1:].tolist()  # without the start token
    return new


@pytest.mark.parametrize("family", CONFIGS)
def test_greedy_tokens_equal_generate_side_by_side(
    family: str, engine_of: Callable[[str], Engine], folder_of: Callable[[str], Path]
) -> None:
    engine = engine_of(family)
    handles = [engine.submit(spec(prompt(length), max_tokens=COUNT)) for length in LENGTHS]
    found = [ids(handle) for handle in handles]
    assert found == [generated(folder_of(family), prompt(length)) for length in LENGTHS]
    assert len({token for row in found for token in row}) > 15


@pytest.mark.parametrize("family", ["t5", "bart"])
def test_beams_equal_generate(family: str, engine_of: Callable[[str], Engine], folder_of: Callable[[str], Path]) -> None:
    found = ids(engine_of(family).run(spec(prompt(9), max_tokens=COUNT, num_beams=3)))
    assert found == generated(folder_of(family), prompt(9), num_beams=3)


@pytest.mark.parametrize("setting", [{"guidance_scale": 2.0}, {"speculative": "prompt_lookup"}])
def test_what_needs_a_decoders_prompt_is_refused(engine: Engine, setting: dict[str, Any]) -> None:
    error = finished(list(engine.run(spec(prompt(9), **setting)))).error
    assert error is not None
    assert (error.code, error.field) == ("not_offered", f"sampling.{next(iter(setting))}")


def test_the_engine_says_that_it_is_an_encoder_decoder_and_which_path_it_takes(engine: Engine) -> None:
    info = engine.info
    assert (info.encoder_decoder, info.path, info.path_reason) == (True, "fallback", "it is an encoder-decoder")
    assert (info.layers, info.heads, info.context) == (3, 4, 64)


def test_the_decoders_start_token_follows_the_prompt(engine: Engine) -> None:
    started = next(event for event in engine.run(spec(prompt(5))) if isinstance(event, Started))
    assert started.prompt_ids == [*prompt(5), 2]


def test_a_forced_first_token_begins_the_answer_as_in_generate(tmp_path: Path) -> None:
    folder = write_encoder_decoder(tmp_path, "mbart", forced_bos_token_id=77)
    with Engine.load(folder, device="cpu", threads=1) as engine:
        assert [77, *ids(engine.run(spec(prompt(9), max_tokens=COUNT - 1)))] == generated(folder, prompt(9))


@pytest.mark.parametrize("beams", [1, 3])
@pytest.mark.parametrize(("family", "bos"), [("bart", None), ("mbart", 77)])
def test_a_forced_last_token_ends_an_answer_that_is_as_long_as_it_may_be_as_in_generate(
    family: str, bos: int | None, beams: int, tmp_path: Path
) -> None:
    folder = write_encoder_decoder(tmp_path, family, forced_bos_token_id=bos, forced_eos_token_id=7, eos_token_id=7)
    own = COUNT - (bos is not None)
    with Engine.load(folder, device="cpu", threads=1) as engine:
        events = list(engine.run(spec(prompt(9), max_tokens=own, ignore_eos=False, num_beams=beams)))
    begun = [] if bos is None else [bos]
    assert [*begun, *ids(events)] == generated(folder, prompt(9), num_beams=beams)
    assert len(ids(events)) == own, "an answer that ends early shows nothing"
    assert (ids(events)[-1], finished(events).reason) == (7, "eos")


def test_one_of_several_forced_last_tokens_is_the_first_of_them_in_a_greedy_run_as_in_generate(tmp_path: Path) -> None:
    folder = write_encoder_decoder(tmp_path, "bart", forced_eos_token_id=[9, 4], eos_token_id=[9, 4])
    with Engine.load(folder, device="cpu", threads=1) as engine:
        found = ids(engine.run(spec(prompt(9), max_tokens=COUNT, ignore_eos=False)))
    assert found == generated(folder, prompt(9))
    assert found[-1] == 4


def test_a_run_that_does_not_end_at_eos_has_the_last_word_on_its_last_token(tmp_path: Path, folder_of: Callable[[str], Path]) -> None:
    folder = write_encoder_decoder(tmp_path, "bart", forced_eos_token_id=3, eos_token_id=3)
    with Engine.load(folder, device="cpu", threads=1) as engine:
        assert ids(engine.run(spec(prompt(9), max_tokens=COUNT, ignore_eos=True))) == generated(folder_of("bart"), prompt(9))


@pytest.mark.parametrize("way", ["bad_words_ids", "suppress_tokens"])
def test_tokens_that_the_model_bans_are_never_chosen(way: str, tmp_path: Path, folder_of: Callable[[str], Path]) -> None:
    favourite = generated(folder_of("marian"), prompt(9))[0]
    folder = write_encoder_decoder(tmp_path, "marian", **{way: [[favourite]] if way == "bad_words_ids" else [favourite]})
    with Engine.load(folder, device="cpu", threads=1) as engine:
        found = ids(engine.run(spec(prompt(9), max_tokens=COUNT)))
    assert favourite not in found
    assert found == generated(folder, prompt(9))


def test_attention_rows_are_cross_attention_over_the_prompt_then_the_decoders_own(engine: Engine, folder_of: Callable[[str], Path]) -> None:
    found = tokens(engine.run(spec(prompt(6), watch=Watch(top_n=0, attention="all"), max_tokens=5)))
    model = transformers.AutoModelForSeq2SeqLM.from_pretrained(folder_of("bart"), attn_implementation="eager").eval()
    answer = torch.tensor([[2, *(token.id for token in found)]])
    with torch.inference_mode():
        own = model(input_ids=torch.tensor([prompt(6)]), decoder_input_ids=answer, output_attentions=True)
    for n, token in enumerate(found):
        assert token.attention is not None
        index, values, step = rows(token.attention)
        assert values.shape[1] == token.kv_tokens == 6 + 1 + n
        for (layer, head), row, size in zip(index, values, step, strict=True):
            whole = torch.cat([own.cross_attentions[layer][0, :, n], own.decoder_attentions[layer][0, :, n, : n + 1]], dim=-1)
            wanted = (whole.mean(0) if head < 0 else whole[head]).numpy()
            assert np.all(np.abs(row - wanted) <= size + 1e-5)


def test_a_prompt_longer_than_the_encoder_is_refused_with_its_limit(engine: Engine) -> None:
    error = finished(list(engine.run(spec(prompt(65))))).error
    assert error is not None
    assert (error.code, error.value, error.bound) == ("prompt_too_long", "65", "64")


def test_a_full_encoder_leaves_the_decoder_all_its_positions(engine: Engine) -> None:
    events = list(engine.run(spec(prompt(64), max_tokens=100)))
    assert finished(events).reason == "context"
    assert len(tokens(events)) == 63


def test_resuming_at_every_token_gives_the_same_continuation(engine: Engine) -> None:
    wanted = spec(prompt(9), max_tokens=12, temperature=1.2, repetition_penalty=1.3, frequency_penalty=0.5)
    whole = list(engine.run(wanted))
    for split in range(12):
        rest = list(engine.submit(wanted, Progress({0: ids(whole)[:split]})))
        assert any(isinstance(event, Resumed) for event in rest)
        assert ids(rest) == ids(whole)[split:]


def test_several_samples_share_what_the_encoder_read_and_differ(engine: Engine) -> None:
    wanted = spec(prompt(9), max_tokens=10, temperature=1.5)
    several = list(engine.run(wanted.model_copy(update={"sampling": wanted.sampling.model_copy(update={"n": 3})})))
    by_sample = [[token.id for token in tokens(several) if token.sample == n] for n in range(3)]
    assert by_sample[0] == ids(engine.run(wanted))
    assert len({tuple(row) for row in by_sample}) == 3


def test_a_text_by_itself_cannot_be_scored(engine: Engine) -> None:
    with pytest.raises(RunError) as caught:
        engine.score(list(prompt(9)))
    assert caught.value.info.code == "not_offered"


def test_the_memory_that_is_reported_is_that_of_the_cache_and_the_encoders_output(engine: Engine) -> None:
    end = finished(list(engine.run(spec(prompt(20), max_tokens=10))))
    assert end.memory is not None
    cross, own, encoded = 3 * 2 * 64 * 4 * 20, 3 * 2 * 64 * 4 * 10, 64 * 4 * 20
    assert end.memory.kv_bytes == pytest.approx(cross + own + encoded, rel=0.02)
