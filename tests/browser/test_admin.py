"""An operator's first hour in a real browser: the account, a model, one that is refused, a key that works until it is revoked, a run that is ended."""

from __future__ import annotations

import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from inference.sources import bundled
from tests.browser.playground import Playground
from tests.browser.test_access import violations
from tests.site import Site

pytestmark = pytest.mark.browser
PASSWORD = "a long walk by the river"


@pytest.fixture
def school(tmp_path: Path) -> Iterator[Site]:
    """A new site with one allowed folder for models, in which there is a good one, beside a good one outside of it."""
    shutil.copytree(bundled("draft"), tmp_path / "models" / "good")
    shutil.copytree(bundled("draft"), tmp_path / "outside")
    site = Site(tmp_path, model_roots=str(tmp_path / "models"))
    try:
        site.embedded()
        yield site
    finally:
        site.end()


def answer(site: Site, secret: str) -> int:
    """The status of /v1/models to whoever holds ``secret``."""
    request = urllib.request.Request(f"{site.url}/v1/models", headers={"Authorization": f"Bearer {secret}"})
    try:
        with urllib.request.urlopen(request) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def look(tab: Tab, name: str) -> None:
    """Nothing for axe-core to object to when the page is whole. LOGITSCOPE_SCREENS names a folder for pictures, for whoever wants to see."""
    tab.wait_for_load_state("load")  # scrolling lists are named then
    if folder := os.environ.get("LOGITSCOPE_SCREENS"):
        tab.screenshot(path=f"{folder}/{name}.png", full_page=True)
    assert violations(Playground(tab, "")) == [], name


def test_an_operator_sets_up_a_school(school: Site, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        _make_account(tab, school)
        _add_models(tab, school)
        _try_model(tab, school)
        _issue_and_revoke(tab, school)
        _cancel(tab, school)
        _limit(tab, school)
        _hold_a_room(tab, school)
        _moderate(tab, school)
        _read_the_log(tab)
        assert complaints == []
    finally:
        context.close()


def _make_account(tab: Tab, site: Site) -> None:
    tab.goto(f"{site.url}/admin/")
    look(tab, "first")
    tab.get_by_label("Username").fill("ada")
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    tab.get_by_label("Password confirmation").fill(PASSWORD)
    tab.get_by_role("button", name="Create the account").click()
    tab.wait_for_url(f"{site.url}/admin/")
    assert tab.request.get(f"{site.url}/admin/first/").status == 404


def _add_models(tab: Tab, site: Site) -> None:
    tab.goto(f"{site.url}/admin/catalog/model/add/")
    tab.locator("#id_name").fill("mine")
    tab.locator("#id_source").fill(str(site.folder / "outside"))
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.locator(".field-source")).to_contain_text("not under an allowed model folder")
    tab.locator("#id_source").fill(str(site.folder / "models" / "good"))
    tab.get_by_role("button", name="Save", exact=True).click()
    tab.wait_for_url(f"{site.url}/admin/catalog/model/")
    expect(tab.locator("#result_list")).to_contain_text("mine")


def _try_model(tab: Tab, site: Site) -> None:
    """Checked and loaded by a worker, made the default, run by a person, and unloaded."""
    tab.locator("#result_list").get_by_role("link", name="mine").click()
    order = tab.locator("#order")
    state = order.get_by_role("status")
    order.get_by_role("button", name="Check").click()
    expect(state).to_have_attribute("data-action", "check")
    expect(state).to_have_attribute("data-state", "done", timeout=60_000)
    expect(state.locator("[data-fact=sample]")).to_contain_text("Once upon a time")
    expect(state).to_contain_text("packed: all runs in one pass")
    look(tab, "checked")
    order.get_by_role("button", name="Load", exact=True).click()
    expect(state).to_have_attribute("data-action", "load")
    expect(state).to_have_attribute("data-state", "done", timeout=60_000)
    order.get_by_role("button", name="Make default").click()
    expect(order).to_contain_text("This is the default model")
    somebody = Playground(tab.context.new_page(), site.url).visit()
    expect(somebody.page.get_by_role("combobox", name="Model", exact=True)).to_have_value("mine")
    somebody.speed(None)
    somebody.run_to_end()
    somebody.page.close()
    order.get_by_role("button", name="Unload").click()
    expect(state).to_have_attribute("data-action", "release")
    expect(state).to_contain_text("No longer in memory of", timeout=60_000)


