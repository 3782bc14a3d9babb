"""What a run says, in which order, and with which numbers."""

from __future__ import annotations

import time

import numpy as np
import pytest

from inference import Engine, Watch
from inference.events import Event, Finished, Prefilled, Started, Token
from tests.inference.engine.runs import finished, ids, prompt, spec, text, tokens


def test_a_run_says_started_prefilled_tokens_finished(engine: Engine) -> None:
    kinds = [type(event) for event in engine.run(spec(prompt(5), max_tokens=3))]
    assert kinds == [Started, Prefilled, Token, Token, Token, Finished]


def test_a_long_prompt_is_prefilled_in_chunks(engine: Engine) -> None:
    prefilled = next(event for event in engine.run(spec(prompt(40, 99))) if isinstance(event, Prefilled))
    assert (prefilled.tokens, prefilled.chunks) == (40, [16, 16, 8])


def test_started_names_the_seed_that_was_drawn(engine: Engine) -> None:
    first, *_ = engine.run(spec(prompt(5), seed=None, max_tokens=1))
    assert isinstance(first, Started)
    again = ids(engine.run(spec(prompt(5), seed=first.seed, temperature=1.5)))
    assert again == ids(engine.run(spec(prompt(5), seed=first.seed, temperature=1.5)))


def test_text_is_the_decoded_output(engine: Engine) -> None:
    events = list(engine.run(spec("tea ", max_tokens=30, temperature=0.0)))
    whole = engine.decode([*engine.encode("tea "), *ids(events)])
    assert whole.rstrip("�") == ("tea " + text(events)).rstrip("�")  # an unfinished character at the very end is not shown


def test_the_trace_and_its_four_numbers_are_absent_where_nobody_watches(engine: Engine) -> None:
    token = tokens(engine.run(spec(prompt(5))))[0]
    assert (token.trace, token.logprob, token.raw_rank, token.attention) == (None, None, None, None)


def test_the_trace_is_that_of_the_chosen_token(engine: Engine) -> None:
    for token in tokens(engine.run(spec(prompt(5), watch=Watch(top_n=5), temperature=1.2))):
        assert token.trace is not None
        assert token.id in token.trace.token_ids
        assert token.trace.dice.low <= token.trace.dice.u < token.trace.dice.high


def test_watching_can_change_in_mid_run_and_leaves_out_what_does_not_exist(engine: Engine) -> None:
    handle = engine.submit(spec(prompt(5), max_tokens=60, pace=200.0))
    events = [handle.get(5)]
    handle.watch(Watch(top_n=3, attention="off", heads=((0, 1), (99, 0)), pinned=(10_000,)))
    events += list(handle)
    last = tokens([event for event in events if event is not None])[-1]
    assert last.trace is not None
    assert last.attention is not None
    assert last.attention.index.array().tolist() == [[0, 1]]


def test_the_meter_adds_up(engine: Engine) -> None:
    end = finished(list(engine.run(spec(prompt(20), max_tokens=10))))
    assert end.timing is not None
    assert end.memory is not None
    timing = end.timing
    assert timing.queue_ms + timing.tokenize_ms + timing.prefill_ms <= timing.ttft_ms + 1e-6
    assert timing.tokens_per_second == pytest.approx(9 / timing.decode_ms * 1e3)
    assert end.memory.kv_bytes == 29 * engine.info.kv_bytes_per_token
    assert end.memory.kv_bytes <= end.memory.kv_capacity_bytes
    assert end.memory.weight_bytes > 100_000
    assert (end.usage.prompt_tokens, end.usage.completion_tokens) == (20, 10)


def test_times_count_from_when_the_person_pressed_run(engine: Engine) -> None:
    end = finished(list(engine.submit(spec(prompt(5)), submitted_at=time.time() - 2)))
    assert end.timing is not None
    assert end.timing.queue_ms == pytest.approx(2000, abs=500)
    assert end.timing.ttft_ms > 2000


def test_kv_tokens_count_the_positions_in_the_cache(engine: Engine) -> None:
    assert [token.kv_tokens for token in tokens(engine.run(spec(prompt(5), max_tokens=3)))] == [5, 6, 7]


def test_attention_bytes_per_token_are_those_of_the_cache(engine: Engine) -> None:
    assert engine.info.kv_bytes_per_token == 2 * 3 * 2 * 16 * 4  # 2 x layers x kv heads x head size x bytes


def test_events_arrive_while_the_run_goes_on(engine: Engine) -> None:
    handle = engine.submit(spec(prompt(5), max_tokens=100, pace=50.0))
    first: list[Event | None] = [handle.get(5) for _ in range(3)]
    handle.cancel()
    assert isinstance(first[2], Token)
    assert finished(list(handle)).reason == "cancelled"


def test_a_handle_gives_nothing_where_nothing_comes_in_time(engine: Engine) -> None:
    handle = engine.submit(spec(prompt(5), max_tokens=100, pace=1.0))
    events = [handle.get(0.3) for _ in range(4)]
    handle.cancel()
    assert events[3] is None
    assert not handle.ended
    assert np.all([event is not None for event in events[:3]])


def test_the_passes_over_the_prompt_are_timed_and_end_with_the_prefill(engine: Engine) -> None:
    started, prefilled, *_ = engine.run(spec(prompt(40, 98)))
    assert isinstance(started, Started)
    assert isinstance(prefilled, Prefilled)
    assert len(prefilled.chunk_ms) == len(prefilled.chunk_t_ms) == len(prefilled.chunks)
    assert sum(prefilled.chunk_ms) <= prefilled.ms
    assert prefilled.chunk_t_ms == sorted(prefilled.chunk_t_ms)
    assert prefilled.chunk_t_ms[-1] == pytest.approx(started.queue_ms + started.tokenize_ms + prefilled.ms, abs=1e-6)


def test_the_timing_is_what_the_tokens_say(engine: Engine) -> None:
    events = list(engine.run(spec(prompt(20), max_tokens=30)))
    timing, moments = finished(events).timing, np.array([token.t_ms for token in tokens(events)])
    gaps = np.diff(moments)
    assert timing is not None
    assert timing.ttft_ms == pytest.approx(moments[0], abs=1e-6)
    assert timing.decode_ms == pytest.approx(moments[-1] - moments[0], abs=1e-6)
    assert (timing.tpot_p50_ms, timing.tpot_p95_ms) == pytest.approx((np.quantile(gaps, 0.5), np.quantile(gaps, 0.95)), abs=1e-6)
    assert timing.tokens_per_second == pytest.approx(1000 * len(gaps) / gaps.sum())
    assert all(token.forward_ms + token.sample_ms <= gap for token, gap in zip(tokens(events)[1:], gaps, strict=True))
