"""What the site does with its database, on both that it supports."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from playground.config import ROOT
from tests.postgres_server import postgres_url

__all__ = ["postgres_url"]  # a fixture
OF_THE_MODEL_LAYER = (
    "tests/playground/catalog",
    "tests/playground/api/test_presets.py",
    "tests/playground/api/test_sessions.py",
    "tests/playground/api/test_pruning.py",
    "tests/playground/live/test_quotas.py",
    "tests/playground/classroom/test_limits.py",
    "tests/playground/classroom/test_panel.py",
)
OWN_APPS = ("api", "catalog", "classroom", "moderation", "quotas", "runs")
THERE_AND_BACK = """
import sys
import django; django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from playground.catalog.models import Model

apps = sys.argv[1:]
call_command("migrate", verbosity=0)
before = Model.objects.count(), sorted(connection.introspection.table_names())
for app in apps:
    call_command("migrate", app, "zero", verbosity=0)
left = [key for key in MigrationRecorder(connection).applied_migrations() if key[0] in apps]
assert not left, left
call_command("migrate", verbosity=0)
assert (Model.objects.count(), sorted(connection.introspection.table_names())) == before
print("models:", before[0])
"""

OVER_AN_UPGRADE = """
import django; django.setup()
from datetime import date
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def at(name):
    call_command("migrate", "quotas", name, verbosity=0)
    apps = MigrationExecutor(connection).loader.project_state([("quotas", name)]).apps
    return lambda model: apps.get_model("quotas", model).objects


old = at("0001_initial")
day = old("Usage").create(person="ann", day=date(2026, 11, 23), tokens=70)
for run, tokens in (("a", 30), ("b", 40)):
    old("Reservation").create(run=run, usage=day, tokens=tokens)
new = at("0002_holds")
print(*new("Hold").order_by("run").values_list("run", "usage__person", "tokens"))
room = new("Usage").create(person="room", day=date(2026, 11, 23), tokens=30)
new("Hold").create(run="a", usage=room, tokens=30)
print(*at("0001_initial")("Reservation").order_by("run").values_list("run", "usage__person", "tokens"))
"""


def environment(folder: Path, url: str) -> dict[str, str]:
    own = {"DJANGO_SETTINGS_MODULE": "playground.settings", "LOGITSCOPE_DATA_DIR": str(folder), "LOGITSCOPE_DATABASE_URL": url}
    return {**os.environ, **own}


def python(arguments: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The environment of a site on it."""
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    return environment(tmp_path, url)


@pytest.mark.timeout(400)
def test_every_migration_goes_forward_and_back_and_forward_again(database: dict[str, str]) -> None:
    assert re.search(r"models: [1-9]", python(["-c", THERE_AND_BACK, *OWN_APPS], database))


@pytest.mark.timeout(400)
def test_what_runs_that_go_on_may_still_take_is_known_after_an_upgrade_and_after_a_way_back(database: dict[str, str]) -> None:
    python(["manage.py", "migrate", "--verbosity", "0"], database)
    held = "('a', 'ann', 30) ('b', 'ann', 40)\n"
    assert python(["-c", OVER_AN_UPGRADE], database) == held + held


@pytest.mark.timeout(400)
def test_the_model_layers_tests_pass_on_postgresql_too(postgres_url: str, tmp_path: Path) -> None:
    site = environment(tmp_path, postgres_url) | {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTEST_ADDOPTS": ""}
    assert (
        python(["-c", "import django; django.setup(); from django.db import connection; print(connection.vendor)"], site) == "postgresql\n"
    )
    told = python(["-m", "pytest", "-x", "-rs", "-p", "no:cacheprovider", *OF_THE_MODEL_LAYER], site)
    assert "[100%]" in told
    assert "SKIPPED" not in told
