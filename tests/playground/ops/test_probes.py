"""Probes."""

from unittest.mock import patch

import pytest
from django.db import DatabaseError, connection
from django.test import Client


def test_healthz_answers_without_touching_the_database() -> None:
    assert Client().get("/healthz").content == b"ok"


@pytest.mark.django_db
def test_readyz_says_what_is_ready() -> None:
    answer = Client().get("/readyz").json()
    assert answer["checks"]["database"] == "ok"


@pytest.mark.django_db
def test_readyz_names_the_part_that_fails() -> None:
    with patch.object(connection, "cursor", side_effect=DatabaseError):
        response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "DatabaseError"
