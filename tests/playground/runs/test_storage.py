"""Traces in a real S3 server of somebody else, which runs in ``.venv-clients``."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from playground import kept
from playground.config import ROOT, Config
from playground.ops.local.service import listens
from playground.runs import keeping, pruning
from tests.playground.runs.kept import frames, stored_run
from tests.redis_server import free_port
from tests.site import until

SERVER = ROOT / ".venv-clients" / "bin" / "moto_server"
BUCKET = "traces"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not SERVER.exists():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("needs .venv-clients (make test makes it)")
    port = free_port()
    log = (tmp_path_factory.mktemp("s3") / "log").open("wb")
    process = subprocess.Popen([SERVER, "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=log)
    try:
        until(listens(port), why="the S3 server did not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(autouse=True)
def _store(endpoint: str, settings: Any, monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    bucket = boto3.resource("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket=BUCKET)
    config = Config(s3_bucket=BUCKET, s3_endpoint=endpoint, s3_region="us-east-1")
    settings.STORAGES = {**settings.STORAGES, "default": kept.storage(config)}
    keeping._read.cache_clear()
    yield
    bucket.objects.all().delete()


def test_a_run_is_kept_in_the_bucket_and_comes_back_as_it_was() -> None:
    run = stored_run("ann")
    trace = keeping.trace(run.pk)
    assert trace is not None
    assert list(trace.frames) == frames(run.pk)
    assert run.trace.size == run.trace_bytes


def test_a_trace_that_the_bucket_has_lost_is_absent_rather_than_an_error_of_the_store() -> None:
    run = stored_run("ann")
    default_storage.delete(str(run.trace.name))
    with pytest.raises(FileNotFoundError):
        keeping.trace(run.pk)


def test_files_that_belong_to_no_run_leave_the_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    run = stored_run("ann")
    default_storage.save("traces/zz/zz.trace", ContentFile(b"lost"))
    later = timezone.now() + timedelta(hours=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    pruning.prune()
    assert not default_storage.exists("traces/zz/zz.trace")
    assert default_storage.exists(str(run.trace.name))
