"""The trees: of samples and branches, and of a beam search, with the numbers that decided."""

from __future__ import annotations

import math
import re

import pytest
import torch
import transformers
from playwright.sync_api import expect

from inference.sources import bundled
from tests.browser.conftest import Open
from tests.browser.playground import Playground
from tests.browser.test_access import violations
from tests.browser.test_branching import menu

pytestmark = pytest.mark.browser


PROMPT = "Once upon a time, there was a"


def sum_of_logprobs(ids: list[int]) -> float:
    """Of the bundled model's own distributions without the end of the text, which ``min_tokens`` keeps out; by one plain pass of transformers."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(bundled("main"))
    network = transformers.AutoModelForCausalLM.from_pretrained(bundled("main"), dtype=torch.float32).eval()
    start = tokenizer(PROMPT).input_ids
    with torch.no_grad():
        rows = network(input_ids=torch.tensor([[*start, *ids[:-1]]])).logits[0, len(start) - 1 :].double().log_softmax(-1)
    return float(rows[range(len(ids)), ids].sum())


Path = tuple[int, ...]


def plain_search(width: int, steps: int) -> list[dict[Path, float]]:
    """Per step the sums of all one-token continuations of the ``width`` best, the end of the text left out; by whole passes of transformers."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(bundled("main"))
    network = transformers.AutoModelForCausalLM.from_pretrained(bundled("main"), dtype=torch.float32).eval()
    start, found = tokenizer(PROMPT).input_ids, []
    best: dict[Path, float] = {(): 0.0}
    for _ in range(steps):
        with torch.no_grad():
            rows = network(input_ids=torch.tensor([[*start, *path] for path in best])).logits[:, -1].double().log_softmax(-1)
        rows[:, tokenizer.eos_token_id] = -math.inf
        sums = {(*path, id_): total + one for (path, total), row in zip(best.items(), rows.tolist(), strict=True) for id_, one in enumerate(row)}
        found.append(sums)
        best = dict(sorted(sums.items(), key=lambda item: -item[1])[:width])
    return found


def shows_search(page: Playground, steps: list[dict[Path, float]], width: int = 3) -> None:
    """Every candidate that is drawn: whom it goes on from, its sum, and what became of it."""
    beams: dict[int, Path] = {0: ()}
    for step, sums in enumerate(steps):
        cells = page.page.locator(f'[data-testid="beam"][data-step="{step}"]').evaluate_all(
            "cells => cells.map(({ dataset: d }) => [Number(d.parent), Number(d.id), Number(d.beam), Number(d.total), d.fate])"
        )
        assert len(cells) > width
        by_total = sorted(sums.values(), reverse=True)
        for place, (parent, id_, _, total, _) in enumerate(cells):
            assert total == pytest.approx(sums[*beams[parent], id_], abs=1e-3)
            assert total == pytest.approx(by_total[place], abs=1e-3)
        stays = "finished" if step == len(steps) - 1 else "kept"
        assert [fate for *_, fate in cells] == [stays] * width + ["pruned"] * (len(cells) - width)
        beams = {beam: (*beams[parent], id_) for parent, id_, beam, _, _ in cells if beam >= 0}


def says_by_how_much(page: Playground, sums: dict[Path, float], width: int = 3) -> None:
    """The first that was let go of: how far below the last that was kept."""
    *_, last, lost = sorted(sums.values(), reverse=True)[: width + 1]
    said = re.search(r"Let go: ([\d.]+) nats below", page.hook("beam-readout").inner_text())
    assert said, "nothing is said of it"
    assert float(said[1]) == pytest.approx(last - lost, abs=6e-3)  # two decimals are shown


def texts_out_of_their_box(page: Playground) -> list[str]:
    """The lines of the tree that are wider than the box that they stand in."""
    found: list[str] = page.page.locator(".tree-item").evaluate_all(
        """items => items.flatMap(item => {
            const room = item.querySelector(".tree-ground").getBBox().width - 8;
            return [...item.querySelectorAll("text")].filter(text => text.getComputedTextLength() > room).map(text => text.textContent);
        })"""
    )
    return found


def looked_at(page: Playground) -> list[int]:
    """The tokens of the fork that has the focus."""
    return [int(token) for token in (page.page.locator(".tree-item:focus").get_attribute("data-ids") or "").split()]


