"""schemathesis makes requests out of the site's own OpenAPI document, fitting and unfitting ones: none may be answered with a 5xx."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import httpx

from tests.clients import client_program
from tests.site import Site

HOOKS = Path(__file__).parent / "clients"
EXAMPLES, SEED = 5, 20261122
SETTINGS = """
[parameters]
"path.session" = "{session}"
"path.name" = "stories"
"""


def test_no_request_breaks_the_site(site: Site, tmp_path: Path) -> None:
    program = client_program("schemathesis")
    headers, session = person(site.url)
    (tmp_path / "schemathesis.toml").write_text(SETTINGS.format(session=session))
    asked = f"run {site.url}/api/openapi.json --checks not_a_server_error --phases coverage,fuzzing --continue-on-failure --no-color"
    options = [
        "--max-examples",
        str(EXAMPLES),
        "--seed",
        str(SEED),
        *(part for pair in headers.items() for part in ("-H", ": ".join(pair))),
    ]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "NO_PROXY": "*",
        "PYTHONPATH": str(HOOKS),
        "SCHEMATHESIS_HOOKS": "fuzz_hooks",
    }
    done = subprocess.run(
        [program, *asked.split(), *options], cwd=tmp_path, capture_output=True, text=True, env=environment, timeout=170
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    passed = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert passed, done.stdout[-2000:]
    assert int(passed[2]) > 100, done.stdout[-2000:]
    assert "Authentication failed" not in done.stdout, "the requests did not come beyond the door"


def person(url: str) -> tuple[dict[str, str], str]:
    """What a browser sends after its first visit, and a session of its own."""
    with httpx.Client(base_url=url, trust_env=False, headers={"Origin": url}) as browser:
        browser.get("/").raise_for_status()
        browser.headers["X-CSRFToken"] = browser.cookies["csrftoken"]
        session = browser.post("/api/sessions", json={"title": "fuzzed"}).raise_for_status().json()["id"]
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        return {"Cookie": cookies, "X-CSRFToken": browser.cookies["csrftoken"], "Origin": url}, session
