"""Who somebody is without an account."""

import pytest
from django.test import Client

from inference.spec import RunSpec
from playground.runs import people
from playground.runs.services import create_run, owner_of, owns


def scope(cookie: str | None) -> dict[str, object]:
    return {"headers": [(b"cookie", f"a=b; {people.COOKIE}={cookie}".encode())] if cookie else []}


def test_the_same_cookie_is_the_same_person_over_http_and_websocket() -> None:
    assert owner_of(scope(people.signed("ada"))) == "ada"


@pytest.mark.parametrize("cookie", [None, "", "ada", "ada:1:forged", pytest.param(people.signed("ada") + "x", id="lengthened")])
def test_a_forged_or_missing_cookie_is_a_new_person_for_the_connection(cookie: str | None) -> None:
    connection = scope(cookie)
    assert owner_of(connection) != "ada"
    assert owner_of(connection) == owner_of(connection)


def test_an_unreadable_cookie_header_is_nobody() -> None:
    assert people.person_of_scope({"headers": [(b"cookie", b"\xff\xfe;;==,\x00")]}) is None


def test_a_visitor_gets_one_cookie_and_keeps_it() -> None:
    client = Client()
    first = client.get("/healthz").cookies[people.COOKIE]
    assert first["httponly"]
    assert people.COOKIE not in client.get("/healthz").cookies


@pytest.mark.django_db
def test_a_run_belongs_to_whoever_asked_for_it() -> None:
    run = create_run("ada", RunSpec(prompt="x"), "stories").pk
    assert owns("ada", run)
    assert not owns("eve", run)
    assert not owns("ada", "absent")


@pytest.mark.django_db
def test_run_ids_carry_128_random_bits() -> None:
    ids = {create_run("ada", RunSpec(prompt="x"), "stories").pk for _ in range(50)}
    assert len(ids) == 50
    assert min(map(len, ids)) >= 22