@pytest.mark.parametrize("locale", ["en-US", "zh-TW"])
def test_branches_are_walked_by_keyboard_and_every_text_can_be_read_whole(open_page: Open, locale: str) -> None:
    page = open_page(locale=locale)
    page.speed(None)
    for field, value in {"max_tokens": "24", "min_tokens": "24", "seed": "3"}.items():
        page.set(field, value)
    first = page.run_to_end()
    taken = menu(page, 8, "take")
    menu(page, 12, "do-reroll")
    page.page.locator("#tab-tree").click()
    page.page.locator(".branch-tree .zoom-buttons button").last.click()  # everything in sight
    expect(page.hook("end")).to_have_count(3)
    assert texts_out_of_their_box(page) == []
    page.page.locator('.tree-item[tabindex="0"]').focus()
    page.page.keyboard.press("Home")
    expect(page.page.locator(".tree-item:focus")).to_have_attribute("aria-level", "1")
    page.page.keyboard.press("ArrowRight")
    assert looked_at(page) == first[:8]
    readout = page.hook("tree-readout")
    expect(readout).to_have_text("".join(page.tokens.all_text_contents()[:8]).replace(" ", "·"))  # white space made visible
    page.page.keyboard.press("ArrowRight")
    fork = looked_at(page)
    if fork == first[8:]:
        page.page.keyboard.press("ArrowDown")
        fork = looked_at(page)
    assert fork == taken[8 : 8 + len(fork)]
    page.page.locator(".tree-item").filter(has=page.page.locator(".tree-end")).first.focus()
    ids = looked_at(page)
    page.page.keyboard.press("Enter")
    expect(page.page.locator(".tree-item.shown")).to_have_attribute("data-ids", " ".join(map(str, ids)))
    assert page.token_ids()[-len(ids) :] == ids
    page.page.set_viewport_size({"width": 390, "height": 844})
    expect(page.page.locator(".tree-item").first).to_be_visible()
    assert texts_out_of_their_box(page) == []
    assert page.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert violations(page) == []


def test_samples_stand_in_one_tree_with_their_scores_and_are_gone_to(page: Playground) -> None:
    page.speed(None)
    for field, value in {"n": "3", "max_tokens": "12", "min_tokens": "12", "seed": "3"}.items():
        page.set(field, value)
    shown = page.run_to_end()
    page.tab("tree")
    ends = page.hook("end")
    expect(ends).to_have_count(3)
    assert {end.get_attribute("data-tokens") for end in ends.all()} == {"12"}
    others = page.page.locator(".tree-item:not(.shown)").filter(has=page.page.get_by_test_id("end"))
    others.first.locator(".tree-text").click()
    expect(page.page.locator(".tree-item.shown").get_by_test_id("end")).to_have_attribute("data-total", re.compile("-"))
    assert page.token_ids() != shown
    assert violations(page) == []


def test_a_beam_search_shows_what_it_kept_and_by_how_much_the_others_lost(open_page: Open) -> None:
    page = open_page(color_scheme="dark")
    page.speed(None)
    page.type_prompt(PROMPT)
    page.preset("greedy")
    for field, value in {"num_beams": "3", "length_penalty": "1.5", "max_tokens": "6", "min_tokens": "6"}.items():
        page.set(field, value)
    ids = page.run_to_end()
    page.tab("tree")
    beams = page.hook("beam")
    expect(beams.first).to_be_visible()
    page.page.locator(".beam-tree .zoom-buttons button").last.click()  # everything in sight
    expect(page.page.locator('[data-testid="beam"][data-step="0"]').first).to_be_attached()
    steps = plain_search(width=3, steps=len(ids))
    shows_search(page, steps)
    page.page.locator('[data-testid="beam"][data-step="3"][data-fate="pruned"]').first.focus()
    expect(page.page.locator('[data-testid="beam"].looked')).to_have_attribute("data-fate", "pruned")
    says_by_how_much(page, steps[3])
    page.page.locator('[data-testid="beam"].leads[data-step="5"]').focus()
    last = page.page.locator('[data-testid="beam"][data-step="5"]')
    totals = [float(one.get_attribute("data-total") or "nan") for one in last.all()]
    best = page.page.locator('[data-testid="beam"].leads[data-step="5"]')
    expect(best).to_have_count(1)
    assert float(best.get_attribute("data-total") or "nan") == max(totals)
    readout = page.hook("beam-readout")
    total, score, length, penalty = (
        float(readout.get_attribute(f"data-{name}") or "nan") for name in ("total", "score", "length", "penalty")
    )
    assert (length, penalty) == (len(ids), 1.5)
    assert score == pytest.approx(total / len(ids) ** 1.5)
    assert total == pytest.approx(sum_of_logprobs(ids), abs=1e-3)
    assert int(best.get_attribute("aria-setsize") or 0) == len(totals)
    page.page.set_viewport_size({"width": 390, "height": 844})
    best.focus()
    page.page.keyboard.press("ArrowLeft")
    expect(page.page.locator('[data-testid="beam"].looked')).to_have_attribute("data-step", "4")
    assert page.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert violations(page) == []
