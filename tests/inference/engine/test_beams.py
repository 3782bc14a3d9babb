"""Beam search gives the hypotheses and scores of ``transformers.generate`` in float32."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch

from inference import Engine
from inference.events import BeamHypothesis, Beams, Event, Hypotheses
from inference.progress import Progress
from tests.inference.engine.runs import finished, ids, prompt, spec, text, tokens
from tests.inference.models import CONFIGS

EOS = tuple(range(0, 320, 9))  # so many ends that beams do end
COUNT = 20
SETTINGS: dict[str, dict[str, Any]] = {
    "4 beams": {"num_beams": 4},
    "all of 4 returned": {"num_beams": 4, "n": 4},
    "longer preferred": {"num_beams": 3, "n": 3, "length_penalty": 2.0},
    "shorter preferred": {"num_beams": 3, "n": 2, "length_penalty": -1.0},
    "no length penalty": {"num_beams": 5, "n": 2, "length_penalty": 0.0, "early_stopping": "never"},
    "early": {"num_beams": 4, "n": 3, "early_stopping": True},
    "never": {"num_beams": 4, "n": 3, "early_stopping": "never"},
    "2 beams": {"num_beams": 2, "n": 2},
    "repetition penalised": {"num_beams": 4, "n": 2, "repetition_penalty": 1.5},
    "longer than 6": {"num_beams": 4, "n": 2, "min_tokens": 6},
}


def reference_beams(
    model: Any, start: Sequence[int], ends: Sequence[int], count: int = COUNT, **settings: Any
) -> list[tuple[list[int], float]]:
    """Tokens and score of each hypothesis that transformers returns."""
    options = {name: value for name, value in settings.items() if name not in ("n", "min_tokens")}
    input_ids = torch.tensor([list(start)])
    out = model.generate(
        input_ids=input_ids, attention_mask=torch.ones_like(input_ids), max_new_tokens=count, do_sample=False, eos_token_id=list(ends) or None,
        pad_token_id=319, num_return_sequences=settings.get("n", 1), min_new_tokens=settings.get("min_tokens"), return_dict_in_generate=True,
        output_scores=True, **options,
    )  # fmt: skip
    rows = [trimmed(row[len(start) :].tolist(), ends) for row in out.sequences]
    return list(zip(rows, out.sequences_scores.tolist(), strict=True))


def trimmed(row: list[int], ends: Sequence[int]) -> list[int]:
    """Without the padding behind the end."""
    end = next((n for n, token in enumerate(row) if token in ends), len(row) - 1)
    return row[: end + 1]


def hypotheses(events: Sequence[Event]) -> list[BeamHypothesis]:
    (found,) = [event.hypotheses for event in events if isinstance(event, Hypotheses)]
    return found


def beam_spec(start: Sequence[int] | str, ends: Sequence[int] = EOS, count: int = COUNT, **settings: Any) -> Any:
    return spec(start, stop_token_ids=tuple(ends), max_tokens=count, **settings)


def agree(found: Sequence[BeamHypothesis], expected: list[tuple[list[int], float]]) -> None:
    assert [one.ids for one in found] == [row for row, _ in expected]
    assert [one.score for one in found] == pytest.approx([score for _, score in expected], rel=1e-5)


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("family", CONFIGS)
def test_hypotheses_are_those_of_generate(
    family: str, name: str, engine_of: Callable[[str], Engine], reference: Callable[[str], Any]
) -> None:
    start = prompt(9)
    found = hypotheses(list(engine_of(family).run(beam_spec(start, **SETTINGS[name]))))
    agree(found, reference_beams(reference(family), start, EOS, **SETTINGS[name]))


def diverse_greedy(model: Any, start: Sequence[int], groups: int, penalty: float, count: int) -> list[tuple[list[int], float]]:
    """Groups of one beam, written out from Vijayakumar et al. 2016: each pays for every earlier group that takes the same token."""
    rows: list[list[int]] = [[] for _ in range(groups)]
    totals = [0.0] * groups
    for _ in range(count):
        taken: list[int] = []
        for group in range(groups):
            with torch.no_grad():
                logprobs = torch.log_softmax(model(torch.tensor([[*start, *rows[group]]])).logits[0, -1], -1)
            for token in taken:
                logprobs[token] -= penalty
            token = int(logprobs.argmax())
            totals[group] += float(logprobs[token])
            taken.append(token)
            rows[group].append(token)
    return sorted(((row, total / count) for row, total in zip(rows, totals, strict=True)), key=lambda one: -one[1])


@pytest.mark.parametrize("penalty", [0.3, 2.0])
def test_groups_pay_for_what_earlier_ones_take(penalty: float, engine_of: Callable[[str], Engine], reference: Callable[[str], Any]) -> None:
    start, settings = prompt(9), {"num_beams": 3, "num_beam_groups": 3, "diversity_penalty": penalty, "n": 3}
    found = hypotheses(list(engine_of("llama").run(beam_spec(start, (), 8, **settings))))
    assert len({tuple(one.ids) for one in found}) > 1
    agree(found, diverse_greedy(reference("llama"), start, 3, penalty, 8))


def test_groups_that_pay_nothing_find_the_same(engine_of: Callable[[str], Engine], reference: Callable[[str], Any]) -> None:
    start = prompt(9)
    found = hypotheses(list(engine_of("llama").run(beam_spec(start, num_beams=4, num_beam_groups=2, n=4))))
    expected = reference_beams(reference("llama"), start, EOS, num_beams=2, n=2)
    agree(found, [one for one in expected for _ in range(2)])


def test_the_settings_tell_the_hypotheses_apart(reference: Callable[[str], Any]) -> None:
    """Else equality above would prove little: lengths differ, some end early, and the settings matter."""
    found = {name: reference_beams(reference("llama"), prompt(9), EOS, **settings) for name, settings in SETTINGS.items()}
    lengths = {len(row) for rows in found.values() for row, _ in rows}
    assert len(lengths) >= 4
    assert len({str(rows) for rows in found.values()}) >= 8


@pytest.mark.parametrize("family", ["llama", "gemma2", "gpt_oss", "bloom"])
def test_neighbours_that_join_and_leave_change_nothing(
    family: str, engine_of: Callable[[str], Engine], reference: Callable[[str], Any]
) -> None:
    engine, wanted = engine_of(family), ("all of 4 returned", "shorter preferred", "2 beams")
    handles = []
    for n, name in enumerate(wanted):
        handles.append(engine.submit(beam_spec(prompt(5 + 17 * n, 3), **SETTINGS[name])))
        engine.submit(spec(prompt(7 + n, 5), max_tokens=3 + n, temperature=0.9, n=1 + n))
        time.sleep(0.01)
    for n, (name, handle) in enumerate(zip(wanted, handles, strict=True)):
        agree(hypotheses(list(handle)), reference_beams(reference(family), prompt(5 + 17 * n, 3), EOS, **SETTINGS[name]))


def test_a_search_without_ends_runs_to_the_length(engine: Engine, reference: Callable[[str], Any]) -> None:
    events = list(engine.run(beam_spec(prompt(6), ends=(), num_beams=4, n=4)))
    agree(hypotheses(events), reference_beams(reference("llama"), prompt(6), (), num_beams=4, n=4))
    assert finished(events).reason == "length"


def test_every_step_tells_its_tree(engine: Engine) -> None:
    """The numbers that decided: totals add up along parents, scores are totals over the length, the best are kept."""
    events = list(engine.run(beam_spec(prompt(9), num_beams=3, n=3, length_penalty=0.7)))
    steps = [event for event in events if isinstance(event, Beams)]
    totals: dict[int, float] = {0: 0.0}
    rows: dict[int, tuple[int, ...]] = {0: ()}
    ended: list[tuple[int, ...]] = []
    for n, step in enumerate(steps):
        assert step.step == n
        for one in step.candidates:
            assert one.total == pytest.approx(totals[one.parent] + one.logprob, abs=1e-4)
            assert one.score == pytest.approx(one.total / (n + 1) ** 0.7, abs=1e-4)
            assert (one.beam >= 0) == (one.fate == "kept")
        assert [one.total for one in step.candidates] == sorted((one.total for one in step.candidates), reverse=True)
        kept = [one for one in step.candidates if one.fate == "kept"]
        assert len(kept) == (0 if n == 19 else 3)
        ended += [(*rows[one.parent], one.id) for one in step.candidates if one.fate == "finished"]
        totals, rows = {one.beam: one.total for one in kept}, {one.beam: (*rows[one.parent], one.id) for one in kept}
    assert {tuple(one.ids) for one in hypotheses(events)} <= set(ended)


def test_the_tokens_and_text_are_those_of_the_best_hypothesis(engine: Engine) -> None:
    events = list(engine.run(beam_spec("tea ", num_beams=4, n=2)))
    best = hypotheses(events)[0]
    assert ids(events) == best.ids
    assert text(events) == best.text == engine.decode([i for i in best.ids if i not in EOS])
    assert [token.logprob for token in tokens(events)] == best.logprobs
    assert sum(best.logprobs) == pytest.approx(best.total, abs=1e-4)
    assert (finished(events).reason, finished(events).usage.completion_tokens) == (best.reason, len(best.ids))


def test_a_stop_string_ends_a_hypothesis_and_is_not_part_of_it(engine: Engine) -> None:
    free = hypotheses(list(engine.run(spec("tea ", num_beams=3, n=3, max_tokens=12))))
    stop = free[0].text[3:5]
    found = hypotheses(list(engine.run(spec("tea ", num_beams=3, n=3, max_tokens=12, stop=(stop,), length_penalty=-2.0))))
    assert all(stop not in one.text for one in found)
    assert any((one.reason, one.detail) == ("stop", stop) for one in found)


@pytest.mark.parametrize("name", ["all of 4 returned", "early", "repetition penalised"])
def test_resuming_anywhere_says_the_rest_and_nothing_twice(engine: Engine, name: str) -> None:
    wanted = beam_spec(prompt(9), count=8, **SETTINGS[name])
    whole = [event for event in engine.run(wanted) if event.type in ("beams", "hypotheses", "token")]
    for split in range(len(whole)):
        done = whole[:split]
        steps = sum(isinstance(event, Beams) for event in done)
        told = any(isinstance(event, Hypotheses) for event in done)
        rest = engine.submit(wanted, Progress({0: ids(done)}, beam_steps=steps, hypotheses=told))
        both = [*done, *(event for event in rest if event.type in ("beams", "hypotheses", "token"))]
        assert said(both) == said(whole), split


def said(events: Sequence[Event]) -> list[Any]:
    """What does not depend on the clock. Caches that are computed anew may differ in the last bit."""
    found: list[Any] = []
    for event in events:
        if isinstance(event, Beams):
            found.append((event.step, [(one.parent, one.id, one.fate, one.beam, round(one.total, 3)) for one in event.candidates]))
        elif isinstance(event, Hypotheses):
            found.append([(one.ids, one.text, round(one.score, 3)) for one in event.hypotheses])
        else:
            found += [(token.step, token.id, token.text) for token in tokens([event])]
    return found


def test_a_search_that_is_cancelled_tells_what_it_had(engine: Engine) -> None:
    handle = engine.submit(beam_spec(prompt(5), ends=(), count=100, num_beams=3, n=2, pace=20.0))
    events = []
    for event in handle:
        events.append(event)
        if isinstance(event, Beams) and event.step == 3:
            handle.cancel()
    found = hypotheses(events)
    assert [one.reason for one in found] == ["cancelled"] * 2
    assert ids(events) == found[0].ids
    assert finished(events).reason == "cancelled"


def test_nan_logits_end_the_search_and_no_other_run(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = ids(engine.run(spec(prompt(4), max_tokens=30)))
    forward = engine.model.runner.forward

    def poisoned(chunks: Any) -> Any:
        output, row = forward(chunks), 0
        for chunk in chunks:
            if chunk.past >= 16:
                output.logits[row : row + chunk.rows] = float("nan")
            row += chunk.rows
        return output

    monkeypatch.setattr(engine.model.runner, "forward", poisoned)
    other = engine.submit(spec(prompt(4), max_tokens=10))
    error = finished(list(engine.run(beam_spec(prompt(10), ends=(), num_beams=3)))).error
    assert error is not None
    assert error.code == "bad_logits"
    assert ids(other) == expected[:10]
