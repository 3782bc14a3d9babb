"""Takes the pictures of the README and of docs/screens: ``python -m scripts.screens [NAME ...]``. A real browser at a real site.

Every picture is of a run with a fixed seed, so that taking them again changes only what has changed on the page.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from playground.config import ROOT
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.playground import Playground
from tests.site import Site

FOLDER = ROOT / "docs" / "screens"
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}
EARLY = 40  # tokens among which the pictured one is looked for
SETTLE_MS = 400  # fonts, canvases


def finished(page: Playground) -> None:
    """A whole story with its most surprising early token selected."""
    page.set("seed", "7")
    page.speed(None)
    page.run_to_end()
    page.select(surprising(page))
    page.page.locator("details.group").last.evaluate("last => last.parentElement.querySelectorAll('details.group').forEach((g, k) => { g.open = k === 0; })")


def surprising(page: Playground) -> int:
    heats: list[float] = page.tokens.evaluate_all("tokens => tokens.map(token => Number(token.style.getPropertyValue('--heat')))")
    return max(range(min(len(heats), EARLY)), key=heats.__getitem__)


def running(page: Playground) -> None:
    page.set("seed", "7")
    page.run()
    page.wait_for_tokens(24)


def attention(page: Playground) -> None:
    finished(page)
    page.page.get_by_role("tab").nth(1).click()
    page.page.locator('[data-layer="2"][data-head="1"]').first.click()


def timing(page: Playground) -> None:
    finished(page)
    page.page.locator("#tab-timing").click()


def layers(page: Playground) -> None:
    finished(page)
    page.page.locator("#tab-layers").click()
    page.page.locator('[data-testid="lens"] [data-settled]').first.wait_for()


def fault(page: Playground) -> None:
    page.set("temperature", "99")
    page.run()


@dataclass(frozen=True)
class Screen:
    prepare: Callable[[Playground], None]
    options: dict[str, Any] = field(default_factory=dict)
    path: str = "/"


SCREENS = {
    "playground": Screen(finished),
    "first": Screen(lambda page: None),
    "running": Screen(running),
    "attention": Screen(attention),
    "timing": Screen(timing),
    "layers": Screen(layers),
    "dark": Screen(finished, {"color_scheme": "dark"}),
    "dark-attention": Screen(attention, {"color_scheme": "dark"}),
    "zh-hant": Screen(finished, {"locale": "zh-TW"}),
    "zh-hans": Screen(finished, {"locale": "zh-CN"}),
    "phone": Screen(finished, PHONE),
    "projector": Screen(finished, {"viewport": {"width": 2560, "height": 1440}}),
    "fault": Screen(fault),
}


def take(browser: Browser, url: str, name: str, folder: Path) -> None:
    screen = SCREENS[name]
    context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, "locale": "en-US", **screen.options})
    page = Playground(context.new_page(), url).visit(screen.path)
    screen.prepare(page)
    page.page.wait_for_timeout(SETTLE_MS)
    page.page.screenshot(path=folder / f"{name}.png")
    context.close()
    print(f"{folder / name}.png")


def main(names: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Site(Path(folder))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            site.embedded()
            for name in names or SCREENS:
                take(browser, site.url, name, FOLDER)
        finally:
            browser.close()
            site.end()


if __name__ == "__main__":
    main(sys.argv[1:])
