"""What the pictures of ``scripts.screens`` show: every screen of the site, brought about as a person does. Does not know how a picture is taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playwright.sync_api import expect

from tests.browser.comparison import Comparison
from tests.browser.playground import Playground

EARLY = 40  # tokens among which the pictured one is looked for
RUN, NEW = "/?run={run}", "/"  # the finished run; a playground in which nothing has been done
LONG = ("Once upon a time, in a village by a river, there lived a fox, a hare and an old clockmaker who never slept. " * 20)[:2000]


@dataclass(frozen=True)
class Scene:
    """``prepare`` brings it about at ``path``, in which ``{run}`` and the like are what is there beforehand; a phone scrolls to ``place``, where most is."""

    title: str
    prepare: Callable[[Playground], None]
    place: str | None = None
    path: str = RUN


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
    page.setting("repetition_penalty").wait_for()


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
    lanes = Comparison(page.page, "")
    lanes.set("seed", "7")
    lanes.speed(None)
    lanes.run_all()
    lanes.wait_for_strip("B")
    lanes.hook("to-parting").click()


def several(page: Playground) -> None:
    """A fork that was taken and one that was drawn anew, in one tree."""
    page.speed(None)
    for field, value in {"max_tokens": "24", "min_tokens": "24", "seed": "3"}.items():
        page.set(field, value)
    page.run_to_end()
    for step, what in ((8, "take"), (12, "do-reroll")):
        before = page.page.url
        page.token(step).click(button="right", position=page.middle(step))
        page.page.locator(f'[data-testid^="token-menu-{what}"]').first.click()
        expect(page.page).not_to_have_url(before)
        page.wait_for_end()
    page.page.locator("#tab-tree").click()
    page.page.locator(".tree-item").first.wait_for()


def beams(page: Playground) -> None:
    page.speed(None)
    sheet = not page.hook("preset-greedy").is_visible()
    if sheet:  # a phone
        page.page.locator(".settings-button").click()
    page.preset("greedy")
    if sheet:
        page.page.locator(".settings-button").click()
    for field, value in {"num_beams": "3", "length_penalty": "1.5", "max_tokens": "6", "min_tokens": "6"}.items():
        page.set(field, value)
    page.run_to_end()
    page.page.locator("#tab-tree").click()
    page.hook("beam").first.wait_for()


def share(page: Playground) -> None:
    page.hook("share").click()
    page.page.locator('input[name="visibility"][value="gallery"]').check(force=True)
    page.hook("share-link").wait_for()
    page.hook("share-title").fill("A story with a surprise")
    page.page.keyboard.press("Tab")
    page.hook("share-embed").check(force=True)
    page.hook("share-snippet").wait_for()


def nothing(page: Playground) -> None:
    """As it is."""


INSPECTOR = ".inspector"
SCENES = {
    "first": Scene("Before the first run", nothing, path=NEW),
    "choice": Scene("Choice: what each stage did to every candidate, and the dice", panel("choice", '[data-testid="stage"]'), INSPECTOR),
    "attention": Scene("Attention: every layer and head, one of them large", attention, INSPECTOR),
    "layers": Scene("Layers: the logit lens", panel("layers", '[data-testid="lens"] [data-settled]'), INSPECTOR),
    "timing": Scene("Timing: the run to scale", panel("timing"), INSPECTOR),
    "what-if": Scene("What if: the same draws under other settings", what_if, INSPECTOR),
    "tree": Scene("Tree: the branches of a text", several, INSPECTOR, NEW),
    "beams": Scene("Tree: a beam search, what it kept and why", beams, INSPECTOR, NEW),
    "code": Scene("Code: this run in other engines", panel("code", '[data-testid="code"]'), INSPECTOR),
    "why": Scene("Why these tokens: two pinned cards", why),
    "menu": Scene("What can be done with a token", token_menu),
    "branch": Scene("After another token was taken", branched),
    "edit": Scene("Rewriting the text from a token on", editing),
    "chat": Scene("A conversation", chat, path=NEW),
    "palette": Scene("The palette of commands", palette),
    "keys": Scene("The keys", sheet),
    "settings": Scene("The settings (a sheet on a phone)", settings, path=NEW),
    "long-prompt": Scene("A prompt of 2,000 characters", long_prompt, path=NEW),
    "fault": Scene("A setting out of its bounds", fault, path=NEW),
    "share": Scene("Sharing a session", share),
    "compare": Scene("Two lanes with the same dice", comparison, '[data-testid="lane-A"]', "/compare"),
}


def stage(page: Playground, url: str, scene: Scene, there: Mapping[str, str]) -> None:
    """Bring ``scene`` about on ``page`` of the site at ``url``; ``there``: the ids that its path speaks of."""
    page.page.goto(url + scene.path.format(**there))
    if scene.path == RUN:
        page.page.locator("#tab-choice").click()  # a context remembers the panel
        page.wait_for_end()
    scene.prepare(page)
