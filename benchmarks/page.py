"""What a person in front of the page waits for, in a real Chromium at the embedded server: ``python -m benchmarks.page``.

Server start to a usable page; click to first token (warm, as the page itself measures it); frames while tokens arrive at full
speed with the trace and every attention head on. Without a GPU Chromium paints in software, on the cores that also decode.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.common import median, table
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.playground import Playground
from tests.site import Site

FRAMES = """() => { window.gaps = []; let last = performance.now();
    const tick = now => { window.gaps.push(now - last); last = now; requestAnimationFrame(tick); }; requestAnimationFrame(tick); }"""
LATE_MS = 2 * 1000 / 60  # a frame that came later than this was seen to stutter


def first_screen(browser: Browser, url: str) -> float:
    """Milliseconds from the server's start message to a page that would run."""
    started = time.perf_counter()
    page = Playground(browser.new_page(), url).visit()
    page.hook("run").is_enabled()
    passed = (time.perf_counter() - started) * 1e3
    page.page.close()
    return passed


def click_to_first_token(page: Playground, runs: int) -> list[float]:
    page.speed(None)
    page.set("max_tokens", "16")
    page.run_to_end()
    page.tab("Timing")
    waits = []
    for _ in range(runs):
        page.run_again()
        waits.append(float(page.page.locator('[data-figure="click"]').get_attribute("data-value") or "nan"))
    return waits


def frame_gaps(page: Playground, tokens_per_second: int) -> list[float]:
    """Milliseconds between frames while a run arrives, its attention in view."""
    page.set("max_tokens", "150")
    page.setting("ignore_eos").get_by_role("switch").check(force=True)
    page.tab("Attention")
    page.speed(tokens_per_second)
    page.page.evaluate(FRAMES)
    page.run_again()
    return _gaps(page.page)


def _gaps(page: Page) -> list[float]:
    gaps: list[float] = page.evaluate("() => window.gaps.slice(5)")
    return gaps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Site(Path(folder))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            site.embedded()
            screen = first_screen(browser, site.url)
            page = Playground(browser.new_page(viewport={"width": 1440, "height": 900}), site.url).visit()
            waits = click_to_first_token(page, options.runs)
            gaps = frame_gaps(page, 30)
        finally:
            browser.close()
            site.end()
    print(
        table(
            [
                {"what": "start message to usable page, ms", "median": screen, "worst": screen},
                {"what": f"click to first token, warm, {options.runs} runs, ms", "median": median(waits), "worst": max(waits)},
                {"what": "frame to frame at 30 tokens/s, all heads, ms", "median": median(gaps), "worst": max(gaps)},
                {"what": "frames later than two frame times, %", "median": 100 * sum(gap > LATE_MS for gap in gaps) / len(gaps), "worst": ""},
            ]
        )
    )


if __name__ == "__main__":
    main()
