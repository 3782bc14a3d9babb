"""``POST /prompts/tokens``: what the model is given, to the token."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoTokenizer

from inference.sources import BUNDLED
from playground.catalog import files
from playground.catalog.models import Model
from playground.live.protocol import MAX_FRAME_BYTES
from playground.prompts import views

pytestmark = pytest.mark.django_db
TALKS = {
    "question": [{"role": "user", "content": "What is the capital of France?"}],
    "system": [{"role": "system", "content": "You tell stories."}, {"role": "user", "content": "講一個關於狐狸的故事。"}],
    "turns": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}, {"role": "user", "content": " And\nnow? 🦊 "}],
    "specials in the text": [{"role": "user", "content": "<|endoftext|> is a token, and so is <|end|>"}],
    "empty": [{"role": "user", "content": ""}],
}
TEXTS = ["Once upon a time", "", " ", "從前有一隻小狐狸", "饕餮龘 🦊", "a\nb\t c", "<|endoftext|>twice", "e\u0301\u200d\u202e"]


@pytest.fixture(autouse=True)
def unhurried() -> None:
    views.asks = type(views.asks)(rate=1e6, burst=1e6)


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(BUNDLED / "main")


def ask(**message: Any) -> tuple[int, Any]:
    response = Client().post("/prompts/tokens", json.dumps(message), content_type="application/json")
    return response.status_code, response.json()


@pytest.mark.parametrize("name", TALKS)
def test_a_conversation_has_the_ids_of_apply_chat_template(tokenizer: Any, name: str) -> None:
    status, answer = ask(type="chat", messages=TALKS[name])
    assert status == 200
    assert answer["ids"] == tokenizer.apply_chat_template(TALKS[name], add_generation_prompt=True, return_dict=False)
    assert answer["text"] == tokenizer.apply_chat_template(TALKS[name], add_generation_prompt=True, tokenize=False)
    assert answer["ids"].count(tokenizer.bos_token_id) == answer["text"].count(tokenizer.bos_token)


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_has_the_ids_that_the_worker_will_find(tokenizer: Any, text: str) -> None:
    status, answer = ask(type="text", prompt=text)
    assert status == 200
    assert answer["ids"] == tokenizer(text)["input_ids"]
    assert answer["text"] == text


@pytest.mark.parametrize("text", TEXTS)
def test_spans_lead_through_the_text_without_a_hole(text: str) -> None:
    _, answer = ask(type="text", prompt=text)
    spans = [span for span, token in zip(answer["spans"], answer["ids"], strict=True) if span != [0, 0] or str(token) not in answer["special"]]
    assert "".join(text[start:end] for start, end in dict.fromkeys(map(tuple, spans))) == text


def test_special_tokens_are_named() -> None:
    _, answer = ask(type="chat", messages=TALKS["question"])
    assert set(answer["special"].values()) == {"<|endoftext|>", "<|user|>", "<|end|>", "<|assistant|>"}
    assert answer["context"] == 1024


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """Another model's folder as far as the web process looks into one."""
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "one": 1, "two": 2}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "config.json").write_text("{}")
    settings.CONFIG = settings.CONFIG.model_copy(update={"model_roots": [tmp_path]})
    Model.objects.create(name="mine", source=str(tmp_path))
    files.facts.cache_clear()
    return tmp_path


def test_a_model_without_a_template_says_so(folder: Path) -> None:
    status, answer = ask(type="chat", model="mine", messages=TALKS["question"])
    assert status == 422
    assert answer["errors"][0]["code"] == "no_chat_template"
    assert answer["errors"][0]["field"] == "messages"


@pytest.mark.parametrize("listed", [True, False])
def test_a_template_within_the_tokenizers_configuration_counts(folder: Path, listed: bool) -> None:
    text = "{{ bos_token }}{{ messages[0].content }}"
    template: Any = [{"name": "rag", "template": "no"}, {"name": "default", "template": text}] if listed else text
    config = {"chat_template": template, "bos_token": {"content": "one", "__type": "AddedToken"}}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    status, answer = ask(type="chat", model="mine", messages=[{"role": "user", "content": " two"}])
    assert (status, answer["ids"], answer["text"]) == (200, [1, 2], "one two")


def test_a_template_that_refuses_a_conversation_is_quoted(folder: Path) -> None:
    (folder / "chat_template.jinja").write_text("{{ raise_exception('Conversation roles must alternate') }}")
    status, answer = ask(type="chat", model="mine", messages=TALKS["question"])
    assert status == 422
    assert "roles must alternate" in answer["errors"][0]["value"]


