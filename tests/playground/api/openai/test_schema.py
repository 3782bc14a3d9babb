"""What OpenAI's clients may send: what is taken, what is ignored, what is refused by name."""

from typing import Any

import pytest
from pydantic import ValidationError

from playground.api.openai.schema import ChatRequest, CompletionRequest

ASKED = {"model": "m", "prompt": "p"}
CHAT = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


@pytest.mark.parametrize(
    ("prompt", "prompts"),
    [("a", ["a"]), (["a", "b"], ["a", "b"]), ([1, 2], [[1, 2]]), ([[1], [2, 3]], [[1], [2, 3]])],
)
def test_a_prompt_is_a_text_or_ids_alone_or_many(prompt: Any, prompts: list[Any]) -> None:
    assert CompletionRequest.model_validate({"model": "m", "prompt": prompt}).prompts == prompts


def test_settings_of_vllm_stand_at_the_top() -> None:
    request = CompletionRequest.model_validate(
        {**ASKED, "temperature": 0, "min_p": 0.1, "logit_bias": {"7": 1}, "max_tokens": 3, "n": 2, "stop": "x"}
    )
    assert request.settings == {"temperature": 0, "min_p": 0.1, "logit_bias": {"7": 1}}
    assert (request.max_tokens, request.n, request.stop) == (3, 2, ["x"])


def test_null_is_as_good_as_absent() -> None:
    request = CompletionRequest.model_validate({**ASKED, "temperature": None, "stop": None, "suffix": None, "logprobs": None, "seed": None})
    assert (request.settings, request.stop, request.logprobs) == ({}, [], None)


def test_what_changes_nothing_here_is_ignored() -> None:
    assert CompletionRequest.model_validate({**ASKED, "user": "u", "metadata": {}, "store": False}).settings == {}


@pytest.mark.parametrize(
    ("fields", "named"),
    [({"suffix": "x"}, "suffix"), ({"foo": 1}, "foo"), ({"settings": {}}, "settings"), ({"n": 0}, "n"), ({"n": 17}, "n"), ({"n": True}, "n"), ({"n": "2"}, "n"),
     ({"n": 3, "best_of": 2}, "best_of"), ({"best_of": 3, "stream": True}, "best_of"), ({"max_tokens": 0}, "max_tokens"), ({"max_tokens": -1}, "max_tokens"),
     ({"prompt": []}, "prompt"), ({"prompt": ["a"] * 129}, "prompt"), ({"prompt": [[]]}, "prompt"), ({"prompt": [1, "a"]}, "prompt"), ({"prompt": None}, "prompt"), ({"logprobs": 21}, "logprobs"),
     ({"stream_options": {"x": 1}}, "stream_options"), ({"model": ""}, "model"), ({"stream": "yes"}, "stream"), ({"echo": 1}, "echo")],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError) as refused:
        CompletionRequest.model_validate({**ASKED, **fields})
    assert any(named in map(str, error["loc"]) or error["msg"].startswith(f"Value error, {named}:") for error in refused.value.errors())


@pytest.mark.parametrize("body", [3, [], "x", None])
def test_a_body_that_is_no_object_is_refused(body: Any) -> None:
    with pytest.raises(ValidationError):
        CompletionRequest.model_validate(body)


def test_content_in_parts_is_one_text_and_a_developer_is_the_system() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    request = ChatRequest.model_validate({"model": "m", "messages": [{"role": "developer", "content": parts}, CHAT["messages"][0]]})
    assert [message.plain() for message in request.messages] == [{"role": "system", "content": "ab"}, {"role": "user", "content": "hi"}]


@pytest.mark.parametrize(
    ("asked", "constraint"),
    [({"type": "text"}, {}), ({"type": "json_object"}, {"json_schema": {"type": "object"}}),
     ({"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "integer"}, "strict": True}}, {"json_schema": {"type": "integer"}})],
)  # fmt: skip
def test_a_response_format_is_a_constraint(asked: dict[str, Any], constraint: dict[str, Any]) -> None:
    found = ChatRequest.model_validate({**CHAT, "response_format": asked}).response_format
    assert found is not None
    assert found.constraint == constraint


@pytest.mark.parametrize(
    ("fields", "named"),
    [({"top_logprobs": 2}, "top_logprobs"), ({"messages": []}, "messages"), ({"tools": [{}]}, "tools"), ({"response_format": {"type": "json_schema"}}, "response_format"),
     ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]}, "messages"), ({"messages": [{"role": "tool", "content": "x"}]}, "messages")],
)  # fmt: skip
def test_what_a_chat_cannot_do_is_refused_by_name(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ChatRequest.model_validate({**CHAT, **fields})
    assert any(named in map(str, error["loc"]) or f"{named}:" in error["msg"] for error in refused.value.errors())
