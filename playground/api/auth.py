"""Who is behind a request to the API."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import APIKeyCookie

from playground.runs import people


class PersonCookie(APIKeyCookie):
    """Whoever holds the site's cookie; writing needs the CSRF token as well, since browsers send cookies by themselves."""

    param_name = people.COOKIE

    def authenticate(self, request: HttpRequest, key: str | None) -> str | None:
        return people.person_in(key)


signed_in = PersonCookie()


def person(request: HttpRequest) -> str:
    """The person whom ``signed_in`` found."""
    found: str = request.auth  # type: ignore[attr-defined]
    return found
