"""What Celery sees of the worker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from inference.runs.job import DECODE_TASK, PRELOAD_TASK
from inference.tasks import WorkerConfig, WorkerStep
from playground.celery import app


def test_the_site_knows_both_tasks_by_their_names() -> None:
    app.loader.import_default_modules()
    assert {DECODE_TASK, PRELOAD_TASK} <= set(app.tasks)


def test_the_worker_step_starts_with_every_worker() -> None:
    app.loader.import_default_modules()
    assert WorkerStep in app.steps["worker"]


def test_the_apps_settings_are_what_a_worker_needs() -> None:
    assert WorkerConfig.model_validate(app.conf["logitscope"]).event_log_url


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(ValidationError):
        WorkerConfig.model_validate({"event_log_url": "memory://", "lease": 5})


def test_only_json_is_accepted() -> None:
    assert app.conf.accept_content == ["json"]


def test_the_tasks_are_known_without_importing_torch() -> None:
    program = "import sys; import playground.celery, inference.tasks; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[2], check=False).returncode == 0
