"""Daphne, set up for this site. Knows nothing of workers."""

from __future__ import annotations

import resource
from collections.abc import Callable

from daphne.server import Server

from playground.live.protocol import MAX_FRAME_BYTES
from playground.ops import sockets
from playground.ops.trimming import keep_trimmed

MOST_FILES = 65_536


def serve(endpoint: str, on_ready: Callable[[], None]) -> None:
    """Serve the site at ``endpoint`` (a Twisted description) until SIGTERM or SIGINT; ``on_ready`` is called when it answers."""
    from twisted.internet import reactor

    from playground.asgi import application
    from playground.live.keeper import Keeper
    from playground.live.log import event_log

    sockets.install()
    Keeper(event_log()).start()
    keep_trimmed()
    _allow_files()
    reactor.callWhenRunning(on_ready)
    Server(
        application,
        endpoints=[endpoint],
        # Twice what the protocol allows: a frame beyond it is answered with the bound, one beyond this cuts the connection
        websocket_max_message_size=2 * MAX_FRAME_BYTES,
        websocket_max_frame_size=2 * MAX_FRAME_BYTES,
        application_close_timeout=2,
        server_name="logitscope",
        verbosity=0,
    ).run()


def _allow_files() -> None:
    """As many sockets as the system lets this process have; the default of 1024 is one lecture hall."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
