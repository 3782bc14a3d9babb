"""How runs end: lengths, stops, cancelling, pace, and errors that need the model."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from inference import Engine, RunSpec, Watch
from tests.inference.engine.runs import finished, ids, prompt, spec, text, tokens
from tests.inference.models import write_checkpoint


def test_the_context_ends_a_run(engine: Engine) -> None:
    events = list(engine.run(spec(prompt(150), max_tokens=50)))
    assert finished(events).reason == "context"
    assert len(tokens(events)) == 10


def test_a_stop_token_ends_a_run_and_is_not_part_of_its_text(engine: Engine) -> None:
    free = list(engine.run(spec(prompt(5))))
    stop = ids(free)[6]
    first = ids(free).index(stop)
    events = list(engine.run(spec(prompt(5), stop_token_ids=(stop,))))
    assert (finished(events).reason, finished(events).detail) == ("stop", str(stop))
    assert ids(events) == ids(free)[: first + 1]
    assert tokens(events)[-1].text == ""


def test_a_stop_string_is_cut_out_of_the_text(engine: Engine) -> None:
    whole = text(list(engine.run(spec(prompt(5), max_tokens=40))))
    stop = whole[10:13]
    events = list(engine.run(spec(prompt(5), max_tokens=40, stop=(stop,))))
    assert (finished(events).reason, finished(events).detail) == ("stop", stop)
    assert text(events) == whole[: whole.index(stop)]


def test_min_tokens_puts_off_end_tokens(tmp_path: Path) -> None:
    with Engine.load(write_checkpoint(tmp_path, "llama", eos_token_id=list(range(0, 320, 2))), threads=1, device="cpu") as engine:
        assert finished(list(engine.run(spec(prompt(5), max_tokens=60, ignore_eos=False)))).reason == "eos"
        events = list(engine.run(spec(prompt(5), max_tokens=60, min_tokens=20, ignore_eos=False)))
        assert (finished(events).reason, len(tokens(events)) > 20) == ("eos", True)
        assert finished(list(engine.run(spec(prompt(5), max_tokens=30)))).reason == "length"


def test_a_cancelled_run_ends_within_a_step(engine: Engine) -> None:
    handle = engine.submit(spec(prompt(5), max_tokens=150))
    while not tokens([event] if (event := handle.get()) else []):
        pass
    handle.cancel()
    moment = time.monotonic()
    assert finished(list(handle)).reason == "cancelled"
    assert time.monotonic() - moment < 1


def test_a_waiting_run_can_be_cancelled(engine: Engine) -> None:
    slow = [engine.submit(spec(prompt(5), max_tokens=100, pace=20.0)) for _ in range(6)]
    waiting = engine.submit(spec(prompt(5)))
    waiting.cancel()
    end = finished(list(waiting))
    assert (end.reason, end.timing) == ("cancelled", None)
    for handle in slow:
        handle.cancel()
        assert finished(list(handle)).reason == "cancelled"


def test_leaving_the_loop_cancels_the_run(engine: Engine) -> None:
    events = engine.run(spec(prompt(5), max_tokens=150, pace=5.0))
    next(events)
    events.close()  # type: ignore[attr-defined]
    moment = time.monotonic()
    assert len(ids(engine.run(spec(prompt(6))))) == 20
    assert time.monotonic() - moment < 5


def test_a_paced_run_keeps_its_pace_and_does_not_hold_up_others(engine: Engine) -> None:
    paced = engine.submit(spec(prompt(5), max_tokens=10, pace=20.0))
    quick = list(engine.run(spec(prompt(6), max_tokens=40)))
    slow = tokens(paced)
    gaps = [after.t_ms - before.t_ms for before, after in pairwise(slow)]
    assert min(gaps) >= 49.9
    assert finished(quick).timing is not None
    assert tokens(quick)[-1].t_ms < slow[-1].t_ms
    assert ids(slow) == ids(engine.run(spec(prompt(5), max_tokens=10)))


def test_waiting_for_a_paced_run_takes_no_processor_time(engine: Engine) -> None:
    handle = engine.submit(spec(prompt(5), max_tokens=3, pace=2.0))
    while not tokens([event] if (event := handle.get()) else []):
        pass
    before = time.process_time()
    time.sleep(0.4)
    assert time.process_time() - before < 0.2
    handle.cancel()


def error(engine: Engine, wanted: RunSpec) -> tuple[str, str | None, str | None, str | None]:
    events = list(engine.run(wanted))
    assert len(events) == 1
    assert finished(events).reason == "error"
    info = finished(events).error
    assert info is not None
    return info.code, info.field, info.value, info.bound


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (spec(prompt(160)), ("prompt_too_long", "prompt_token_ids", "160", "159")),
        (spec("x" * 500), ("prompt_too_long", "prompt", "500", "159")),
        (spec("x" * 1_000_000), ("prompt_too_long", "prompt", "142858", "159")),  # at least: no token has more than 7 characters
        (spec((1, 320)), ("unknown_token_id", "prompt_token_ids", "320", "319")),
        (spec((1,), logit_bias={400: 1.0}), ("unknown_token_id", "sampling.logit_bias", "400", "319")),
        (spec((1,), stop_token_ids=(400,)), ("unknown_token_id", "sampling.stop_token_ids", "400", "319")),
        (spec((1,), watch=Watch(pinned=(400,))), ("unknown_token_id", "watch.pinned", "400", "319")),
        (spec((1,), watch=Watch(heads=((3, 0),))), ("unknown_head", "watch.heads", "(3, 0)", "3 layers x 4 heads")),
    ],
)
def test_what_does_not_fit_the_model_ends_the_run_with_field_value_and_bound(engine: Engine, wanted: RunSpec, expected: Any) -> None:
    assert error(engine, wanted) == expected


def test_a_closed_engine_ends_what_it_is_given(checkpoint: Callable[[str], Path]) -> None:
    engine = Engine.load(checkpoint("llama"), threads=1, device="cpu")
    running = engine.submit(spec(prompt(5), max_tokens=100, pace=5.0))
    engine.close()
    late = engine.submit(spec(prompt(5)))
    codes = [end.error.code for end in (finished(list(running)), finished(list(late))) if end.error is not None]
    assert codes == ["engine_closed", "engine_closed"]
