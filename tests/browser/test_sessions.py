"""A piece of work is kept as one goes, travels by a link, and goes on as somebody else's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Open
from tests.browser.playground import Playground
from tests.browser.test_access import violations
from tests.redis_server import RedisServer
from tests.site import Site, until

pytestmark = pytest.mark.browser


def get(page: Playground, path: str) -> Any:
    """What the API says to the person of ``page``."""
    return page.page.evaluate("async path => (await fetch(path)).json()", path)


def newest(page: Playground) -> Any:
    """The person's last session."""
    rows = get(page, "/api/sessions")["sessions"]
    return get(page, f"/api/sessions/{rows[0]['id']}")


def worked(page: Playground) -> list[int]:
    """A run and a branch of it, saved; returns the branch's tokens."""
    page.set("max_tokens", "12")
    page.set("min_tokens", "12")
    page.speed(None)
    page.run_to_end()
    before = page.page.url
    page.token(4).click(button="right", position=page.middle(4))
    page.page.locator('[data-testid^="token-menu-take"]').first.click()
    expect(page.page).not_to_have_url(before)
    page.wait_for_end()
    until(lambda: [run["state"] for run in newest(page)["runs"]] == ["stored", "stored"])
    until(lambda: len(newest(page)["draft"].get("branches", {}).get("nodes", [])) == 2)
    return page.token_ids()


def test_one_piece_of_work_is_one_session_and_opens_elsewhere_as_it_was(page: Playground, open_page: Open) -> None:
    branched = worked(page)
    session = newest(page)
    assert [run["kind"] for run in session["runs"]] == ["run", "branch"]
    assert [run["parent"] for run in session["runs"]] == [None, session["runs"][0]["id"]]
    assert page.page.evaluate("() => JSON.parse(sessionStorage.branches).nodes.map(node => node.run)") == [
        run["id"] for run in session["runs"]
    ]

    page.page.evaluate("() => sessionStorage.clear()")
    page.visit(f"/s/{session['id']}")
    page.wait_for_end()
    assert page.token_ids() == branched
    expect(page.token(4)).to_have_class(re.compile("yours"))
    page.page.keyboard.press("Control+z")
    expect(page.page).to_have_url(re.compile(session["runs"][0]["id"]))

    page.hook("new").click()
    expect(page.page).to_have_url(re.compile(r"/$"))
    page.type_prompt("The sun")
    page.run_to_end()
    assert newest(page)["id"] != session["id"]
    assert len(get(page, f"/api/sessions/{session['id']}")["runs"]) == 2


def share(page: Playground, visibility: str = "link") -> str:
    """The link of the session on the screen."""
    page.hook("share").click()
    page.page.locator(f'input[name="visibility"][value="{visibility}"]').check()
    return page.hook("share-link").input_value()


def replayed(page: Playground, tokens: list[int]) -> None:
    """Plays the run on the screen from its first token to its last."""
    page.hook("replay").get_by_role("slider").focus()
    page.page.keyboard.press("Home")
    expect(page.tokens).not_to_have_count(len(tokens))
    page.hook("replay-play").click()
    page.wait_for_end()
    assert page.token_ids() == tokens


def test_a_shared_session_is_replayed_forked_and_changed_with_the_worker_stopped(
    browser: Browser, redis_server: RedisServer, tmp_path: Path
) -> None:
    site = Site(tmp_path, redis_url=redis_server.url)
    contexts = [browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US") for _ in range(2)]
    try:
        site.web()
        worker = site.worker()
        owner = Playground(contexts[0].new_page(), site.url).visit()
        tokens = worked(owner)
        link = share(owner).removeprefix(site.url)
        worker.end()

        visitor = Playground(contexts[1].new_page(), site.url).visit(link)
        visitor.wait_for_end()
        assert visitor.token_ids() == tokens
        expect(visitor.hook("run")).to_have_count(0)
        replayed(visitor, tokens)
        visitor.select(3)
        visitor.column_sums()
        visitor.hook("fork").click()
        expect(visitor.hook("run")).to_be_visible()
        visitor.wait_for_end()
        assert visitor.token_ids() == tokens
        expect(visitor.token(4)).to_have_class(re.compile("yours"))
        visitor.type_prompt("The moon")
        until(lambda: newest(visitor)["draft"]["page"]["prompt"] == "The moon")
        assert newest(owner)["draft"]["page"]["prompt"] != "The moon"

        owner.hook("share-revoke").click()
        expect(owner.hook("share-link")).to_have_count(0)
        visitor.page.goto(site.url + link)
        expect(visitor.hook("missing")).to_be_visible()
    finally:
        for context in contexts:
            context.close()
        site.end()


def test_the_share_dialog_is_clean_for_assistive_technology(page: Playground) -> None:
    page.speed(None)
    page.run_to_end()
    assert share(page, "gallery").startswith("http")
    page.hook("share-title").fill("A fox")
    page.page.keyboard.press("Tab")
    until(lambda: newest(page)["title"] == "A fox")
    assert newest(page)["visibility"] == "gallery"
    assert violations(page) == []


def test_own_sessions_are_found_renamed_taken_elsewhere_as_a_file_and_deleted(page: Playground, open_page: Open, tmp_path: Path) -> None:
    tokens = worked(page)
    page.page.goto(page.page.url.split("/?")[0] + "/sessions")
    rows = page.hook("session")
    expect(rows).to_have_count(1)
    assert violations(page) == []
    rows.get_by_role("textbox").fill("Foxes")
    page.page.keyboard.press("Tab")
    until(lambda: newest(page)["title"] == "Foxes")
    page.page.get_by_role("searchbox").fill("nowhere")
    expect(rows).to_have_count(0)
    page.page.get_by_role("searchbox").fill("fox")
    expect(rows).to_have_count(1)
    with page.page.expect_download() as download:
        rows.get_by_role("link", name="Export").click()
    download.value.save_as(tmp_path / "foxes.logitscope")

    other = open_page()
    other.page.goto(other.page.url.rstrip("/") + "/sessions")
    other.hook("import").set_input_files(tmp_path / "foxes.logitscope")
    other.wait_for_end()
    assert other.token_ids() == tokens
    assert newest(other)["title"] == "Foxes"

    rows.get_by_role("checkbox").check()
    page.hook("delete").click()
    page.hook("delete-sure").click()
    expect(rows).to_have_count(0)
