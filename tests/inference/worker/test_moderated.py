"""A run ends at what its site forbids, wherever in the output it comes, and no hit is shown whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from inference.events import (
    BeamHypothesis,
    Event,
    Finished,
    FinishReason,
    Hypotheses,
    ModelInfo,
    SampleFinished,
    Started,
    Token,
    Usage,
)
from inference.moderation.filters import Filter
from inference.runs.history import History
from inference.spec import Watch
from inference.worker.moderated import moderated

INFO = ModelInfo("small", 1000, 1, 1, 4096, "float32", "cpu", 0, 0, 0, False, [])
BAD = Filter(name="words", kind="literals", entries=("bad word",), says=(("", "Not here."), ("zh-hant", "這裡不行。")))


@dataclass
class Said:
    """A handle whose engine says ``events``, and how it ended when it is cancelled."""

    events: Sequence[Event]
    cancelled: bool = False
    asked: list[Watch] = field(default_factory=list)

    def __iter__(self) -> Iterator[Event]:
        yield from self.events

    def cancel(self) -> None:
        self.cancelled = True

    def watch(self, watch: Watch) -> None:
        self.asked.append(watch)


def token(text: str, step: int = 0, sample: int = 0) -> Token:
    return Token(step, 1, b"x", text, None, None, None, None, 0.0, 0.0, 0.0, 1, step, None, None, sample)


def tokens(*texts: str, sample: int = 0) -> list[Token]:
    return [token(text, step, sample) for step, text in enumerate(texts)]


def started(prompt: str = "Once", given: str = "") -> Started:
    return Started(INFO, 7, [], [1], [prompt.encode()], 0.0, 0.0, [2] if given else [], [given.encode()] if given else [], given)


def finished(reason: FinishReason = "cancelled", text: str = "", count: int = 9) -> Finished:
    return Finished(reason, None, text, None, Usage(1, count, 0), None, None)


def through(events: Sequence[Event], history: History | None = None, *filters: Filter) -> tuple[list[Event], bool]:
    handle = Said(events)
    return list(moderated(handle, filters or (BAD,), history or History())), handle.cancelled


def test_without_a_hit_nothing_changes() -> None:
    events: list[Event] = [started(), *tokens("a good", " word"), finished("eos")]
    assert through(events) == (events, False)


def test_the_token_that_completes_a_hit_is_not_said_and_the_run_ends_there() -> None:
    texts = tokens("a ba", "d wo", "rd", " or two")
    events, cancelled = through([started(), *texts, finished()])
    assert cancelled
    assert events[:-1] == [started(), *texts[:2]]
    assert events[-1] == Finished("content_filter", "words", "", None, Usage(1, 2, 0), None, None, {"": "Not here.", "zh-hant": "這裡不行。"})


@pytest.mark.parametrize("reason", ["eos", "stop", "length"])
def test_text_that_was_held_back_to_the_end_is_looked_at_too(reason: FinishReason) -> None:
    events, cancelled = through([started(), *tokens("a bad"), finished(reason, " word", 1)])
    assert not cancelled
    assert isinstance(events[-1], Finished)
    assert (events[-1].reason, events[-1].text, events[-1].usage.completion_tokens) == ("content_filter", "", 1)


def test_a_word_that_is_whole_only_at_the_end_ends_the_run_there() -> None:
    whole = Filter(name="w", kind="literals", entries=("bad",), whole_words=True)
    assert through([started(), *tokens("bad", "ge"), finished("eos")], None, whole)[0][-1].reason == "eos"  # type: ignore[union-attr]
    assert through([started(), *tokens("too", " bad"), finished("eos")], None, whole)[0][-1].reason == "content_filter"  # type: ignore[union-attr]


def test_a_prompt_and_a_given_beginning_are_looked_at_before_anything_is_said() -> None:
    for start in (started("A bad word"), started(given="A bad word")):
        events, cancelled = through([start, *tokens("a"), finished()])
        assert cancelled
        assert [event.type for event in events] == ["finished"]


def test_a_list_looks_only_where_it_should() -> None:
    output = BAD.model_copy(update={"on_prompt": False})
    assert not through([started("A bad word"), finished("eos")], None, output)[1]
    prompt = BAD.model_copy(update={"on_output": False})
    assert not through([started(), *tokens("A bad word"), finished("eos")], None, prompt)[1]


def test_a_hit_may_begin_in_what_the_output_was_given() -> None:
    assert through([started(given="a bad"), *tokens(" word"), finished()])[1]


def test_each_sample_is_a_text_of_its_own_and_a_hit_in_one_ends_all() -> None:
    first, second = tokens("a bad", sample=0), tokens(" word", " is", " a bad word", sample=1)
    ends: list[Any] = [SampleFinished(sample, "cancelled", None, "held", 1) for sample in (0, 1)]
    events, cancelled = through([started(), *first, *second, *ends, finished()])
    assert cancelled
    assert [event.text for event in events if isinstance(event, Token)] == ["a bad", " word", " is"]
    assert [(event.reason, event.text) for event in events if isinstance(event, SampleFinished)] == [("content_filter", "")] * 2


def test_of_beams_none_is_shown_where_one_breaks_the_rules() -> None:
    beams = [BeamHypothesis([1], [b"x"], text, [0.0], 0.0, 0.0, "eos", None) for text in ("good", "a bad word")]
    events, cancelled = through([started(), Hypotheses(beams), *tokens("good"), finished("eos")])
    assert cancelled
    assert [event.type for event in events] == ["started", "finished"]


def test_another_worker_goes_on_with_what_was_said() -> None:
    history = History(started=True, tokens={0: [1]}, texts={0: "a bad"}, given_text="")
    events, _ = through([*tokens(" word"), finished()], history)
    assert [event.type for event in events] == ["finished"]
