"""Two to four lanes of one prompt with the same dice, every number checked against a plain recomputation from the logits."""

from __future__ import annotations

import math
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from playwright.sync_api import Browser, expect

from inference.sources import bundled
from playground.config import ROOT
from tests.browser.comparison import Comparison
from tests.browser.playground import RUN_MS
from tests.browser.test_access import violations
from tests.inference.models import write_checkpoint
from tests.redis_server import RedisServer
from tests.site import Site, until

pytestmark = pytest.mark.browser
PROMPT = "Once upon a time, there was a"
COLD, HOT = 0.2, 1.2
STEPS = 24
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# Whether the distances ever stood there without the bar of steps above them.
JUMPS = """() => {
    window.jumped = false;
    const look = () => { window.jumped ||= Boolean(document.querySelector(".strips") && !document.querySelector(".step-bar")); };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
}"""
OpenComparison = Callable[..., Comparison]


@pytest.fixture
def open_comparison(site: Site, browser: Browser) -> Iterator[OpenComparison]:
    contexts, pages = [], list[Comparison]()

    def open_one(path: str = "/compare", **options: Any) -> Comparison:
        contexts.append(browser.new_context(**{"viewport": {"width": 1440, "height": 900}, "locale": "en-US", **options}))
        pages.append(Comparison(contexts[-1].new_page(), site.url))
        return pages[-1].visit(path)

    yield open_one
    complaints = [complaint for page in pages for complaint in page.complaints]
    for context in contexts:
        context.close()
    assert not complaints, "the console complained"


@pytest.fixture
def foreign(site: Site, tmp_path: Path) -> Iterator[str]:
    """The title of a model with another vocabulary; gone again afterwards."""
    folder = write_checkpoint(tmp_path / "foreign", "gpt2")
    command = [sys.executable, "manage.py", "addmodel", str(folder), "--name", "foreign", "--title", "Foreign"]
    subprocess.run(command, cwd=ROOT, env=site.whole_environment, check=True, capture_output=True)
    yield "Foreign"
    with sqlite3.connect(site.folder / "data" / "logitscope.sqlite3") as database:
        database.execute("DELETE FROM catalog_model WHERE name = 'foreign'")


@cache
def logits(model: str, prompt: str, ids: tuple[int, ...]) -> torch.Tensor:
    """(T, V) of the bundled ``model`` at every step of ``ids``, by one plain pass of transformers."""
    start = transformers.AutoTokenizer.from_pretrained(bundled(model))(prompt).input_ids
    network = transformers.AutoModelForCausalLM.from_pretrained(bundled(model), dtype=torch.float32).eval()
    with torch.no_grad():
        return network(input_ids=torch.tensor([[*start, *ids[:-1]]])).logits[0, len(start) - 1 :].double()


def without_end(rows: torch.Tensor) -> torch.Tensor:
    """``min_tokens`` keeps the end of the text out of every step."""
    rows = rows.clone()
    rows[:, transformers.AutoTokenizer.from_pretrained(bundled("main")).eos_token_id] = -math.inf
    return rows


def plain_divergence(p: torch.Tensor, q: torch.Tensor) -> float:
    return float((p * (p / q).log())[p > 0].sum())


def plain_overlap(p: torch.Tensor, q: torch.Tensor, k: int = 10) -> float:
    ours, theirs = ({token for token in each.topk(k).indices.tolist() if each[token] > 0} for each in (p, q))
    return len(ours & theirs) / len(ours)


def only(rows: torch.Tensor, k: int) -> torch.Tensor:
    """The ``k`` best of each row; the others cannot be chosen."""
    return rows.masked_fill(rows < rows.topk(k).values[:, -1:], -math.inf)


