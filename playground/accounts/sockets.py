"""Who is behind a WebSocket: the account whose login it carries, and whether that still holds. Knows nothing of what the socket is for.

A login or logout anywhere in a browser is noted in the cache, which the site's processes share, under the browser's person. A login
can also end without one: the password is changed elsewhere, the account is blocked.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.core.cache import cache
from django.http import HttpRequest
from redis import RedisError

from playground.runs import people

NOTED_SECONDS = 7 * 24 * 3600  # a socket without a word for so long has been closed by somebody
logger = logging.getLogger(__name__)
Still = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Identity:
    """What a socket's cookies said. ``account`` is the person of the login; ``changes`` what was noted of the browser until then."""

    browser: str | None
    session_key: str | None
    changes: str | None
    account: str | None

    @classmethod
    def of(cls, browser: str | None, session_key: str | None) -> Identity:
        """Blocking. The changes are read first: a login that comes in between counts as a change."""
        changes = _changes(browser)
        return cls(browser, session_key, changes, _account(session_key))

    def holds(self) -> bool:
        """Blocking. Whoever has no login costs no question to the database."""
        return _changes(self.browser) == self.changes and (self.account is None or _account(self.session_key) == self.account)


class AccountOfSocket:
    """ASGI middleware: sets ``scope["person"]`` to the account's, and ``scope["still"]`` to ask whether all is as it was."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        identity = await in_thread(Identity.of)(people.person_of_scope(scope), people.cookie_in(scope, settings.SESSION_COOKIE_NAME))
        if identity.account:
            scope["person"] = identity.account
        scope["still"] = in_thread(identity.holds)
        return await self._application(scope, receive, send)


def note_change(request: HttpRequest | None, **signal: Any) -> None:
    """A receiver of ``user_logged_in`` and ``user_logged_out``: what is open in this browser is somebody else's from now on."""
    if request is None or (browser := people.person_in(request.COOKIES.get(people.COOKIE))) is None:
        return
    try:
        cache.set(_key(browser), secrets.token_hex(8), timeout=NOTED_SECONDS)
    except RedisError:
        logger.warning("the cache is away: open sockets stay whose they were")


def in_thread(function: Any) -> Any:
    return database_sync_to_async(function, thread_sensitive=False)


def _changes(browser: str | None) -> str | None:
    """A cache that is away changes nobody."""
    try:
        found: str | None = cache.get(_key(browser)) if browser else None
        return found
    except RedisError:
        return None


def _key(browser: str) -> str:
    return f"browser:{browser}"


def _account(session_key: str | None) -> str | None:
    if not session_key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(request)
    return people.person_of_account(user.pk) if user.is_authenticated else None
