"""Guessing ahead gives exactly the tokens that the model alone gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from inference import Engine, ModelError, Watch
from inference.events import Drafts, Event
from inference.progress import Progress
from tests.inference.engine.runs import finished, generate, ids, prompt, spec, text, tokens
from tests.inference.models import CONFIGS, byte_tokenizer, random_model, write_checkpoint

LOOKUP: dict[str, Any] = {"speculative": "prompt_lookup"}
DRAFT: dict[str, Any] = {"speculative": "draft"}
SAMPLED: dict[str, Any] = {"temperature": 0.9, "top_p": 0.95, "repetition_penalty": 1.2, "frequency_penalty": 0.4}
REPEATING = (5, 6, 7, 8, 9, 10) * 4  # prompt lookup finds these again and again


def guesses(events: Sequence[Event]) -> list[Drafts]:
    return [event for event in events if isinstance(event, Drafts)]


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A model whose draft is nearly itself: most guesses are right, some are wrong."""
    folders = [tmp_path_factory.mktemp("target"), tmp_path_factory.mktemp("draft")]
    model = random_model("llama", initializer_range=0.4)
    for folder in folders:
        model.save_pretrained(folder)
        byte_tokenizer().save_pretrained(folder)
        for weights in model.model.layers[-1].parameters():
            weights.data *= 0.8
    with Engine.load(folders[0], device="cpu", threads=1, rows=6, chunk_tokens=16, draft=folders[1]) as engine:
        yield engine


@pytest.mark.parametrize("family", CONFIGS)
def test_prompt_lookup_gives_the_greedy_tokens_of_generate(
    family: str, engine_of: Callable[[str], Engine], reference: Callable[[str], Any]
) -> None:
    events = list(engine_of(family).run(spec(REPEATING, max_tokens=40, **LOOKUP)))
    assert ids(events) == generate(reference(family), REPEATING, 40)
    assert guesses(events)


@pytest.mark.parametrize("settings", [{}, SAMPLED], ids=["greedy", "sampled"])
@pytest.mark.parametrize("how", [LOOKUP, DRAFT], ids=["lookup", "draft"])
def test_tokens_are_those_of_the_model_alone(drafted: Engine, how: dict[str, Any], settings: dict[str, Any]) -> None:
    rates = []
    for seed in range(6):
        start = (*prompt(5 + 3 * seed, seed), *REPEATING)
        events = list(drafted.run(spec(start, max_tokens=50, seed=seed, num_speculative_tokens=1 + seed, **how, **settings)))
        assert ids(events) == ids(drafted.run(spec(start, max_tokens=50, seed=seed, **settings)))
        rates.append(finished(events).usage)
    drafts, accepted = sum(one.drafted_tokens for one in rates), sum(one.accepted_tokens for one in rates)
    assert drafts > accepted
    if how is DRAFT:
        assert accepted > 50  # both outcomes are met


def test_what_was_guessed_and_what_came_of_it_is_told(drafted: Engine) -> None:
    events = list(drafted.run(spec(prompt(9), max_tokens=40, **DRAFT)))
    found, said = ids(events), guesses(events)
    for one in said:
        right = [token for token, guess in zip(found[one.step :], one.ids, strict=False) if token == guess]
        assert found[one.step : one.step + one.accepted] == one.ids[: one.accepted]
        assert one.accepted == len(one.ids) or found[one.step + one.accepted] != one.ids[one.accepted]
        assert len(right) >= one.accepted
    usage = finished(events).usage
    assert (usage.drafted_tokens, usage.accepted_tokens) == (sum(len(one.ids) for one in said), sum(one.accepted for one in said))
    assert [token.step for token in tokens(events)] == list(range(40))


def test_a_right_guess_saves_a_forward_pass(drafted: Engine) -> None:
    """As many passes as tokens were not guessed."""
    passes = []
    forward = drafted.model.runner.forward
    drafted.model.runner.forward = lambda chunks: passes.append(1) or forward(chunks)  # type: ignore[method-assign, func-returns-value]
    events = list(drafted.run(spec(prompt(9), max_tokens=40, **DRAFT)))
    drafted.model.runner.forward = forward  # type: ignore[method-assign]
    assert len(passes) == 40 - finished(events).usage.accepted_tokens
    assert len(passes) < 30


@pytest.mark.parametrize("how", [LOOKUP, DRAFT], ids=["lookup", "draft"])
def test_neighbours_change_nothing_and_nothing_changes_for_them(drafted: Engine, how: dict[str, Any]) -> None:
    wanted = [
        spec((*prompt(4 + n, n), *REPEATING), max_tokens=30, seed=n, **(SAMPLED if n % 2 else {}), **(how if n < 4 else {}))
        for n in range(6)
    ]
    alone = [ids(drafted.run(one)) for one in wanted]
    handles = [drafted.submit(one) for one in wanted]
    assert [ids(handle) for handle in handles] == alone


@pytest.mark.parametrize("how", [LOOKUP, DRAFT], ids=["lookup", "draft"])
def test_resuming_anywhere_gives_the_same_tokens_and_text(drafted: Engine, how: dict[str, Any]) -> None:
    wanted = spec("tea tea tea ", max_tokens=20, **SAMPLED, **how)
    whole = list(drafted.run(wanted))
    for split in range(0, 20, 3):
        done = tokens(whole)[:split]
        rest = list(drafted.submit(wanted, Progress({0: [token.id for token in done]})))
        assert ids(rest) == ids(whole)[split:]
        assert "".join(token.text for token in done) + text(rest) == text(whole)


def test_an_end_token_among_the_guesses_ends_the_run(drafted: Engine) -> None:
    free = ids(drafted.run(spec(prompt(9), max_tokens=40)))
    for end in free[3:9]:
        wanted: dict[str, Any] = {"stop_token_ids": (end,), "max_tokens": 40}
        assert ids(drafted.run(spec(prompt(9), **wanted, **DRAFT))) == ids(drafted.run(spec(prompt(9), **wanted)))


def test_the_trace_of_a_guessed_token_is_that_of_the_model_alone(drafted: Engine) -> None:
    watch = Watch(top_n=4, attention="off")
    one, other = (tokens(drafted.run(spec(prompt(9), watch=watch, max_tokens=12, **how, **SAMPLED))) for how in (DRAFT, {}))
    for drawn, alone in zip(one, other, strict=True):
        assert drawn.trace is not None
        assert alone.trace is not None
        assert drawn.trace.token_ids == alone.trace.token_ids
        assert drawn.trace.dice.u == alone.trace.dice.u
        assert drawn.kv_tokens == alone.kv_tokens


def test_a_run_that_ends_gives_its_draft_slot_back(drafted: Engine) -> None:
    list(drafted.run(spec(prompt(9), max_tokens=5, **DRAFT)))
    assert drafted._drafts is not None
    assert not drafted._drafts._held


def test_asking_for_a_draft_model_that_is_not_there_is_refused(engine: Engine) -> None:
    error = finished(list(engine.run(spec(prompt(5), **DRAFT)))).error
    assert error is not None
    assert (error.code, error.field, error.value, error.bound) == ("no_draft_model", "sampling.speculative", "draft", "off, prompt_lookup")


def test_a_draft_model_with_another_vocabulary_is_refused(tmp_path: Path, checkpoint: Callable[[str], Path]) -> None:
    other = write_checkpoint(tmp_path, "llama")
    tokenizer = byte_tokenizer()
    tokenizer.add_tokens(["tea"])
    tokenizer.save_pretrained(other)
    with pytest.raises(ModelError, match="another vocabulary"):
        Engine.load(checkpoint("llama"), device="cpu", threads=1, draft=other)