def first_difference(one: list[int], other: list[int]) -> int | None:
    return next((step for step, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None if len(one) == len(other) else min(len(one), len(other)))


def test_lanes_share_their_draws_part_where_their_tokens_do_and_every_number_is_that_of_the_logits(open_comparison: OpenComparison) -> None:
    page = open_comparison("/")
    page.type_prompt(PROMPT)
    page.preset("wild")
    for field, value in {"temperature": str(COLD), "max_tokens": str(STEPS), "min_tokens": str(STEPS), "seed": "11"}.items():
        page.set(field, value)
    page.speed(None)
    page.hook("compare").click()
    expect(page.hook("prompt")).to_have_value(PROMPT)
    page.expect_chips(B=[f"Temperature {HOT}"])
    page.page.get_by_role("button", name="Add a lane with Logitscope Stories, draft").click()
    page.expect_chips(C=["Model Logitscope Stories, draft"])
    page.page.get_by_role("button", name="Add a lane", exact=True).click()
    page.set_in_lane("D", "top_k", "5")
    page.run_all()

    ids = {name: page.ids(name) for name in "ABC"}
    partings = {name: first_difference(ids["A"], ids[name]) for name in "BC"}
    assert {name: page.parting(name) for name in "BC"} == partings
    first = min(step for step in partings.values() if step is not None)
    assert page.parting("A") == first
    expect(page.hook("to-parting")).to_contain_text(f"step {first}")
    expect(page.lane("B").locator(".token.parting")).to_have_attribute("data-step", str(partings["B"]))

    page.token_of("A", 3).click()
    for name in "ABC":
        expect(page.token_of(name, 3)).to_have_attribute("aria-selected", "true")
    page.page.keyboard.press("ArrowRight")
    expect(page.token_of("C", 4)).to_have_attribute("aria-selected", "true")

    past = tuple(ids["A"])
    ours, theirs, own = (without_end(logits(model, PROMPT, tokens)) for model, tokens in (("main", past), ("draft", past), ("main", tuple(ids["B"]))))
    for name in "BCD":
        page.wait_for_strip(name)
    p = (ours / COLD).softmax(-1)
    others = {"B": (ours / HOT).softmax(-1), "C": (theirs / COLD).softmax(-1), "D": (only(ours, 5) / COLD).softmax(-1)}
    measures: dict[str, Callable[[torch.Tensor, torch.Tensor], float]] = {
        "kl": plain_divergence, "reverse_kl": lambda p, q: plain_divergence(q, p), "js": lambda p, q: (plain_divergence(p, (p + q) / 2) + plain_divergence(q, (p + q) / 2)) / 2,
    }  # fmt: skip
    for measure, plain in measures.items():
        page.measure(measure)
        for name, q in others.items():
            expected_ones = [plain(p[step], q[step]) for step in range(STEPS)]
            for step in (0, first, STEPS - 1):
                found = page.distance(name, step)
                assert found.divergence == pytest.approx(expected_ones[step], rel=1e-3, abs=1e-5)
                assert found.overlap == pytest.approx(plain_overlap(p[step], q[step]))
            finite = [value for value in expected_ones if math.isfinite(value)]
            assert page.means(name) == (pytest.approx(sum(finite) / len(finite), rel=1e-3, abs=1e-5) if finite else None, STEPS - len(finite))
    for step in (0, first, STEPS - 1):
        page.go_to(step)
        assert page.draw("A") == page.draw("B") == page.draw("C")
        shown = page.candidates("B")
        expected = (own[step] / HOT).softmax(-1)
        assert len(shown) >= 10
        assert all(shown[token] == pytest.approx(float(expected[token]), rel=1e-3, abs=1e-6) for token in shown)
        assert set(shown) >= set(expected.topk(10).indices.tolist())

    surprise = -logits("main", PROMPT, past).log_softmax(-1)[range(STEPS), list(past)].mean()
    assert float(page.hook("summary-A").get_attribute("data-perplexity") or "nan") == pytest.approx(math.exp(surprise), rel=1e-3)

    page.reload()
    page.wait_for_end()
    assert {name: page.ids(name) for name in "ABC"} == ids
    page.expect_chips(B=[f"Temperature {HOT}"])
    page.wait_for_strip("C")
    assert violations(page) == []


def test_what_one_lane_cannot_do_is_said_in_that_lane_and_the_others_go_on(open_comparison: OpenComparison, foreign: str) -> None:
    page = open_comparison()
    page.speed(None)
    page.set("max_tokens", "12")
    page.choose_model("B", foreign)
    page.lane("A").get_by_role("button", name="Duplicate lane A").click()
    page.set_in_lane("B", "top_k", "-3")
    page.run()
    expect(page.hook("lane-setting-top_k")).to_contain_text("-3 is less than")
    expect(page.status).to_have_attribute("data-phase", "empty")

    page.hook("lane-setting-top_k").get_by_role("button", name="Reset Top-k").click()
    page.page.locator("#prompt").fill("once upon a time " * 40)  # more bytes than the foreign model's window has tokens
    page.run_all()
    expect(page.lane("C").get_by_test_id("lane-error")).to_contain_text("more than the model's context")
    assert page.ids("A") == page.ids("B") != []
    assert violations(page) == []

    page.page.locator("#prompt").fill("once upon a time")
    page.run_all()
    expect(page.lane("C").get_by_test_id("lane-error")).to_have_count(0)
    expect(page.strip("C")).to_contain_text("do not have the same tokens (320 and")
    assert page.distance("B", 0).divergence == 0


def test_lanes_can_be_added_duplicated_and_removed_between_two_and_four(open_comparison: OpenComparison) -> None:
    page = open_comparison()
    remove = page.page.get_by_role("button", name="Remove lane")
    expect(remove.first).to_be_disabled()
    page.set_in_lane("B", "top_k", "5")
    page.lane("B").get_by_role("button", name="Duplicate lane B").click()
    page.expect_chips(B=["Temperature 1.2", "Top-k 5"], C=["Temperature 1.2", "Top-k 5"])
    page.page.get_by_role("button", name="Add a lane", exact=True).click()
    expect(page.page.get_by_role("button", name="Add a lane")).to_have_count(0)
    page.lane("B").get_by_test_id("difference-temperature").click()
    page.expect_chips(B=["Top-k 5"])
    page.lane("A").get_by_role("button", name="Remove lane A").click()
    page.expect_chips(A=["Top-k 5"], B=["Temperature 1.2", "Top-k 5"], C=[])
    page.reload()
    page.expect_chips(B=["Temperature 1.2", "Top-k 5"])


def test_a_phone_in_the_dark_and_in_chinese_compares_too(open_comparison: OpenComparison) -> None:
    page = open_comparison(locale="zh-TW", color_scheme="dark", **PHONE)
    page.speed(None)
    page.page.evaluate(JUMPS)
    page.run_all()
    page.wait_for_strip("B")
    assert not page.page.evaluate("window.jumped"), "the bar of steps came late and pushed the distances down"
    page.hook("to-parting").tap()
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.page.get_by_role("heading", name="比較", exact=True)).to_be_visible()
    assert violations(page) == []
    page.page.locator(".settings-button").tap()
    assert violations(page) == []


