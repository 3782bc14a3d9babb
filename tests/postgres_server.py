"""A real PostgreSQL for tests: free port, own data folder, which its own user may reach."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.ops.local.programs import Missing
from playground.ops.local.service import Running
from playground.ops.local.stores import Postgres
from tests.redis_server import free_port


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of an empty database; skips by name where no PostgreSQL is installed, fails in CI."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    folder.chmod(0o755)
    try:
        server = Postgres(folder / "cluster", free_port(), "test-password")
    except Missing as missing:
        shutil.rmtree(folder)
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(missing))
    running = Running(server.service, folder)
    try:
        running.wait()
        yield server.url
    finally:
        running.end()
        shutil.rmtree(folder)
