"""Readable by everyone: axe-core finds nothing in any theme, language and state; languages and themes hold."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from playground.config import ROOT
from tests.browser.conftest import Open
from tests.browser.playground import Playground

pytestmark = pytest.mark.browser
AXE = ROOT / "static" / "node_modules" / "axe-core" / "axe.min.js"
ACCEPT = {"en": "en-US", "zh-hant": "zh-TW", "zh-hans": "zh-CN"}


def violations(page: Playground) -> list[str]:
    """What axe-core objects to, one line a rule with the first element."""
    session = page.page.context.new_cdp_session(page.page)  # the page's own policy forbids foreign scripts, the debugger is outside it
    session.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    answer: Any = session.send("Runtime.evaluate", {"expression": "axe.run()", "awaitPromise": True, "returnByValue": True})
    found = answer["result"]["value"]["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:200]} {rule['nodes'][0]['failureSummary']}" for rule in found]


@pytest.mark.parametrize("language", ACCEPT)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_tab(open_page: Open, scheme: str, language: str) -> None:
    page = open_page(color_scheme=scheme, locale=ACCEPT[language])
    assert violations(page) == []
    page.speed(None)
    page.run_to_end()
    page.select(1)
    for tab in page.page.get_by_role("tab").all():
        tab.click()
        assert violations(page) == []


def test_axe_finds_nothing_in_open_settings_with_a_fault(page: Playground) -> None:
    page.page.locator("details.group").evaluate_all("groups => groups.forEach(group => { group.open = true; })")
    page.hook("setting-temperature").locator("button.help").click()
    page.set("top_p", "7")
    assert violations(page) == []


@pytest.mark.parametrize(("language", "run", "temperature"), [("en", "Run", "Temperature"), ("zh-hant", "執行", "溫度"), ("zh-hans", "运行", "温度")])
def test_the_page_speaks_the_readers_language(open_page: Open, language: str, run: str, temperature: str) -> None:
    page = open_page(locale=ACCEPT[language])
    expect(page.page.locator("html")).to_have_attribute("lang", language)
    expect(page.hook("run")).to_contain_text(run)
    expect(page.hook("setting-temperature")).to_contain_text(temperature)


def test_the_language_can_be_changed_and_the_run_stays(page: Playground) -> None:
    page.speed(None)
    ids = page.run_to_end()
    page.hook("language").select_option("zh-hant")
    expect(page.page.locator("html")).to_have_attribute("lang", "zh-hant")
    page.wait_for_end()
    assert page.token_ids() == ids


def test_changing_the_language_keeps_what_was_typed_and_translates_an_untouched_example(page: Playground) -> None:
    page.hook("language").select_option("zh-hant")
    expect(page.page.locator("html")).to_have_attribute("lang", "zh-hant")
    expect(page.hook("prompt")).to_have_value(re.compile("狐狸"))
    page.type_prompt("我的開頭")
    page.hook("language").select_option("zh-hans")
    expect(page.page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page.hook("prompt")).to_have_value("我的開頭")


def test_the_theme_is_kept_over_a_reload_without_a_flash(page: Playground) -> None:
    for _ in range(2):
        page.hook("theme").click()
    expect(page.page.locator("html")).to_have_attribute("data-theme", "dark")
    page.page.reload(wait_until="commit")
    expect(page.page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_status_is_announced_and_not_once_a_token(page: Playground) -> None:
    expect(page.status).to_have_attribute("role", "status")
    page.run()
    page.wait_for_tokens(3)
    said = page.status.inner_text()
    page.wait_for_tokens(9)
    assert page.status.inner_text() == said
    page.stop()
    page.wait_for_end()
