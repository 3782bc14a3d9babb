"""What a run's log says so far, as whoever goes on with it needs it. Torch-free."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgpack

from inference.eventlog.protocol import EventLog
from inference.events import Usage
from inference.progress import Progress

PAGE = 256


@dataclass(slots=True)
class History:
    """Where a log ends: its last number, whether decoding had begun, and what had been said by then."""

    last_seq: int = 0
    started: bool = False
    prompt_tokens: int = 0
    given: int = 0  # tokens that every sample began with
    tokens: dict[int, list[int]] = field(default_factory=dict)  # by sample
    logprobs: dict[int, list[float | None]] = field(default_factory=dict)  # of the tokens
    ended: set[int] = field(default_factory=set)
    beam_steps: int = 0
    hypotheses: bool = False
    given_text: str = ""  # of the tokens that every sample began with
    texts: dict[int, str] = field(default_factory=dict)  # by sample, what its tokens released

    @property
    def usage(self) -> Usage:
        samples = self.tokens.values()
        return Usage(self.prompt_tokens, self.given * max(1, len(samples)) + sum(map(len, samples)), 0)

    @property
    def progress(self) -> Progress | None:
        """What a worker that goes on needs; ``None`` where the run has not started."""
        return Progress(self.tokens, self.logprobs, frozenset(self.ended), self.beam_steps, self.hypotheses) if self.started else None

    def add(self, fields: dict[str, Any]) -> None:
        """Take in the next logged map."""
        self.last_seq = fields["seq"]
        match fields["type"]:
            case "started":
                self.started, self.prompt_tokens, self.given = True, len(fields["prompt_ids"]), len(fields.get("output_ids", ()))
                self.given_text = fields.get("output_text", "")
            case "token":
                sample = fields.get("sample", 0)
                self.tokens.setdefault(sample, []).append(fields["id"])
                self.logprobs.setdefault(sample, []).append(fields["logprob"])
                self.texts[sample] = self.texts.get(sample, "") + fields["text"]
            case "sample_finished":
                self.ended.add(fields["sample"])
            case "beams":
                self.beam_steps += 1
            case "hypotheses":
                self.hypotheses = True


def history_of(log: EventLog, run: str) -> History:
    """Read the whole log of ``run``."""
    history = History()
    for fields in _events(log, run):
        history.add(fields)
    return history


def _events(log: EventLog, run: str) -> Iterator[dict[str, Any]]:
    """The logged maps, unparsed beyond MessagePack: traces would cost time and are not needed."""
    after = 0
    while entries := log.read(run, after, PAGE):
        for entry in entries:
            yield msgpack.unpackb(entry.data)
        after = entries[-1].seq
