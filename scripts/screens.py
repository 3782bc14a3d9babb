"""Takes the pictures of the README and of docs/screens: ``python -m scripts.screens [SCENE[-LOOK] ...]``. A real browser at a real site.

Every picture is of a run with a fixed seed, so that taking them again changes only what has changed on the page. WebP by the browser
itself: a picture stays well under 150 kB.
"""

from __future__ import annotations

import base64
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from playground.config import ROOT
from scripts.scenes import SCENES, Scene, finished, stage
from tests.browser.comparison import Comparison
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.playground import Playground
from tests.site import Site

FOLDER = ROOT / "docs" / "screens"
DESKTOP = {"viewport": {"width": 1440, "height": 900}, "locale": "en-US"}
PHONE = {"viewport": {"width": 390, "height": 844}, "locale": "en-US", "has_touch": True, "is_mobile": True}
LOOKS: dict[str, dict[str, Any]] = {
    "light": DESKTOP,
    "dark": {**DESKTOP, "color_scheme": "dark"},
    "phone": PHONE,
    "zh-hant": {**DESKTOP, "locale": "zh-TW"},
}
SETTLE_MS = 400  # fonts, canvases
QUALITY = 75
MOST_BYTES = 150_000


def shoot(page: Page, path: Path) -> None:
    page.wait_for_timeout(SETTLE_MS)
    picture = page.context.new_cdp_session(page).send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    data = base64.b64decode(picture["data"])
    assert len(data) <= MOST_BYTES, f"{path.name} has {len(data):,} bytes"
    path.write_bytes(data)
    print(f"{path} {len(data):,}", flush=True)


def take(context: BrowserContext, url: str, scene: Scene, run: str, path: Path) -> None:
    page = (Comparison if scene.comparison else Playground)(context.new_page(), url)
    stage(page, scene, run)
    if scene.place and context.pages[0].viewport_size == PHONE["viewport"]:
        page.page.locator(scene.place).evaluate("place => scrollTo(0, place.getBoundingClientRect().top + scrollY - document.querySelector('.bar').offsetHeight)")
    shoot(page.page, path)
    page.page.close()


def warm_up(browser: Browser, url: str) -> None:
    """One run that no picture is of: it waits for the model to be loaded."""
    context = browser.new_context()
    finished(Playground(context.new_page(), url).visit())
    context.close()


def take_look(browser: Browser, url: str, look: str, names: list[str]) -> None:
    context = browser.new_context(**LOOKS[look])
    first = Playground(context.new_page(), url).visit()
    finished(first)
    for name in names:
        take(context, url, SCENES[name], first.run_id, FOLDER / f"{name}-{look}.webp")
    context.close()


def wanted(arguments: list[str]) -> dict[str, list[str]]:
    """The scenes of each look: all, or those that ``arguments`` name with or without a look."""
    return {look: [name for name in SCENES if not arguments or name in arguments or f"{name}-{look}" in arguments] for look in LOOKS}


def main(arguments: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Site(Path(folder))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            site.embedded()
            warm_up(browser, site.url)
            for look, names in wanted(arguments).items():
                if names:
                    take_look(browser, site.url, look, names)
        finally:
            browser.close()
            site.end()


if __name__ == "__main__":
    main(sys.argv[1:])
