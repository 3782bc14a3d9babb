"""Who is behind a WebSocket that carries the cookie of a login. Knows nothing of what the socket is for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from playground.runs import people


class AccountOfSocket:
    """ASGI middleware: sets ``scope["person"]`` to the account's. Whoever has not logged in costs no question to the database."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        if (key := people.cookie_in(scope, settings.SESSION_COOKIE_NAME)) and (person := await _person(key)):
            scope["person"] = person
        return await self._application(scope, receive, send)


@database_sync_to_async  # type: ignore[untyped-decorator]
def _person(session_key: str) -> str | None:
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(request)
    return people.person_of_account(user.pk) if user.is_authenticated else None