def test_a_model_without_a_tokenizer_here_says_so(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    status, answer = ask(type="text", model="mine", prompt="one")
    assert (status, answer["errors"][0]["code"]) == (422, "no_tokenizer")


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ({"type": "chat", "messages": []}, "messages"),
        ({"type": "chat", "messages": [{"role": "tool", "content": "x"}]}, "messages.0.role"),
        ({"type": "chat", "messages": [{"role": "user"}]}, "messages.0.content"),
        ({"type": "chat", "messages": [{"role": "user", "content": "x"}] * 257}, "messages"),
        ({"type": "text", "prompt": 7}, "prompt"),
        ({"type": "text", "prompt": "x", "more": 1}, "more"),
        ({"type": "text", "prompt": "x", "model": "../../etc"}, "model"),
        ({"type": "else"}, None),
        ({}, None),
    ],
)
def test_what_does_not_fit_is_named(message: dict[str, Any], field: str | None) -> None:
    status, answer = ask(**message)
    assert status in (400, 422)
    assert answer["errors"][0]["field"] == field


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'{"type": "text", "prompt": "\\ud800"}', b"NaN", b'{"a":' * 500])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    assert Client().post("/prompts/tokens", body, content_type="application/json").status_code == 400


def test_a_prompt_longer_than_a_frame_is_refused_quickly() -> None:
    begun = time.monotonic()
    status, answer = ask(type="text", prompt="x" * MAX_FRAME_BYTES)
    assert (status, answer["errors"][0]["field"]) == (413, "prompt")
    assert time.monotonic() - begun < 1


def test_too_many_questions_are_refused() -> None:
    views.asks = type(views.asks)(rate=0.0, burst=2.0)
    client = Client()
    client.get("/healthz")
    codes = [client.post("/prompts/tokens", '{"type": "text", "prompt": "x"}', content_type="application/json").status_code for _ in range(3)]
    assert codes == [200, 200, 429]


def test_another_site_cannot_ask() -> None:
    assert Client(enforce_csrf_checks=True).post("/prompts/tokens", "{}", content_type="application/json").status_code == 403


@pytest.mark.parametrize("text", [" there was", "fox", "\n\nEnd", "小狐狸住在森林裡", "饕餮龘 🦊", " ", "a  b"])
@pytest.mark.parametrize("before", ["Once upon a time", "從前有一隻", "x ", ""])
def test_a_continuation_reads_as_it_was_written_after_what_stands_before_it(tokenizer: Any, before: str, text: str) -> None:
    after = tokenizer(before, add_special_tokens=False)["input_ids"]
    status, answer = ask(type="continuation", after=after, text=text)
    assert status == 200
    assert tokenizer.decode([*after, *answer["ids"]]) == before + text
    assert not set(answer["ids"]) & set(tokenizer.all_special_ids)


@pytest.mark.parametrize("text", ["the end<|endoftext|>", "<|end|>"])
def test_a_continuation_with_a_special_token_is_refused(text: str) -> None:
    status, answer = ask(type="continuation", after=[], text=text)
    assert (status, answer["errors"][0]["code"], answer["errors"][0]["field"]) == (422, "no_round_trip", "text")


def test_a_tokenizer_that_puts_a_space_before_words_still_goes_on_within_one(tmp_path: Path) -> None:
    core = Tokenizer(models.BPE({character: n for n, character in enumerate("▁abcdefgh")}, []))
    core.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    core.decoder = decoders.Metaspace(prepend_scheme="always")
    core.save(str(tmp_path / "tokenizer.json"))
    after = core.encode("abc").ids
    assert files.encode_after(tmp_path, after, "def") == [4, 5, 6]
    assert files.encode_after(tmp_path, after, " def") == [0, 4, 5, 6]
    with pytest.raises(ValueError, match="d"):
        files.encode_after(tmp_path, after, "dxf")  # x is no token


@pytest.mark.parametrize(
    ("asked", "field"), [({"after": [-1], "text": "a"}, "after.0"), ({"after": [1] * 65, "text": "a"}, "after"), ({"after": [], "text": ""}, "text")]
)
def test_a_continuation_that_cannot_be_is_refused_at_its_field(asked: dict[str, Any], field: str) -> None:
    status, answer = ask(type="continuation", **asked)
    assert (status, answer["errors"][0]["field"]) == (400, field)
