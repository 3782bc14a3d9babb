"""Who somebody is: their account, or without one a random id in a signed cookie; the same over HTTP and WebSocket.

Work belongs to a *person*, which is a string. Knows nothing of how one logs in.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE = "person"
YEAR_SECONDS = 365 * 24 * 3600


def new_person() -> str:
    return secrets.token_urlsafe(16)


def signed(person: str) -> str:
    """The cookie's value for ``person``."""
    return _signer().sign(person)


def person_in(cookie: str | None) -> str | None:
    """The person in a cookie's value; ``None`` where it is absent, forged or stale."""
    try:
        return _signer().unsign(cookie, max_age=YEAR_SECONDS) if cookie else None
    except signing.BadSignature:
        return None


def person_of_account(number: int) -> str:
    """No cookie can say this: what is signed there is drawn at random."""
    return f"account-{number}"


def account_in(person: str) -> int | None:
    """The account whose person it is; ``None`` for somebody without one."""
    number = person.removeprefix(person_of_account(0)[:-1])
    return int(number) if number != person and number.isascii() and number.isdecimal() else None


def person_of_scope(scope: dict[str, Any]) -> str | None:
    """The person in the cookie of an ASGI connection."""
    return person_in(cookie_in(scope, COOKIE))


def cookie_in(scope: dict[str, Any], wanted: str) -> str | None:
    """The cookie called ``wanted`` in the headers of an ASGI connection."""
    jar: SimpleCookie = SimpleCookie()
    for name, value in scope.get("headers", []):
        if name == b"cookie":
            try:
                jar.load(value.decode("latin-1"))
            except CookieError:
                return None
    return jar[wanted].value if wanted in jar else None


class PersonMiddleware:
    """Gives ``request.person`` to every request, and the cookie to whoever had none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        known = person_in(request.COOKIES.get(COOKIE))
        person = known or new_person()
        request.person = _account(request) or person  # type: ignore[attr-defined]
        response = self.get_response(request)
        if known is None:
            response.set_cookie(
                COOKIE, signed(person), max_age=YEAR_SECONDS, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
            )
        return response


def _account(request: HttpRequest) -> str | None:
    """Asks nothing of the database where there is no login."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return None
    return person_of_account(request.user.pk)


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="logitscope.person")
