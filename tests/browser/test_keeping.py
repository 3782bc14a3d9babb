"""A run is not lost: stopped, reloaded, cut off, repeated."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Open
from tests.browser.playground import Playground
from tests.site import Site, child_of

pytestmark = pytest.mark.browser


def long_run(page: Playground, seed: int = 5, tokens: int = 60) -> None:
    """Prepared, not started: a run that lasts a few seconds and does not end early."""
    page.set("seed", str(seed))
    page.set("max_tokens", str(tokens))
    page.set("min_tokens", str(tokens))


def test_stop_ends_the_run_and_keeps_what_has_come(page: Playground) -> None:
    long_run(page, tokens=300)
    page.run()
    page.wait_for_tokens(5)
    page.stop()
    assert page.wait_for_end() == "cancelled"
    assert 5 <= page.tokens.count() < 300
    expect(page.hook("run")).to_be_visible()


def test_a_reload_in_mid_run_shows_the_same_run_complete(page: Playground) -> None:
    long_run(page)
    page.run()
    page.wait_for_tokens(10)
    before, run = page.token_ids(), page.run_id
    page.reload()
    page.wait_for_tokens(30)
    page.wait_for_end()
    after = page.token_ids()
    assert page.run_id == run
    assert len(after) == 60
    assert after[: len(before)] == before
    expect(page.hook("setting-seed").locator("input.number")).to_have_value("5")


def test_a_reload_after_the_end_shows_the_run_again(page: Playground) -> None:
    page.speed(None)
    ids = page.run_to_end()
    page.reload()
    page.wait_for_end()
    assert page.token_ids() == ids


def test_a_reload_finds_whichever_panel_was_open(page: Playground) -> None:
    page.set("max_tokens", "8")
    page.speed(None)
    ids = page.run_to_end()
    for panel in page.page.get_by_role("tab").evaluate_all("tabs => tabs.map(tab => tab.id)"):
        page.page.locator(f"#{panel}").click()
        page.reload()
        expect(page.page.locator(f"#{panel}")).to_have_attribute("aria-selected", "true")
        page.wait_for_end()
        assert page.token_ids() == ids


def test_a_lost_connection_loses_no_token_and_repeats_none(page: Playground) -> None:
    long_run(page)
    page.run()
    page.wait_for_tokens(10)
    page.page.context.set_offline(True)
    page.page.evaluate("() => dispatchEvent(new Event('offline'))")
    page.page.wait_for_timeout(800)
    page.page.context.set_offline(False)
    page.wait_for_end()
    page.complaints.clear()  # that the network was gone
    steps = page.tokens.evaluate_all("elements => elements.map(element => Number(element.dataset.step))")
    assert steps == list(range(60))


def test_the_same_seed_gives_the_same_text_twice(page: Playground) -> None:
    long_run(page, tokens=30)
    page.speed(None)
    first = page.run_to_end()
    assert page.run_again() == first


def test_another_seed_gives_another_text(page: Playground) -> None:
    page.preset("wild")
    page.speed(None)
    long_run(page, seed=1, tokens=20)
    first = page.run_to_end()
    long_run(page, seed=2, tokens=20)
    assert page.run_again() != first


def test_an_unknown_run_says_so_and_offers_a_fresh_start(open_page: Open) -> None:
    page = open_page("/?run=no-such-run")
    expect(page.hook("banner")).to_contain_text("no such run")
    page.page.get_by_role("button", name="Start afresh").click()
    expect(page.hook("banner")).to_have_count(0)
    assert "run=" not in page.page.url
    page.speed(None)
    assert page.run_to_end()


@pytest.mark.faults
def test_a_server_killed_in_mid_run_comes_back_and_the_page_shows_the_run_complete(browser: Browser, tmp_path: Path) -> None:
    site = Site(tmp_path)
    context = browser.new_context(locale="en-US")
    try:
        process = site.embedded()
        page = Playground(context.new_page(), site.url).visit()
        long_run(page)
        page.run()
        page.wait_for_tokens(10)
        before, run = page.token_ids(), page.run_id
        os.kill(child_of(process.pid), signal.SIGKILL)
        expect(page.status).to_contain_text("Reconnecting")
        page.wait_for_end()
        after = page.token_ids()
        assert page.run_id == run
        assert len(after) == 60
        assert after[: len(before)] == before
    finally:
        context.close()
        site.end()
