"""The environment is checked at start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from playground import config


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """Read the configuration in a fresh process."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(config.PREFIX)}
    return subprocess.run(
        [sys.executable, "-c", "from playground.config import load; print(load().threads)"],
        env=clean | environment, cwd=config.ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_an_empty_environment_is_enough() -> None:
    assert start().stdout.strip() == "1"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("LOGITSCOPE_THREADS", "0", "greater than or equal to 1"),
        ("LOGITSCOPE_THREADS", "many", "valid integer"),
        ("LOGITSCOPE_PROFILE", "staging", "'embedded' or 'production'"),
        ("LOGITSCOPE_REDIS_URL", "http://x", "redis://"),
        ("LOGITSCOPE_EMAIL_URL", "mail.example.org", "smtp://"),
    ],
)
def test_a_wrong_value_stops_the_start_and_names_the_variable(name: str, value: str, reason: str) -> None:
    result = start(**{name: value})
    assert result.returncode == 2
    assert name in result.stderr
    assert reason in result.stderr


def test_production_without_a_secret_is_refused() -> None:
    result = start(LOGITSCOPE_PROFILE="production", LOGITSCOPE_REDIS_URL="redis://localhost")
    assert result.returncode != 0
    assert "LOGITSCOPE_SECRET_KEY" in result.stderr


def test_lists_are_written_with_commas() -> None:
    result = start(LOGITSCOPE_ALLOWED_HOSTS="a.example, b.example")
    assert result.returncode == 0


def test_the_documented_table_is_the_code() -> None:
    documented = Path(config.ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert config.table() in documented


def test_the_production_profile_passes_djangos_deployment_check(tmp_path: Path) -> None:
    environment = {
        "LOGITSCOPE_PROFILE": "production", "LOGITSCOPE_SECRET_KEY": "x1-" + os.urandom(40).hex(), "LOGITSCOPE_HTTPS": "true",
        "LOGITSCOPE_REDIS_URL": "redis://localhost", "LOGITSCOPE_DATA_DIR": str(tmp_path),
    }  # fmt: skip
    result = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env=os.environ | environment, cwd=config.ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
