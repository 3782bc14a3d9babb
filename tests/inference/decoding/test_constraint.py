"""A constraint allows exactly the tokens after which the output can still become what it asks for."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import jsonschema
import numpy as np
import pytest

from inference.decoding.constraint import TokenGuide, Vocabulary
from inference.grammar import ConstraintError, DeadEnd
from inference.pieces import Pieces
from inference.sampling.arrays import Floats
from inference.spec import SamplingParams
from tests.inference.decoding.tokenizers import KINDS, byte_level

LETTERS = "ab1 貓é🎉"  # of one to four bytes
LONGEST = 5


@cache
def pieces(kind: str) -> Pieces:
    return Pieces(KINDS[kind]())


@cache
def size(kind: str) -> int:
    return len(pieces(kind)._tokenizer)


@cache
def vocabulary(kind: str) -> Vocabulary:
    return Vocabulary(pieces(kind), size(kind))


def eos(kind: str) -> int:
    return int(pieces(kind)._tokenizer.convert_tokens_to_ids("<|end|>"))


def guide(kind: str = "byte-level BPE", **settings: Any) -> TokenGuide:
    made = vocabulary(kind).guide(SamplingParams(**settings), [eos(kind)])
    assert made is not None
    return made


def text_of(kind: str, tokens: Sequence[int]) -> bytes:
    return b"".join(pieces(kind)(token) for token in tokens)


def texts_matching(pattern: str) -> set[str]:
    """By trying all texts of up to ``LONGEST`` letters."""
    texts = ("".join(letters) for n in range(LONGEST + 1) for letters in itertools.product(LETTERS, repeat=n))
    return {text for text in texts if re.fullmatch(pattern, text)}


def allowed_by_trial(kind: str, said: bytes, texts: set[str]) -> set[int]:
    """Tokens that a text of ``texts`` may go on with after ``said``, and the end token where ``said`` is one of them."""
    beginnings = {text.encode()[:n] for text in texts for n in range(len(text.encode()) + 1)}
    tokens = ((token, pieces(kind)(token)) for token in range(size(kind)) if token not in pieces(kind).special)
    going_on = {token for token, piece in tokens if piece and said + piece in beginnings}
    return going_on | ({eos(kind)} if said in {text.encode() for text in texts} else set())


def allowed(of: TokenGuide) -> set[int]:
    return set(np.flatnonzero(~of.forbidden).tolist())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "pattern",
    ["ab", "a?", "(a|b)*", "(ab|a1)+", "a{2,3}b", "[ab]{2}1?", "貓", "(貓|é)+", "🎉(a| 貓)*", "(a|ab)(1|b1)", "a貓|a🎉", "", "[a-b]+ (a|貓)", "(?:1|é){1,2}"],
)
def test_the_mask_is_what_trying_every_token_gives(kind: str, pattern: str) -> None:
    if pattern == "":
        pattern = "(a|b)?"
    texts = texts_matching(pattern)
    for seed in range(3):
        rng, walk, said = np.random.default_rng(seed), _started(kind, pattern), b""
        while len(said.decode("utf-8", "ignore")) < 2 and not walk.done:
            assert allowed(walk) == {token for token in allowed_by_trial(kind, said, texts)}, said
            assert walk.may_end == (said in {text.encode() for text in texts})
            going_on = sorted(allowed(walk) - {eos(kind)})
            token = int(rng.choice(going_on))
            walk.advance(token)
            said += pieces(kind)(token)


def _started(kind: str, pattern: str) -> TokenGuide:
    try:
        return guide(kind, regex=pattern)
    except ConstraintError:  # this tokenizer cannot spell it
        assert not allowed_by_trial(kind, b"", texts_matching(pattern))
        pytest.skip("this tokenizer cannot spell it")


def sampled(of: TokenGuide, vocab: int, seed: int, longest: int = 400) -> list[int] | None:
    """Tokens as a model that knows nothing would choose them, up to the end; ``None`` where it did not come."""
    rng, tokens = np.random.default_rng(seed), list[int]()
    favour: Floats = rng.standard_normal(vocab) * 2
    while not of.done:
        logits = np.where(of.forbidden, -np.inf, favour + rng.standard_normal(vocab)) / 1.5
        token = int((logits + rng.gumbel(size=vocab)).argmax())
        if of.may_end and token in np.flatnonzero(~of.forbidden) and token in of._ends:
            return tokens
        of.advance(token)
        tokens.append(token)
        if len(tokens) == longest:
            return None
    return tokens


def outputs(kind: str, seeds: int = 20, **settings: Any) -> list[str]:
    """Finished outputs, decoded strictly: no broken character."""
    start = guide(kind, **settings)
    runs = [sampled(start.fork(), size(kind), seed) for seed in range(seeds)]
    finished = [text_of(kind, tokens).decode() for tokens in runs if tokens is not None]
    assert len(finished) > seeds // 2
    return finished


SPELLING = ["byte-level BPE", "SentencePiece BPE"]  # vocabularies with every byte


@pytest.mark.parametrize("kind", SPELLING)
def test_every_output_is_one_of_the_choices(kind: str) -> None:
    choices = ("yes", "no", "no way", "貓", "貓和狗", "🎉👩‍👧", "a\nb\t\"c\" \\d")
    assert set(outputs(kind, 60, choice=choices)) == set(choices)


@pytest.mark.parametrize("kind", SPELLING)
@pytest.mark.parametrize(
    "pattern",
    [r"\d{4}-\d{2}-\d{2}", r"[A-Z][a-z]{2,8}( [A-Z][a-z]{2,8}){0,3}", r"(法國|巴黎)的首都是[一-龥]{2,4}。", r"(👍|🎉){1,5}", r"[^x\n]{5}", r"[a-z_0-9]{1,9}@[a-zé]{1,9}\.(com|org)", r"a/b\\c"],
)
def test_every_output_matches_the_regex(kind: str, pattern: str) -> None:
    found = outputs(kind, regex=pattern)
    assert all(re.fullmatch(pattern.replace(r"\d", "[0-9]"), text) for text in found), found
    assert len(set(found)) > 1 or pattern.startswith("a/b")


PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 8},
        "age": {"type": "integer", "minimum": 0, "maximum": 150},
        "tags": {"type": "array", "items": {"enum": ["貓", "dog", "🎉"]}, "maxItems": 3},
        "score": {"type": "number", "minimum": -1.5, "maximum": 2},
        "nested": {"anyOf": [{"type": "null"}, {"type": "object", "properties": {"x": {"const": 1}}, "required": ["x"], "additionalProperties": False}]},
    },
    "required": ["name", "age", "tags", "nested"],
    "additionalProperties": False,
}


@pytest.mark.parametrize("kind", SPELLING)
@pytest.mark.parametrize("schema", [PERSON, {"type": "array", "items": {"type": "boolean"}, "minItems": 2, "maxItems": 6}, {"enum": ["a", 1, None]}])
def test_every_output_is_json_that_the_schema_allows(kind: str, schema: dict[str, Any]) -> None:
    for text in outputs(kind, json_schema=schema):
        jsonschema.validate(json.loads(text), schema)


def test_every_output_follows_the_grammar() -> None:
    grammar = 'start: sum\nsum: NUMBER | "(" sum " + " sum ")"\nNUMBER: /[1-9][0-9]{0,2}/'
    found = outputs("byte-level BPE", 40, grammar=grammar)
    for text in found:
        assert re.fullmatch(r"[\d()+ ]+", text)
        assert eval(text) > 0
    assert any("+" in text for text in found)


def test_a_grammar_may_name_special_tokens() -> None:
    walk = guide(grammar='start: "a" <|end|>')
    walk.advance(_token(b"a"))
    assert allowed(walk) == {eos("byte-level BPE")}
    assert not walk.done


def _token(piece: bytes) -> int:
    kind = "byte-level BPE"
    return next(token for token in range(size(kind)) if pieces(kind)(token) == piece and token not in pieces(kind).special)


def test_the_end_is_allowed_only_where_the_output_may_end() -> None:
    end, walk = eos("byte-level BPE"), guide(regex="ab?")
    assert walk.forbidden[end]
    walk.advance(_token(b"a"))
    assert not walk.forbidden[end]
    assert not walk.done
    walk.advance(_token(b"b"))
    assert walk.done
    assert allowed(walk) == {end}


def test_without_an_end_token_the_end_shows_as_done() -> None:
    walk = guide(regex="ab?", ignore_eos=True)
    for piece in (b"a", b"b"):
        assert walk.forbidden[eos("byte-level BPE")]
        walk.advance(_token(piece))
    assert walk.done


def test_a_stop_token_is_no_text_but_an_end() -> None:
    stop, walk = _token(b"b"), guide(regex="(ab)+", stop_token_ids=[_token(b"b")])
    walk.advance(_token(b"a"))
    assert walk.forbidden[stop]
    ended = guide(regex="a+", stop_token_ids=[stop])
    ended.advance(_token(b"a"))
    assert not ended.forbidden[stop]


def test_a_fork_goes_on_by_itself() -> None:
    walk = guide(choice=["ab", "ac"])
    walk.advance(_token(b"a"))
    fork = walk.fork()
    walk.advance(_token(b"b"))
    assert walk.done
    assert {_token(b"b"), _token(b"c")} <= allowed(fork)


def test_the_mask_is_a_function_of_the_tokens() -> None:
    kind = "byte-level BPE"
    walk = guide(json_schema=PERSON)
    tokens = sampled(walk.fork(), size(kind), seed=3)
    assert tokens
    replayed, looked = guide(json_schema=PERSON), guide(json_schema=PERSON)
    for token in tokens[: len(tokens) // 2]:
        replayed.advance(token)
        assert not looked.forbidden[token]
        looked.advance(token)
    assert allowed(replayed) == allowed(looked)


def test_a_token_that_was_not_allowed_is_a_dead_end_at_the_next_step() -> None:
    walk = guide(regex="ab")
    walk.advance(_token(b"b"))
    assert not walk.done
    with pytest.raises(DeadEnd):
        _ = walk.forbidden


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"grammar": "start: <|nosuch|>"}, "grammar"),
        ({"regex": r"[^\x00-\x{10FFFF}]"}, "regex"),
        ({"regex": "a["}, "regex"),
    ],
)
def test_a_constraint_that_cannot_begin_is_refused(settings: dict[str, str], field: str) -> None:
    with pytest.raises(ConstraintError) as caught:
        guide(**settings)
    assert caught.value.field == field


def test_what_the_vocabulary_cannot_spell_is_refused() -> None:
    tokenizer = byte_level()
    few = Vocabulary(Pieces(tokenizer), 60)  # the alphabet from "!" to "Z" or so
    with pytest.raises(ConstraintError, match="cannot begin"):
        few.guide(SamplingParams(choice=("貓",)), [])


def test_a_grammar_is_compiled_once() -> None:
    words = Vocabulary(pieces("byte-level BPE"), size("byte-level BPE"))
    first: Callable[[], TokenGuide | None] = lambda: words.guide(SamplingParams(regex="a+"), [])  # noqa: E731
    first()
    (compiled,) = words._compiled.values()
    first()
    assert [*words._compiled.values()] == [compiled]


def test_at_most_so_many_grammars_are_kept() -> None:
    words = Vocabulary(pieces("byte-level BPE"), size("byte-level BPE"))
    for n in range(40):
        words.guide(SamplingParams(regex=f"a{{{n + 1}}}"), [])
    assert len(words._compiled) == 32


def test_padded_vocabularies_forbid_the_padding() -> None:
    kind = "byte-level BPE"
    words = Vocabulary(pieces(kind), size(kind) + 50)
    walk = words.guide(SamplingParams(regex=".*"), [eos(kind)])
    assert walk is not None
    assert walk.forbidden[size(kind) :].all()
