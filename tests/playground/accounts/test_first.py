"""The first account is made on a page, by whoever sits at the machine or has its token, and only while there is none."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from playground.accounts.first import invitation, token

pytestmark = pytest.mark.django_db
ACCOUNT = {"username": "ada", "password1": "a long walk by the river", "password2": "a long walk by the river"}
FAR = {"REMOTE_ADDR": "192.0.2.7"}


def test_the_operator_at_the_machine_makes_the_account_and_is_logged_in(client: Client) -> None:
    assert client.get(reverse("admin:login")).headers["Location"] == reverse("panel-first")
    assert client.post(reverse("panel-first"), ACCOUNT).headers["Location"] == reverse("admin:index")
    assert client.get(reverse("admin:index")).status_code == 200
    assert User.objects.get().is_superuser


def test_the_page_is_gone_once_there_is_an_administrator(client: Client) -> None:
    User.objects.create_superuser("grace", password="x")
    assert client.post(reverse("panel-first"), {**ACCOUNT, "token": token()}).status_code == 404
    assert client.get(reverse("admin:login")).headers["Location"].startswith(reverse("log-in"))
    assert User.objects.count() == 1
    assert invitation("http://localhost/") == ""


@pytest.mark.parametrize("environment", [FAR, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}])
@pytest.mark.parametrize("wrong", ["", "wrong", "é"])
def test_whoever_is_elsewhere_needs_the_token(client: Client, environment: dict[str, Any], wrong: str) -> None:
    assert client.post(reverse("panel-first"), {**ACCOUNT, "token": wrong}, **environment).status_code == 404
    assert client.post(reverse("panel-first"), {**ACCOUNT, "token": token()}, **environment).status_code == 302


def test_the_line_at_start_opens_the_page_from_elsewhere(client: Client) -> None:
    address = invitation("http://testserver/").rpartition(" ")[2]
    page = client.get(address, **FAR)  # type: ignore[arg-type]
    assert page.status_code == 200
    assert token() in page.content.decode()


def test_a_weak_password_is_refused(client: Client) -> None:
    assert client.post(reverse("panel-first"), {**ACCOUNT, "password1": "12345", "password2": "12345"}).status_code == 200
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Create the administrator"), ("zh-hant", "建立管理員帳號"), ("zh-hans", "创建管理员账号")]
)
def test_the_page_speaks_the_readers_language(client: Client, language: str, title: str) -> None:
    assert title in client.get(reverse("panel-first"), headers={"accept-language": language}).content.decode()
