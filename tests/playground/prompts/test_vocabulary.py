"""``POST /prompts/vocabulary``: every token of a model can be found by its text or its id, with the bytes that the worker has for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tokenizers import Tokenizer, decoders, models
from transformers import AutoTokenizer

from inference.pieces import Pieces
from inference.sources import BUNDLED
from playground.catalog.vocabulary import Vocabulary
from playground.prompts import views

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unhurried() -> None:
    views.asks = type(views.asks)(rate=1e6, burst=1e6)


@pytest.fixture(scope="module")
def pieces() -> Pieces:
    return Pieces(AutoTokenizer.from_pretrained(BUNDLED / "main"))


def ask(**message: Any) -> tuple[int, Any]:
    response = Client().post("/prompts/vocabulary", json.dumps(message), content_type="application/json")
    return response.status_code, response.json()


def found(text: str, **more: Any) -> list[bytes]:
    status, answer = ask(type="text", text=text, **more)
    assert status == 200, answer
    return [bytes(token["bytes"]) for token in answer["tokens"]]


def test_each_token_has_the_bytes_that_the_worker_gives_it(pieces: Pieces) -> None:
    vocabulary = Vocabulary.of(Tokenizer.from_file(str(BUNDLED / "main" / "tokenizer.json")))
    assert len(vocabulary) > 1000
    for token in range(len(vocabulary)):
        entry = vocabulary.entry(token)
        assert entry
        assert (entry.piece, entry.special) == (pieces(token), token in pieces.special)


def test_what_is_the_text_comes_first_then_what_begins_so_then_the_rest() -> None:
    everything = [text.lower().removeprefix(b" ") for text in found("the")]
    ranks = [0 if text == b"the" else 1 if text.startswith(b"the") else 2 for text in everything]
    assert ranks == sorted(ranks)
    assert set(ranks) == {0, 1, 2}
    assert all(b"the" in text for text in everything)


def test_of_equals_the_one_written_just_so_is_first_then_the_shorter() -> None:
    vocabulary = Vocabulary({0: b" The", 1: b"The", 2: b" the", 3: b"the", 4: b"then", 5: b"theory", 6: b"\xe6\xb3"}, frozenset())
    assert [entry.piece for entry in vocabulary.find("the", 9)[0]] == [b"the", b" the", b"The", b" The", b"then", b"theory"]


def test_a_space_in_front_asks_for_the_beginning_of_a_word() -> None:
    assert found(" the")[0] == b" the"
    assert all(b" the" in text.lower() for text in found(" the"))


def test_capitals_matter_only_among_equals() -> None:
    assert found("Once")[0].strip() == b"Once"
    assert b"Once" in [text.strip() for text in found("once")]


def test_parts_of_a_character_are_given_as_their_bytes(pieces: Pieces) -> None:
    part = next(token for token in range(1000) if pieces(token)[:1] == b"\xe6" and len(pieces(token)) == 1)
    status, answer = ask(type="id", id=part)
    assert (status, answer["tokens"], answer["total"]) == (200, [{"id": part, "bytes": [0xE6], "special": False}], 1)


def test_special_tokens_are_marked() -> None:
    _, answer = ask(type="text", text="<|endoftext|>")
    assert answer["tokens"][0]["special"]
    assert bytes(answer["tokens"][0]["bytes"]) == b"<|endoftext|>"


def test_no_more_are_sent_than_asked_for_and_all_are_counted() -> None:
    _, answer = ask(type="text", text="e")
    assert len(answer["tokens"]) == 50
    assert answer["size"] > answer["total"] > 50
    assert len(found("e", limit=3)) == 3


def test_what_no_token_holds_is_no_error() -> None:
    assert ask(type="text", text="饕餮龘🦊") == (200, {"tokens": [], "total": 0, "size": ask(type="id", id=0)[1]["size"]})


def test_a_vocabulary_with_byte_fallback_has_its_spaces_and_bytes() -> None:
    tokenizer = Tokenizer(models.BPE({"<unk>": 0, "<0xE6>": 1, "▁fox": 2, "fox": 3}, [], byte_fallback=True, unk_token="<unk>"))
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    vocabulary = Vocabulary.of(tokenizer)
    assert [entry.piece for token in (1, 2, 3) if (entry := vocabulary.entry(token))] == [b"\xe6", b" fox", b"fox"]
    assert [entry.id for entry in vocabulary.find("fox", 5)[0]] == [3, 2]


@pytest.mark.parametrize(
    ("message", "field", "code"),
    [
        ({"type": "text", "text": ""}, "text", "string_too_short"),
        ({"type": "text", "text": "x" * 101}, "text", "string_too_long"),
        ({"type": "text", "text": 7}, "text", "string_type"),
        ({"type": "text"}, "text", "missing"),
        ({"type": "text", "text": "x", "limit": 51}, "limit", "less_than_equal"),
        ({"type": "text", "text": "x", "limit": 0}, "limit", "greater_than_equal"),
        ({"type": "text", "text": "x", "more": 1}, "more", "extra_forbidden"),
        ({"type": "id", "id": -1}, "id", "greater_than_equal"),
        ({"type": "id", "id": 9_999_999}, "id", "unknown_token"),
        ({"type": "id", "id": 1.5}, "id", "int_type"),
        ({"type": "id", "id": 1, "model": "../../etc"}, "model", "unknown_model"),
        ({"type": "else"}, None, "union_tag_invalid"),
    ],
)
def test_what_does_not_fit_is_named(message: dict[str, Any], field: str | None, code: str) -> None:
    status, answer = ask(**message)
    assert status in (400, 422)
    assert (answer["errors"][0]["field"], answer["errors"][0]["code"]) == (field, code)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'{"type": "text", "text": "\\ud800"}', b'{"a":' * 500])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    assert Client().post("/prompts/vocabulary", body, content_type="application/json").status_code == 400


def test_a_model_without_a_tokenizer_here_says_so(tmp_path: Path, settings: Any) -> None:
    from playground.catalog.models import Model

    (tmp_path / "config.json").write_text("{}")
    settings.CONFIG = settings.CONFIG.model_copy(update={"model_roots": [tmp_path]})
    Model.objects.create(name="bare", source=str(tmp_path))
    status, answer = ask(type="text", model="bare", text="x")
    assert (status, answer["errors"][0]["code"]) == (422, "no_tokenizer")


def test_too_many_questions_are_refused() -> None:
    views.asks = type(views.asks)(rate=0.0, burst=2.0)
    client = Client()
    client.get("/healthz")
    codes = [client.post("/prompts/vocabulary", '{"type": "id", "id": 1}', content_type="application/json").status_code for _ in range(3)]
    assert codes == [200, 200, 429]
