"""What a run may ask for."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from inference.spec import DEFAULT_STAGE_ORDER, MAX_SEED, RunSpec, SamplingParams


def problems(**fields: object) -> dict[str, str]:
    """Field -> message of everything that is wrong with the spec."""
    with pytest.raises(ValidationError) as caught:
        RunSpec.model_validate({"prompt": "Hello", **fields})
    return {".".join(map(str, problem["loc"])): problem["msg"] for problem in caught.value.errors()}


@pytest.mark.parametrize("field", ["temperature", "top_p", "min_p", "repetition_penalty", "presence_penalty", "frequency_penalty"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "1", None, True, [1.0], -3.0, 1e308])
def test_a_setting_that_is_no_number_within_bounds_is_refused_by_name(field: str, value: object) -> None:
    assert f"sampling.{field}" in problems(sampling={field: value})


def test_the_message_names_the_bound() -> None:
    assert "less than or equal to 2" in problems(sampling={"presence_penalty": 2.5})["sampling.presence_penalty"]


@pytest.mark.parametrize("fields", [{"colour": 1}, {"sampling": {"colour": 1}}, {"watch": {"colour": 1}}])
def test_an_unknown_key_is_refused(fields: dict[str, object]) -> None:
    assert any(name.endswith("colour") for name in problems(**fields))


def test_an_empty_prompt_is_refused() -> None:
    assert "prompt" in problems(prompt="")


def test_a_lone_surrogate_is_refused() -> None:
    assert "prompt" in problems(prompt="\ud800")


def test_a_prompt_and_token_ids_at_once_are_refused() -> None:
    assert problems(prompt_token_ids=[1, 2])


def test_fewest_above_most_new_tokens_is_refused_with_both_numbers() -> None:
    message = problems(sampling={"min_tokens": 9, "max_tokens": 3})["sampling"]
    assert "9" in message
    assert "3" in message


@pytest.mark.parametrize(
    ("sampling", "message"),
    [
        ({"num_beams": 2, "n": 3}, "n: 3 is more than num_beams (2)"),
        ({"num_beams": 4, "num_beam_groups": 3}, "num_beam_groups: 3 does not divide num_beams (4)"),
        ({"num_beams": 4, "temperature": 0.7}, "temperature: 0.7 does not go with num_beams (4)"),
        ({"num_beams": 4, "top_k": 50}, "top_k: 50 does not go with num_beams (4); it must be 0"),
        ({"num_beams": 4, "top_p": 0.9}, "top_p: 0.9 does not go with num_beams (4); it must be 1.0"),
        ({"num_beams": 4, "min_p": 0.1}, "min_p: 0.1 does not go with num_beams (4); it must be 0.0"),
        ({"num_beams": 4, "typical_p": 0.5}, "typical_p: 0.5 does not go with num_beams (4); it must be 1.0"),
        ({"num_beams": 4, "xtc_probability": 0.5}, "xtc_probability: 0.5 does not go with num_beams (4); it must be 0.0"),
        ({"num_beams": 4, "speculative": "draft"}, "speculative: 'draft' does not go with num_beams (4); it must be 'off'"),
        ({"num_beams": 4, "diversity_penalty": 0.5}, "diversity_penalty: 0.5 does not go without num_beam_groups > 1; it must be 0.0"),
        ({"num_beam_groups": 2}, "num_beam_groups: 2 does not go without num_beams > 1; it must be 1"),
        ({"speculative": "draft", "n": 2}, "n: 2 does not go with speculative (draft); it must be 1"),
        ({"negative_prompt": "no"}, "negative_prompt: 'no' does not go without a guidance_scale other than 1; it must be ''"),
    ],
)
def test_settings_of_a_search_that_contradict_are_refused_with_field_value_and_bound(sampling: dict[str, object], message: str) -> None:
    assert message in problems(sampling={"temperature": 1.0, **sampling})["sampling"]


def test_a_stage_named_twice_is_refused() -> None:
    assert problems(sampling={"stage_order": ["top_k", "top_k"]})


def test_the_default_order_is_bias_then_penalties_then_temperature_then_filters() -> None:
    landmarks = ["logit_bias", "repetition_penalty", "temperature", "top_k", "typical_p", "top_p", "min_p", "top_n_sigma", "xtc"]
    assert [name for name in DEFAULT_STAGE_ORDER if name in landmarks] == landmarks


@pytest.mark.parametrize(
    ("dialect", "field", "value"),
    [
        ("transformers", "presence_penalty", 0.5),
        ("transformers", "dynatemp_range", 0.5),
        ("vllm", "typical_p", 0.5),
        ("vllm", "xtc_probability", 0.5),
        ("vllm", "mirostat_mode", 2),
        ("llamacpp", "no_repeat_ngram_size", 3),
        ("llamacpp", "bad_words", ["x"]),
        ("llamacpp", "tfs_z", 0.5),
    ],
)
def test_a_stage_that_the_dialect_does_not_have_is_refused_unless_the_order_is_made_by_hand(dialect: str, field: str, value: object) -> None:
    message = problems(sampling={"dialect": dialect, field: value})["sampling"]
    assert field in message
    assert dialect in message
    RunSpec.model_validate({"prompt": "x", "sampling": {"dialect": dialect, field: value, "stage_order": list(DEFAULT_STAGE_ORDER)}})


@pytest.mark.parametrize("dialect", ["logitscope", "transformers", "vllm", "llamacpp"])
def test_every_dialect_takes_the_neutral_values_of_all_settings(dialect: str) -> None:
    neutral = {name: field["neutral"] for name, field in SamplingParams.model_json_schema()["properties"].items() if field["neutral"] is not None}
    RunSpec.model_validate({"prompt": "x", "sampling": {**neutral, "dialect": dialect}})


def test_mirostat_without_chance_is_refused() -> None:
    assert "mirostat_mode" in problems(sampling={"mirostat_mode": 2, "temperature": 0.0})["sampling"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("mirostat_mode", 1), ("dialect", "ollama"), ("smoothing_curve", 3.5), ("dry_base", 0.9), ("dry_allowed_length", 0), ("repeat_last_n", -2),
     ("xtc_threshold", 1.5), ("bad_words", [""]), ("penalty_scope", "prompt"), ("eta_cutoff", -0.1)],
)  # fmt: skip
def test_a_value_out_of_bounds_is_refused_by_name(field: str, value: object) -> None:
    assert any(name.startswith(f"sampling.{field}") for name in problems(sampling={field: value}))


def test_json_object_keys_become_token_ids() -> None:
    spec = RunSpec.model_validate({"prompt": "x", "sampling": {"logit_bias": {"7": -1.5}}})
    assert spec.sampling.logit_bias == {7: -1.5}


def test_a_seed_is_filled_in_only_where_none_was_asked_for() -> None:
    assert RunSpec(prompt="x").with_seed(5).sampling.seed == 5
    assert RunSpec(prompt="x", sampling=SamplingParams(seed=1)).with_seed(5).sampling.seed == 1


def test_every_setting_has_a_title_a_sentence_and_a_group() -> None:
    for name, field in SamplingParams.model_json_schema()["properties"].items():
        assert field["title"], name
        assert field["description"].endswith("."), name
        assert field["group"] in {"sampling", "penalties", "length", "constraints", "search", "reproducibility"}, name


@given(
    temperature=st.floats(0, 10),
    top_k=st.integers(0, 1_000_000),
    top_p=st.floats(0, 1, exclude_min=True),
    seed=st.integers(0, MAX_SEED),
    bias=st.dictionaries(st.integers(0, 10_000_000), st.floats(-100, 100), max_size=5),
    prompt=st.text(min_size=1, max_size=50).filter(lambda text: all(not 0xD800 <= ord(char) < 0xE000 for char in text)),
)
def test_a_spec_survives_json(temperature: float, top_k: int, top_p: float, seed: int, bias: dict[int, float], prompt: str) -> None:
    spec = RunSpec(
        prompt=prompt, sampling=SamplingParams(temperature=temperature, top_k=top_k, top_p=top_p, seed=seed, logit_bias=bias)
    )
    assert RunSpec.model_validate_json(spec.model_dump_json()) == spec
