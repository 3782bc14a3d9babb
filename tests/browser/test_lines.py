"""A long text is laid out in blocks of finished lines. Nobody can tell but by how fast it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgpack
import pytest
from playwright.sync_api import WebSocketRoute, expect

from inference.events import Event, Started, Token, encode
from playground.live.protocol import Accepted, pack
from tests.browser import recording
from tests.browser.conftest import Open
from tests.browser.playground import Playground

pytestmark = pytest.mark.browser
TEXTS = {
    "words": "Once upon a time there was a little fox who lived near the river and went to look for a friend. " * 10,
    "Chinese": "從前有一隻小狐狸,住在河邊,想要找一個朋友。牠每天都去森林裡散步,看見很多花和樹。" * 7,
    "words too long for a line": "a" * 200 + " then it went on " + "supercalifragilistic" * 8 + " the end of it. " * 16,
    "lines of its own": "One line.\nAnother line, which is a little longer than the first one.\n\nA gap.\n  Indented by two.\n\tA tab.\n"
    * 5,
}
# Where the last part of each token is; a space may hang at the end of the line before
PLACES = """() => {
    const text = document.querySelector(".stream-text"), { left, top } = text.getBoundingClientRect();
    return [...text.querySelectorAll(".token")].map((token) => {
        const box = [...token.getClientRects()].at(-1);
        return [box.left - left, box.right - left, box.top - top, box.bottom - top];
    });
}"""
UNDIVIDED = """() => {
    document.querySelectorAll(".lines").forEach((block) => block.replaceWith(...block.childNodes));
    document.querySelectorAll(".hung").forEach((token) => token.classList.remove("hung"));
}"""
COPIED = """() => {
    const text = document.querySelector(".stream-text"), data = new DataTransfer();
    getSelection().selectAllChildren(text);
    text.dispatchEvent(new ClipboardEvent("copy", { clipboardData: data, bubbles: true }));
    getSelection().removeAllRanges();
    return data.getData("text/plain");
}"""


def run(page: Playground, text: str) -> None:
    page.type_prompt(text)
    page.set("max_tokens", "200")
    page.set("min_tokens", "200")
    page.speed(None)
    page.run_to_end()
    expect(page.page.locator(".prompt-tokens .lines").first).to_be_attached()
    expect(page.page.locator(".output-tokens .lines").first).to_be_attached()


def places_in_blocks_and_without(page: Playground) -> tuple[Any, Any]:
    return page.page.evaluate(PLACES), page.page.evaluate(f"() => {{ ({UNDIVIDED})(); return ({PLACES})(); }}")


@pytest.mark.parametrize("width", [1440, 390])
def test_every_token_stands_where_it_would_without_blocks(open_page: Open, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 844})
    for text in TEXTS.values():
        run(page, text)
        blocks, without = places_in_blocks_and_without(page)
        assert len(blocks) > 200
        assert [place == pytest.approx(other, abs=0.5) for place, other in zip(blocks, without, strict=True)].count(False) == 0
        page.reload()


def test_lines_are_divided_anew_where_the_width_changes_and_what_is_copied_stays_the_text(page: Playground) -> None:
    run(page, TEXTS["words"])
    assert page.page.evaluate(COPIED).startswith("<|endoftext|>" + TEXTS["words"])
    page.page.evaluate("() => document.querySelectorAll('.lines').forEach((block) => (block.dataset.old = ''))")
    page.page.set_viewport_size({"width": 1100, "height": 800})
    expect(page.page.locator(".lines[data-old]")).to_have_count(0)
    expect(page.page.locator(".output-tokens .lines").first).to_be_attached()
    blocks, without = places_in_blocks_and_without(page)
    assert [place == pytest.approx(other, abs=0.5) for place, other in zip(blocks, without, strict=True)].count(False) == 0
    assert page.page.evaluate(COPIED).startswith("<|endoftext|>" + TEXTS["words"])


def test_a_branch_from_within_a_block_leaves_no_trace_of_it(page: Playground) -> None:
    run(page, TEXTS["words"])
    before = page.page.evaluate(PLACES)
    first = int(page.page.locator(".output-tokens .lines .token").first.get_attribute("data-step") or 0)
    page.select(first + 30)
    page.page.keyboard.press("Delete")
    expect(page.tokens).to_have_count(first + 30)
    expect(page.page.locator(".output-tokens .lines")).to_have_count(0)
    after = page.page.evaluate(PLACES)
    assert after == [pytest.approx(place, abs=0.5) for place in before[: len(after)]]


FROM_THE_RIGHT = [" كان", " هناك", " ثعلب", " صغير", " النهر،", " وذهب", " עם", " صديق.", " ثم", " قال:", " نعم!"]
PIECES = {
    "read from the right": FROM_THE_RIGHT * 25,
    "Chinese characters": list("都去森林裡散步,看見「很多」花和樹。" * 16),
    "code": ["foo", ".", "bar", "(", "0", "1,", ")", "/", "-", "_", " =", "\n", "    ", " x", "\t", "  "] * 20,
}

WHEN = "2026-11-23T00:00:00Z"
SESSION = {
    "id": "s", "title": "", "tags": [], "visibility": "private", "embeddable": False, "expires": None, "forked_from": None, "created": WHEN,
    "updated": WHEN, "mine": True, "runs_count": 1, "comparison": False, "notes": "", "draft": {}, "runs": [],
}  # fmt: skip


def show(page: Playground, pieces: list[str]) -> None:
    """A run whose prompt and output are these ``pieces``, without a model."""

    def answer(socket: WebSocketRoute, frame: str | bytes) -> None:
        message = msgpack.unpackb(frame)
        if message["type"] == "start":
            socket.send(pack(Accepted(ref=message["ref"], run=recording.RUN, session="s", epoch="e", seed=7, position=0)))
            for seq, event in enumerate(spelled(pieces), start=1):
                socket.send(encode(event, recording.RUN, seq))

    page.page.route("**/api/sessions/*", lambda route: route.fulfill(json=SESSION))
    page.page.route_web_socket("**/ws/**", lambda socket: socket.on_message(lambda frame: answer(socket, frame)))
    page.visit()
    page.run()
    page.wait_for_tokens(len(pieces))


def spelled(pieces: list[str]) -> Iterator[Event]:
    for event in recording.events(len(pieces)):
        if isinstance(event, Started):
            spelling = [piece.encode() for piece in pieces]
            event = replace(event, prompt_ids=list(range(len(pieces))), prompt_pieces=spelling)
        yield replace(event, piece=pieces[event.step].encode(), attention=None) if isinstance(event, Token) else event


@pytest.mark.parametrize("text", PIECES)
def test_a_script_with_rules_of_its_own_stands_where_it_would_without_blocks(page: Playground, text: str) -> None:
    show(page, PIECES[text])
    expect(page.page.locator(".lines").first).to_be_attached() if text != "read from the right" else frames(page)
    blocks, without = places_in_blocks_and_without(page)
    assert len(blocks) == 2 * len(PIECES[text])
    assert [place == pytest.approx(other, abs=0.5) for place, other in zip(blocks, without, strict=True)].count(False) == 0


def frames(page: Playground) -> None:
    """What is due with the next frames has been done."""
    page.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_a_token_keeps_the_focus_while_lines_around_it_become_a_block(page: Playground) -> None:
    page.type_prompt("Once upon a time")
    page.set("max_tokens", "200")
    page.set("min_tokens", "200")
    page.speed(30)
    page.run()
    page.wait_for_tokens(70)
    page.select(60)
    page.wait_for_end()
    expect(page.page.locator('.output-tokens .lines [data-step="60"]')).to_be_focused()
    expect(page.token(60)).to_have_attribute("aria-selected", "true")


def test_all_of_the_page_is_copied_without_new_lines_in_the_text(page: Playground) -> None:
    page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    run(page, TEXTS["words"])
    page.page.evaluate("() => { getSelection().selectAllChildren(document.body); document.execCommand('copy'); }")
    copied = page.page.evaluate("() => navigator.clipboard.readText()")
    assert "<|endoftext|>" + TEXTS["words"] in copied  # the field of the prompt has the words alone
