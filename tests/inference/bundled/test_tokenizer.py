"""The committed tokenizer: loses nothing, and cuts prompts where the sentences are cut."""

import random

import pytest
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from inference.bundled import DRAFT, MAIN
from inference.bundled.text.capitals import prompts
from inference.bundled.text.chat import Turn, dialogue
from inference.bundled.tokenizer import SPECIAL, VOCABULARY_SIZE, load, whole_tokens


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    return load(MAIN)


@pytest.mark.parametrize(
    "text",
    [
        "Once upon a time, there was a little fox.\n\n\tThe end.",
        "從前有一個女孩，名字叫小美。「你好！」",
        "从前有一个女孩，名字叫小美。“你好！”",
        "👩‍👩‍👧‍👦 🇹🇼 é e\u0301 ﷽ 齉 \u200b\u202e",
        "  two  spaces ",
        "12 + 345 = 357",
    ],
)
def test_text_survives_the_round_trip(tokenizer: PreTrainedTokenizerFast, text: str) -> None:
    assert tokenizer.decode(tokenizer(text, add_special_tokens=False)["input_ids"]) == text


def test_random_characters_survive_the_round_trip(tokenizer: PreTrainedTokenizerFast) -> None:
    rng = random.Random(0)
    for _ in range(200):
        text = "".join(chr(rng.choice((rng.randrange(1, 0xD800), rng.randrange(0xE000, 0x110000)))) for _ in range(30))
        assert tokenizer.decode(tokenizer(text, add_special_tokens=False)["input_ids"]) == text


def test_a_text_begins_with_the_end_of_text_token(tokenizer: PreTrainedTokenizerFast) -> None:
    assert tokenizer("Hello")["input_ids"][0] == tokenizer.bos_token_id == tokenizer.eos_token_id == 0


def test_the_vocabulary_has_its_size_and_its_special_tokens_first(tokenizer: PreTrainedTokenizerFast) -> None:
    assert len(tokenizer) == VOCABULARY_SIZE
    assert tokenizer.convert_ids_to_tokens(list(range(len(SPECIAL)))) == SPECIAL


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_a_prompt_has_the_tokens_of_the_sentence_it_is_cut_from(tokenizer: PreTrainedTokenizerFast, language: str) -> None:
    for prompt, answer in list(prompts(language))[::7]:  # type: ignore[arg-type]
        start = tokenizer(prompt)["input_ids"]
        assert tokenizer(prompt + answer)["input_ids"][: len(start)] == start


def test_a_rare_character_is_several_tokens_and_a_common_one_is_one(tokenizer: PreTrainedTokenizerFast) -> None:
    assert len(tokenizer("的", add_special_tokens=False)["input_ids"]) == 1
    assert len(tokenizer("齉", add_special_tokens=False)["input_ids"]) == 3


def test_every_digit_is_a_token_of_its_own(tokenizer: PreTrainedTokenizerFast) -> None:
    assert len(tokenizer("2026", add_special_tokens=False)["input_ids"]) == 4


def test_the_chat_template_writes_what_the_generator_writes(tokenizer: PreTrainedTokenizerFast) -> None:
    turns: list[Turn] = [("system", "Be kind."), ("user", "Hi"), ("assistant", "Hello!")]
    messages = [{"role": role, "content": content} for role, content in turns]
    assert tokenizer.apply_chat_template(messages, tokenize=False) == tokenizer.bos_token + dialogue(turns)


def test_the_generation_prompt_opens_the_turn_of_the_assistant(tokenizer: PreTrainedTokenizerFast) -> None:
    text = tokenizer.apply_chat_template([{"role": "user", "content": "Hi"}], tokenize=False, add_generation_prompt=True)
    assert text == "<|endoftext|><|user|>Hi<|end|><|assistant|>"


def test_whole_tokens_are_text(tokenizer: PreTrainedTokenizerFast) -> None:
    texts = whole_tokens(tokenizer)
    assert " the" in texts
    assert "的" in texts
    assert not [text for text in texts if "\ufffd" in text or text in SPECIAL]


def test_both_models_share_the_tokenizer() -> None:
    assert AutoTokenizer.from_pretrained(DRAFT).get_vocab() == AutoTokenizer.from_pretrained(MAIN).get_vocab()
