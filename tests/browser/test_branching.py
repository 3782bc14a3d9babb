"""Going other ways, as a person does: another token, other dice, a shorter text, other words, one token at a time, and back again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.playground import RUN_MS, Playground
from tests.browser.test_access import violations

pytestmark = pytest.mark.browser


def prepare(page: Playground, tokens: int = 24) -> list[int]:
    """A run of so many tokens, as fast as it goes."""
    page.set("max_tokens", str(tokens))
    page.set("min_tokens", str(tokens))
    page.speed(None)
    return page.run_to_end()


def settled(page: Playground, before: str) -> list[int]:
    """The tokens of the run that has taken the place of the one at the address ``before``, when it has ended."""
    expect(page.page).not_to_have_url(before, timeout=RUN_MS)
    page.wait_for_end()
    return page.token_ids()


def menu(page: Playground, step: int, item: str) -> list[int]:
    """Does ``item`` of the menu of a token."""
    before = page.page.url
    page.token(step).click(button="right", position=page.middle(step))
    page.page.locator(f'[data-testid^="token-menu-{item}"]').first.click()
    return settled(page, before)


def press(page: Playground, step: int, key: str) -> list[int]:
    """Presses ``key`` at a token."""
    before = page.page.url
    page.select(step)
    page.page.keyboard.press(key)
    return settled(page, before)


def test_a_walk_through_branches_and_back(page: Playground) -> None:
    first = prepare(page)
    url = page.page.url
    page.select(6)
    dice = page.dice()

    branched = menu(page, 6, "take")
    assert branched[:6] == first[:6]
    assert branched[6] != first[6]
    assert len(branched) == 24
    expect(page.token(6)).to_have_class(re.compile("yours"))
    expect(page.token(6)).to_have_attribute("title", re.compile("yours, not drawn"))
    expect(page.token(6)).to_have_attribute("aria-selected", "true")
    assert page.dice() == dice  # the same distribution and the same draw, of which another token was taken
    expect(page.hook("sentence")).to_contain_text("You took it;")
    page.select(3)
    page.column_sums()  # the steps that are shared keep their traces

    rerolled = menu(page, 10, "do-reroll")
    assert rerolled[:10] == branched[:10]
    assert len(rerolled) == 24
    assert page.page.locator(".output-tokens .yours").count() == 1

    assert press(page, 10, "Delete") == rerolled[:10]
    expect(page.status).to_contain_text("Cut here")
    stepped = page.page.url
    page.hook("step").click()
    assert settled(page, stepped) == rerolled[:11]  # its seed is that of the run that was cut
    stepped = page.page.url
    page.hook("continue").click()
    assert settled(page, stepped) == rerolled

    page.page.keyboard.press("Control+z")
    assert page.token_ids() == rerolled[:11]
    for _ in range(4):
        page.hook("undo").click()
    assert page.token_ids() == first
    assert page.page.url == url
    expect(page.hook("undo")).to_have_attribute("aria-disabled", "true")
    for _ in range(5):
        page.page.keyboard.press("Control+Shift+z")
    assert page.token_ids() == rerolled


def test_the_text_is_rewritten_in_its_place_and_a_reload_finds_all_of_it(page: Playground) -> None:
    first = prepare(page)
    before = page.page.url
    page.select(8)
    page.page.keyboard.press("e")
    area = page.hook("editor").locator("textarea")
    expect(area).to_be_focused()
    old = area.input_value()
    area.fill("<|endoftext|>")
    page.page.keyboard.press("Control+Enter")
    expect(page.hook("trouble")).to_contain_text("cannot write this text exactly")
    assert page.token_ids() == first  # untouched
    page.complaints.clear()  # the refusal is a 422, which the console reports
    area.fill(" found a silver moon")
    page.page.keyboard.press("Control+Enter")
    edited = settled(page, before)
    expect(page.hook("editor")).to_have_count(0)
    assert edited[:8] == first[:8]
    assert len(edited) == 24
    text = "".join(page.tokens.all_text_contents())
    assert " found a silver moon" in text
    assert old not in text
    yours = page.page.locator(".output-tokens .yours").all_text_contents()
    assert "".join(yours) == " found a silver moon"

    page.reload()
    page.wait_for_end()
    expect(page.tokens).to_have_count(24)
    assert page.token_ids() == edited
    assert page.page.locator(".output-tokens .yours").all_text_contents() == yours
    page.select(3)
    page.dice()  # from the run before, fetched again
    page.hook("undo").click()
    expect(page.page).to_have_url(before)
    expect(page.tokens).to_have_count(24)
    assert page.token_ids() == first


def test_by_keyboard_alone_from_the_first_token_on(page: Playground) -> None:
    page.set("max_tokens", "8")
    page.set("min_tokens", "8")
    page.page.locator("h1").click()
    for count in range(1, 4):
        page.page.keyboard.press("s")
        expect(page.tokens).to_have_count(count, timeout=RUN_MS)
        page.wait_for_end()
    three, before = page.token_ids(), page.page.url
    page.token(2).focus()
    page.page.keyboard.press("Enter")
    expect(page.hook("token-menu").get_by_role("menuitem").first).to_be_focused()
    page.page.keyboard.press("Escape")
    expect(page.token(2)).to_be_focused()
    page.page.keyboard.press("Enter")
    expect(page.hook("token-menu").get_by_role("menuitem").first).to_be_focused()
    page.page.keyboard.press("Enter")
    taken = settled(page, before)
    assert taken[:2] == three[:2]
    assert taken[2] != three[2]
    expect(page.token(2)).to_be_focused()
    page.page.keyboard.press("Home")
    page.page.keyboard.press("Delete")
    expect(page.tokens).to_have_count(0)
    expect(page.status).to_contain_text("Cut here")
    page.page.keyboard.press("s")
    expect(page.tokens).to_have_count(1, timeout=RUN_MS)
    assert page.token_ids() == three[:1]


def test_a_candidate_of_the_waterfall_is_taken(page: Playground) -> None:
    first = prepare(page)
    before = page.page.url
    page.select(4)
    other = page.page.locator('[data-testid="candidate"][data-chosen="false"] .take').first
    wanted = int(other.locator("xpath=ancestor::tr").get_attribute("data-id") or -1)
    other.click()
    taken = settled(page, before)
    assert taken[:5] == [*first[:4], wanted]
    expect(page.page.locator('[data-testid="candidate"][data-chosen="true"]')).to_have_attribute("data-id", str(wanted))
    page.tab("Code")
    expect(page.hook("code")).to_contain_text(f"begun = torch.tensor([[{', '.join(map(str, taken[:5]))}]])")


def test_what_the_server_refuses_is_said_in_its_place_and_the_run_is_as_it_was(page: Playground) -> None:
    page.setting("regex").locator("textarea").fill("[a-z]{60,}")
    first = prepare(page, 12)
    url = page.page.url
    page.select(4)
    forbidden = page.page.locator('[data-testid="candidate"][data-removed-at="1"] .take').first  # by the constraint, which comes first
    forbidden.click()
    expect(page.hook("trouble")).to_contain_text("The constraint forbids token")
    expect(page.page).to_have_url(url)
    assert page.token_ids() == first
    expect(page.hook("undo")).to_have_attribute("aria-disabled", "true")


def test_menu_and_editor_have_no_violations_and_speak_chinese(open_page: Open) -> None:
    for locale, scheme in (("en-US", "light"), ("zh-TW", "dark")):
        page = open_page(locale=locale, color_scheme=scheme)
        page.speed(None)
        page.run_to_end()
        page.select(3)
        page.page.keyboard.press("Enter")
        expect(page.hook("token-menu")).to_contain_text("Edit from here" if locale == "en-US" else "從這裡開始編輯")
        assert violations(page) == []
        page.page.keyboard.press("Escape")
        page.page.keyboard.press("e")
        expect(page.hook("editor")).to_be_visible()
        assert violations(page) == []
