"""Over a limit ``/v1`` answers 429 in OpenAI's shape, with the number and when to come back. In process; nobody decodes."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient

from inference.eventlog.protocol import EventLog
from inference.spec import RunSpec, SamplingParams
from playground.api.models import ApiKey
from playground.live import starting
from playground.quotas import services as quotas
from tests.playground.live.conftest import log

__all__ = ["log"]


@pytest.fixture(autouse=True)
def _host(log: EventLog, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]


def refused(secret: str, **fields: Any) -> Any:
    body = {"model": "stories", "prompt": "Once", "max_tokens": 10, **fields}
    return async_to_sync(AsyncClient().post)(
        "/v1/completions", body, content_type="application/json", headers={"authorization": f"Bearer {secret}"}
    )


def start(key: ApiKey, tokens: int = 10) -> str:
    spec = RunSpec(prompt="Once", sampling=SamplingParams(max_tokens=tokens))
    return starting.start_run(key.owner, spec, limits=starting.Limits(starting.PERSON.starts, quotas.Allowance(9, 9, None))).run


@pytest.mark.parametrize(
    ("limits", "code", "number"),
    [
        ({"max_active_runs": 1}, "too_many_runs", "1"),
        ({"max_waiting_runs": 1}, "too_many_waiting", "1"),
        ({"tokens_per_day": 15}, "beyond_quota", "5"),
    ],
)
def test_over_a_limit_the_answer_is_429_with_the_number_and_when_to_come_back(
    log: EventLog, limits: dict[str, int], code: str, number: str
) -> None:
    key, secret = ApiKey.issue("laptop", **limits)
    start(key)
    answer = refused(secret)
    error = answer.json()["error"]
    assert (answer.status_code, error["type"], error["code"]) == (429, "rate_limit_error", code)
    assert number in error["message"]
    assert 1 <= int(answer["Retry-After"]) <= 5
    assert log.active(key.owner) == 1


def test_a_day_that_is_spent_is_over_at_midnight(log: EventLog) -> None:
    key, secret = ApiKey.issue("laptop", tokens_per_day=10)
    quotas.settle(start(key), 10)
    answer = refused(secret)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "over_quota")
    assert "10" in answer.json()["error"]["message"]
    assert abs(int(answer["Retry-After"]) - quotas.seconds_to_midnight()) <= 60
