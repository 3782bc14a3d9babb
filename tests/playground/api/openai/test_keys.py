"""API keys: hashed, scoped, limited, revocable."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from playground.api.models import ApiKey, digest
from playground.api.openai.callers import ANYBODY, caller
from playground.quotas.models import Limit
from playground.quotas.services import Allowance

pytestmark = pytest.mark.django_db


def models(secret: str) -> Any:
    return Client().get("/v1/models", headers={"authorization": f"Bearer {secret}"} if secret else {})


def test_the_secret_is_shown_once_and_not_kept() -> None:
    key, secret = ApiKey.issue("laptop")
    assert secret.startswith("ls-")
    assert len(secret) >= 46
    assert secret not in str(list(ApiKey.objects.values_list()))
    assert key.digest == digest(secret)
    assert models(secret).status_code == 200


def test_a_wrong_and_a_revoked_key_answer_alike() -> None:
    key, secret = ApiKey.issue("laptop")
    wrong = models("ls-nothing")
    ApiKey.objects.filter(pk=key.pk).update(revoked=timezone.now())
    for answer in (wrong, models(secret)):
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
        assert answer.json() == {
            "error": {"message": "Incorrect API key provided.", "type": "invalid_request_error", "param": None, "code": "invalid_api_key"}
        }


def test_without_a_key_one_is_let_in_only_where_none_is_needed(settings: Any) -> None:
    assert models("").status_code == 200
    assert models("whatever a client insists on").status_code == 200
    settings.CONFIG = settings.CONFIG.model_copy(update={"api_keys": "required"})
    assert models("").status_code == 401
    assert models("whatever").status_code == 401
    assert models(ApiKey.issue("laptop")[1]).status_code == 200


def test_a_key_may_do_what_it_was_made_for() -> None:
    _, secret = ApiKey.issue("chat only", scopes=["chat"])
    answer = models(secret)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "insufficient_scope")


def test_a_keys_limits_are_those_of_its_row_and_those_without_a_key_have_the_sites(settings: Any) -> None:
    _, secret = ApiKey.issue("laptop", max_active_runs=3, tokens_per_day=100)
    assert caller(f"Bearer {secret}", "models").allowance == Allowance(3, 3, 100)
    assert caller("", "models").allowance == Allowance(32, 32, None)
    ApiKey.objects.update(max_waiting_runs=2)
    Limit.objects.filter(person=ANYBODY).update(active_runs=1, tokens_per_day=7)
    assert caller(f"Bearer {secret}", "models").allowance == Allowance(3, 2, 100)
    assert caller("", "models").allowance == Allowance(1, 32, 7)
