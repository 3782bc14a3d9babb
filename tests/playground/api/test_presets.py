"""Presets of one's own over HTTP: kept, changed, deleted, bounded, and whose they are."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from inference.spec import SamplingParams
from playground.accounts import leaving
from playground.catalog import own_presets
from playground.catalog.own_presets import MAX_BYTES, MOST
from playground.runs.boot import boot
from playground.runs.people import person_of_account
from tests.playground.api.conftest import Browser

JSON = "application/json"
WARM: dict[str, Any] = {"temperature": 1.4, "top_p": 0.8}


def keep(client: Client, name: str, sampling: Any = WARM) -> Any:
    return client.post("/api/presets", {"name": name, "sampling": sampling}, content_type=JSON)


def names(client: Client) -> list[str]:
    return [preset["name"] for preset in client.get("/api/presets").json()]


def test_a_preset_is_kept_renamed_given_other_settings_and_deleted(browser: Browser) -> None:
    ann = browser("ann")
    made = keep(ann, "  Warm 暖 <b>  ").json()
    assert made["name"] == "Warm 暖 <b>"
    assert made["sampling"] == SamplingParams(**WARM).model_dump(mode="json")  # what is not named is off
    path = f"/api/presets/{made['id']}"
    assert ann.patch(path, {"name": "Warmer"}, content_type=JSON).json() == {**made, "name": "Warmer"}
    changed = ann.patch(path, {"sampling": {"top_k": 5}}, content_type=JSON).json()
    assert (changed["name"], changed["sampling"]["top_k"], changed["sampling"]["temperature"]) == (
        "Warmer",
        5,
        SamplingParams().temperature,
    )
    assert ann.get("/api/presets").json() == [changed]
    assert ann.delete(path).status_code == 204
    assert names(ann) == []


def test_the_page_opens_with_them_in_the_order_in_which_they_were_made(browser: Browser) -> None:
    for name in ("b", "a"):
        keep(browser("ann"), name)
    assert [preset["name"] for preset in boot(person="ann")["own_presets"]] == ["b", "a"]
    assert boot(person="bob")["own_presets"] == []


def test_a_foreign_preset_and_an_absent_one_are_answered_alike(browser: Browser) -> None:
    made = keep(browser("ann"), "mine").json()
    bob = browser("bob")
    for method in ("patch", "delete"):
        answers = [
            getattr(bob, method)(f"/api/presets/{name}", {"name": "x"}, content_type=JSON) for name in (made["id"], "x" * 22, "a%00b")
        ]
        assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}
    assert names(browser("ann")) == ["mine"]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"name": "", "sampling": {}}, 400, "name"),
        ({"name": "x" * 61, "sampling": {}}, 400, "name"),
        ({"name": "a\u0000b", "sampling": {}}, 400, "name"),
        ({"name": "x"}, 400, "sampling"),
        ({"name": "x", "sampling": [1]}, 400, "sampling"),
        ({"name": "x", "sampling": {}, "more": 1}, 400, "more"),
        ({"name": "x", "sampling": {"temperature": -1}}, 422, "sampling"),
        ({"name": "x", "sampling": {"temprature": 1}}, 422, "sampling"),
        ({"name": "x", "sampling": {"max_tokens": 5}}, 422, "sampling"),  # a preset leaves the length alone
        ({"name": "x", "sampling": {"bad_words": ["\u0000"]}}, 422, "sampling"),
        ({"name": "x", "sampling": {"bad_words": ["x" * MAX_BYTES]}}, 422, "sampling"),
        ({"name": "taken", "sampling": {}}, 422, "name"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_field(body: dict[str, Any], status: int, field: str, browser: Browser) -> None:
    ann = browser("ann")
    keep(ann, "taken")
    answer = ann.post("/api/presets", body, content_type=JSON)
    assert (answer.status_code, answer.json()["errors"][0]["field"].split(".")[-1]) == (status, field)
    assert names(ann) == ["taken"]


def test_a_name_can_be_given_once_by_each_person(browser: Browser) -> None:
    ann = browser("ann")
    keep(ann, "one")
    two = keep(ann, "two").json()
    assert ann.patch(f"/api/presets/{two['id']}", {"name": "one"}, content_type=JSON).json()["errors"][0]["code"] == "name_taken"
    assert ann.patch(f"/api/presets/{two['id']}", {"name": "two"}, content_type=JSON).status_code == 200
    assert keep(browser("bob"), "one").status_code == 201


def test_there_is_a_bound_and_it_is_named(browser: Browser) -> None:
    for n in range(MOST):
        own_presets.keep("ann", str(n), {})
    error = keep(browser("ann"), "more").json()["errors"][0]
    assert (error["code"], error["value"], error["bound"]) == ("too_many_presets", str(MOST), f"< {MOST}")
    assert len(own_presets.listed("ann")) == MOST


def test_whoever_has_no_cookie_keeps_nothing() -> None:
    assert keep(Client(), "x").status_code == 401


def test_a_login_takes_them_over_without_losing_the_accounts_and_they_go_with_it(browser: Browser) -> None:
    user = User.objects.create_user("ada", password="x")
    account = person_of_account(user.pk)
    own_presets.keep(account, "same", {"top_k": 1})
    own_presets.keep("ann", "same", {"top_k": 2})
    own_presets.keep("ann", "new", {})
    client = browser("ann")
    client.post("/account/login", {"username": "ada", "password": "x"})
    found = own_presets.listed(account)
    assert {preset.name: preset.sampling.top_k for preset in found} == {"same": 1, "new": SamplingParams().top_k}
    assert own_presets.listed("ann") == []
    leaving.delete(user)
    assert own_presets.listed(account) == []
