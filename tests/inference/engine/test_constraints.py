"""Runs under a constraint: what they say is what was asked for, whatever the model would rather have said."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
import torch
import transformers

from inference import Engine, SamplingParams, Watch
from inference.events import Event
from inference.progress import Progress
from inference.spec import DEFAULT_STAGE_ORDER, RunSpec
from tests.inference.engine.runs import finished, ids, prompt, spec, text, tokens
from tests.inference.models import byte_tokenizer, write_checkpoint

SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 5}, "n": {"type": "integer", "minimum": 0, "maximum": 99}},
    "required": ["name", "n"],
    "additionalProperties": False,
}


def run(engine: Engine, seed: int = 1, **settings: Any) -> list[Event]:
    return list(engine.run(asked(seed, **settings)))


def asked(seed: int = 1, **settings: Any) -> RunSpec:
    return spec(prompt(5, seed), **{"temperature": 1.5, "max_tokens": 120, "seed": seed, **settings})


@pytest.mark.parametrize("seed", range(8))
def test_everything_that_a_random_model_says_matches(engine: Engine, seed: int) -> None:
    chosen, matched, valid = (
        run(engine, seed, **asked)
        for asked in ({"choice": ("貓", "yes", "🎉 no")}, {"regex": "[a-z]{3,9}: [0-9]{1,4}"}, {"json_schema": SCHEMA})
    )
    assert text(chosen) in ("貓", "yes", "🎉 no")
    assert re.fullmatch("[a-z]{3,9}: [0-9]{1,4}", text(matched))
    jsonschema.validate(json.loads(text(valid)), SCHEMA)
    assert {finished(events).reason for events in (chosen, matched, valid)} == {"constraint_done"}


def test_greedy_runs_are_constrained_watched_or_not(engine: Engine) -> None:
    blind = run(engine, temperature=0.0, json_schema=SCHEMA)
    watched = list(engine.run(spec(prompt(5, 1), Watch(top_n=5), temperature=0.0, max_tokens=120, json_schema=SCHEMA)))
    assert ids(blind) == ids(watched)
    jsonschema.validate(json.loads(text(blind)), SCHEMA)


def test_the_end_token_ends_a_run_where_the_constraint_may_end(tmp_path: Path) -> None:
    with Engine.load(write_checkpoint(tmp_path, "llama", eos_token_id=[319]), threads=1, device="cpu") as engine:
        ended = [run(engine, seed, regex="[a-z]{2,60}", ignore_eos=False, logit_bias={319: 3.0}) for seed in range(12)]
        assert all(re.fullmatch("[a-z]{2,60}", text(events)) for events in ended)
        assert "eos" in {finished(events).reason for events in ended}
        held = [run(engine, seed, regex="[a-z]{2,60}", ignore_eos=False, logit_bias={319: 3.0}, min_tokens=15) for seed in range(12)]
        assert all(len(tokens(events)) > 15 or finished(events).reason == "constraint_done" for events in held)


def test_a_constraint_that_is_fulfilled_comes_before_min_tokens(engine: Engine) -> None:
    events = run(engine, choice=("yes",), min_tokens=50)
    assert (text(events), finished(events).reason) == ("yes", "constraint_done")


def test_the_longest_output_still_bounds_a_constrained_one(engine: Engine) -> None:
    events = run(engine, regex="[a-z]{500}", max_tokens=7)
    assert (finished(events).reason, len(tokens(events))) == ("length", 7)
    done = run(engine, regex="[0-9]{4}", max_tokens=4)
    assert (finished(done).reason, len(text(done))) == ("constraint_done", 4)


def test_a_stop_string_cuts_a_constrained_output_as_any_other(engine: Engine) -> None:
    events = run(engine, regex="[ab]{40}", stop=("ab",))
    assert (finished(events).reason, finished(events).detail) == ("stop", "ab")
    assert "ab" not in text(events)


def test_resuming_at_every_token_follows_the_constraint_on(engine: Engine) -> None:
    wanted = asked(seed=3, json_schema=SCHEMA)
    whole = list(engine.run(wanted))
    for split in range(len(ids(whole)) + 1):
        rest = list(engine.submit(wanted, Progress({0: ids(whole)[:split]})))
        assert ids(rest) == ids(whole)[split:]
        assert finished(rest).reason == finished(whole).reason


def test_tokens_that_the_constraint_forbids_end_a_resumed_run(engine: Engine) -> None:
    events = list(engine.submit(asked(regex="[0-9]+"), Progress({0: [70, 71]})))
    error = finished(events).error
    assert error is not None
    assert (error.code, error.field) == ("dead_end", "sampling.regex")


def test_several_samples_follow_the_constraint_each_by_itself(engine: Engine) -> None:
    events = run(engine, n=3, regex="[a-z]{3}(一|二|三)")
    said = ["".join(token.text for token in tokens(events) if token.sample == sample) for sample in range(3)]
    assert all(re.fullmatch("[a-z]{3}(一|二|三)", one) for one in said)
    assert len(set(said)) == 3


@pytest.mark.parametrize("pattern", ["[a-z]{2,6}", "(yes|no|no way)", "[0-9]{3}"])
def test_beams_under_a_constraint_are_those_of_transformers(tmp_path: Path, pattern: str) -> None:
    end, start = byte_tokenizer().eos_token_id, prompt(5, 3)
    folder = write_checkpoint(tmp_path, "llama", eos_token_id=[end])
    with Engine.load(folder, threads=1, device="cpu") as engine:

        def allowed(batch: int, so_far: torch.Tensor) -> list[int]:
            guide = engine.model.vocabulary.guide(SamplingParams(regex=pattern), [end])
            assert guide is not None
            for token in so_far[len(start) :].tolist():
                guide.advance(token)
            return np.flatnonzero(~guide.forbidden).tolist()

        model = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
        theirs = model.generate(
            input_ids=torch.tensor([start]), attention_mask=torch.ones(1, 5), max_new_tokens=12, num_beams=3, do_sample=False,
            early_stopping=True, prefix_allowed_tokens_fn=allowed, eos_token_id=end, pad_token_id=end,
        )  # fmt: skip
        events = list(engine.run(spec(start, num_beams=3, early_stopping=True, regex=pattern, max_tokens=12, ignore_eos=False)))
    assert ids(events) == theirs[0, len(start) :].tolist()
    assert re.fullmatch(pattern, text(events))


@pytest.mark.parametrize("temperature", [0.0, 1.5])
def test_drafts_are_accepted_only_where_the_constraint_allows_them(engine: Engine, temperature: float) -> None:
    wanted: dict[str, Any] = {"temperature": temperature, "regex": "(ab|ba|c[0-9]{2}){30}", "seed": 4, "max_tokens": 90}
    assert ids(run(engine, **wanted, speculative="prompt_lookup")) == ids(run(engine, **wanted))


def test_a_beam_that_no_token_can_end_is_a_dead_end(engine: Engine) -> None:
    error = finished(run(engine, choice=("yes", "no"), num_beams=2, temperature=0.0)).error
    assert error is not None
    assert "no token is there to end it" in error.message


def test_neighbours_do_not_change_a_constrained_run(engine: Engine) -> None:
    wanted = asked(seed=5, json_schema=SCHEMA)
    alone = ids(engine.run(wanted))
    handles = [engine.submit(one) for one in (asked(seed=6), wanted, asked(seed=7, regex="[a-z]{90}"))]
    assert ids(handles[1]) == alone
    for handle in (handles[0], handles[2]):
        list(handle)


def test_a_run_without_a_constraint_says_the_same_as_before(engine: Engine) -> None:
    events = list(engine.run(spec(prompt(5, 2), Watch(top_n=3), temperature=1.5)))
    traces = [token.trace for token in tokens(events)]
    assert all(trace and "constraint" not in [stage.name for stage in trace.stages] for trace in traces)


@pytest.mark.parametrize(
    ("settings", "field", "words"),
    [
        ({"regex": "a["}, "regex", "unclosed character class"),
        ({"regex": "(?=a)b"}, "regex", "look-around"),
        ({"regex": "()"}, "regex", "empty text"),
        ({"json_schema": {"type": "nosuch"}}, "json_schema", "nosuch"),
        ({"json_schema": {"type": "integer", "multipleOf": 1234577}}, "json_schema", "multipleOf"),
        ({"grammar": "start: nosuch"}, "grammar", "nosuch"),
        ({"grammar": "start: <|nosuch|>"}, "grammar", "special token"),
        ({"grammar": "start: A\nA: /a{100}/ & /b{100}/"}, "grammar", "&"),
    ],
)
def test_a_constraint_that_does_not_compile_ends_the_run_before_it_begins(
    engine: Engine, settings: dict[str, Any], field: str, words: str
) -> None:
    (event,) = run(engine, **settings)
    error = finished([event]).error
    assert error is not None
    assert (error.code, error.field) == ("bad_constraint", f"sampling.{field}")
    assert words in error.message


def test_a_dead_end_in_mid_run_is_an_error_and_the_tokens_so_far_are_kept(engine: Engine) -> None:
    order = ("top_k", *(name for name in DEFAULT_STAGE_ORDER if name != "top_k"))
    neighbour = engine.submit(asked(seed=8))
    events = run(engine, regex="[a-z]{20}0123456789", top_k=150, stage_order=order, seed=2)
    error = finished(events).error
    assert error is not None
    assert (error.code, error.field) == ("dead_end", "sampling.regex")
    assert "removed all" in error.message
    assert finished(list(neighbour)).reason == "length"


def test_the_time_limit_ends_a_run_between_two_steps(engine: Engine) -> None:
    moment = time.monotonic()
    events = list(engine.run(spec(prompt(5), max_tokens=100, pace=20.0, max_time=0.5)))
    assert finished(events).reason == "time"
    assert 3 <= len(tokens(events)) <= 11
    assert 0.4 < time.monotonic() - moment < 2.0
    assert finished(list(engine.run(spec(prompt(5), max_tokens=5, max_time=60.0)))).reason == "length"


def test_the_time_of_a_run_begins_with_its_first_step_and_not_in_the_queue(engine: Engine) -> None:
    slow = [engine.submit(spec(prompt(5), max_tokens=20, pace=20.0)) for _ in range(6)]
    waiting = engine.submit(spec(prompt(5), max_tokens=3, max_time=0.5))
    assert finished(list(waiting)).reason == "length"
    for handle in slow:
        list(handle)
