"""What the pictures of ``scripts.screens`` show: every screen of the site, brought about as a person does. Does not know how a picture is taken."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import expect

from tests.browser.comparison import Comparison
from tests.browser.playground import Playground

EARLY = 40  # tokens among which the pictured one is looked for
LONG = ("Once upon a time, in a village by a river, there lived a fox, a hare and an old clockmaker who never slept. " * 20)[:2000]


@dataclass(frozen=True)
class Scene:
    """``prepare`` brings it about; a phone scrolls to ``place``, where most of it is. ``run`` begins with the finished run."""

    prepare: Callable[[Playground], None]
    place: str | None = None
    run: bool = True
    path: str = "/"
    comparison: bool = False


def finished(page: Playground) -> None:
    """A whole story, the same each time."""
    page.set("seed", "7")
    page.speed(None)
    page.run_to_end()


def surprising(page: Playground, count: int = 1) -> list[int]:
    """The most surprising early steps, the most surprising first."""
    heats: list[float] = page.tokens.evaluate_all("tokens => tokens.map(token => Number(token.style.getPropertyValue('--heat')))")
    return sorted(range(min(len(heats), EARLY)), key=heats.__getitem__, reverse=True)[:count]


def panel(name: str, ready: str | None = None) -> Callable[[Playground], None]:
    """The panel ``name`` of the most surprising early token, once ``ready`` is there."""

    def prepare(page: Playground) -> None:
        page.select(surprising(page)[0])
        page.page.locator(f"#tab-{name}").click()
        if ready:
            page.page.locator(ready).first.wait_for()

    return prepare


def attention(page: Playground) -> None:
    panel("attention", '[data-layer="2"][data-head="1"]')(page)
    page.page.locator('[data-layer="2"][data-head="1"]').first.click()


def what_if(page: Playground) -> None:
    panel("whatif", '[data-testid="what-if-bar"]')(page)
    page.hook("what-if-preset-wild").click()
    expect(page.hook("what-if")).to_have_attribute("data-pending", "false")


def why(page: Playground) -> None:
    """Two cards beside each other; a phone has room for one."""
    for step in surprising(page, 2):
        page.select(step)
        page.page.keyboard.press("p")
        card = page.page.locator(f'[data-testid="why-pinned"][data-step="{step}"]')
        for answer in ("why-lens", "why-attribution"):
            expect(card.get_by_test_id(answer)).to_have_attribute("data-answered", "true")


def token_menu(page: Playground) -> None:
    (step,) = surprising(page)
    page.token(step).click(button="right", position=page.middle(step))
    page.hook("token-menu").wait_for()


def branched(page: Playground) -> None:
    before = page.page.url
    token_menu(page)
    page.page.locator('[data-testid^="token-menu-take"]').nth(1).click()
    expect(page.page).not_to_have_url(before)
    page.wait_for_end()
    page.page.mouse.move(2, 2)  # off the token, which would say why


def editing(page: Playground) -> None:
    token_menu(page)
    page.page.locator('[data-testid^="token-menu-do-edit"]').click()
    page.hook("editor").wait_for()


def chat(page: Playground) -> None:
    page.hook("starters").click()
    page.hook("starters-en-ordered").click()
    expect(page.hook("message")).to_have_count(2)
    page.hook("message").nth(1).fill("What is the capital of France?")
    page.set("temperature", "0")
    page.speed(None)
    page.run_to_end()


def palette(page: Playground) -> None:
    page.page.keyboard.press("Control+k")
    page.hook("palette").wait_for()


def sheet(page: Playground) -> None:
    page.page.keyboard.press("?")
    page.hook("sheet").wait_for()


def settings(page: Playground) -> None:
    if not page.page.locator("#settings").is_visible():
        page.page.locator(".settings-button").click()


def long_prompt(page: Playground) -> None:
    page.type_prompt(LONG)
    page.set("max_tokens", "24")
    finished(page)
    page.select(4)


def fault(page: Playground) -> None:
    page.set("temperature", "99")
    page.run()
    page.page.locator(".fault").first.wait_for(state="attached")


def comparison(page: Playground) -> None:
    assert isinstance(page, Comparison)
    page.set("seed", "7")
    page.speed(None)
    page.run_all()
    page.wait_for_strip("B")
    page.hook("to-parting").click()


INSPECTOR = ".inspector"
SCENES = {
    "first": Scene(lambda page: None, run=False),
    "choice": Scene(panel("choice", '[data-testid="stage"]'), INSPECTOR),
    "attention": Scene(attention, INSPECTOR),
    "layers": Scene(panel("layers", '[data-testid="lens"] [data-settled]'), INSPECTOR),
    "timing": Scene(panel("timing"), INSPECTOR),
    "what-if": Scene(what_if, INSPECTOR),
    "code": Scene(panel("code", '[data-testid="code"]'), INSPECTOR),
    "why": Scene(why),
    "menu": Scene(token_menu),
    "branch": Scene(branched),
    "edit": Scene(editing),
    "chat": Scene(chat, run=False),
    "palette": Scene(palette),
    "keys": Scene(sheet),
    "settings": Scene(settings, run=False),
    "long-prompt": Scene(long_prompt, run=False),
    "fault": Scene(fault, run=False),
    "compare": Scene(comparison, '[data-testid="lane-A"]', run=False, path="/compare", comparison=True),
}


def stage(page: Playground, scene: Scene, run: str) -> None:
    """Bring ``scene`` about on ``page``; ``run`` is the id of the finished run."""
    page.visit(f"/?run={run}" if scene.run else scene.path)
    if scene.run:
        page.page.locator("#tab-choice").click()  # a context remembers the panel
        expect(page.status).to_have_attribute("data-phase", re.compile("finished|ended"))
    scene.prepare(page)
