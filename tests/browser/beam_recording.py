"""A beam search by the bundled model, packed by the real encoder: what the page's unit tests of the beam tree use.

``python -m tests.browser.beam_recording > static/tests/beams.json`` writes it; a test runs the search again and keeps it true.
"""

from __future__ import annotations

import base64
import json

from inference import Engine, RunSpec, SamplingParams
from inference.events import Beams, Event, Hypotheses, encode
from playground.config import ROOT

RUN = "a-beam-search"
FILE = ROOT / "static" / "tests" / "beams.json"
STOP = 19  # the full stop: two hypotheses end by it, one runs on
BEAMS, PENALTY = 3, 1.5
SPEC = RunSpec(
    prompt="Once upon a time, there was a",
    sampling=SamplingParams(temperature=0, num_beams=BEAMS, n=BEAMS, length_penalty=PENALTY, stop_token_ids=(STOP,), max_tokens=8),
)


def search(engine: Engine) -> list[Event]:
    return [event for event in engine.run(SPEC) if isinstance(event, Beams | Hypotheses)]


if __name__ == "__main__":
    frames = [encode(event, RUN, seq) for seq, event in enumerate(search(Engine.load("bundled:main")), start=1)]
    told = {"stop": STOP, "beams": BEAMS, "penalty": PENALTY, "frames": [base64.b64encode(frame).decode() for frame in frames]}
    print(json.dumps(told, indent=1))