def _issue_and_revoke(tab: Tab, site: Site) -> None:
    tab.goto(f"{site.url}/admin/api/apikey/add/")
    tab.locator("#id_name").fill("class 3b")
    tab.get_by_role("button", name="Save", exact=True).click()
    secret = tab.locator("#secret").input_value()
    tab.get_by_role("button", name="Copy").click()
    expect(tab.locator("#copied")).to_have_text("Copied")
    look(tab, "key")
    assert answer(site, secret) == 200
    tab.get_by_role("link", name="All API keys").click()
    tab.locator("input.action-select").check()
    tab.locator("select[name=action]").select_option("revoke")
    tab.locator("#changelist-actions button, button[name=index]").first.click()
    expect(tab.locator("body")).to_contain_text("Keys revoked: 1.")
    assert answer(site, secret) == 401


def _cancel(tab: Tab, site: Site) -> None:
    """Somebody's slow run is seen without its prompt, and ended."""
    tab.goto(f"{site.url}/admin/now/")
    expect(tab.locator("#now")).to_contain_text("Nothing is waiting or running.")
    somebody = Playground(tab.context.new_page(), site.url).visit()
    somebody.type_prompt("Once upon a time there was a secret fox")
    somebody.speed(4)
    somebody.run()
    expect(tab.locator('[data-model="stories"]')).to_contain_text("MiB")
    row = tab.locator("[data-run]")  # the page asks by itself
    expect(row).to_contain_text("running")
    expect(row).not_to_contain_text("fox")
    look(tab, "now")
    row.get_by_role("button", name="Cancel").click()
    expect(tab.locator("body")).to_contain_text("The run was asked to end.")
    assert somebody.wait_for_end() == "cancelled"
    expect(tab.locator("#now")).to_contain_text("Nothing is waiting or running.")
    somebody.page.close()


