"""What somebody made without an account becomes the account's when they log in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest

from playground.catalog import own_presets
from playground.classroom import rooms
from playground.quotas import services as quotas
from playground.runs import people, sessions


def adopt_work(request: HttpRequest | None, user: User, **signal: Any) -> None:
    """A receiver of ``user_logged_in``. Takes the cookie's work alone: that of an account which was logged in until now stays its own."""
    if request is not None and (person := people.person_in(request.COOKIES.get(people.COOKIE))):
        account = people.person_of_account(user.pk)
        sessions.adopt(person, account)
        rooms.adopt(person, account)
        own_presets.adopt(person, account)
        quotas.adopt(person, account)  # a login is no second day's tokens
