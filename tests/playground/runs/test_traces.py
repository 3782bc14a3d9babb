"""A run's events as a file: what comes back, and what is refused."""

import gzip

import msgpack
import pytest

from playground.runs import traces
from playground.runs.traces import DamagedTrace, Trace, events_of, packed, unpacked

TRACE = Trace("r1", "e1", [msgpack.packb({"type": "token", "run": "r1", "seq": seq, "id": 7}) for seq in (1, 2, 3)])


def test_a_trace_comes_back_byte_by_byte() -> None:
    assert unpacked(packed(TRACE)) == TRACE
    assert [event["seq"] for event in events_of(unpacked(packed(TRACE)).frames)] == [1, 2, 3]


def test_the_same_trace_gives_the_same_file() -> None:
    assert packed(TRACE) == packed(TRACE)


@pytest.mark.parametrize("length", [0, 1, 10, len(packed(TRACE)) - 1])
def test_a_file_that_was_cut_is_refused(length: int) -> None:
    with pytest.raises(DamagedTrace):
        unpacked(packed(TRACE)[:length])


@pytest.mark.parametrize(
    "values",
    [[], ["text"], [{"format": "another"}], [{"format": traces.FORMAT, "version": 99}], [{"format": traces.FORMAT, "version": 1}],
     [{"format": traces.FORMAT, "version": 1, "run": "r", "epoch": "e"}, {"no": "bytes"}]],
)  # fmt: skip
def test_what_is_no_trace_is_refused(values: list[object]) -> None:
    with pytest.raises(DamagedTrace):
        unpacked(gzip.compress(b"".join(map(msgpack.packb, values))))


def test_half_a_value_at_the_end_is_refused() -> None:
    with pytest.raises(DamagedTrace, match="cut"):
        unpacked(gzip.compress(gzip.decompress(packed(TRACE))[:-3]))


def test_a_file_that_unpacks_to_too_much_is_refused_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "MAX_BYTES", 1 << 21)
    bomb = gzip.compress(bytes(1 << 24))
    assert len(bomb) < 20_000
    with pytest.raises(DamagedTrace, match="more than 2097152 bytes"):
        unpacked(bomb)


@pytest.mark.parametrize("frames", [[b"\xc1"], [msgpack.packb({"type": "token", "seq": 2})], [msgpack.packb(3)], [msgpack.packb({"seq": 1})]])
def test_events_that_are_damaged_or_missing_are_refused(frames: list[bytes]) -> None:
    with pytest.raises(DamagedTrace):
        events_of(frames)
