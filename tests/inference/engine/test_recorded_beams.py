"""The beam search that the page's unit tests use is the one that the engine does today."""

from __future__ import annotations

import base64
import json

import pytest

from inference import Engine
from inference.events import Beams, Event, Hypotheses, decode
from tests.browser.beam_recording import BEAMS, FILE, PENALTY, STOP, search


def decided(event: Event) -> list[tuple[object, ...]]:
    """What was decided."""
    if isinstance(event, Beams):
        return [(one.parent, one.id, one.piece, one.fate, one.beam) for one in event.candidates]
    assert isinstance(event, Hypotheses)
    return [(tuple(one.ids), one.text, one.reason) for one in event.hypotheses]


def numbers(event: Event) -> list[float]:
    """The numbers that decided."""
    if isinstance(event, Beams):
        return [number for one in event.candidates for number in (one.logprob, one.total, one.score)]
    assert isinstance(event, Hypotheses)
    return [number for one in event.hypotheses for number in (one.total, one.score)]


def test_the_recorded_beam_search_is_what_the_engine_finds() -> None:
    told = json.loads(FILE.read_text())
    recorded = [decode(base64.b64decode(frame)).event for frame in told["frames"]]
    found = search(Engine.load("bundled:main"))
    assert (told["stop"], told["beams"], told["penalty"]) == (STOP, BEAMS, PENALTY)
    assert [decided(event) for event in recorded] == [decided(event) for event in found]
    for was, now in zip(recorded, found, strict=True):
        assert numbers(was) == pytest.approx(numbers(now), abs=1e-3)
