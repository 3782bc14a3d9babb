"""Where HTTP and WebSocket connections come in. Never imports torch."""

from __future__ import annotations

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
http = get_asgi_application()

from django.urls import path, re_path  # noqa: E402  (apps are ready from here on)

from playground.accounts.sockets import AccountOfSocket  # noqa: E402
from playground.classroom.consumers import RoomConsumer  # noqa: E402
from playground.live.consumers import NoSuchSocket, RunConsumer  # noqa: E402
from playground.live.origins import OriginCheck  # noqa: E402

sockets = URLRouter([path("ws/runs/", RunConsumer.as_asgi()), path("ws/rooms/<str:code>/", RoomConsumer.as_asgi()), re_path("", NoSuchSocket.as_asgi())])
application = ProtocolTypeRouter({"http": http, "websocket": OriginCheck(AccountOfSocket(sockets))})
