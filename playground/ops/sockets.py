"""Daphne's WebSocket protocol with a short way out. Knows nothing of what is sent.

Autobahn formats colours for a debug line with every message, whether or not anybody logs it: two fifths of a web process's time
with 300 viewers. A binary message is a header and the payload, so it is written as that.
"""

from __future__ import annotations

import struct
from typing import Any

import daphne.server
from autobahn.websocket import protocol
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

MOST_WAITING_BYTES = 16 * 1024 * 1024  # for a socket that does not read; the ack window holds honest clients far below it
FINAL_BINARY = 0x82  # RFC 6455, 5.2: FIN and opcode 2; what a server sends is not masked


class LeanProtocol(WebSocketProtocol):  # type: ignore[misc]
    """One socket of the server."""

    def serverSend(self, content: bytes | str, binary: bool = False) -> None:
        if not binary or isinstance(content, str):
            super().serverSend(content, binary)
        elif self.state == self.STATE_OPEN:
            self._write(header(len(content)) + content)

    def _write(self, data: bytes) -> None:
        """Straight to the socket where nothing waits before it: the transport would register with epoll, and again to stop."""
        if not self.transport.dataBuffer and not self.transport._tempDataBuffer:
            written = self.transport.writeSomeData(data)
            if isinstance(written, int):  # else it is broken, which ``write`` finds out in its own way
                data = data[written:]
        if data:
            self.transport.write(data)
            if self.transport._tempDataLen + len(self.transport.dataBuffer) > MOST_WAITING_BYTES:
                self.transport.abortConnection()


def header(length: int) -> bytes:
    """The header of an unmasked, unfragmented binary frame with ``length`` bytes of payload."""
    if length < 126:
        return bytes((FINAL_BINARY, length))
    if length < 65536:
        return struct.pack(">BBH", FINAL_BINARY, 126, length)
    return struct.pack(">BBQ", FINAL_BINARY, 127, length)


class LeanFactory(WebSocketFactory):  # type: ignore[misc]
    """Makes the sockets of the server."""

    protocol = LeanProtocol

    def setProtocolOptions(self, **options: Any) -> None:
        """A client that breaks the protocol, or sends a frame that is far too long, is told so by a close code."""
        super().setProtocolOptions(**options, failByDrop=False)


def install() -> None:
    """Every server of this process uses these from now on."""
    daphne.server.WebSocketFactory = LeanFactory
    vars(protocol)["pformat"] = repr  # of all options, for a debug line with every handshake: a third of what one costs
