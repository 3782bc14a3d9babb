"""The timing tab: every number is what the events say, recomputed here from the frames that the page received."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import msgpack
import numpy as np
import pytest
from playwright.sync_api import Locator, WebSocket, expect

from tests.browser.conftest import Open
from tests.browser.playground import Playground
from tests.browser.test_access import violations

pytestmark = pytest.mark.browser
LONG = "The old clock ticked on the wall. " * 60  # more than one pass over the prompt


@dataclass
class Heard:
    """Everything that the server has sent to the page."""

    messages: list[dict[str, Any]] = field(default_factory=list)

    def hear(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self.messages.append(msgpack.unpackb(frame)))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["type"] == kind]


def listening(page: Playground) -> Heard:
    heard = Heard()
    page.page.on("websocket", heard.hear)
    page.visit()
    return heard


def number(figure: Locator, name: str = "data-value") -> float:
    return float(figure.get_attribute(name) or "nan")


def test_every_number_is_what_the_events_say(page: Playground) -> None:
    heard = listening(page)
    page.speed(None)
    page.set("max_tokens", "1")
    page.run_to_end()  # loads the model, which would be most of the time otherwise
    heard.messages.clear()
    page.type_prompt(LONG)
    page.set("max_tokens", "40")
    page.set("min_tokens", "40")
    page.run_again()
    page.tab("Timing")
    panel = page.hook("timing")
    (started,), (prefilled,), (finished,) = heard.of("started"), heard.of("prefilled"), heard.of("finished")
    tokens = heard.of("token")
    moments = np.array([token["t_ms"] for token in tokens])
    gaps = np.diff(moments)

    expected = {
        "ttft": moments[0],
        "tpot-p50": np.quantile(gaps, 0.5),
        "tpot-p95": np.quantile(gaps, 0.95),
        "rate": 1000 * len(gaps) / gaps.sum(),
        "weights": started["model"]["weight_bytes"],
        "reused": prefilled["reused_tokens"],
        "interrupted": finished["timing"]["preemptions"] + len(heard.of("resumed")),
    }
    for name, value in expected.items():
        assert number(panel.locator(f'[data-figure="{name}"]')) == pytest.approx(value, rel=1e-9), name

    assert len(prefilled["chunks"]) > 1
    shares = dict(panel.locator("[data-share]").evaluate_all("rows => rows.map(row => [row.dataset.share, Number(row.dataset.ms)])"))
    assert shares["queue"] == pytest.approx(started["queue_ms"])
    assert shares["tokenize"] == pytest.approx(started["tokenize_ms"])
    assert shares["prefill"] == pytest.approx(prefilled["ms"])
    assert shares["forward"] == pytest.approx(sum(token["forward_ms"] for token in tokens[1:]))
    assert shares["sample"] == pytest.approx(sum(token["sample_ms"] for token in tokens))
    assert sum(shares.values()) == pytest.approx(moments[-1]) == number(page.hook("shares"), "data-total")

    page.select(5)
    expect(page.hook("timeline-step")).to_have_attribute("data-step", "5")
    assert number(panel.locator('[data-figure="kv"]')) == started["model"]["kv_bytes_per_token"] * tokens[5]["kv_tokens"]
    assert number(panel.locator('[data-figure="batch"]')) == tokens[5]["batch"]
    look_around(page, moments)
    measured_cost(page, heard)
    assert violations(page) == []


def look_around(page: Playground, moments: np.ndarray[Any, Any]) -> None:
    """A moment pointed at is a step; closer and further by keyboard."""
    canvas = page.page.locator(".timeline-canvas")
    box = canvas.bounding_box()
    assert box
    longest = int(np.diff(moments).argmax()) + 1
    middle = (moments[longest - 1] + moments[longest]) / 2
    canvas.click(position={"x": box["width"] * middle / moments[-1], "y": 30})
    expect(page.token(longest)).to_have_attribute("aria-selected", "true")
    whole = page.page.get_by_role("button", name="Whole run")
    expect(whole).to_be_disabled()
    page.page.get_by_role("button", name="First token", exact=True).focus()
    page.page.keyboard.press("Enter")
    expect(whole).to_be_enabled()
    canvas.click(position={"x": 2, "y": 30})  # the queue: nobody's step
    expect(page.token(longest)).to_have_attribute("aria-selected", "true")
    whole.focus()
    page.page.keyboard.press("Enter")
    expect(whole).to_be_disabled()


def measured_cost(page: Playground, heard: Heard) -> None:
    page.hook("measure-cost").click()
    rows = page.hook("cost").locator("[data-way]")
    expect(rows).to_have_count(4)
    (answer,) = (message["answer"] for message in heard.of("answer") if message["answer"]["type"] == "watching_cost")
    forward, sample = (np.median(np.frombuffer(answer[name]["data"], "<f4").reshape(answer[name]["shape"]), axis=0) for name in ("forward", "sample"))
    steps = {"nobody": forward[0] + sample[0], "trace": forward[0] + sample[1], "mean": forward[1] + sample[1], "all": forward[2] + sample[1]}
    for way, ms in steps.items():
        row = rows.and_(page.page.locator(f'[data-way="{way}"]'))
        assert number(row, "data-forward") + number(row, "data-sample") == pytest.approx(ms, rel=1e-5)
        assert number(row, "data-ratio") == pytest.approx(ms / steps["nobody"], rel=1e-5)


def test_it_works_on_a_dark_phone_in_chinese(open_page: Open) -> None:
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme="dark", locale="zh-TW")
    page.set("max_tokens", "24")
    page.speed(None)
    page.run_to_end()
    page.tab("計時")
    page.hook("measure-cost").tap()
    expect(page.hook("cost").locator("caption")).to_contain_text(re.compile("步的中位數"))
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page) == []
