"""A piece of work is kept as one goes, travels by a link, and goes on as somebody else's."""

from __future__ import annotations

import os
import re
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

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


def walked(visitor: Playground) -> None:
    """Through every panel of somebody else's session: each says what it cannot do here, and none talks of runs that are not there."""
    for tab in ("Attention", "Layers", "Timing", "What if", "Tree", "Code", "Choice"):
        visitor.tab(tab)
        expect(visitor.page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
        expect(visitor.hook("foreign")).to_have_count(0 if tab == "Code" else 1)
        expect(visitor.page.locator("#inspector-panel")).not_to_contain_text("There is no such run")
        look(visitor, f"foreign-{tab.lower().replace(' ', '-')}")


def only_read(visitor: Playground) -> None:
    """How the run was made can be read and not changed: a change would go nowhere."""
    expect(visitor.hook("prompt")).to_be_disabled()
    expect(visitor.page.get_by_label("Model", exact=True)).to_be_disabled()
    expect(visitor.setting("temperature").locator("input.number")).to_be_disabled()
    expect(visitor.setting("temperature").locator(".help")).to_be_enabled()
    expect(visitor.hook("preset-greedy")).to_be_disabled()
    expect(visitor.hook("undo")).to_have_count(0)
    assert violations(visitor) == []


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
        walked(visitor)
        only_read(visitor)
        visitor.hook("fork-to-try").click()
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
    rows.get_by_label("Title of").fill("Foxes")
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


class Board:
    """A page of another site with a frame in it; the same page under two origins, of which one is allowed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        Thread(target=self._server.serve_forever, daemon=True).start()
        port = self._server.server_address[1]
        self.allowed, self.foreign = f"http://127.0.0.1:{port}", f"http://localhost:{port}"

    def pin(self, snippet: str) -> None:
        (self.folder / "board.html").write_text(f"<!doctype html><html lang=en><title>Board</title>{snippet}")

    def close(self) -> None:
        self._server.shutdown()


def test_a_session_goes_to_another_site_is_replayed_there_without_a_worker_and_shown_in_a_frame(
    page: Playground, browser: Browser, redis_server: RedisServer, tmp_path: Path
) -> None:
    tokens = worked(page)
    file = page.page.request.get(f"{page.page.url.split('/?')[0]}/api/sessions/{newest(page)['id']}/export").body()
    (tmp_path / "work.logitscope").write_bytes(file)
    (tmp_path / "board").mkdir()
    board = Board(tmp_path / "board")
    site = Site(tmp_path, redis_url=redis_server.url, embed_origins=board.allowed)
    contexts = [browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US") for _ in range(2)]
    try:
        site.web()
        there = Playground(contexts[0].new_page(), site.url)
        _tagged_import(there, site, tmp_path / "work.logitscope", tokens)
        assert share(there, "gallery").startswith(site.url)
        there.hook("share-embed").check()
        board.pin(there.hook("share-snippet").input_value())
        look(there, "share-embed")
        _framed(contexts[1].new_page(), board, site, tokens)
        _in_the_gallery(Playground(contexts[1].new_page(), site.url))
    finally:
        for context in contexts:
            context.close()
        board.close()
        site.end()


def _tagged_import(there: Playground, site: Site, file: Path, tokens: list[int]) -> None:
    there.page.goto(f"{site.url}/sessions")
    there.hook("import").set_input_files(file)
    there.wait_for_end()
    assert there.token_ids() == tokens
    replayed(there, tokens)
    there.page.goto(f"{site.url}/sessions")
    there.hook("tags").fill("fox, 第三課，fox")
    there.page.keyboard.press("Tab")
    expect(there.hook("tags")).to_have_value("fox, 第三課")
    there.page.get_by_role("searchbox").fill("第三課")
    expect(there.hook("session")).to_have_count(1)
    look(there, "tags")
    there.page.get_by_role("link", name="Open", exact=False).click()
    there.wait_for_end()


def _framed(tab: Tab, board: Board, site: Site, tokens: list[int]) -> None:
    tab.goto(f"{board.allowed}/board.html")
    frame = tab.frame_locator("iframe")
    expect(frame.get_by_test_id("token").last).to_be_visible()
    expect(frame.get_by_test_id("token")).to_have_count(len(tokens))
    frame.get_by_test_id("token").nth(3).click()
    expect(frame.get_by_test_id("embedded-open")).to_have_attribute("target", "_blank")
    expect(frame.get_by_test_id("run")).to_have_count(0)
    if folder := os.environ.get("LOGITSCOPE_SCREENS"):
        tab.screenshot(path=f"{folder}/framed.png")
    (embedded,) = [one.url for one in tab.frames if "/embed/" in one.url]
    tab.goto(f"{board.foreign}/board.html")
    assert not [one for one in tab.frames if one.url == embedded]
    direct = Playground(tab.context.new_page(), site.url).visit(embedded.removeprefix(site.url))
    direct.wait_for_end()
    look(direct, "embedded")
    direct.page.set_viewport_size({"width": 390, "height": 844})
    assert direct.page.evaluate("document.documentElement.scrollWidth") <= 390
    look(direct, "embedded-phone")


def _in_the_gallery(visitor: Playground) -> None:
    """Whoever opens the gallery from the playground finds it."""
    visitor.page.goto(visitor.visit().page.url + "gallery")
    expect(visitor.hook("session")).to_have_count(1)
    expect(visitor.hook("session")).to_contain_text("第三課")
    look(visitor, "gallery")
    visitor.page.get_by_role("link", name="Open", exact=False).click()
    visitor.wait_for_end()


def look(page: Playground, name: str) -> None:
    """Nothing for axe-core to object to. LOGITSCOPE_SCREENS names a folder for pictures, for whoever wants to see."""
    if folder := os.environ.get("LOGITSCOPE_SCREENS"):
        page.page.screenshot(path=f"{folder}/{name}.png")
    assert violations(page) == [], name


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}}], ids=["light", "dark-phone"])
def test_every_page_has_a_way_to_the_others(open_page: Open, options: dict[str, object]) -> None:
    page = open_page(**options)
    page.hook("account").click()
    page.hook("account-works-classroom").click()
    for name, address in (("Gallery", "/gallery"), ("Sessions", "/sessions"), ("Account", "/account/"), ("Classroom", "/r/")):
        page.page.get_by_role("navigation").get_by_role("link", name=name).click()
        expect(page.page).to_have_url(re.compile(f"{address}(login.*)?$"))
        expect(page.page.get_by_role("heading", level=1)).to_be_visible()
        assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        look(page, f"to-{name.lower()}")
    page.page.get_by_title("To the playground").click()
    expect(page.hook("run")).to_be_visible()
