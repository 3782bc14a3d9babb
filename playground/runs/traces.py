"""A run's events as a file: gzip over MessagePack, a header and then every frame as it went over the socket. Pure; knows nothing of storage.

Format 1: the map ``{"format": "logitscope-trace", "version": 1, "run", "epoch"}``, then one byte string per event, numbered from 1.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgpack

FORMAT: Final = "logitscope-trace"
VERSION: Final = 1
MAX_BYTES = 256 * 1024 * 1024  # unpacked: a file that claims more is refused
LEVEL = 6  # a 500-token run: 1.9 MB to 0.49 MB in 0.1 s; lzma would save a fifth and take twenty times as long
_CHUNK = 1 << 20


class DamagedTrace(ValueError):
    """The file is no trace, was cut or changed, or is of a version that is not known here."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What a file holds: ``frames[n]`` is event number n + 1."""

    run: str
    epoch: str
    frames: Sequence[bytes]

    @property
    def last_seq(self) -> int:
        return len(self.frames)


def packed(trace: Trace) -> bytes:
    """The file's bytes; the same for the same trace."""
    header = {"format": FORMAT, "version": VERSION, "run": trace.run, "epoch": trace.epoch}
    body = b"".join(map(msgpack.packb, [header, *trace.frames]))
    return gzip.compress(body, LEVEL, mtime=0)


def unpacked(data: bytes) -> Trace:
    """Raises ``DamagedTrace``."""
    values = _values(_inflated(data))
    header = next(values, None)
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise DamagedTrace("this is no trace of Logitscope")
    if header.get("version") != VERSION:
        raise DamagedTrace(f"version: {header.get('version')!r} is not known here (known: {VERSION})")
    frames = list(values)
    if not all(isinstance(frame, bytes) for frame in frames) or not all(isinstance(header.get(name), str) for name in ("run", "epoch")):
        raise DamagedTrace("the trace is damaged")
    return Trace(header["run"], header["epoch"], frames)


def _inflated(data: bytes) -> bytes:
    """At most ``MAX_BYTES``, whatever the file claims."""
    parts, size = [], 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            while part := file.read(_CHUNK):
                parts.append(part)
                if (size := size + len(part)) > MAX_BYTES:
                    raise DamagedTrace(f"the trace holds more than {MAX_BYTES} bytes")
    except (OSError, EOFError, zlib.error) as error:
        raise DamagedTrace("the trace is damaged") from error
    return b"".join(parts)


def _values(body: bytes) -> Any:
    unpacker = msgpack.Unpacker(io.BytesIO(body), max_buffer_size=MAX_BYTES)
    try:
        yield from unpacker
    except Exception as error:  # msgpack raises half a dozen unrelated classes on bad input
        raise DamagedTrace("the trace is damaged") from error
    if unpacker.tell() != len(body):
        raise DamagedTrace("the trace was cut")


def events_of(frames: Iterable[bytes]) -> list[dict[str, Any]]:
    """The plain maps. Raises ``DamagedTrace`` where they are no events numbered from 1."""
    try:
        events = [msgpack.unpackb(frame) for frame in frames]
    except Exception as error:
        raise DamagedTrace("an event is damaged") from error
    for number, event in enumerate(events, 1):
        if not isinstance(event, dict) or event.get("seq") != number or not isinstance(event.get("type"), str):
            raise DamagedTrace(f"event {number} is damaged or missing")
    return events
