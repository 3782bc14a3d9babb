"""Where one run's entries are kept in this process: a list, or a journal file that outlives the process.

Knows nothing of leases, queues or who reads. Not thread-safe: ``memory.py`` holds its lock around every call.
"""

from __future__ import annotations

import os
import struct
import zlib
from array import array
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import msgpack

from inference.eventlog.protocol import Entry

RECENT_BYTES = 256 * 1024  # of a journalled run that is still going, kept for those who read along
HEADER = struct.Struct(">II")  # length and CRC-32 of the record that follows


class Store(Protocol):
    """One run's entries."""

    size: int  # bytes of memory that the entries hold

    def __len__(self) -> int: ...

    def append(self, entry: Entry) -> None: ...

    def slice(self, after: int, limit: int) -> list[Entry]: ...

    def clear(self, epoch: str) -> None:
        """Drop all entries: the history begins again as ``epoch``."""

    def note(self, *record: Any) -> None:
        """Remember a fact about the run that is no entry."""

    def drop(self) -> None:
        """Forget everything, on disk too."""

    def close(self) -> None: ...


class ListStore:
    """Entries in memory, gone with the process."""

    def __init__(self) -> None:
        self.size = 0
        self._entries: list[Entry] = []

    def __len__(self) -> int:
        return len(self._entries)

    def append(self, entry: Entry) -> None:
        self._entries.append(entry)
        self.size += len(entry.data)

    def slice(self, after: int, limit: int) -> list[Entry]:
        return self._entries[after : after + limit]

    def clear(self, epoch: str) -> None:
        self._entries.clear()
        self.size = 0

    def note(self, *record: Any) -> None:
        pass

    def drop(self) -> None:
        pass

    def close(self) -> None:
        pass


class FileStore:
    """Entries in a file, each written before ``append`` returns, so that a killed process loses none of them.

    A record is a header and a MessagePack list; a torn last one is cut off when the file is opened again. Where the disk is full,
    the entries that it would not take stay in memory and the run goes on.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._file = -1  # open only while the run is being written or read: a thousand may wait
        self._offsets = array("Q")  # of the records of entries 1, 2, ...
        self._recent: deque[Entry] = deque()
        self._end = 0
        self._full = False
        self._ended = False

    def records(self) -> Iterator[list[Any]]:
        """What an earlier process wrote, entries included; leaves the file ready to go on."""
        data = self.path.read_bytes()
        while (record := _record_at(data, self._end)) is not None:
            fields, length = record
            if fields[0] == "entry":
                self._offsets.append(self._end)
                self._ended = fields[3]
            elif fields[0] == "clear":
                del self._offsets[:]
            self._end += length
            yield fields
        os.truncate(self.path, self._end)

    def __len__(self) -> int:
        return self._recent[-1].seq if self._recent else len(self._offsets)

    def append(self, entry: Entry) -> None:
        offset = self._end
        if self._write(["entry", entry.seq, entry.data, entry.final]):
            self._offsets.append(offset)
        self._recent.append(entry)
        self.size += len(entry.data)
        self._shed(RECENT_BYTES)
        self._ended = entry.final
        self._rest()

    def slice(self, after: int, limit: int) -> list[Entry]:
        first = self._recent[0].seq if self._recent else len(self._offsets) + 1
        written = [self._read(seq) for seq in range(after + 1, min(after + limit + 1, first))]
        self._rest()
        skip = max(0, after + 1 - first)
        return written + [self._recent[i] for i in range(skip, min(len(self._recent), skip + limit - len(written)))]

    def clear(self, epoch: str) -> None:
        self._recent.clear()
        self.size = 0
        del self._offsets[:]
        self.note("clear", epoch)

    def note(self, *record: Any) -> None:
        self._write(list(record))
        if not len(self):
            self.close()

    def drop(self) -> None:
        self.close()
        self._recent.clear()
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _write(self, record: list[Any]) -> bool:
        """Add a record; from the first failure on the file stays as it is, so that it never holds half a history."""
        if self._full:
            return False
        payload: bytes = msgpack.packb(record)
        data = HEADER.pack(len(payload), zlib.crc32(payload)) + payload
        try:
            self._full = os.pwrite(self._handle(), data, self._end) != len(data)
        except OSError:
            self._full = True
        if not self._full:
            self._end += len(data)
        return not self._full

    def _rest(self) -> None:
        """An ended run holds neither memory nor a file descriptor."""
        if self._ended and not self._full:
            self._shed(0)
            self.close()

    def _shed(self, limit: int) -> None:
        """Keep at most ``limit`` bytes in memory of what the file has."""
        while self._recent and self.size > limit and self._recent[0].seq <= len(self._offsets):
            self.size -= len(self._recent.popleft().data)

    def _read(self, seq: int) -> Entry:
        offset = self._offsets[seq - 1]
        length, _ = HEADER.unpack(os.pread(self._handle(), HEADER.size, offset))
        return Entry(*msgpack.unpackb(os.pread(self._handle(), length, offset + HEADER.size))[1:])

    def _handle(self) -> int:
        if self._file < 0:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file


def _record_at(data: bytes, offset: int) -> tuple[list[Any], int] | None:
    """The record at ``offset`` and its length with header; ``None`` at the end or where it is torn."""
    if len(data) - offset < HEADER.size:
        return None
    length, checksum = HEADER.unpack_from(data, offset)
    payload = data[offset + HEADER.size : offset + HEADER.size + length]
    if len(payload) != length or zlib.crc32(payload) != checksum:
        return None
    return msgpack.unpackb(payload), HEADER.size + length
