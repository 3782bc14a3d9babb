"""Who is behind a request to the API."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import APIKeyCookie

from playground.runs import people


class PersonCookie(APIKeyCookie):
    """Whoever holds the site's cookie, or has logged in; writing needs the CSRF token as well, since browsers send cookies by themselves."""

    param_name = people.COOKIE

    def authenticate(self, request: HttpRequest, key: str | None) -> str | None:
        known = people.person_in(key) is not None or request.user.is_authenticated
        return request.person if known else None  # type: ignore[attr-defined]


signed_in = PersonCookie()


def person(request: HttpRequest) -> str:
    """The person whom ``signed_in`` found."""
    found: str = request.auth  # type: ignore[attr-defined]
    return found