def api(page: Comparison, path: str = "/api/sessions") -> Any:
    return page.page.evaluate("async path => (await fetch(path)).json()", path)


def shown(page: Comparison) -> tuple[Any, ...]:
    """All that can be seen of three lanes at their fourth step."""
    page.wait_for_end()
    for name in "BC":
        page.wait_for_strip(name)
    distances = [page.distance(name, 3) for name in "BC"]
    candidates = [(page.ids(name), page.chips(name), page.candidates(name), page.draw(name)) for name in "ABC"]
    return distances, candidates, page.hook("summary-C").inner_text()


def test_a_comparison_is_one_session_that_is_shared_forked_and_taken_along_with_the_worker_stopped(
    browser: Browser, redis_server: RedisServer, tmp_path: Path
) -> None:
    site = Site(tmp_path, redis_url=redis_server.url, embed_origins="https://example.org")
    contexts = [browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US") for _ in range(2)]
    try:
        site.web()
        worker = site.worker()
        owner = Comparison(contexts[0].new_page(), site.url).visit("/compare")
        owner.type_prompt(PROMPT)
        owner.speed(None)
        owner.set("max_tokens", "12")
        owner.set("min_tokens", "12")
        owner.page.get_by_role("button", name="Add a lane with Logitscope Stories, draft").click()
        owner.run_all()
        there = shown(owner)
        (session,) = api(owner)["sessions"]
        assert (session["title"], session["runs_count"], session["comparison"]) == (PROMPT, 3, True)
        path = f"/api/sessions/{session['id']}"
        until(lambda: set(api(owner, path)["draft"]["comparison"]["distances"]) == {"1", "2"})
        until(lambda: [run["state"] for run in api(owner, path)["runs"]] == ["stored"] * 3)
        assert sorted(run["kind"] for run in api(owner, path)["runs"]) == ["lane_a", "lane_b", "lane_c"]
        owner.hook("share").click()
        owner.page.locator('input[name="visibility"][value="link"]').check()
        link = owner.hook("share-link").input_value().removeprefix(site.url)
        owner.hook("share-embed").check()
        expect(owner.hook("share-snippet")).to_be_visible()
        with owner.page.expect_download() as download:
            owner.hook("share-export").click()
        download.value.save_as(tmp_path / "lanes.logitscope")
        worker.end()

        owner.page.evaluate("() => sessionStorage.clear()")
        assert shown(owner.visit(link)) == there

        visitor = Comparison(contexts[1].new_page(), site.url).visit(link)
        assert shown(visitor) == there
        expect(visitor.hook("run")).to_have_count(0)
        expect(visitor.status).to_contain_text("fork it to change it")
        assert visitor.page.locator(".stale, .fault").count() == 0
        assert violations(visitor) == []
        framed(visitor, link.replace("/s/", "/embed/"), there)
        visitor.visit(link)
        visitor.hook("fork").click()
        expect(visitor.hook("run")).to_be_visible()
        assert shown(visitor) == there
        (mine,) = api(visitor)["sessions"]
        assert mine["id"] != session["id"]

        visitor.page.goto(f"{site.url}/sessions")
        expect(visitor.hook("session")).to_contain_text("Comparison · 3 runs")
        visitor.hook("import").set_input_files(tmp_path / "lanes.logitscope")
        assert shown(visitor) == there
        visitor.hook("new").click()
        expect(visitor.page).to_have_url(f"{site.url}/compare")
        expect(visitor.status).to_have_attribute("data-phase", "empty")
        assert [complaint for page in (owner, visitor) for complaint in page.complaints] == []
    finally:
        for context in contexts:
            context.close()
        site.end()


def framed(visitor: Comparison, path: str, there: tuple[Any, ...]) -> None:
    """What another site's frame shows: the whole comparison, nothing to change, the way here; on a phone too."""
    assert shown(visitor.visit(path)) == there
    expect(visitor.page).to_have_url(re.compile(f"{re.escape(path)}$"))
    expect(visitor.hook("asked")).to_have_text(PROMPT)
    expect(visitor.hook("embedded-open")).to_have_attribute("href", path.replace("/embed/", "/s/"))
    assert visitor.page.locator("select, .settings, [data-testid='run'], [data-testid='fork']").count() == 0
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(visitor) == []
    visitor.page.set_viewport_size({"width": 1440, "height": 900})


def expect_selected(page: Comparison, step: int) -> None:
    for name in "AB":
        expect(page.token_of(name, step)).to_have_attribute("aria-selected", "true")


def command(page: Comparison, query: str) -> None:
    """The palette is gone before its command acts: wait for what it does."""
    page.page.keyboard.press("Control+k")
    expect(page.hook("palette")).to_be_visible()
    page.page.keyboard.type(query)
    page.page.keyboard.press("Enter")
    expect(page.hook("palette")).to_have_count(0)


def test_everything_is_done_by_keyboard(open_comparison: OpenComparison) -> None:
    page = open_comparison()
    command(page, "as fast as it goes")
    command(page, "lane with stories draft")
    page.expect_chips(C=["Model Logitscope Stories, draft"])
    command(page, "remove lane B")
    page.expect_chips(B=["Model Logitscope Stories, draft"])
    command(page, "settings of lane B")
    expect(page.hook("settings-of")).to_have_attribute("data-lane", "B")
    command(page, "setting temperature")
    expect(page.hook("lane-setting-temperature").locator("input").first).to_be_focused()
    command(page, "measure JS")
    command(page, "run all")
    page.wait_for_end()
    expect(page.page.locator('input[name="measure"][value="js"]')).to_be_checked()
    command(page, "3")
    expect_selected(page, 3)
    page.hook("run").focus()
    expect(page.hook("run")).to_be_focused()
    for key, step in ("]", 4), ("[", 3), ("d", page.parting("A")):
        page.page.keyboard.press(key)
        expect_selected(page, step or 0)
    for keys, hook in ("?", "sheet"), ("Control+k", "palette"):
        page.page.keyboard.press(keys)
        expect(page.hook(hook)).to_be_visible()
        assert violations(page) == []
        page.page.keyboard.press("Escape")
    command(page, "theme dark")
    page.page.keyboard.press("?")
    expect(page.hook("sheet")).to_contain_text("First difference")
    assert violations(page) == []


def test_distances_are_drawn_while_the_lanes_run_and_piece_by_piece_they_are_the_same(open_comparison: OpenComparison) -> None:
    page = open_comparison()
    for field in ("max_tokens", "min_tokens"):
        page.set(field, "300")
    page.set("seed", "5")
    page.speed(4)
    page.run()
    strip = page.strip("B")
    expect(strip).to_have_attribute("data-state", "growing", timeout=RUN_MS)
    seen = int(strip.get_attribute("data-steps") or 0)
    expect(strip).not_to_have_attribute("data-steps", str(seen), timeout=RUN_MS)
    expect(page.status).to_have_attribute("data-phase", "running")
    assert page.distance("B", 0).overlap <= 1
    page.stop()
    page.wait_for_end()
    page.wait_for_strip("B")
    steps = len(page.ids("A"))
    assert int(strip.get_attribute("data-steps") or 0) == steps > seen
    pieces = [page.distance("B", step) for step in (0, seen, steps - 1)]
    page.reload()
    page.wait_for_end()
    page.wait_for_strip("B")
    for piece in pieces:
        assert page.distance("B", piece.step).divergence == pytest.approx(piece.divergence, abs=1e-5)


def test_a_reload_in_mid_run_finds_every_lane_again(open_comparison: OpenComparison) -> None:
    page = open_comparison()
    for field in ("max_tokens", "min_tokens"):
        page.set(field, "60")
    page.run()
    page.token_of("B", 8).wait_for()
    before = page.ids("B")
    page.reload()
    page.wait_for_end()
    assert len(page.ids("A")) == len(page.ids("B")) == 60
    assert page.ids("B")[: len(before)] == before
