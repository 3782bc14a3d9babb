"""How long what if lets a person wait: ``python -m benchmarks.what_if_page [--beside FOLDER]``.

From the change of a setting until the bar under the text has been drawn with the answer, in a real Chromium at the embedded server, on a
run of 200 tokens of the bundled model. A change comes by itself; a drag is another value every frame for a second, and the wait
begins with its last move. ``--beside`` measures another checkout of this project, built, in turns with this one.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, sync_playwright

from benchmarks.common import median, table
from playground.config import ROOT
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.playground import Playground
from tests.site import Site

TOKENS = 200
DRAG_MOVES = 60
REST_MS = 1200  # so that the server's allowance of questions comes back between changes
SETTINGS = {"temperature": "1", "top_k": "0", "top_p": "1", "min_p": "0", "seed": "7", "max_tokens": str(TOKENS)}

# Gives the setting ``values``, one a frame; resolves with the ms from the last move to the frame after the answer stood in the page.
MOVE = """values => new Promise(done => {
    const field = document.querySelector('[data-testid="what-if-setting-temperature"] input.number');
    const shown = () => document.querySelector('[data-testid="what-if-summary"]').textContent;
    let moved = 0, last = "";
    const drawn = () => requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => done(performance.now() - moved);
        port2.postMessage(null);
    });
    const seen = new MutationObserver(() => { if (last && shown().includes(last)) { seen.disconnect(); drawn(); } });
    seen.observe(document.querySelector('[data-testid="what-if"]'), { subtree: true, childList: true, characterData: true });
    const move = () => {
        const value = values.shift();
        if (!values.length) last = `Temperature ${Number(value)},`;
        moved = performance.now();
        field.value = value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        if (values.length) requestAnimationFrame(move);
    };
    move();
})"""


def ready(browser: Browser, url: str) -> Playground:
    """A page that shows what if of a finished run, and has asked once."""
    page = Playground(browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-US"), url).visit()
    for field, value in SETTINGS.items():
        page.set(field, value)
    page.setting("ignore_eos").get_by_role("switch").check(force=True)
    page.speed(None)
    page.run_to_end()
    page.tab("What if")
    page.hook("what-if-bar").wait_for()
    return page


def waited(page: Playground, values: list[str]) -> float:
    page.page.wait_for_timeout(REST_MS)
    wait: float = page.page.evaluate(MOVE, values)
    return wait


def rows(name: str, waits: dict[str, list[float]]) -> list[dict[str, object]]:
    return [{"page": name, "what": what, "p50 ms": median(all_), "p95 ms": float(np.percentile(all_, 95)), "worst ms": max(all_)} for what, all_ in waits.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--beside", type=Path, help="another checkout, measured in turns")
    parser.add_argument("--changes", type=int, default=40)
    parser.add_argument("--drags", type=int, default=15)
    options = parser.parse_args()
    roots = {"this": ROOT, **({"beside": options.beside} if options.beside else {})}
    sites: list[Site] = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            pages = {}
            for name, root in roots.items():
                (Path(folder) / name).mkdir()
                sites.append(Site(Path(folder) / name, root))
                sites[-1].embedded()
                pages[name] = ready(browser, sites[-1].url)
            waits: dict[str, dict[str, list[float]]] = {name: {"a change": [], "the end of a drag": []} for name in pages}
            for turn in range(options.changes):
                for name, page in pages.items():
                    page.page.bring_to_front()
                    waits[name]["a change"].append(waited(page, [f"{1.02 + 0.01 * turn:.2f}"]))
            for turn in range(options.drags):
                for name, page in pages.items():
                    page.page.bring_to_front()
                    page.page.wait_for_timeout(5 * REST_MS)
                    end = 2.0 if turn % 2 else 0.2
                    values = [f"{end + (0.01 * k + 0.001 * turn) * (-1 if turn % 2 else 1):.3f}" for k in range(DRAG_MOVES)]
                    waits[name]["the end of a drag"].append(waited(page, values))
        finally:
            browser.close()
            for site in sites:
                site.end()
    print(table([row for name, found in waits.items() for row in rows(name, found)]))


if __name__ == "__main__":
    main()
