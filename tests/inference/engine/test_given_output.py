"""A run whose output begins with given tokens goes on exactly as the run that chose them did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from pydantic import ValidationError

from inference import Engine, RunSpec, Watch
from inference.events import ErrorInfo, Event, Finished, Prefilled, Resumed, SampleFinished, Started, Token
from inference.progress import Progress
from tests.inference.engine.runs import finished, ids, prompt, spec, text, tokens
from tests.inference.models import VOCABULARY

LENGTH = 16
SETTINGS: dict[str, dict[str, Any]] = {
    "greedy": {},
    "sampled": {"temperature": 1.3, "top_p": 0.9, "repetition_penalty": 1.3, "frequency_penalty": 0.3, "presence_penalty": 0.2},
    "steered by mirostat": {"temperature": 1.3, "mirostat_mode": 2, "mirostat_tau": 2.0, "mirostat_eta": 0.4},
    "with stages that remember": {
        "temperature": 1.2, "xtc_probability": 0.5, "dry_multiplier": 1.0, "no_repeat_ngram_size": 2, "bad_words": ("te", "e"), "repeat_last_n": 5,
        "repetition_penalty": 1.2,
    },
    "with stop strings that nearly match": {"stop": ("zzzzz", "te0", "\x0c\x0c")},
    "guided": {"temperature": 1.1, "guidance_scale": 1.7, "negative_prompt": "no coffee at all"},
    "speculating": {"temperature": 0.7, "speculative": "prompt_lookup"},
    "constrained": {"temperature": 1.0, "regex": "[a-z ]{8}[0-9]{20}"},
}  # fmt: skip


def continued(wanted: RunSpec, done: Sequence[Token]) -> RunSpec:
    """``wanted`` with the output that it has had so far."""
    logprobs = tuple(token.logprob for token in done if token.logprob is not None)
    given = {"output_token_ids": tuple(token.id for token in done), "output_logprobs": logprobs}
    return RunSpec.model_validate({**wanted.model_dump(exclude_defaults=True), **given})


def started(events: Sequence[Event]) -> Started:
    return next(event for event in events if isinstance(event, Started))


def refusal(engine: Engine, wanted: RunSpec) -> ErrorInfo:
    end = finished(list(engine.run(wanted)))
    assert end.error is not None
    return end.error


def check_every_split(engine: Engine, wanted: RunSpec, step: int = 1) -> None:
    whole = list(engine.run(wanted))
    for split in range(0, len(tokens(whole)) + 1, step):
        rest = list(engine.run(continued(wanted, tokens(whole)[:split])))
        assert ids(rest) == ids(whole)[split:], split
        assert [token.step for token in tokens(rest)] == list(range(split, len(tokens(whole))))
        assert started(rest).output_text + text(rest) == text(whole)
        assert (finished(rest).reason, finished(rest).detail) == (finished(whole).reason, finished(whole).detail)
        assert finished(rest).usage.completion_tokens == finished(whole).usage.completion_tokens


@pytest.mark.parametrize("name", SETTINGS)
def test_going_on_after_every_token_gives_the_remaining_tokens_and_text(engine: Engine, name: str) -> None:
    check_every_split(engine, spec("tea ", max_tokens=LENGTH, **SETTINGS[name]))


@pytest.mark.parametrize("family", ["gpt2", "mistral", "gemma2", "bloom", "falcon"])
def test_families_of_both_paths_go_on(family: str, engine_of: Callable[[str], Engine]) -> None:
    engine = engine_of(family)
    assert (engine.info.path == "fallback") == (family in ("bloom", "falcon"))
    check_every_split(engine, spec(prompt(9), max_tokens=LENGTH, temperature=1.1, repetition_penalty=1.2), step=3)


def test_a_stop_string_is_found_across_the_border_of_what_was_given(engine: Engine) -> None:
    plain = list(engine.run(spec("tea ", max_tokens=12, temperature=1.2)))
    pieces = [token.text for token in tokens(plain)]
    at = next(n for n in range(2, 10) if all(pieces[n - 1 : n + 2]))
    stop = "".join(pieces[at - 1 : at + 2])
    wanted = spec("tea ", max_tokens=12, temperature=1.2, stop=(stop,))
    assert (finished(list(engine.run(wanted))).reason, finished(list(engine.run(wanted))).detail) == ("stop", stop)
    check_every_split(engine, wanted)


def test_characters_that_are_split_between_given_and_new_tokens_come_out_whole(engine: Engine) -> None:
    given = tuple(engine.encode("茶很香"))
    assert len(given) == 9  # a token for every byte
    forced = spec("茶 ", max_tokens=12, regex="茶很香.*")
    for split in range(1, 9):
        events = list(engine.run(forced.model_copy(update={"output_token_ids": given[:split]})))
        said = started(events).output_text
        assert said == "茶很香"[: split // 3]
        assert (said + text(events)).startswith("茶很香")


def test_the_dice_of_new_steps_are_those_of_the_undisturbed_run(engine: Engine) -> None:
    wanted = spec(prompt(7), max_tokens=8, temperature=1.0, watch=Watch(top_n=3))
    whole = tokens(engine.run(wanted))
    other = tuple((token.id + 1) % (VOCABULARY - 1) for token in whole[:5])
    rest = tokens(engine.run(wanted.model_copy(update={"output_token_ids": other})))
    assert [token.trace and token.trace.dice.u for token in rest] == [token.trace and token.trace.dice.u for token in whole[5:]]


def test_all_samples_share_what_was_given_and_each_has_its_own_dice(engine: Engine) -> None:
    wanted = spec(prompt(6), max_tokens=9, temperature=1.4, n=3)
    given = tuple(ids(engine.run(spec(prompt(6), max_tokens=4))))
    events = list(engine.run(wanted.model_copy(update={"output_token_ids": given})))
    samples = [[token.id for token in tokens(events) if token.sample == n] for n in range(3)]
    assert [len(sample) for sample in samples] == [5, 5, 5]
    assert len({tuple(sample) for sample in samples}) == 3
    assert [event.tokens for event in events if isinstance(event, SampleFinished)] == [9, 9, 9]
    assert finished(events).usage.completion_tokens == 27
    alone = wanted.model_copy(update={"output_token_ids": given, "sampling": wanted.sampling.model_copy(update={"n": 1})})
    assert ids(engine.run(alone)) == samples[0]


def test_a_run_says_what_it_began_with_and_reads_it_with_the_prompt(engine: Engine) -> None:
    given = tuple(engine.encode("tea is"))
    events = list(engine.run(spec("green ", max_tokens=len(given) + 2).model_copy(update={"output_token_ids": given})))
    start = started(events)
    assert (tuple(start.output_ids), b"".join(start.output_pieces), start.output_text) == (given, b"tea is", "tea is")
    read = next(event for event in events if isinstance(event, Prefilled))
    assert read.tokens == len(start.prompt_ids) + len(given)
    assert [type(event) for event in events] == [Started, Prefilled, Token, Token, Finished]


def test_what_an_earlier_run_has_read_is_not_read_again(engine_of: Callable[[str], Engine]) -> None:
    engine = engine_of("qwen2")
    wanted = spec(prompt(30), max_tokens=40)
    whole = tokens(engine.run(wanted))
    rest = list(engine.run(continued(wanted, whole[:36])))
    read = next(event for event in rest if isinstance(event, Prefilled))
    assert (read.tokens, read.reused_tokens) == (66, 64)
    assert finished(rest).usage.reused_tokens == 30


@pytest.mark.parametrize("name", ["sampled", "steered by mirostat", "constrained"])
def test_such_a_run_is_taken_up_again_where_its_log_ends(engine: Engine, name: str) -> None:
    whole_run = spec("tea ", max_tokens=LENGTH, **SETTINGS[name])
    whole = tokens(engine.run(whole_run))
    wanted, said = continued(whole_run, whole[:5]), whole[5:9]
    progress = Progress({0: [token.id for token in said]}, {0: [token.logprob for token in said]})
    rest = list(engine.submit(wanted, progress))
    assert rest[0] == Resumed(9)
    assert ids(rest) == [token.id for token in whole[9:]]


def test_an_output_that_is_complete_only_ends(engine: Engine) -> None:
    given = tuple(ids(engine.run(spec(prompt(5), max_tokens=4))))
    events = list(engine.run(spec(prompt(5), max_tokens=4).model_copy(update={"output_token_ids": given})))
    assert [type(event) for event in events] == [Started, Finished]
    assert (finished(events).reason, finished(events).usage.completion_tokens) == ("length", 4)


def test_an_end_of_text_as_the_last_given_token_ends_the_run_and_within_is_refused(engine: Engine) -> None:
    end = VOCABULARY - 1
    wanted = spec(prompt(5), max_tokens=9, stop_token_ids=(end,))
    last = list(engine.run(wanted.model_copy(update={"output_token_ids": (3, 4, end)})))
    assert (ids(last), finished(last).reason) == ([], "stop")
    error = refusal(engine, wanted.model_copy(update={"output_token_ids": (3, end, 4)}))
    assert (error.code, error.field, error.value) == ("ended_before", "output_token_ids", "2")


def test_a_stop_string_within_is_refused(engine: Engine) -> None:
    given = tuple(engine.encode("a b c"))
    error = refusal(engine, spec(prompt(5), max_tokens=9, stop=("b",)).model_copy(update={"output_token_ids": given}))
    assert (error.code, error.value, error.bound) == ("ended_before", "3", "stop 'b'")


def test_a_token_that_the_constraint_forbids_is_refused(engine: Engine) -> None:
    given = tuple(engine.encode("ab1"))
    error = refusal(engine, spec(prompt(5), max_tokens=9, regex="[a-z]+").model_copy(update={"output_token_ids": given}))
    assert (error.code, error.field, error.value, error.bound) == ("forbidden_token", "output_token_ids", str(given[-1]), "sampling.regex")


def test_mirostat_must_know_how_likely_the_given_tokens_were(engine: Engine) -> None:
    error = refusal(engine, spec(prompt(5), temperature=1.0, mirostat_mode=2).model_copy(update={"output_token_ids": (1, 2)}))
    assert (error.code, error.field, error.value, error.bound) == ("no_logprobs", "output_logprobs", "0", "2")


def test_tokens_outside_the_vocabulary_and_beyond_the_window_are_refused(engine: Engine) -> None:
    error = refusal(engine, spec(prompt(5)).model_copy(update={"output_token_ids": (VOCABULARY,)}))
    assert (error.code, error.field, error.value, error.bound) == ("unknown_token_id", "output_token_ids", str(VOCABULARY), str(VOCABULARY - 1))
    error = refusal(engine, spec(prompt(150), max_tokens=50).model_copy(update={"output_token_ids": (1,) * 11}))
    assert (error.code, error.field, error.value, error.bound) == ("output_too_long", "output_token_ids", "11", "10")


@pytest.mark.parametrize(
    ("settings", "said"), [({"max_tokens": 2}, "3 tokens are more than max_tokens"), ({"num_beams": 2, "temperature": 1.0}, "a beam search")]
)
def test_more_tokens_than_max_tokens_and_beams_are_refused_by_the_spec(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said) as caught:
        RunSpec.model_validate({"prompt": "a", "sampling": settings, "output_token_ids": [1, 2, 3]})
    (error,) = caught.value.errors()
    assert (error["loc"], error["ctx"]["max_length"]) == (("output_token_ids",), settings.get("max_tokens", 0))
