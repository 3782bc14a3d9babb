"""A real Chromium at a real site: the embedded server with the bundled model, once for all tests of this folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.playground import Playground
from tests.redis_server import redis_server
from tests.site import Site

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
Open = Callable[..., Playground]
__all__ = ["redis_server"]  # a fixture


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(Path(tmp_path_factory.mktemp("site")))
    try:
        site.embedded()
        yield site
    finally:
        site.end()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Gone when this folder is done: Playwright keeps an event loop running, and the asynchronous tests of others need their own."""
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is missing (Debian package: chromium)")
        pytest.skip("Chromium is missing (Debian package: chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(site: Site, browser: Browser) -> Iterator[Open]:
    """Opens the playground in a context of its own: ``open_page(path="/", **options of Browser.new_context)``."""
    contexts = []
    pages: list[Playground] = []

    def open_one(path: str = "/", **options: Any) -> Playground:
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, "locale": "en-US", **options})
        contexts.append(context)
        pages.append(Playground(context.new_page(), site.url))
        return pages[-1].visit(path)

    yield open_one
    complaints = [complaint for page in pages for complaint in page.complaints]
    for context in contexts:
        context.close()
    assert not complaints, "the console complained"


@pytest.fixture
def page(open_page: Open) -> Playground:
    return open_page()
