"""Everything a run can say. Torch-free; knows nothing of sockets or logs.

An event is a frozen dataclass; ``encode`` packs it once, with its run id and sequence number, as a MessagePack map whose keys
are the field names. Whoever forwards it forwards those bytes unparsed. Scores and attention travel as ``Block``: little-endian
array bytes with dtype and shape. The browser's types are generated from this file.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Literal, TypeVar, dataclass_transform

import msgpack
import numpy as np
from numpy.typing import NDArray

FinishReason = Literal["eos", "stop", "length", "context", "time", "cancelled", "content_filter", "constraint_done", "error"]
BeamFate = Literal["kept", "finished", "pruned"]
BlockType = Literal["u1", "i1", "i2", "i4", "f2", "f4"]
T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def frequent(cls: type[T]) -> type[T]:
    """A frozen dataclass as far as types go, of which every token makes several: to enforce it at run time as well makes that six times slower."""
    return dataclass(slots=True)(cls)


@frequent
class Block:
    """A dense array: ``data`` holds ``shape`` values of ``dtype`` (numpy's short names), little-endian, C order."""

    dtype: BlockType
    shape: list[int]
    data: bytes

    @classmethod
    def of(cls, array: NDArray[Any], dtype: BlockType) -> Block:
        return cls(dtype, list(array.shape), np.ascontiguousarray(array, dtype="<" + dtype).tobytes())

    def array(self) -> NDArray[Any]:
        return np.frombuffer(self.data, dtype="<" + self.dtype).reshape(self.shape)


@dataclass(frozen=True, slots=True)
class ModelInfo:
    name: str
    vocab_size: int
    layers: int
    heads: int
    context: int  # tokens
    dtype: str
    device: str
    parameters: int
    weight_bytes: int
    kv_bytes_per_token: int
    attention: bool  # whether attention rows can be watched on this model
    eos_token_ids: list[int]
    quantization: str = "none"  # of the weights: none, int8 or int4
    path: str = "packed"  # "packed": all requests in one row; "fallback": one after the other
    path_reason: str = ""  # why it is not packed
    encoder_decoder: bool = False  # the prompt goes to an encoder; attention rows are its cross-attention, then the decoder's own
    decoder_prefix: int = 0  # how many of the prompt's last tokens are those that a decoder begins with; encoder-decoders only


@dataclass(frozen=True, slots=True)
class StageInfo:
    """One stage of the run's pipeline, in order. ``active`` is false where its parameter has the neutral value."""

    name: str
    active: bool
    params: dict[str, float]


@frequent
class StageTrace:
    """The whole vocabulary after one stage. Entry 0 of a trace is the raw logits, named ``logits``."""

    name: str
    kept: int  # tokens with a finite score
    removed_mass: float  # probability, before this stage, of the tokens that it removed
    entropy: float  # nats, of softmax(scores)
    logsumexp: float  # of the scores; probability = exp(score - logsumexp)
    other_count: int  # surviving tokens that are not shown
    other_mass: float  # their probability; shown probabilities + other_mass = 1
    numbers: dict[str, float]  # what the stage compared against, e.g. {"max_p": 0.71, "min_p": 0.05, "threshold": 0.0355}


@frequent
class Dice:
    """The draw. The chosen token is the first, by probability descending then id ascending, whose cumulative probability exceeds ``u``."""

    greedy: bool  # ``u`` was not used
    u: float
    position: int  # of the chosen token in that order, from 0
    low: float  # the chosen token's interval on the cumulative bar is [low, high)
    high: float


@frequent
class Trace:
    """K shown tokens through S stages (the raw logits first, then the active stages in order)."""

    token_ids: list[int]  # (K,)
    pieces: list[bytes]  # (K,) the bytes of each token
    stages: list[StageTrace]  # (S,)
    scores: Block  # f4 (S, K), -inf once removed
    ranks: Block  # i4 (S, K), from 1; 0 where removed
    removed_at: Block  # i1 (K,) index into stages, -1 where the token survived
    removed_value: Block  # f4 (K,) what failed the test: p for min_p, rank for top_k, mass before it for top_p; NaN where it survived
    dice: Dice


@frequent
class Attention:
    """Attention of the position that chose this token, over all T earlier positions (prompt first).

    Row n is ``values[n] * scale[n]`` and belongs to layer ``index[n, 0]`` and head ``index[n, 1]``; head -1 is the mean over heads.
    """

    index: Block  # i2 (N, 2)
    values: Block  # u1 (N, T)
    scale: Block  # f4 (N,)


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """What was wrong, in parts, so that an interface can put it at the field and in the reader's language."""

    code: str  # stable, e.g. "prompt_too_long", "out_of_memory"
    message: str
    field: str | None = None
    value: str | None = None
    bound: str | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    prompt_tokens: int
    completion_tokens: int
    reused_tokens: int  # prompt tokens whose KV cache came from an earlier run
    drafted_tokens: int = 0  # guessed ahead by speculative decoding, since the run was last taken up
    accepted_tokens: int = 0  # of those


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds, measured in the worker on a monotonic clock."""

    queue_ms: float  # from submission to the scheduler taking the run up
    tokenize_ms: float
    prefill_ms: float
    ttft_ms: float  # from submission to the first token
    decode_ms: float  # from the first to the last token
    tpot_p50_ms: float  # gap between tokens
    tpot_p95_ms: float
    tokens_per_second: float
    preemptions: int = 0  # times that the run gave its cache up to others and was computed again; the gaps are in decode_ms


@dataclass(frozen=True, slots=True)
class Memory:
    weight_bytes: int
    kv_bytes: int  # held by this run when it ended
    kv_capacity_bytes: int  # of the whole arena
    peak_rss_bytes: int  # of the worker process


@dataclass(frozen=True, slots=True)
class Loading:
    """The model is being loaded; nothing has been decoded yet."""

    type: ClassVar[str] = "loading"
    model: str
    fraction: float  # 0 to 1


@dataclass(frozen=True, slots=True)
class Started:
    type: ClassVar[str] = "started"
    model: ModelInfo
    seed: int
    stages: list[StageInfo]
    prompt_ids: list[int]
    prompt_pieces: list[bytes]
    queue_ms: float
    tokenize_ms: float
    output_ids: list[int] = field(default_factory=list)  # what the output began with (``RunSpec.output_token_ids``): steps from 0 on, in every sample
    output_pieces: list[bytes] = field(default_factory=list)
    output_text: str = ""  # the text that they have released


@dataclass(frozen=True, slots=True)
class Prefilled:
    type: ClassVar[str] = "prefilled"
    tokens: int
    reused_tokens: int
    chunks: list[int]  # tokens per forward pass
    ms: float  # from being taken up to the end of the last of them
    chunk_ms: list[float] = field(default_factory=list)  # each forward pass, shared by the batch
    chunk_t_ms: list[float] = field(default_factory=list)  # when each was over, since submission


@frequent
class Token:
    """One decoding step of one sample. The four numbers about the raw distribution are absent when the trace is off."""

    type: ClassVar[str] = "token"
    step: int  # from 0
    id: int
    piece: bytes  # the token's own bytes, which may be part of a character
    text: str  # text released by this step: may be empty, may hold back what could become a stop string
    logprob: float | None  # ln of its probability in the final distribution
    raw_logprob: float | None  # ln of its probability under the raw logits
    raw_rank: int | None  # from 1
    raw_entropy: float | None  # nats
    t_ms: float  # since submission
    forward_ms: float  # this step's forward pass, shared by the batch
    sample_ms: float  # this step's pipeline and dice, shared by the batch
    batch: int  # rows decoded together in this step
    kv_tokens: int  # positions in this run's KV cache
    trace: Trace | None
    attention: Attention | None
    sample: int = 0  # which of the run's samples; each counts its own steps


@dataclass(frozen=True, slots=True)
class SampleFinished:
    """One of several samples has ended; the others go on. Only runs with more than one say it."""

    type: ClassVar[str] = "sample_finished"
    sample: int
    reason: FinishReason
    detail: str | None  # as in Finished
    text: str  # that was still held back
    tokens: int


@dataclass(frozen=True, slots=True)
class Drafts:
    """What speculative decoding guessed from ``step`` on. The tokens that came of it have been said just before."""

    type: ClassVar[str] = "drafts"
    step: int
    ids: list[int]  # (D,)
    pieces: list[bytes]  # (D,)
    accepted: int  # so many of the first were right; where all were, one more token came for free
    draft_ms: float


@dataclass(frozen=True, slots=True)
class BeamCandidate:
    """A continuation that a step of beam search considered."""

    parent: int  # the beam that it continues, by its number after the step before; 0 at the first step
    id: int
    piece: bytes
    logprob: float  # of this token, ln, after penalties and bans
    total: float  # sum of the log-probabilities
    score: float  # total / length ** length_penalty
    fate: BeamFate
    beam: int  # its number from now on; -1 unless it was kept


@dataclass(frozen=True, slots=True)
class Beams:
    """One step of beam search: all that was considered, by group and then by total, the best first."""

    type: ClassVar[str] = "beams"
    step: int  # from 0
    candidates: list[BeamCandidate]
    t_ms: float  # since submission
    forward_ms: float  # this step's forward pass, shared by the batch
    search_ms: float
    kv_tokens: int  # positions in this run's KV cache, of all beams


@dataclass(frozen=True, slots=True)
class BeamHypothesis:
    ids: list[int]
    pieces: list[bytes]
    text: str
    logprobs: list[float]  # of each token, as in BeamCandidate
    total: float
    score: float
    reason: FinishReason  # cancelled: it was still running
    detail: str | None


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """What beam search has found, best first. The tokens of the first follow as Token."""

    type: ClassVar[str] = "hypotheses"
    hypotheses: list[BeamHypothesis]


@dataclass(frozen=True, slots=True)
class Resumed:
    """Another worker went on from here; ``step`` is the next step."""

    type: ClassVar[str] = "resumed"
    step: int


@dataclass(frozen=True, slots=True)
class Finished:
    """Always the last event of a run."""

    type: ClassVar[str] = "finished"
    reason: FinishReason
    detail: str | None  # the stop string, the stop token id, the name of the site's list, ...
    text: str  # text that was still held back
    error: ErrorInfo | None
    usage: Usage
    timing: Timing | None  # None where the run never started
    memory: Memory | None
    policy: dict[str, str] | None = None  # at content_filter: what the site says to that, by language; "" is the one for all others


Event = Loading | Started | Prefilled | Token | SampleFinished | Drafts | Beams | Hypotheses | Resumed | Finished
EVENTS: dict[str, type[Any]] = {cls.type: cls for cls in typing.get_args(Event)}


@dataclass(frozen=True, slots=True)
class Logged:
    """An event with its place: ``seq`` counts from 1 without holes within ``run``."""

    run: str
    seq: int
    event: Event


def encode(event: Event, run: str, seq: int) -> bytes:
    """Pack ``event`` once: ``{"type", "run", "seq", **fields}`` as MessagePack."""
    return typing.cast(bytes, msgpack.packb({"type": event.type, "run": run, "seq": seq, **to_wire(event)}))


def decode(data: bytes) -> Logged:
    """The inverse of ``encode``. Raises ``ValueError`` for anything that ``encode`` cannot have written."""
    try:
        fields = msgpack.unpackb(data)
        event = from_wire(EVENTS[fields.pop("type")], {k: v for k, v in fields.items() if k not in ("run", "seq")})
        return Logged(fields["run"], fields["seq"], event)
    except (KeyError, TypeError, AttributeError, msgpack.exceptions.UnpackException, msgpack.exceptions.ExtraData) as error:
        raise ValueError(f"not an event: {error!r}") from error


@cache
def _names(cls: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(cls))


def to_wire(value: Any) -> Any:
    """Dataclasses as maps, everything else as it is."""
    if hasattr(value, "__dataclass_fields__"):
        return {name: to_wire(getattr(value, name)) for name in _names(value.__class__)}
    if type(value) is list and value and hasattr(value[0], "__dataclass_fields__"):
        return [to_wire(item) for item in value]
    return value


@cache
def _hints(cls: type) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    return {name: hints[name] for name in _names(cls)}


def from_wire(hint: Any, value: Any) -> Any:
    """Rebuild the dataclasses that ``hint`` names from maps. Raises ``TypeError`` for missing or unknown fields."""
    if typing.get_origin(hint) is types.UnionType:
        hint = next(arm for arm in typing.get_args(hint) if arm is not types.NoneType)
        return None if value is None else from_wire(hint, value)
    if typing.get_origin(hint) is list:
        return [from_wire(typing.get_args(hint)[0], item) for item in value]
    if isinstance(hint, type) and hasattr(hint, "__dataclass_fields__"):
        hints = _hints(hint)
        return hint(**{name: from_wire(hints[name], item) for name, item in value.items()})
    return value
