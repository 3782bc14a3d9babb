"""What is on the site before its pictures are taken: an operator, and somebody's sessions, which whoever has the link may see."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.comparison import Comparison
from tests.browser.playground import Playground
from tests.site import until

OPERATOR, PASSWORD = "ada", "a long walk by the river"
LOADED_MS = 300_000  # the first run waits for the model
DESK: Any = {"viewport": {"width": 1440, "height": 900}, "locale": "en-US"}


def prepared(browser: Browser, url: str) -> dict[str, str]:
    """The ids of a shared ``story`` and of a shared ``comparison``; by the way, the model is loaded."""
    context = browser.new_context(**DESK)
    _make_operator(context.new_page(), url)
    context.close()
    context = browser.new_context(**DESK)
    there = {"story": _story(context.new_page(), url), "comparison": _comparison(context.new_page(), url)}
    context.close()
    return there


def _make_operator(tab: Page, url: str) -> None:
    """The first account of a new site."""
    tab.goto(f"{url}/admin/first/")
    tab.locator("[name=username]").fill(OPERATOR)
    for field in ("password1", "password2"):
        tab.locator(f"[name={field}]").fill(PASSWORD)
    tab.locator("main button, form button").last.click()
    tab.wait_for_url(f"{url}/admin/")


def _story(tab: Page, url: str) -> str:
    page = Playground(tab, url).visit()
    page.set("seed", "7")
    page.speed(None)
    page.run()
    expect(page.status).to_have_attribute("data-phase", "finished", timeout=LOADED_MS)
    page.wait_for_end()
    return _shared(page, url, "The fox, told once")


def _comparison(tab: Page, url: str) -> str:
    page = Comparison(tab, url).visit("/compare")
    page.set("seed", "7")
    page.speed(None)
    page.run_all()
    page.wait_for_strip("B")
    return _shared(page, url, "Two ways to tell it")


def _shared(page: Playground, url: str, title: str) -> str:
    """Everybody may see it, and other sites may frame it, once it is stored."""
    page.hook("share").click()
    page.page.locator('input[name="visibility"][value="gallery"]').check(force=True)
    session = page.hook("share-link").input_value().rsplit("/", 1)[1]
    page.hook("share-title").fill(title)
    page.page.keyboard.press("Tab")
    page.hook("share-embed").check(force=True)
    until(lambda: _is_stored(page.page.request.get(f"{url}/api/sessions/{session}").json(), title), why=f"{title!r} is not stored")
    return session


def _is_stored(session: Any, title: str) -> bool:
    """With its runs, and the distances between its lanes."""
    lanes = session["draft"].get("comparison")
    runs = [run["state"] for run in session["runs"]]
    return session["title"] == title and session["embeddable"] and set(runs) == {"stored"} and (lanes is None or bool(lanes["distances"]))
