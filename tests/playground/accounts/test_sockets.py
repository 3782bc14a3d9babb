"""A WebSocket is its account's for as long as the login holds."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from playground.accounts.sockets import AccountOfSocket
from playground.runs import people
from playground.runs.services import owner_of

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)  # the next test finds the tables as they were


async def owner(session_key: str) -> str:
    """Whom a socket with this cookie of a login, and the person's cookie of bob, belongs to."""
    cookie = f"{people.COOKIE}={people.signed('bob')}; {settings.SESSION_COOKIE_NAME}={session_key}"
    scope: dict[str, Any] = {"headers": [(b"cookie", cookie.encode())]}
    seen: list[str] = []

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.append(owner_of(scope))

    await AccountOfSocket(application)(scope, None, None)
    return seen[0]


def login() -> tuple[User, str]:
    user, client = User.objects.create_user("ada", password="x"), Client()
    client.force_login(user)
    return user, client.session.session_key or ""


def change_password(user: User) -> None:
    user.set_password("y")
    user.save()


async def test_a_login_makes_the_socket_the_accounts() -> None:
    user, key = await sync_to_async(login)()
    assert await owner(key) == people.person_of_account(user.pk)


async def test_a_login_that_no_longer_holds_is_none() -> None:
    user, key = await sync_to_async(login)()
    await sync_to_async(change_password)(user)
    assert await owner(key) == "bob"
    assert await owner("forged") == "bob"
