"""A WebSocket is its account's for as long as the login holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from inference.eventlog.protocol import EventLog
from playground.accounts.sockets import AccountOfSocket
from playground.live.consumers import MOVED
from playground.runs import people
from playground.runs.models import Run
from playground.runs.services import owner_of
from tests.playground.live.client import Client as Talker
from tests.playground.live.conftest import log

__all__ = ["log"]

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)  # the next test finds the tables as they were


async def opened(session_key: str) -> dict[str, Any]:
    """The scope of a socket with this cookie of a login, and the person's cookie of bob."""
    return await opened_by("bob", session_key)


async def opened_by(person: str, session_key: str = "") -> dict[str, Any]:
    cookie = f"{people.COOKIE}={people.signed(person)}; {settings.SESSION_COOKIE_NAME}={session_key}"
    scope: dict[str, Any] = {"headers": [(b"cookie", cookie.encode())]}
    seen: list[dict[str, Any]] = []

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.append(scope)

    await AccountOfSocket(application)(scope, None, None)
    return seen[0]


async def owner(session_key: str) -> str:
    return owner_of(await opened(session_key))


def bobs_browser() -> Client:
    browser = Client()
    browser.cookies[people.COOKIE] = people.signed("bob")
    return browser


def login() -> tuple[User, str]:
    user, client = User.objects.create_user("ada", password="x"), bobs_browser()
    client.force_login(user)
    return user, client.session.session_key or ""


def block(user: User) -> None:
    user.is_active = False
    user.save()


def press(browser: Client, name: str) -> None:
    answer = browser.post(reverse(name), {"username": "ada", "password": "x"}, headers={"host": "localhost"})
    assert answer.status_code == 302, answer.content


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


@pytest.mark.parametrize("end", [change_password, block])
async def test_an_open_socket_no_longer_holds_when_its_login_has_ended_elsewhere(end: Callable[[User], None]) -> None:
    user, key = await sync_to_async(login)()
    scope = await opened(key)
    assert await scope["still"]()
    await sync_to_async(end)(user)
    assert not await scope["still"]()


async def test_a_login_or_logout_in_the_same_browser_moves_its_open_sockets_and_no_others() -> None:
    await sync_to_async(User.objects.create_user)("ada", password="x")
    browser = bobs_browser()
    before, another = await opened(""), await opened_by("eve")
    await sync_to_async(press)(browser, "log-in")
    inside = await opened(browser.cookies[settings.SESSION_COOKIE_NAME].value)
    assert [await scope["still"]() for scope in (before, inside, another)] == [False, True, True]
    await sync_to_async(press)(browser, "log-out")
    after = await opened("")
    assert [await scope["still"]() for scope in (before, inside, another, after)] == [False, False, True, True]


async def test_a_socket_whose_browser_has_logged_in_is_closed_before_it_does_anything(log: EventLog) -> None:
    await sync_to_async(User.objects.create_user)("ada", password="x")
    async with Talker("bob") as bob:
        assert (await bob.start())["type"] == "accepted"
        await sync_to_async(press)(bobs_browser(), "log-in")
        before = await Run.objects.acount()
        await bob.send("start", ref="2", spec={"prompt": "Once"})
        assert await bob.socket.receive_output(timeout=5) == {"type": "websocket.close", "code": MOVED}
    assert await Run.objects.acount() == before
    run = await Run.objects.alatest("created")
    assert run.owner == people.person_of_account((await User.objects.aget(username="ada")).pk)
