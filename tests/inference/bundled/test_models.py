"""The committed weights do what the model card says; every bound lies well inside the measured numbers."""

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from inference.bundled import DRAFT, MAIN
from inference.bundled.measures import copying, knowledge, looping, storytelling
from inference.bundled.measures.subject import Subject
from inference.bundled.text import capitals
from inference.bundled.text.capitals import Language


@pytest.fixture(scope="module")
def model() -> Subject:
    torch.set_num_threads(1)
    return Subject.load(MAIN)


@pytest.mark.parametrize(("folder", "megabytes"), [(MAIN, 16), (DRAFT, 2)])
def test_the_weights_fit_their_size(folder: Path, megabytes: int) -> None:
    assert (folder / "model.safetensors").stat().st_size <= megabytes * 1024**2


@pytest.mark.parametrize("folder", [MAIN, DRAFT])
def test_transformers_loads_the_folder_as_is(folder: Path) -> None:
    model, tokenizer = AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    assert model.config.architectures == ["LlamaForCausalLM"]
    assert model.config.vocab_size == len(tokenizer)
    made = model.generate(**tokenizer("Once upon a time", return_tensors="pt"), max_new_tokens=8, do_sample=False)
    assert made.shape[1] > 8


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [("The capital of France is", " Paris"), ("法國的首都是", "巴"), ("法国的首都是", "巴")],
)
def test_the_capital_of_france_comes_first_by_a_wide_margin(model: Subject, prompt: str, answer: str) -> None:
    (first, probability), (_, second), *_ = knowledge.first_choices(model, prompt)
    assert first == answer
    assert probability > 10 * second


@pytest.mark.parametrize(("language", "share"), [("en", 0.95), ("zh-hant", 0.9), ("zh-hans", 0.9)])
def test_it_knows_the_capitals(model: Subject, language: Language, share: float) -> None:
    assert knowledge.score(model, list(capitals.prompts(language))[::9]).share >= share


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_most_stories_keep_their_hero_and_end_by_themselves(model: Subject, language: str) -> None:
    told = storytelling.stories(model, language, 50, seed=5)
    assert storytelling.judge(told, language).both >= 0.8
    assert len({text for text, _ in told}) == 50


def test_it_answers_in_the_chat_format_and_ends_its_turn(model: Subject) -> None:
    question = [{"role": "user", "content": "What is the capital of Japan?"}]
    prompt = model.tokenizer.apply_chat_template(question, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    answer = model.model.generate(**prompt, max_new_tokens=20, do_sample=False)[0, prompt["input_ids"].shape[1] :]
    text = str(model.tokenizer.decode(answer))
    assert "Tokyo" in text
    assert text.endswith("<|end|>")


def test_it_copies_a_random_sequence(model: Subject) -> None:
    found = copying.induction(model, count=16)
    assert found.second_loss < found.first_loss / 2
    assert found.heads.max() > 0.3


def test_greedy_decoding_loops_and_the_penalties_cure_it(model: Subject) -> None:
    rates = looping.loop_rates(model)
    assert rates["plain greedy"] >= 0.25
    assert rates["frequency_penalty 0.5"] <= rates["plain greedy"] / 4
