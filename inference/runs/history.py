"""What a run's log says so far, as whoever goes on with it needs it. Torch-free."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgpack

from inference.eventlog.protocol import EventLog
from inference.events import Usage

PAGE = 256


@dataclass(slots=True)
class History:
    """Where a log ends: its last number, whether decoding had begun, and the tokens chosen by then."""

    last_seq: int = 0
    started: bool = False
    prompt_tokens: int = 0
    tokens: list[int] = field(default_factory=list)

    @property
    def usage(self) -> Usage:
        return Usage(self.prompt_tokens, len(self.tokens), 0)


def history_of(log: EventLog, run: str) -> History:
    """Read the whole log of ``run``."""
    history = History()
    for fields in _events(log, run):
        history.last_seq = fields["seq"]
        match fields["type"]:
            case "started":
                history.started, history.prompt_tokens = True, len(fields["prompt_ids"])
            case "token":
                history.tokens.append(fields["id"])
    return history


def _events(log: EventLog, run: str) -> Iterator[dict[str, Any]]:
    """The logged maps, unparsed beyond MessagePack: traces would cost time and are not needed."""
    after = 0
    while entries := log.read(run, after, PAGE):
        for entry in entries:
            yield msgpack.unpackb(entry.data)
        after = entries[-1].seq
