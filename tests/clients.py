"""Where other people's clients are installed: an environment of their own, since they need other releases of what the site needs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from playground.config import ROOT


def client_program(name: str) -> Path:
    """A program of ``.venv-clients``. Without it the test is skipped by name, in continuous integration it fails."""
    program = ROOT / ".venv-clients" / "bin" / name
    if not program.exists():
        reason = f"needs {name} of .venv-clients (make test makes it)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return program
