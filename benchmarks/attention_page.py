"""What a token costs the page, all heads watched and in view: ``python -m benchmarks.attention_page [--large]``.

A made-up run arrives over a socket of its own in a real Chromium, so nothing decodes beside it. Chromium's own trace says how long the
page's main thread ran script, style, layout and paint, in thread time, which other work on the machine does not lengthen.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from benchmarks.common import median, table
from benchmarks.feed import Feed, Size
from benchmarks.page import FRAMES, LATE_MS
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.playground import Playground
from tests.site import Site

SMALL = Size(layers=4, heads=8, prompt=12, tokens=250, per_second=50)
LARGE = Size(layers=24, heads=16, prompt=1536, tokens=512, per_second=20)
CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "toplevel"]
PHASES = {
    "script": ["FunctionCall", "EvaluateScript", "FireAnimationFrame", "TimerFire", "WebSocketReceive", "RunMicrotasks", "EventDispatch"],
    "style": ["UpdateLayoutTree"],
    "layout": ["Layout"],
    "paint": ["PrePaint", "Paint", "Layerize", "Commit"],
}
LEAD = "const Socket = WebSocket; window.WebSocket = class extends Socket { constructor() { super('ws://127.0.0.1:%d'); } };"
PATIENCE_MS = 300_000


def page_at(browser: Browser, url: str, feed: Feed) -> tuple[Playground, BrowserContext]:
    """The playground, its socket led to ``feed``, which the page's own policy would forbid."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US", bypass_csp=True)
    context.add_init_script(LEAD % feed.port)
    return Playground(context.new_page(), url).visit(), context


def phases(trace: bytes) -> tuple[dict[str, float], float]:
    """Milliseconds of the page's main thread by phase, outermost events only, and the longest task."""
    events = [event for event in json.loads(trace)["traceEvents"] if event.get("ph") == "X"]
    (pid, tid), _ = max(_busiest(events).items(), key=lambda item: item[1])
    own = sorted(
        (event for event in events if (event["pid"], event["tid"]) == (pid, tid)), key=lambda event: (event["ts"], -event.get("dur", 0))
    )
    spent: dict[str, float] = defaultdict(float)
    for name, wanted in PHASES.items():
        end = 0
        for event in own:
            if event["name"] in wanted and event["ts"] >= end:
                spent[name] += event.get("tdur", event.get("dur", 0)) / 1e3
                end = event["ts"] + event.get("dur", 0)
    longest = max((event.get("tdur", 0) for event in own if event["name"].endswith("RunTask")), default=0) / 1e3
    return spent, longest


def _busiest(events: list[dict[str, Any]]) -> dict[tuple[int, int], float]:
    """The page's main thread is the one that calls most functions."""
    calls: dict[tuple[int, int], float] = defaultdict(float)
    for event in events:
        if event["name"] == "FunctionCall":
            calls[event["pid"], event["tid"]] += 1
    return calls


def measure(browser: Browser, url: str, size: Size) -> list[dict[str, Any]]:
    feed = Feed(size)
    page, context = page_at(browser, url, feed)
    page.page.locator(".tabs #tab-attention").click()
    session = context.new_cdp_session(page.page)
    session.send("Performance.enable")
    page.page.evaluate(FRAMES)
    browser.start_tracing(page=page.page, categories=CATEGORIES)
    page.run()
    page.page.wait_for_timeout(1e3 * size.tokens / size.per_second)  # to look for the last token all the while would cost the page more than drawing it
    page.token(size.tokens - 1).wait_for(timeout=PATIENCE_MS)
    spent, longest = phases(browser.stop_tracing())
    gaps: list[float] = page.page.evaluate("() => window.gaps.slice(5)")
    session.send("HeapProfiler.collectGarbage")
    heap = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}["JSHeapUsedSize"]
    outside = page.page.evaluate("() => performance.memory ? performance.memory.usedJSHeapSize : 0")
    context.close()
    feed.end()
    rows = [{"what": f"{name}, ms a token", "seen": value / size.tokens} for name, value in spent.items()]
    return [
        *rows,
        {"what": "all four, ms a token", "seen": sum(spent.values()) / size.tokens},
        {"what": "longest task, ms", "seen": longest},
        {"what": "frame to frame, median ms", "seen": median(gaps)},
        {"what": "frames later than two frame times, %", "seen": 100 * sum(gap > LATE_MS for gap in gaps) / len(gaps)},
        {"what": "JavaScript heap at the end, MiB", "seen": heap / 2**20},
        {"what": "with array buffers, MiB", "seen": outside / 2**20},
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="2,048 tokens x 24 layers x 16 heads instead of the bundled model's size")
    size = LARGE if parser.parse_args().large else SMALL
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Site(Path(folder))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, "--enable-precise-memory-info"])
        try:
            site.embedded()
            print(size)
            print(table(measure(browser, site.url, size)))
        finally:
            browser.close()
            site.end()


if __name__ == "__main__":
    main()
