"""The prompt as the model sees it: token borders while typing, conversations, and what is sent."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
import torch
from playwright.sync_api import expect
from transformers import AutoModelForCausalLM, AutoTokenizer

from inference.sources import BUNDLED
from tests.browser.conftest import Open
from tests.browser.playground import Playground
from tests.browser.test_access import violations

pytestmark = pytest.mark.browser
RARE = "Rare: 饕餮龘 🦊\nand  so on"


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(BUNDLED / "main")


def count_of(page: Playground) -> int:
    """The count that is shown, once it is that of the present text."""
    expect(page.hook("prompt-count")).to_have_attribute("data-fresh", "true")
    return int(page.hook("prompt-count").inner_text().split()[0].replace(",", ""))


def prompt_ids(page: Playground) -> list[int]:
    """What the run says it was given."""
    titles = page.page.locator(".prompt-tokens .token").evaluate_all("tokens => tokens.map(token => token.title)")
    return [int(title.removeprefix("#")) for title in titles]


def choose(page: Playground, name: str, value: str) -> None:
    page.page.locator(f'input[name="{name}"][value="{value}"]').check(force=True)


def starter(page: Playground, value: str) -> None:
    """Such as ``en story``: language and name."""
    page.hook("starters").click()
    page.hook(f"starters-{value.replace(' ', '-')}").click()


@pytest.mark.parametrize("text", ["Once upon a time", RARE, "<|endoftext|>twice", "the " * 300])
def test_the_count_follows_the_typing(page: Playground, tokenizer: Any, text: str) -> None:
    page.type_prompt(text)
    assert count_of(page) == len(tokenizer(text)["input_ids"])


def test_borders_stand_where_the_tokens_end(page: Playground, tokenizer: Any) -> None:
    text = "Once upon a time, there was"
    page.type_prompt(text)
    count_of(page)
    cuts = page.page.locator(".area-back .cut").all_inner_texts()
    assert cuts == [text[a:b] for a, b in tokenizer(text, return_offsets_mapping=True)["offset_mapping"][1:]]


def test_the_tints_lie_under_the_letters(page: Playground) -> None:
    page.type_prompt("Once upon a time there was a long prompt.\n" * 60)
    count_of(page)
    field = page.hook("prompt")
    sizes = field.evaluate("area => { const back = area.previousElementSibling; return [area.scrollHeight, back.scrollHeight, area.clientWidth, back.clientWidth, area.scrollTop]; }")
    assert sizes[0] == sizes[1]
    assert sizes[2] == sizes[3]
    assert sizes[4] == 0


def test_the_caret_stays_in_sight_in_a_long_prompt(page: Playground) -> None:
    page.type_prompt("a line\n" * 80)
    page.hook("prompt").focus()
    page.page.keyboard.press("Control+End")
    page.page.keyboard.type("the end")
    assert page.hook("prompt").evaluate("area => area.parentElement.scrollTop") > 0
    page.page.keyboard.press("Control+Home")
    page.page.keyboard.type("the start ")
    assert page.hook("prompt").evaluate("area => area.parentElement.scrollTop") < 20


def test_ids_are_shown_on_request(page: Playground, tokenizer: Any) -> None:
    choose(page, "borders", "ids")
    page.type_prompt(RARE)
    count_of(page)
    shown = page.hook("prompt-ids").locator(".ids-numbers").all_inner_texts()
    assert [int(number) for text in shown for number in text.split()] == tokenizer(RARE)["input_ids"]


def test_an_old_answer_never_replaces_a_newer_one(page: Playground, tokenizer: Any) -> None:
    page.hook("prompt").fill("")
    page.hook("prompt").press_sequentially("one two three four five six seven", delay=25)
    assert count_of(page) == len(tokenizer("one two three four five six seven")["input_ids"])


def test_a_conversation_is_run_in_the_models_own_template(page: Playground, tokenizer: Any) -> None:
    starter(page, "en ordered")
    expect(page.hook("message")).to_have_count(2)
    page.hook("message").nth(1).fill("What is the capital of France? 🦊")
    page.preset("greedy")
    page.speed(None)
    assert page.run_to_end()
    messages = [{"role": "system", "content": "Answer in one short sentence."}, {"role": "user", "content": "What is the capital of France? 🦊"}]
    assert prompt_ids(page) == tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=False)
    assert page.hook("template").inner_text().replace("\u200b", "").startswith("<|endoftext|><|system|>Answer")


def test_run_pressed_at_once_runs_what_was_typed_last(page: Playground, tokenizer: Any) -> None:
    starter(page, "en ask")
    page.speed(None)
    page.hook("message").fill("Count to ten.")
    page.hook("message").press("Control+Enter")
    page.wait_for_end()
    assert prompt_ids(page) == tokenizer.apply_chat_template([{"role": "user", "content": "Count to ten."}], add_generation_prompt=True, return_dict=False)


def test_the_answer_becomes_a_message_and_the_chat_goes_on(page: Playground) -> None:
    starter(page, "en ask")
    page.preset("greedy")
    page.speed(None)
    page.run_to_end()
    page.hook("take-answer").click()
    expect(page.hook("message")).to_have_count(3)
    expect(page.hook("message").nth(1)).to_have_value("The capital of France is Paris.")
    expect(page.hook("message").nth(2)).to_be_focused()
    page.page.keyboard.type("And of Japan?")
    page.run_again()
    assert page.page.locator(".prompt-tokens").inner_text().count("<|assistant|>") == 2


def test_messages_are_added_moved_removed_and_given_roles(page: Playground) -> None:
    starter(page, "en ask")
    page.page.get_by_role("button", name="Add a message").click()
    page.page.keyboard.type("second")
    page.page.get_by_role("button", name="Add a system prompt").click()
    page.page.keyboard.type("first of all")
    roles = page.page.locator(".message select")
    assert roles.evaluate_all("selects => selects.map(select => select.value)") == ["system", "user", "assistant"]
    page.page.get_by_role("button", name="Move message 3 up").click()
    assert page.hook("message").evaluate_all("areas => areas.map(area => area.value)") == ["first of all", "second", "What is the capital of France?"]
    roles.nth(1).select_option("user")
    page.page.get_by_role("button", name="Remove message 1").click()
    expect(page.hook("message")).to_have_count(2)
    assert roles.evaluate_all("selects => selects.map(select => select.value)") == ["user", "user"]


def test_a_conversation_comes_back_after_a_reload(page: Playground) -> None:
    starter(page, "en ask")
    page.hook("message").fill("Name three fruits.")
    page.speed(None)
    ids = page.run_to_end()
    page.reload()
    page.wait_for_end()
    expect(page.hook("message")).to_have_value("Name three fruits.")
    assert page.token_ids() == ids


def test_an_empty_conversation_is_named_at_its_last_message(page: Playground) -> None:
    starter(page, "en ask")
    page.hook("message").fill("")
    page.run()
    expect(page.page.locator("#prompt-fault")).to_contain_text("Write a prompt first")
    expect(page.hook("message")).to_be_focused()


def test_a_prompt_too_long_to_be_sent_says_so(page: Playground) -> None:
    page.type_prompt("狐" * 30_000)
    page.run()
    expect(page.page.locator("#prompt-fault")).to_contain_text("bytes to send")
    expect(page.status).to_have_attribute("data-phase", "refused")
    expect(page.status).to_have_attribute("data-connection", "open")
    page.complaints.clear()  # the browser logs the answer 413 to the question for its tokens


def test_starters_speak_the_models_languages(page: Playground) -> None:
    for value, beginning in (("en counting", "1, 2"), ("zh-hant capitals", "日本的首都"), ("zh-hans story", "从前")):
        starter(page, value)
        assert page.hook("prompt").input_value().startswith(beginning)


def test_a_menu_is_walked_with_the_arrow_keys_and_left_with_escape(page: Playground) -> None:
    page.hook("starters").focus()
    page.page.keyboard.press("Enter")
    expect(page.hook("starters-en-story")).to_be_focused()
    page.page.keyboard.press("ArrowDown")
    expect(page.hook("starters-en-capitals")).to_be_focused()
    page.page.keyboard.press("Escape")
    expect(page.page.get_by_role("menu")).to_have_count(0)
    expect(page.hook("starters")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_conversation_with_ids(open_page: Open, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    starter(page, "en ordered")
    count_of(page)
    assert violations(page) == []
    choose(page, "borders", "ids")
    expect(page.hook("prompt-ids")).to_be_visible()
    assert violations(page) == []


def test_a_conversation_fits_a_phone(open_page: Open) -> None:
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    starter(page, "en ordered")
    count_of(page)
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_prompt_is_scored_on_request(page: Playground, tokenizer: Any) -> None:
    text = "The capital of France is Paris. The capital of Italy is"
    page.type_prompt(text)
    page.set("max_tokens", "4")
    page.speed(None)
    page.run_to_end()
    page.page.get_by_role("button", name="Score the prompt").click()
    expect(page.hook("prompt-score")).to_have_attribute("data-perplexity", re.compile(r"\d"))
    shown = float(page.hook("prompt-score").get_attribute("data-perplexity") or "nan")
    assert shown == pytest.approx(perplexity(tokenizer(text)["input_ids"]), rel=0.02)
    heats = page.page.locator(".prompt-tokens .token").evaluate_all("tokens => tokens.map(token => token.style.getPropertyValue('--heat'))")
    assert heats[0] == ""
    assert all(heats[1:])


def perplexity(ids: list[int]) -> float:
    """By transformers' own loss."""
    model = AutoModelForCausalLM.from_pretrained(BUNDLED / "main", dtype=torch.float32)
    row = torch.tensor([ids])
    with torch.no_grad():
        return math.exp(model(input_ids=row, labels=row).loss.item())
