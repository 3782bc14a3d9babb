"""Which pages may open a WebSocket: the site's own, and the full origins that the operator names. Knows nothing of runs.

Browsers always send ``Origin`` and never let a page choose it. A client that sends none is no browser, and has no cookie of a
person that a foreign page could ride on.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.http.request import validate_host


class Refusing(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Answers every handshake with 403."""

    async def connect(self) -> None:
        await self.close()


class OriginCheck:
    """ASGI middleware: a handshake from a foreign page ends with 403."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._refusing = Refusing.as_asgi()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        headers = dict(scope["headers"])
        origin, host = headers.get(b"origin", b"").decode("latin-1"), headers.get(b"host", b"").decode("latin-1")
        application = self._application if is_allowed(origin, host) else self._refusing
        return await application(scope, receive, send)


def is_allowed(origin: str, host: str) -> bool:
    """Whether a page of ``origin`` may connect to the site that the browser reached as ``host``."""
    if not validate_host(_name(host), settings.ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]"]):
        return False
    return not origin or origin in settings.CSRF_TRUSTED_ORIGINS or _own(origin, host)


def _own(origin: str, host: str) -> bool:
    """Scheme, name and port must all be the site's; behind HTTPS a plain-text page is foreign."""
    parts = urlsplit(origin)
    schemes = ("https",) if settings.CONFIG.https else ("http", "https")
    return parts.scheme in schemes and parts.netloc == host


def _name(host: str) -> str:
    """``host`` without its port, as Django writes it."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
    return f"[{name}]" if ":" in name else name
