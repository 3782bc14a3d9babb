"""Scenes of what is beside the playground: sessions, one's own and others', accounts, the panel. From the log-in on, one is the operator."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import expect

from scripts.kept import OPERATOR, PASSWORD
from scripts.scenes import INSPECTOR, Scene, nothing, surprising
from tests.browser.comparison import Comparison
from tests.browser.playground import RUN_MS, Playground


def replayed(page: Playground) -> None:
    """In the middle of the text."""
    page.wait_for_end()
    page.page.locator("#tab-choice").click()
    page.hook("replay").get_by_role("slider").evaluate(
        "slider => { slider.value = (Number(slider.min) + Number(slider.max)) / 2; slider.dispatchEvent(new Event('input', { bubbles: true })); }"
    )
    expect(page.hook("replay-whole")).to_be_visible()


def foreign(page: Playground) -> None:
    """A panel that tells what it needs a fork for."""
    page.wait_for_end()
    page.select(surprising(page)[0])
    page.page.locator("#tab-layers").click()
    page.hook("foreign").wait_for()


def parted(page: Playground) -> None:
    """A comparison at the step where its lanes part."""
    lanes = Comparison(page.page, "")
    lanes.wait_for_end()
    lanes.wait_for_strip("B")
    lanes.hook("to-parting").click()


def refused(page: Playground) -> None:
    """A password that will not do."""
    page.page.locator("[name=username]").fill("grace")
    for field in ("password1", "password2"):
        page.page.locator(f"[name={field}]").fill("123")
    page.page.locator("main button").click()
    page.page.locator(".errorlist").first.wait_for()


def logged_in(page: Playground) -> None:
    page.page.locator("[name=username]").fill(OPERATOR)
    page.page.locator("[name=password]").fill(PASSWORD)
    page.page.locator("main button").click()
    expect(page.page.locator("[name=password]")).to_have_count(0)


def account(page: Playground) -> None:
    logged_in(page)
    page.page.goto(urlsplit(page.page.url)._replace(path="/account/", query="").geturl())


def operator(page: Playground) -> None:
    """Whoever has not logged in is sent to the log-in first, and back from there."""
    if page.page.locator("[name=password]").count():
        logged_in(page)


def a_model(page: Playground) -> None:
    """What a worker found when it was asked to check it."""
    operator(page)
    page.page.locator("#result_list").get_by_role("link", name="stories").first.click()
    order = page.page.locator("#order")
    order.get_by_role("button").first.click()
    expect(order.get_by_role("status")).to_have_attribute("data-state", "done", timeout=RUN_MS)


PAGES = {
    "session": Scene("Somebody else's session, replayed", replayed, path="/s/{story}"),
    "session-panel": Scene("Somebody else's session: what a panel needs a fork for", foreign, INSPECTOR, "/s/{story}"),
    "session-compare": Scene("Somebody else's comparison", parted, '[data-testid="lane-A"]', "/s/{comparison}"),
    "embed": Scene("A session in a frame of another site", replayed, path="/embed/{story}"),
    "embed-compare": Scene("A comparison in a frame of another site", parted, path="/embed/{comparison}"),
    "sessions": Scene("One's sessions", nothing, path="/sessions"),
    "gallery": Scene("The gallery", nothing, path="/gallery"),
    "sign-up": Scene("Signing up, with a password that will not do", refused, path="/account/signup"),
    "account": Scene("One's account", account, path="/account/login"),
    "panel": Scene("The operator's panel", operator, path="/admin/"),
    "panel-model": Scene("The operator: a model and what a worker says of it", a_model, path="/admin/catalog/model/"),
    "panel-now": Scene("The operator: what goes on now", operator, path="/admin/now/"),
}