def _somebody(tab: Tab, site: Site) -> Playground:
    """Another person, in a browser of their own."""
    assert tab.context.browser is not None
    return Playground(tab.context.browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-US"), site.url).visit()


def _limit(tab: Tab, site: Site) -> None:
    """Tokens a day bite at once, with the number at the setting, and no longer when the limit is gone."""
    tab.get_by_role("link", name="Limits").click()
    look(tab, "limits")
    tab.locator("#result_list").get_by_role("link", name="everybody").click()
    tab.locator("#id_tokens_per_day").fill("10")
    look(tab, "limit")
    tab.get_by_role("button", name="Save", exact=True).click()
    somebody = _somebody(tab, site)
    somebody.set("max_tokens", "11")
    somebody.run()
    expect(somebody.setting("max_tokens")).to_contain_text("The run may take 11 new tokens; for today there are fewer left (<= 10).")
    look(somebody.page, "limited")
    somebody.set("max_tokens", "10")
    somebody.run()
    somebody.wait_for_end()
    somebody.run()
    expect(somebody.hook("banner")).to_contain_text("The day's tokens are used up: 10 (< 10).")
    somebody.page.close()
    tab.locator("#result_list").get_by_role("link", name="everybody").click()
    tab.locator("#id_tokens_per_day").fill("")
    tab.get_by_role("button", name="Save", exact=True).click()


def _hold_a_room(tab: Tab, site: Site) -> None:
    """A limit of a room bites on a student's phone, says why, and is lifted; the lecture is ended, then all of it deleted, and phone and console hear of it."""
    assert tab.context.browser is not None
    teacher = tab.context.browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-US")
    teacher.goto(f"{site.url}/r/")
    teacher.locator("[name=title]").fill("The river")
    teacher.get_by_test_id("open-room").click()
    expect(teacher.get_by_test_id("console")).to_be_visible()
    code = teacher.url.rsplit("/", 1)[1]
    phone = tab.context.browser.new_page(viewport={"width": 390, "height": 844}, locale="en-US")
    phone.goto(f"{site.url}/r/{code}")
    phone.get_by_test_id("nickname").fill("Ann")
    phone.get_by_test_id("enter").click()
    phone.get_by_test_id("own").click()
    _limit_the_room(tab, code, "10")
    phone.get_by_test_id("run").click()
    expect(phone.get_by_test_id("banner")).to_contain_text("The run may take 120 new tokens; the class has fewer left for today in this room (<= 10).")
    look(phone, "room-limited")
    _limit_the_room(tab, code, "500")
    teacher.get_by_test_id("drawer-room").click()
    expect(teacher.get_by_test_id("room-usage")).to_contain_text("Tokens today: 0 of 500.")
    phone.get_by_test_id("run").click()
    expect(phone.get_by_test_id("token").first).to_be_visible()
    expect(teacher.get_by_test_id("room-usage")).not_to_have_attribute("data-tokens", "0")
    look(teacher, "room-console")
    tab.locator("#result_list").get_by_role("link", name=code, exact=True).click()
    expect(tab.locator("[data-share=people]")).to_contain_text("1 of 300")
    look(tab, "room")
    tab.locator("#end-room").click()
    expect(tab.locator("body")).to_contain_text("The lecture has ended.")
    for page in (phone, teacher):
        expect(page.get_by_test_id("room-over")).to_have_text("The lecture has ended")
    tab.get_by_role("link", name="Delete").click()
    tab.get_by_role("button", name="Yes, I’m sure").click()
    for page in (phone, teacher):
        expect(page.get_by_test_id("room-notice")).to_contain_text("There is no room with this code.")
        page.close()


def _limit_the_room(tab: Tab, code: str, tokens: str) -> None:
    """From the list of rooms to its page and back."""
    tab.locator("#nav-sidebar-inner").get_by_role("link", name="Rooms").click()
    look(tab, "rooms")
    tab.locator("#result_list").get_by_role("link", name=code, exact=True).click()
    tab.locator("#id_limit-0-tokens_per_day").fill(tokens)
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.locator("#result_list")).to_contain_text(code)


def _moderate(tab: Tab, site: Site) -> None:
    """A pattern that RE2 refuses says why; one that it takes is tried, then bites in a prompt and in an output, and says so in Chinese."""
    tab.goto(f"{site.url}/admin/moderation/wordlist/add/")
    tab.locator("#id_name").fill("school")
    tab.locator("#id_kind").select_option("patterns")
    tab.locator("#id_entries").fill("dragons?\nwas (")
    tab.locator("#id_says").fill("Not in this class.")
    tab.locator("#id_says_zh_hant").fill("課堂上不行。")
    tab.locator("#id_sample").fill("Two ＤＲＡＧＯＮＳ")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.locator(".field-entries")).to_contain_text("Line 2, “was (”: missing )")
    look(tab, "refused-pattern")
    tab.locator("#id_entries").fill("dragons?\nwas \\w+")
    tab.get_by_role("button", name="Save and try").click()
    expect(tab.locator("body")).to_contain_text("Forbidden: “Two ＤＲＡＧＯＮＳ” holds “dragons?”.")
    look(tab, "list")
    somebody = _somebody(tab, site)
    somebody.type_prompt("The red dragon")
    somebody.run()
    expect(somebody.page.locator("main")).to_contain_text("Not in this class.")
    look(somebody.page, "refused-prompt")
    somebody.type_prompt("Once upon a time, there")
    somebody.run()
    assert somebody.wait_for_end() == "content_filter"
    expect(somebody.hook("policy")).to_have_text("Not in this class.")
    look(somebody.page, "filtered")
    somebody.page.get_by_test_id("language").select_option("zh-hant")
    expect(somebody.hook("policy")).to_have_text("課堂上不行。")
    somebody.page.close()


def _read_the_log(tab: Tab) -> None:
    tab.get_by_role("link", name="Audit log").click()
    rows = tab.locator("#result_list")
    for words in ("mine", "class 3b", "Revoked.", "Cancelled.", "The river", "Ended."):
        expect(rows).to_contain_text(words)
    look(tab, "log")
