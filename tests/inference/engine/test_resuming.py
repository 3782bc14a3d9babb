"""A run taken up by another worker goes on exactly as the undisturbed run would have."""

from __future__ import annotations

from typing import Any

import pytest

from inference import Engine, Watch
from inference.events import Event, Finished, Prefilled, Resumed, Token
from inference.progress import Progress
from tests.inference.engine.runs import finished, ids, prompt, spec, text, tokens

SETTINGS: dict[str, dict[str, Any]] = {
    "greedy": {},
    "sampled": {"temperature": 1.3, "top_p": 0.9, "repetition_penalty": 1.3, "frequency_penalty": 0.3, "presence_penalty": 0.2},
    "steered by mirostat": {"temperature": 1.3, "mirostat_mode": 2, "mirostat_tau": 2.0, "mirostat_eta": 0.4},
    "with stages that remember": {
        "temperature": 1.2, "xtc_probability": 0.5, "dry_multiplier": 1.0, "no_repeat_ngram_size": 2, "bad_words": ("te", "e"), "repeat_last_n": 5,
        "repetition_penalty": 1.2,
    },
    "with stop strings that nearly match": {"stop": ("zzzzz", "te0", "\x0c\x0c")},
}  # fmt: skip


@pytest.mark.parametrize("name", SETTINGS)
def test_resuming_at_every_token_gives_the_same_tokens_and_the_remaining_text(engine: Engine, name: str) -> None:
    wanted = spec("tea ", max_tokens=25, **SETTINGS[name])
    whole = list(engine.run(wanted))
    for split in range(25):
        done = tokens(whole)[:split]
        rest = list(engine.submit(wanted, Progress({0: [token.id for token in done]}, {0: [token.logprob for token in done]})))
        assert ids(rest) == ids(whole)[split:]
        assert "".join(token.text for token in done) + text(rest) == text(whole)
        assert [token.step for token in tokens(rest)] == list(range(split, 25))


def test_mirostat_does_not_go_on_without_knowing_how_likely_its_tokens_were(engine: Engine) -> None:
    end = finished(list(engine.submit(spec(prompt(5), mirostat_mode=2, temperature=1.0), Progress({0: [1, 2]}))))
    assert end.error is not None
    assert (end.error.code, end.error.field) == ("bad_progress", "progress.logprobs")


def test_a_resumed_run_says_resumed_and_not_started(engine: Engine) -> None:
    events = list(engine.submit(spec(prompt(5), max_tokens=5), Progress({0: ids(engine.run(spec(prompt(5), max_tokens=3)))})))
    assert events[0] == Resumed(3)
    assert [type(event) for event in events[1:]] == [Prefilled, Token, Token, Finished]
    assert finished(events).usage.completion_tokens == 5


def test_a_run_that_had_said_its_last_token_only_finishes(engine: Engine) -> None:
    wanted = spec(prompt(5), max_tokens=4)
    whole: list[Event] = list(engine.run(wanted))
    events = list(engine.submit(wanted, Progress({0: ids(whole)})))
    assert [type(event) for event in events] == [Resumed, Finished]
    assert finished(events).reason == finished(whole).reason


def test_resuming_before_the_first_token_gives_the_whole_run(engine: Engine) -> None:
    wanted = spec(prompt(5), watch=Watch(top_n=3))
    assert ids(engine.submit(wanted, Progress())) == ids(engine.run(wanted))


def test_tokens_that_the_model_cannot_have_given_end_the_run(engine: Engine) -> None:
    end = finished(list(engine.submit(spec(prompt(5)), Progress({0: [5000]}))))
    assert end.error is not None
    assert (end.error.code, end.error.field) == ("unknown_token_id", "progress")
