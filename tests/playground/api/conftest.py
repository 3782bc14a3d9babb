"""Browsers of different people, and a place for traces that is thrown away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from playground.runs import keeping, people

Browser = Callable[[str], Client]


@pytest.fixture(autouse=True)
def _storage(settings: Any, tmp_path: Path, db: None) -> None:
    local = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "kept"}}
    settings.STORAGES = {**settings.STORAGES, "default": local}
    keeping._read.cache_clear()


@pytest.fixture
def browser() -> Browser:
    def of(person: str) -> Client:
        client = Client()
        client.cookies[people.COOKIE] = people.signed(person)
        return client

    return of
