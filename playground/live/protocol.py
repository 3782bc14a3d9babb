"""Both directions of ``/ws/runs/``, typed, in one place. Frames are binary MessagePack maps with a ``type``.

From the browser: ``Start``, ``Resume``, ``Ack``, ``Watching``, ``Cancel``, ``Ask``. To the browser: the messages below, and the run's events
(``inference.events``), which are forwarded as the bytes that the worker wrote. ``docs/protocol.md`` tells it to other clients.
"""

from __future__ import annotations

import typing
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import msgpack
from pydantic import Field, TypeAdapter

from inference.events import ErrorInfo, to_wire
from inference.questions import Answer, AnyQuestion
from inference.spec import RunSpec, Spec, Watch

MAX_FRAME_BYTES = 64 * 1024
ACK_WINDOW = 64  # events in flight to a socket
ACK_EVERY = 16  # a client acknowledges at least every so many events of each run
RunId = Annotated[str, Field(min_length=1, max_length=64)]
Ref = Annotated[str, Field(min_length=1, max_length=64)]  # chosen by the client, echoed in the answer


class Start(Spec):
    """Begin a run. Answered by ``accepted`` or ``error``."""

    type: Literal["start"]
    ref: Ref
    spec: RunSpec
    session: RunId | None = None  # None: the parent's, or a new one
    parent: RunId | None = None  # the run that this one came of
    kind: Annotated[str, Field(pattern=r"^[a-z_]{1,16}$")] = "run"  # what the person did: run, branch, edit, ...


class Resume(Spec):
    """Follow a run from after ``last_seq`` (0: from its beginning). Answered by ``recovered``, ``gap`` or ``error``."""

    type: Literal["resume"]
    run: RunId
    epoch: str | None = Field(None, max_length=64)  # None: the client has nothing yet
    last_seq: int = Field(0, ge=0)


class Ack(Spec):
    """Everything up to ``seq`` has been handled. At most ``ACK_WINDOW`` unacknowledged events are in flight to a socket,
    though ``ACK_EVERY`` of each run always may be."""

    type: Literal["ack"]
    run: RunId
    seq: int = Field(ge=0)


class Watching(Spec):
    """Change what is shown of the steps to come."""

    type: Literal["watch"]
    run: RunId
    watch: Watch


class Cancel(Spec):
    """End a run. Its ``finished`` event follows with reason ``cancelled``."""

    type: Literal["cancel"]
    run: RunId


class Ask(Spec):
    """A question about a run as far as it has got (``inference.questions``). Answered by ``answer`` or ``error``, when it is done."""

    type: Literal["ask"]
    ref: Ref
    run: RunId
    sample: int = Field(0, ge=0, le=1000)  # of a run with several samples
    question: AnyQuestion


AnyMessage = Start | Resume | Ack | Watching | Cancel | Ask
ClientMessage = Annotated[AnyMessage, Field(discriminator="type")]
CLIENT_MESSAGE: TypeAdapter[AnyMessage] = TypeAdapter(ClientMessage)


@dataclass(frozen=True, slots=True)
class Pending:
    """The server has not come to a start yet: it takes up ``position`` others before it. Said again as they grow fewer, until the start is answered."""

    type: ClassVar[str] = "pending"
    ref: str
    position: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """The run exists; its events follow on this socket. ``position`` runs wait before it (0: none)."""

    type: ClassVar[str] = "accepted"
    ref: str
    run: str
    session: str
    epoch: str
    seed: int
    position: int


@dataclass(frozen=True, slots=True)
class Recovered:
    """Events after ``last_seq`` follow; what the client has is valid."""

    type: ClassVar[str] = "recovered"
    run: str
    epoch: str
    last_seq: int


@dataclass(frozen=True, slots=True)
class Gap:
    """The client's history does not fit (another epoch): drop it; events follow from the beginning."""

    type: ClassVar[str] = "gap"
    run: str
    epoch: str


@dataclass(frozen=True, slots=True)
class Queued:
    """How many runs wait before this one; sent when it changes, until its first event."""

    type: ClassVar[str] = "queued"
    run: str
    position: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A message was refused; nothing was created or changed. ``ref`` and ``run`` echo the message where it had them."""

    type: ClassVar[str] = "error"
    ref: str | None
    run: str | None
    errors: list[ErrorInfo]


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to ``Ask``. A worker packs it (``runs.inquiry``); here it is forwarded as bytes."""

    type: ClassVar[str] = "answer"
    ref: str
    run: str
    answer: Answer


ServerMessage = Pending | Accepted | Recovered | Gap | Queued | Refused | Answered


def pack(message: ServerMessage) -> bytes:
    """One frame to the browser."""
    return typing.cast(bytes, msgpack.packb({"type": message.type, **to_wire(message)}))


def unpack(frame: bytes) -> Any:
    """The plain value of a frame from the browser. Raises ``ValueError`` where it is not MessagePack."""
    try:
        return msgpack.unpackb(frame, strict_map_key=True)
    except Exception as error:  # msgpack raises half a dozen unrelated classes on bad input
        raise ValueError(f"not MessagePack: {error}") from error
