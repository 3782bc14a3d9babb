"""Many viewers in one process, as cheap as Python allows: they parse no more of an event than its number and time.

Talks to ``benchmarks.delivery``: reads its orders as JSON from the first line of stdin, prints when everybody is connected, and
what arrived once all or nothing more does.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
import time
from typing import Any

import msgpack

ACK_EVERY = 16
JOIN_SECONDS = 2.0  # everybody joins within that time
SILENCE_SECONDS = 10.0
latencies: list[int] = []  # ns



class Arrival:
    """When anything last came, over all viewers."""

    last_ns = 0


class Viewer(asyncio.Protocol):
    """One socket that follows one run."""

    def __init__(self, run: str, orders: dict[str, Any]) -> None:
        self.run, self.orders = run, orders
        self.buffer = bytearray()
        self.open = self.following = False
        self.seqs: list[int] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        host = f"127.0.0.1:{self.orders['port']}"
        key = base64.b64encode(os.urandom(16)).decode()
        request = (
            f"GET /ws/runs/ HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: {self.orders['cookie']}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        transport.write(request.encode())

    def data_received(self, data: bytes) -> None:
        now = time.monotonic_ns()
        self.buffer += data
        if not self.open:
            self._handshake()
        at = 0
        while (frame := _frame(self.buffer, at)) is not None:
            opcode, begin, at = frame
            self._take(opcode, bytes(self.buffer[begin:at]), now)
        del self.buffer[:at]

    def _handshake(self) -> None:
        end = self.buffer.find(b"\r\n\r\n")
        if end >= 0:
            assert b" 101 " in self.buffer[:20], bytes(self.buffer[:200])
            del self.buffer[: end + 4]
            self.open = True
            self._send(2, msgpack.packb({"type": "resume", "run": self.run}))

    def _take(self, opcode: int, payload: bytes, now: int) -> None:
        if opcode == 9:
            self._send(10, payload)
            return
        message = msgpack.unpackb(payload)
        if "at" not in message:
            self.following = message["type"] == "recovered"
            return
        Arrival.last_ns = now
        latencies.append(now - message["at"])
        self.seqs.append(message["seq"])
        if message["seq"] % ACK_EVERY == 0:
            self._send(2, msgpack.packb({"type": "ack", "run": self.run, "seq": message["seq"]}))

    def _send(self, opcode: int, payload: bytes) -> None:
        assert len(payload) < 126
        self.transport.write(bytes([0x80 | opcode, 0x80 | len(payload), 0, 0, 0, 0]) + payload)  # masked with zeros


def _frame(buffer: bytearray, at: int) -> tuple[int, int, int] | None:
    """Opcode, begin and end of the payload of the frame at ``at``; ``None`` where it is not complete."""
    if len(buffer) - at < 2:
        return None
    length, begin = buffer[at + 1] & 127, at + 2
    if length >= 126:
        size = 2 if length == 126 else 8
        length, begin = int.from_bytes(buffer[begin : begin + size], "big"), begin + size
    return (buffer[at] & 15, begin, begin + length) if begin + length <= len(buffer) else None


def _silent() -> bool:
    """Nothing has come for so long that nothing will."""
    return Arrival.last_ns > 0 and time.monotonic_ns() - Arrival.last_ns > SILENCE_SECONDS * 1e9


async def main() -> None:
    orders = json.loads(sys.stdin.readline())
    loop = asyncio.get_running_loop()
    viewers, started = [], time.monotonic()
    for i in range(orders["clients"]):
        run = orders["runs"][i % len(orders["runs"])]
        _, viewer = await loop.create_connection(lambda run=run: Viewer(run, orders), "127.0.0.1", orders["port"])  # type: ignore[misc]
        viewers.append(viewer)
        await asyncio.sleep(max(0.0, started + JOIN_SECONDS * i / orders["clients"] - time.monotonic()))
    while not all(viewer.following for viewer in viewers):
        await asyncio.sleep(0.01)
    print(json.dumps({"joined_s": time.monotonic() - started}), flush=True)
    while not all(len(viewer.seqs) >= orders["expected"] for viewer in viewers) and not _silent():
        await asyncio.sleep(0.1)
    expected = list(range(1, orders["expected"] + 1))
    print(
        json.dumps(
            {
                "lost": sum(orders["expected"] - len(set(viewer.seqs)) for viewer in viewers),
                "doubled": sum(len(viewer.seqs) - len(set(viewer.seqs)) for viewer in viewers),
                "in_order": all(viewer.seqs == sorted(viewer.seqs) for viewer in viewers),
                "complete": all(viewer.seqs == expected for viewer in viewers),
                "latencies_ms": [ns / 1e6 for ns in latencies[:: max(1, len(latencies) // 100_000)]],
            }
        ),
        flush=True,
    )


if __name__ == "__main__":
    asyncio.run(main())
