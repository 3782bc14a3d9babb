"""The language of whoever is behind an ASGI connection, as Django finds that of a request: the cookie, else ``Accept-Language``."""

from __future__ import annotations

from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from types import SimpleNamespace
from typing import Any, ParamSpec, TypeVar

from django.utils import translation

P = ParamSpec("P")
R = TypeVar("R")


def language_of(scope: dict[str, Any]) -> str:
    """One of the site's languages."""
    jar: SimpleCookie = SimpleCookie()
    accepted = ""
    for name, value in scope.get("headers", []):
        if name == b"accept-language":
            accepted = value.decode("latin-1")
        elif name == b"cookie":
            try:
                jar.load(value.decode("latin-1"))
            except CookieError:
                continue
    cookies = {name: morsel.value for name, morsel in jar.items()}
    request: Any = SimpleNamespace(COOKIES=cookies, META={"HTTP_ACCEPT_LANGUAGE": accepted})
    return translation.get_language_from_request(request)


def speaking(language: str, function: Callable[P, R]) -> Callable[P, R]:
    """``function``, which then puts what it says into ``language``."""

    def spoken(*args: P.args, **kwargs: P.kwargs) -> R:
        with translation.override(language):
            return function(*args, **kwargs)

    return spoken
