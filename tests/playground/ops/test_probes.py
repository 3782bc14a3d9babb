"""Probes."""

import uuid
from unittest.mock import patch

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from inference.eventlog.protocol import LogUnavailable
from playground.live.log import event_log


def test_healthz_answers_without_touching_the_database() -> None:
    assert Client().get("/healthz").content == b"ok"


@pytest.mark.django_db
def test_readyz_is_ready_with_a_database_and_a_living_worker() -> None:
    worker = f"test-{uuid.uuid4()}"
    event_log().beat(worker, 60)
    try:
        response = Client().get("/readyz")
    finally:
        event_log().beat(worker, 0)
    assert response.status_code == 200
    assert response.json() == {"ready": True, "checks": {"database": "ok", "worker": "ok"}}


@pytest.mark.django_db
def test_readyz_says_that_no_worker_is_alive() -> None:
    with patch.object(event_log(), "workers", return_value=[]):
        response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["worker"] == "no worker is alive"


@pytest.mark.django_db
def test_readyz_says_that_the_event_log_does_not_answer() -> None:
    with patch.object(event_log(), "workers", side_effect=LogUnavailable):
        assert Client().get("/readyz").json()["checks"]["worker"] == "the event log does not answer"


@pytest.mark.django_db
def test_readyz_names_the_database_where_it_fails() -> None:
    with patch.object(connection, "cursor", side_effect=DatabaseError):
        response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "DatabaseError"


