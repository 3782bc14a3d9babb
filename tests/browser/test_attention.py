"""Where the model looked, as the page shows it, against transformers' own attention and plain products of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from playwright.sync_api import expect
from transformers import AutoModelForCausalLM, AutoTokenizer

from inference.sources import BUNDLED
from tests.browser.conftest import Open
from tests.browser.playground import Playground
from tests.browser.test_export import saved
from tests.browser.test_prompt import prompt_ids

pytestmark = pytest.mark.browser
QUANTISED = 5e-3  # a row is sent in 254 steps of its largest weight
LAYER, HEAD, STEP, TOKENS = 2, 1, 9, 24
Floats = NDArray[np.float64]


class Attention:
    """The attention panel of a finished run with the head (2, 1) held and step 9 selected."""

    def __init__(self, page: Playground) -> None:
        self.page = page
        page.set("seed", "7")
        page.set("max_tokens", str(TOKENS))
        page.set("min_tokens", str(TOKENS))
        page.speed(None)
        output = page.run_to_end()
        self.prompt = prompt_ids(page)
        self.ids = [*self.prompt, *output]
        self.from_ = len(self.prompt) + STEP - 1  # the position whose row chose the selected token
        page.select(STEP)
        page.tab("Attention")
        page.page.locator(f'[data-layer="{LAYER}"][data-head="{HEAD}"]').first.click()

    def eager(self) -> Floats:
        """(layers, heads, T, T) of the whole text."""
        model = AutoModelForCausalLM.from_pretrained(BUNDLED / "main", dtype=torch.float32, attn_implementation="eager").eval()
        with torch.no_grad():
            found = model(torch.tensor([self.ids]), output_attentions=True).attentions
        return np.asarray(torch.cat(found).numpy(), np.float64)

    def switch(self, name: str) -> None:
        self.page.hook(f"attention-{name}").click(force=True)

    def strongest(self) -> dict[int, float]:
        """The weights that are named beside the map, by position."""
        items = self.page.page.locator(".strongest li")
        pairs = items.evaluate_all("items => items.map(item => [Number(item.dataset.position), Number(item.dataset.weight)])")
        return {int(position): float(weight) for position, weight in pairs}

    def focus_map(self) -> None:
        self.page.page.locator(".map-over").focus()

    def tip(self) -> tuple[int, int, float]:
        """From, to and weight under the crosshair."""
        tip = self.page.hook("map-tip")
        start, to, weight = (float(tip.get_attribute(f"data-{name}") or "nan") for name in ("from", "to", "weight"))
        return int(start), int(to), weight

    def zoom(self) -> float:
        return float(self.page.hook("attention-map").get_attribute("data-zoom") or "nan")


def test_every_shown_weight_is_the_models_own(page: Playground, tmp_path: Path) -> None:
    shown = Attention(page)
    press = page.page.keyboard.press
    eager = shown.eager()
    assert_row(shown.strongest(), eager[LAYER, HEAD, shown.from_])

    shown.focus_map()
    for _ in range(8):  # the crosshair begins at the selected row
        press("ArrowLeft")
        start, to, weight = shown.tip()
        assert start == shown.from_
        assert weight == pytest.approx(eager[LAYER, HEAD, start, to], abs=QUANTISED)
    expect(page.page.locator(f'.token.lit[data-position="{to}"]')).to_have_count(1)

    for key, closer in (("+", True), ("+", True), ("0", False)):
        press(key)
        assert (shown.zoom() > 1) == closer
    press("Escape")
    expect(page.hook("map-tip")).to_be_hidden()

    shown.switch("sink")
    rest = eager[LAYER, HEAD, shown.from_].copy()
    rest[0] = 0
    assert_row(shown.strongest(), rest / rest.sum())
    shown.switch("sink")

    page.hook("all-layers").click()
    assert_row(shown.strongest(), eager.mean((0, 1))[shown.from_])

    page.hook("rollout").click()
    expect(page.page.locator(".strongest")).to_be_visible()
    assert_row(shown.strongest(), rollout(eager)[shown.from_])
    shown.switch("words")
    picture = saved(page, "save-attention-svg", tmp_path).read_text(encoding="utf-8")
    assert "Attention rollout · step 9 · by words" in picture
    assert "data:image/png;base64," in picture


def test_the_prompts_own_rows_come_on_request(page: Playground) -> None:
    shown = Attention(page)
    eager = shown.eager()
    rows = page.hook("attention-map")
    expect(rows).to_have_attribute("data-rows", str(TOKENS))
    shown.switch("whole")
    expect(rows).to_have_attribute("data-rows", str(len(shown.ids) - 1))
    shown.focus_map()
    for _ in range(shown.from_ - 4):
        page.page.keyboard.press("ArrowUp")
    for _ in range(4):
        page.page.keyboard.press("Shift+ArrowLeft")  # as far as it goes
    expect(page.hook("map-tip")).not_to_have_attribute("data-weight", "")
    for _ in range(3):
        page.page.keyboard.press("ArrowDown")
        start, to, weight = shown.tip()
        assert weight == pytest.approx(eager[LAYER, HEAD, start, to], abs=QUANTISED)
    assert start < len(shown.prompt) - 1


def test_words_have_the_mean_of_their_rows_and_the_sum_of_their_columns(page: Playground) -> None:
    page.type_prompt("Once upon a time, there was a hedgehog named")
    shown = Attention(page)
    words = by_space(shown.ids[:-1])
    (own,) = [word for word in words if shown.from_ in word]
    rows = shown.eager()[LAYER, HEAD, [position for position in own if position >= len(shown.prompt) - 1]].mean(0)
    shown.switch("words")
    expected = {word[0]: rows[word].sum() for word in words}
    for position, weight in shown.strongest().items():
        assert weight == pytest.approx(expected[position], abs=QUANTISED * 3)
    lengths = {len(word) for word in words}
    assert max(lengths) > 1, "no word has several tokens: choose another text"


def test_the_map_works_on_a_phone(open_page: Open) -> None:
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="zh-TW", color_scheme="dark")
    page.set("max_tokens", "12")
    page.speed(None)
    page.run_to_end()
    page.page.get_by_role("tab").nth(1).click()
    page.page.locator('[data-layer="1"][data-head="2"]').first.tap()
    expect(page.hook("attention-large")).to_have_attribute("data-layer", "1")
    page.page.locator(".map-over").tap()
    expect(page.hook("map-tip")).to_be_visible()
    page.page.locator(".map-buttons button").first.tap()
    expect(page.hook("attention-map")).not_to_have_attribute("data-zoom", "1.000")
    page.page.locator(".attention-note summary").tap()
    expect(page.page.locator(".attention-note a")).to_have_count(4)
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_pointer_shows_a_head_and_a_press_holds_it(page: Playground) -> None:
    page.speed(None)
    page.run_to_end()
    page.tab("Attention")
    one, other = (page.page.locator(f'[data-layer="1"][data-head="{head}"]').first for head in (0, 1))
    large = page.hook("attention-large")
    one.hover()
    expect(large).to_have_attribute("data-head", "0")
    other.hover()
    expect(large).to_have_attribute("data-head", "1")
    other.click()
    one.hover()
    expect(large).to_have_attribute("data-head", "1")
    other.click()
    one.hover()
    expect(large).to_have_attribute("data-head", "0")


def assert_row(shown: dict[int, float], row: Floats) -> None:
    assert shown
    for position, weight in shown.items():
        assert weight == pytest.approx(row[position], abs=QUANTISED)


def rollout(eager: Floats) -> Floats:
    """Abnar & Zuidema 2020, by hand: the product of half the mean over heads and half the residual connection."""
    flow = np.eye(eager.shape[-1])
    for layer in eager.mean(1):
        flow = (0.5 * layer + 0.5 * np.eye(len(layer))) @ flow
    return flow


def by_space(ids: list[int]) -> list[list[int]]:
    """Positions of words of a text whose tokens begin with their space."""
    tokenizer = AutoTokenizer.from_pretrained(BUNDLED / "main")
    words: list[list[int]] = []
    for position, token in enumerate(ids):
        text = tokenizer.decode([token])
        begins = not words or text[:1].isspace() or text.startswith("<|") or ids[position - 1] in tokenizer.all_special_ids
        if begins:
            words.append([])
        words[-1].append(position)
    return words
