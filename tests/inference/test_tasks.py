"""What Celery sees of the worker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from inference.runs.job import DECODE_TASK
from inference.tasks import WorkerConfig
from playground.celery import app


def test_the_site_knows_the_task_by_its_name() -> None:
    app.loader.import_default_modules()
    assert DECODE_TASK in app.tasks


def python(program: str) -> int:
    """The exit status of ``program``, in a process that has imported nothing yet, as a worker's has not."""
    return subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[2], check=False).returncode


def test_the_worker_step_starts_with_every_worker() -> None:
    loaded = "import sys; from playground.celery import app; app.loader.import_default_modules(); from inference.tasks import WorkerStep"
    assert python(f"{loaded}; sys.exit(WorkerStep not in app.steps['worker'])") == 0


def test_the_apps_settings_are_what_a_worker_needs() -> None:
    assert WorkerConfig.model_validate(app.conf["logitscope"]).event_log_url


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(ValidationError):
        WorkerConfig.model_validate({"event_log_url": "memory://", "lease": 5})


def test_only_json_is_accepted() -> None:
    assert app.conf.accept_content == ["json"]


def test_the_task_is_known_without_importing_torch() -> None:
    assert python("import sys; import playground.celery, inference.tasks; sys.exit('torch' in sys.modules)") == 0
