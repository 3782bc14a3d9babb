"""Both guessing games in a room: a teacher, two students with phones, a projector."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from playwright.sync_api import Browser, Locator, Page, expect
from transformers import AutoModelForCausalLM, AutoTokenizer

from inference.sources import BUNDLED
from tests.browser.playground import Playground
from tests.browser.test_access import violations
from tests.site import Site

pytestmark = pytest.mark.browser
PHONE: Any = {"width": 390, "height": 844}
DESK: Any = {"width": 1440, "height": 900}


def objections(page: Page) -> list[str]:
    return violations(Playground(page, ""))


@pytest.fixture
def pages(browser: Browser) -> Iterator[list[Page]]:
    """The teacher's, two phones; no page may fail."""
    contexts = [browser.new_context(viewport=viewport, locale="en-US") for viewport in (DESK, PHONE, PHONE)]
    opened = [context.new_page() for context in contexts]
    complaints: list[str] = []
    for page in opened:
        page.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def in_state(page: Page, state: str, kind: str) -> Locator:
    """The game, once it has come so far on that page."""
    game = page.locator(f'[data-testid="game"][data-state="{state}"][data-kind="{kind}"]')
    expect(game).to_be_visible(timeout=60_000)
    return game


def test_a_class_matches_temperatures_and_finds_the_models_text(site: Site, pages: list[Page]) -> None:
    teacher, ann, bob = pages
    teacher.goto(f"{site.url}/r/")
    teacher.locator("[name=title]").fill("Guessing games")
    teacher.get_by_test_id("open-room").click()
    expect(teacher.get_by_test_id("console")).to_be_visible()
    code = teacher.url.rsplit("/", 1)[1]
    for page, name in ((ann, "Gamer Ann"), (bob, "Gamer Bob")):
        page.goto(f"{site.url}/r/{code}")
        page.get_by_test_id("nickname").fill(name)
        page.get_by_test_id("enter").click()
        expect(page.get_by_test_id("lobby")).to_be_visible()
    screen = teacher.context.new_page()
    screen.goto(f"{site.url}/r/{code}/screen")

    Playground(teacher, "").set("seed", "7")  # the same texts each time

    # Match: twice the same value is refused in words; then the texts come, to the teacher alone
    teacher.get_by_test_id("drawer-game").click()
    teacher.get_by_test_id("game-prompt").fill("Once upon a time")
    for place, value in enumerate(("0.1", "0.1", "1.9")):
        teacher.get_by_test_id("game-value").nth(place).fill(value)
    teacher.get_by_test_id("game-tokens").fill("24")
    teacher.get_by_test_id("game-begin").click()
    expect(teacher.get_by_test_id("room-problem")).to_contain_text("0.1 is there twice")
    teacher.get_by_test_id("game-value").nth(1).fill("0.9")
    teacher.get_by_test_id("game-begin").click()
    in_state(teacher, "ready", "match")
    expect(ann.get_by_test_id("game")).to_have_count(0)
    assert objections(teacher) == []

    # Answer: a value that is in use changes places; what is sent stands
    teacher.get_by_test_id("game-open").click()
    for page in (ann, bob, screen):
        in_state(page, "open", "match")
    assert objections(ann) == []
    expect(ann.get_by_test_id("send-answer")).to_be_disabled()
    pick(ann, 0, 0)
    pick(ann, 1, 0)
    expect(chosen(ann, 1, 0)).to_be_checked()
    expect(chosen(ann, 0, 0)).not_to_be_checked()
    for text, place in enumerate((2, 0, 1)):
        pick(ann, text, place)
    ann.get_by_test_id("send-answer").click()
    expect(ann.get_by_test_id("answer-status")).to_contain_text("counted")
    expect(teacher.get_by_test_id("answers")).to_have_text("1 of 2 people have answered")
    assert teacher.locator('[data-testid="game-tally"] li[data-text="0"]').get_attribute("data-counts") == "0 0 1"
    teacher.reload()  # a teacher who comes back goes on
    in_state(teacher, "open", "match")
    expect(teacher.get_by_test_id("answers")).to_have_text("1 of 2 people have answered")
    assert screen.get_by_test_id("game-tally").count() == 0

    # Reveal: the truth, what was right, the points; a run opens in the inspector and for the class
    teacher.get_by_test_id("game-reveal").click()
    for page in (teacher, ann, bob, screen):
        in_state(page, "revealed", "match")
    made = [int(value) for value in ann.locator('[data-testid="truth"] > li').evaluate_all("rows => rows.map(row => row.dataset.value)")]
    assert sorted(made) == [0, 1, 2]
    right = sum(value == picked for value, picked in zip(made, (2, 0, 1), strict=True))
    expect(ann.get_by_test_id("won-game")).to_have_attribute("data-right", str(right))
    expect(ann.get_by_test_id("won-game")).to_have_attribute("data-won", str(5 * right))
    expect(bob.get_by_test_id("won-game")).to_have_text("You did not answer this time.")
    bits = {value: float(ann.get_by_test_id("game-bits").nth(text).get_attribute("data-bits") or "nan") for text, value in enumerate(made)}
    assert bits[0] < bits[2]  # the hotter, the more surprising
    assert objections(ann) == []
    assert objections(teacher) == []
    teacher.get_by_test_id("open-run").first.click()
    expect(teacher.get_by_test_id("token")).not_to_have_count(0)
    for page in (teacher, ann):
        expect(page.get_by_test_id("status")).to_have_attribute("data-phase", "finished")
    teacher.get_by_test_id("game-end").click()
    expect(ann.get_by_test_id("game")).to_have_count(0)

    # Odd one out, with a ready example
    teacher.get_by_test_id("drawer-game").click()
    teacher.locator('input[name="game-kind"][value="odd"]').check(force=True)
    teacher.get_by_test_id("game-example").first.click()
    prompt = teacher.get_by_test_id("game-prompt").input_value()
    people = [teacher.get_by_test_id("game-human").nth(place).input_value() for place in range(2)]
    teacher.get_by_test_id("game-begin").click()
    in_state(teacher, "ready", "odd")
    teacher.get_by_test_id("game-open").click()
    for page in (ann, bob):
        in_state(page, "open", "odd")
    texts = ann.locator(".game-words").all_inner_texts()
    model = next(place for place, text in enumerate(texts) if text not in people)
    for page, place in ((ann, model), (bob, (model + 1) % 3)):
        page.get_by_test_id("pick-text").nth(place).check()
        page.get_by_test_id("send-answer").click()
        expect(page.get_by_test_id("answer-status")).to_contain_text("counted")
    teacher.get_by_test_id("game-reveal").click()
    for page in (teacher, ann, bob, screen):
        in_state(page, "revealed", "odd")
    rows = ann.locator('[data-testid="truth"] > li')
    assert rows.evaluate_all("rows => rows.map(row => row.dataset.model)") == [str(place == model).lower() for place in range(3)]
    expect(ann.get_by_test_id("won-game")).to_have_attribute("data-won", "10")
    expect(bob.get_by_test_id("won-game")).to_have_attribute("data-won", "0")
    for place in range(3):
        shown = [float(bits) for bits in rows.nth(place).locator(".game-token").evaluate_all("tokens => tokens.map(token => token.dataset.bits)")]
        expected = surprisals(prompt, texts[place])
        assert shown == pytest.approx(expected, rel=0.03, abs=0.1)
        mean = float(ann.get_by_test_id("game-bits").nth(place).get_attribute("data-bits") or "nan")
        assert mean == pytest.approx(sum(expected) / len(expected), rel=0.02)
    assert objections(screen) == []
    assert ann.evaluate("() => document.documentElement.scrollWidth <= innerWidth")

    text = teacher.evaluate("async code => (await fetch(`/r/${code}/results.csv`)).text()", code)
    table = list(csv.DictReader(io.StringIO(text.lstrip("﻿"))))
    assert [(row["nickname"], row["kind"], row["right"], row["game"]) for row in table] == [
        ("Gamer Ann", "match", str(right), str(5 * right)), ("Gamer Ann", "odd one out", "1", "10"),
        ("Gamer Bob", "match", "", ""), ("Gamer Bob", "odd one out", "0", "0"),
    ]  # fmt: skip


def chosen(page: Page, text: int, value: int) -> Locator:
    return page.locator(f'[data-testid="pick-value"][data-text="{text}"][data-value="{value}"]')


def pick(page: Page, text: int, value: int) -> None:
    chosen(page, text, value).check(force=True)


def surprisals(prompt: str, text: str) -> list[float]:
    """Bits of each token of ``text`` after ``prompt``, by transformers."""
    tokenizer = AutoTokenizer.from_pretrained(BUNDLED / "main")
    model = AutoModelForCausalLM.from_pretrained(BUNDLED / "main", dtype=torch.float32)
    ids = tokenizer(f"{prompt} {text}")["input_ids"]
    begin = len(tokenizer(prompt)["input_ids"])
    with torch.no_grad():
        told = torch.log_softmax(model(torch.tensor([ids])).logits[0].double(), -1)
    return [-told[at - 1, ids[at]].item() / math.log(2) for at in range(begin, len(ids))]
