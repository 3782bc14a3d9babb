"""Takes the pictures of the README and of docs/screens: ``python -m scripts.screens [SCENE[-LOOK] ...]``. A real browser at a real site.

Every picture is of a run with a fixed seed, so that taking them again changes only what has changed on the page. WebP by the browser
itself: a picture stays well under 150 kB. A scene that breaks does not keep the others from being taken; at the end all are named, and it fails.
"""

from __future__ import annotations

import base64
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from playground.config import ROOT
from scripts.kept import prepared
from scripts.lectures import GATHERINGS
from scripts.pages import PAGES
from scripts.rooms import room
from scripts.scenes import SCENES, finished, stage
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.playground import Playground
from tests.site import Site

FOLDER = ROOT / "docs" / "screens"
DESKTOP = {"viewport": {"width": 1440, "height": 900}, "locale": "en-US"}
SMALLER = {**DESKTOP, "device_scale_factor": 0.75}  # the same page in fewer bytes
PHONE = {"viewport": {"width": 390, "height": 844}, "locale": "en-US", "has_touch": True, "is_mobile": True}
LOOKS: dict[str, dict[str, Any]] = {
    "light": DESKTOP,
    "dark": {**SMALLER, "color_scheme": "dark"},
    "phone": PHONE,
    "zh-hant": {**SMALLER, "locale": "zh-TW"},
}
ALONE = SCENES | PAGES  # scenes with one page
TITLES = {name: scene.title for name, scene in ALONE.items()} | {name: title for _, titles in GATHERINGS for name, title in titles.items()}
FRAMED_BY = "https://example.org"  # whose pages may frame a session
SETTLE_MS = 400  # fonts, canvases
QUALITY = 60
MOST_BYTES = 150_000
SCROLL = "place => scrollTo(0, place.getBoundingClientRect().top + scrollY - document.querySelector('.bar').offsetHeight)"


class Camera:
    """Takes the pictures of one look that are ``wanted``; ``missing`` are those that it has not taken yet."""

    def __init__(self, look: str, wanted: list[str]) -> None:
        self.look, self.missing = look, wanted

    def shoot(self, page: Page, name: str) -> None:
        if name not in self.missing:
            return
        page.bring_to_front()  # a page behind another is not animated
        page.wait_for_timeout(SETTLE_MS)
        picture = page.context.new_cdp_session(page).send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
        data = base64.b64decode(picture["data"])
        path = FOLDER / f"{name}-{self.look}.webp"
        assert len(data) <= MOST_BYTES, f"{path.name} has {len(data):,} bytes"
        path.write_bytes(data)
        self.missing.remove(name)
        print(f"{path.name} {len(data):,}", flush=True)


def take(context: BrowserContext, url: str, name: str, there: dict[str, str], camera: Camera) -> None:
    page, scene = Playground(context.new_page(), url), ALONE[name]
    try:
        stage(page, url, scene, there)
        if scene.place and camera.look == "phone":
            page.page.locator(scene.place).evaluate(SCROLL)
        camera.shoot(page.page, name)
        assert not page.complaints, f"{name}-{camera.look}: the console complained: {page.complaints}"
    finally:
        page.page.close()


def take_look(browser: Browser, url: str, camera: Camera, there: dict[str, str]) -> None:
    for gather, titles in GATHERINGS:
        if any(name in titles for name in camera.missing):
            with loudly(), room(browser, url, LOOKS[camera.look], camera.shoot) as found:
                gather(found)
    context = browser.new_context(**LOOKS[camera.look])
    first = Playground(context.new_page(), url).visit()
    finished(first)
    for name in [name for name in ALONE if name in camera.missing]:
        with loudly():
            take(context, url, name, {**there, "run": first.run_id}, camera)
    context.close()


class loudly:
    """What breaks within is told in full and counted; the next scene goes on."""

    broken = 0

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        if kind is None or not issubclass(kind, Exception):
            return False
        traceback.print_exc()
        loudly.broken += 1
        return True


def wanted(arguments: list[str], look: str) -> list[str]:
    """The scenes of ``look``: all, or those that ``arguments`` name with or without it."""
    return [name for name in TITLES if not arguments or name in arguments or f"{name}-{look}" in arguments]


def contents() -> str:
    """The table of all pictures."""
    rows = [
        f"| {title} | " + " | ".join(f"[![{look}]({name}-{look}.webp)]({name}-{look}.webp)" for look in LOOKS) + " |"
        for name, title in TITLES.items()
    ]
    head = "| screen | light | dark | phone | Traditional Chinese |\n| --- | --- | --- | --- | --- |\n"
    note = "Taken by `make screens` in a real Chromium of a run with a fixed seed; times are those of the machine.\n\n"
    return "# Every screen\n\n" + note + head + "\n".join(rows) + "\n"


def clear() -> None:
    """Pictures of scenes that are no more."""
    for path in FOLDER.glob("*.webp"):
        if path.stem not in {f"{name}-{look}" for name in TITLES for look in LOOKS}:
            path.unlink()


def main(arguments: list[str]) -> None:
    cameras = [Camera(look, wanted(arguments, look)) for look in LOOKS]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Site(Path(folder), embed_origins=FRAMED_BY)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            site.embedded()
            there = prepared(browser, site.url)
            for camera in cameras:
                if camera.missing:
                    take_look(browser, site.url, camera, there)
        finally:
            browser.close()
            site.end()
    clear()
    (FOLDER / "README.md").write_text(contents())
    print(f"{sum(path.stat().st_size for path in FOLDER.glob('*.webp')):,} bytes in all")
    missing = [f"{name}-{camera.look}" for camera in cameras for name in camera.missing]
    if missing or loudly.broken:
        sys.exit(f"{loudly.broken} scenes broke; not taken: {', '.join(missing)}")


if __name__ == "__main__":
    main(sys.argv[1:])
