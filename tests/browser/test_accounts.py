"""A person's account in a real browser: made after some work, kept over log-out, in three languages, and gone at the end."""

from __future__ import annotations

import os
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.playground import Playground
from tests.browser.test_access import violations

pytestmark = pytest.mark.browser
PASSWORD = "a long walk by the river"
PAGES = ["login", "signup", "reset", "reset/sent", "reset/x/y-z", "", "password", "leave"]


def look(page: Playground, name: str) -> None:
    """Nothing for axe-core to object to, nothing beyond the edge. LOGITSCOPE_SCREENS names a folder for pictures."""
    if folder := os.environ.get("LOGITSCOPE_SCREENS"):
        page.page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    assert violations(page) == [], name
    assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


def choose(page: Playground, item: str) -> None:
    page.hook("account").click()
    page.hook(f"account-{item}").click()


def test_a_person_signs_up_comes_back_and_leaves(open_page: Open) -> None:
    page = open_page()
    page.speed(None)
    page.run_to_end()
    run = page.page.url
    page.hook("account").click()
    look(page, "menu-stranger")
    page.hook("account-own-up").click()
    tab = page.page
    tab.get_by_label("Username").fill("ada")
    tab.get_by_label("Password", exact=True).fill("123")
    tab.get_by_label("Password confirmation").fill("123")
    tab.get_by_role("button", name="Sign up").click()
    expect(tab.locator(".errorlist")).to_contain_text("too short")
    look(page, "sign-up-refused")
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    tab.get_by_label("Password confirmation").fill(PASSWORD)
    tab.get_by_role("button", name="Sign up").click()
    expect(tab).to_have_url(run)
    expect(page.hook("account")).to_have_attribute("aria-label", "Account: ada")
    page.wait_for_end()
    page.run_again()
    page.hook("account").click()
    look(page, "menu-known")
    page.hook("account-works-sessions").click()
    expect(page.hook("session")).to_have_count(1)
    tab.goto(run)
    choose(page, "own-out")
    expect(page.hook("account")).to_have_attribute("aria-label", "Account")
    _return(open_page)


def _return(open_page: Open) -> None:
    """In another browser: the work is there, and goes with the account."""
    page = open_page("/")
    tab = page.page
    choose(page, "own-in")
    tab.get_by_label("Username").fill("ada")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    expect(page.hook("account")).to_have_attribute("aria-label", "Account: ada")
    choose(page, "works-sessions")
    expect(page.hook("session")).to_have_count(1)
    tab.goto(re.sub(r"/sessions$", "/account/leave", tab.url))
    tab.get_by_label("Your password").fill(PASSWORD)
    tab.get_by_role("button", name="Delete the account").click()
    expect(page.hook("account")).to_have_attribute("aria-label", "Account")
    choose(page, "works-sessions")
    expect(tab.locator("body")).to_contain_text("Nothing is kept yet.")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("light", {}),
        ("dark-zh-hant", {"color_scheme": "dark", "locale": "zh-TW"}),
        ("phone-zh-hans", {"viewport": {"width": 390, "height": 844}, "locale": "zh-CN"}),
    ],
)
def test_axe_finds_nothing_on_the_pages_of_accounts(open_page: Open, name: str, options: dict[str, object]) -> None:
    page = open_page("/", **options)
    address = page.page.url.rstrip("/") + "/account/"
    for path in PAGES[:5]:
        page.page.goto(address + path)
        look(page, f"{name}-{path.replace('/', '-')}")
    page.page.goto(address + "signup")
    page.page.locator("[name=username]").fill(f"person-{name}")
    for field in ("password1", "password2"):
        page.page.locator(f"[name={field}]").fill(PASSWORD)
    page.page.locator("main button").click()
    page.hook("account").wait_for()
    for path in PAGES[5:]:
        page.page.goto(address + path)
        look(page, f"{name}-own-{path}")
