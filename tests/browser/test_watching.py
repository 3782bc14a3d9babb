"""A person types, runs, watches, and looks into single tokens."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.playground import Playground

pytestmark = pytest.mark.browser
QUANTISED = 4e-3  # a row of attention is sent in 254 steps of its largest weight


def test_the_page_opens_ready_to_run(page: Playground) -> None:
    expect(page.hook("prompt")).not_to_be_empty()
    expect(page.hook("run")).to_be_enabled()
    expect(page.hook("stop")).to_be_hidden()


def test_tokens_arrive_one_by_one_and_the_newest_is_shown(page: Playground) -> None:
    page.set("max_tokens", "40")
    page.set("min_tokens", "40")
    page.run()
    page.wait_for_tokens(30)
    expect(page.hook("candidate").first).to_be_visible()
    assert page.wait_for_end() == "length"
    expect(page.tokens).to_have_count(40)
    expect(page.token(39)).to_have_attribute("aria-selected", "true")


def test_every_column_of_the_waterfall_adds_up_to_one(page: Playground) -> None:
    page.set("repetition_penalty", "1.2")
    page.speed(None)
    page.run_to_end()
    for step in (0, 3, 7):
        page.select(step)
        sums = page.column_sums()
        assert list(sums) == ["logits", "repetition_penalty", "temperature", "top_k", "top_p", "min_p"]
        assert all(abs(total - 1) < 1e-3 for total in [*sums.values(), *page.column_sums_of_cells()])


def test_the_drawn_number_lies_in_the_chosen_tokens_interval(page: Playground) -> None:
    page.preset("wild")
    page.speed(None)
    page.run_to_end()
    for step in (0, 2, 5):
        page.select(step)
        dice = page.dice()
        assert dice.low <= dice.u < dice.high
        assert not dice.greedy
        chosen = page.page.locator('[data-testid="candidate"][data-chosen="true"] td').last
        assert float(chosen.get_attribute("data-probability") or 0) == pytest.approx(dice.high - dice.low, abs=1e-5)


def test_greedy_decoding_says_that_it_throws_no_dice(page: Playground) -> None:
    page.preset("greedy")
    page.speed(None)
    page.run_to_end()
    page.select(1)
    assert page.dice().greedy
    expect(page.hook("dice")).to_contain_text("not used")


def test_a_removed_candidate_says_what_removed_it(page: Playground) -> None:
    page.preset("greedy")
    page.set("temperature", "1.5")
    page.set("top_k", "5")
    page.speed(None)
    page.run_to_end()
    page.select(0)
    expect(page.page.locator('[data-testid="candidate"] .why').first).to_have_text("rank 6 > 5")


def test_rows_of_attention_add_up_to_one(page: Playground) -> None:
    page.speed(None)
    page.run_to_end()
    page.tab("Attention")
    thumbnails = page.hook("attention-grid").get_by_role("button")
    assert thumbnails.count() > 4
    for number in (0, 1, thumbnails.count() - 1):
        thumbnails.nth(number).click()
        for step in (0, 4):
            page.select(step)
            large = page.hook("attention-large")
            assert float(large.get_attribute("data-sum") or 0) == pytest.approx(1, abs=QUANTISED)


def test_pointing_at_a_weight_lights_its_token_and_the_other_way_round(page: Playground) -> None:
    page.speed(None)
    page.run_to_end()
    page.select(4)
    page.tab("Attention")
    page.page.locator(".strongest li").first.hover()
    expect(page.page.locator(".stream .token.lit")).to_have_count(1)
    page.page.locator('.token[data-position="1"]').hover()
    expect(page.page.locator(".readout")).to_contain_text("position 1")


def test_the_meter_shows_what_the_worker_measured(page: Playground) -> None:
    page.speed(None)
    page.run_to_end()
    page.tab("Timing")
    for name in ("ttft", "tpot-p50", "tpot-p95", "rate", "click"):
        value = page.hook("timing").locator(f'[data-figure="{name}"]').get_attribute("data-value")
        assert float(value or "nan") > 0


def test_a_setting_out_of_bounds_is_named_at_its_field_and_nothing_starts(page: Playground) -> None:
    page.set("temperature", "99")
    page.run()
    expect(page.hook("setting-temperature")).to_contain_text("99 is more than 10")
    expect(page.hook("setting-temperature").locator("input.number")).to_be_focused()
    expect(page.status).to_have_attribute("data-phase", "empty")


def test_an_empty_prompt_is_named_at_the_prompt(page: Playground) -> None:
    page.type_prompt("")
    page.run()
    expect(page.hook("prompt")).to_have_attribute("aria-invalid", "true")
    expect(page.status).to_have_attribute("data-phase", "empty")


def test_a_prompt_that_the_server_refuses_is_named_at_the_prompt(page: Playground) -> None:
    page.type_prompt("far too long " * 2000)
    page.run()
    expect(page.page.locator("#prompt-fault")).to_contain_text("tokens, more than the model's context")
    expect(page.status).to_have_attribute("data-phase", "refused")
    page.type_prompt("Once upon a time")
    page.speed(None)
    assert page.run_to_end()


def test_a_split_character_is_shown_as_its_bytes(page: Playground) -> None:
    page.type_prompt("Rare characters: 饕餮龘 🦊")
    page.speed(None)
    page.run_to_end()
    expect(page.page.locator(".prompt-tokens .bytes").first).to_be_visible()
    assert "\ufffd" not in page.page.locator(".prompt-tokens").inner_text()


def test_it_works_on_a_phone(open_page: Open) -> None:
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.set("seed", "7")
    page.set("max_tokens", "20")
    page.speed(None)
    page.run_to_end()
    heights = set()
    for step in range(20):  # names of one to nine letters
        page.token(step).evaluate("token => token.click()")
        expect(page.token(step)).to_have_attribute("aria-selected", "true")
        heights.add(page.page.locator(".dice").evaluate("dice => dice.offsetHeight"))
    assert len(heights) == 1, "what is below the dice moves from token to token"
    page.token(2).tap(position=page.middle(2))
    expect(page.token(2)).to_have_attribute("aria-selected", "true")
    assert all(abs(total - 1) < 1e-3 for total in page.column_sums().values())
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_everything_can_be_reached_with_the_keyboard(page: Playground) -> None:
    keyboard = page.page.keyboard
    page.hook("prompt").focus()
    keyboard.press("Control+Enter")
    page.wait_for_tokens(8)
    page.stop()
    page.wait_for_end()
    page.tokens.last.focus()
    keyboard.press("Home")
    expect(page.token(0)).to_be_focused()
    keyboard.press("ArrowRight")
    expect(page.token(1)).to_be_focused()
    expect(page.token(1)).to_have_attribute("aria-selected", "true")
    page.page.get_by_role("tab", name="Choice").focus()
    keyboard.press("ArrowRight")
    expect(page.page.get_by_role("tab", name="Attention")).to_be_focused()
    expect(page.hook("attention-grid")).to_be_visible()


def test_a_token_that_has_been_drawn_is_never_drawn_again(page: Playground) -> None:
    page.run()
    page.wait_for_tokens(4)
    page.token(0).evaluate("element => { element.drawnOnce = true; }")
    page.wait_for_tokens(14)
    assert page.token(0).evaluate("element => element.drawnOnce === true")
    page.stop()
    page.wait_for_end()


def test_every_head_can_be_asked_for_in_mid_run(page: Playground) -> None:
    page.watch_attention("mean")
    page.set("max_tokens", "200")
    page.set("min_tokens", "200")
    page.run()
    page.wait_for_tokens(3)
    page.tab("Attention")
    thumbnails = page.hook("attention-grid").get_by_role("button")
    expect(thumbnails.first).to_be_visible()
    layers = thumbnails.count()
    page.page.get_by_role("button", name="Watch every head").click()
    expect(thumbnails.nth(layers + 1)).to_be_visible()
    page.stop()
    page.wait_for_end()


def test_a_banned_token_is_not_chosen(page: Playground) -> None:
    page.preset("greedy")
    page.set("max_tokens", "1")
    (favourite,) = page.run_to_end()
    page.set_bias(favourite, "-100")
    assert page.run_again() != [favourite]


def test_a_stop_string_ends_the_run(page: Playground) -> None:
    page.add_item("stop", "e")
    page.speed(None)
    page.run()
    assert page.wait_for_end() == "stop"
    expect(page.status).to_contain_text("“e”")


def test_the_bar_cuts_neither_the_models_name_nor_its_facts_off_on_a_laptop(page: Playground) -> None:
    for width in (1024, 1110, 1180, 1280, 1366):
        page.page.set_viewport_size({"width": width, "height": 700})
        cut = page.page.locator(".model > *").evaluate_all(
            "parts => parts.filter(part => part.scrollHeight > part.clientHeight + 1 || part.scrollWidth > part.clientWidth + 1).length"
        )
        assert cut == 0, width
        assert page.page.locator(".model .select").evaluate("select => select.offsetWidth") > 150, width


def test_nothing_jumps_while_tokens_arrive(page: Playground) -> None:
    page.run()
    page.wait_for_tokens(2)
    page.page.evaluate(
        "() => { window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(e => { window.shift += e.value; })).observe({ type: 'layout-shift' }); }"
    )
    page.wait_for_tokens(20)
    assert page.page.evaluate("window.shift") < 0.1
    page.stop()
    page.wait_for_end()


def test_what_nobody_watched_is_computed_when_it_is_looked_at_or_says_so(page: Playground) -> None:
    page.watch_attention("off")
    page.page.locator("#watch-top-n").fill("0")
    page.speed(None)
    assert page.run_to_end()
    expect(page.hook("candidate").first).to_be_visible()
    page.tab("Attention")
    expect(page.page.get_by_role("tabpanel")).to_contain_text("Attention was not watched")
