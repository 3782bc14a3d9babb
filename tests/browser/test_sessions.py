"""A piece of work is kept as one goes, travels by a link, and goes on as somebody else's."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.playground import Playground
from tests.site import until

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
    assert page.page.evaluate("() => JSON.parse(sessionStorage.branches).nodes.map(node => node.run)") == [run["id"] for run in session["runs"]]

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
