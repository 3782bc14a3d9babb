"""``/v1`` at a real server with the bundled model: numbers against transformers, streams, cancelling, errors."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from inference.sources import bundled
from tests.site import Site, until

PROMPT = "The capital of France is"
GREEDY = {"model": "stories", "temperature": 0}


@pytest.fixture(scope="module")
def client(site: Site) -> httpx.Client:
    return httpx.Client(base_url=f"{site.url}/v1", timeout=120)


@pytest.fixture(scope="module")
def reference() -> tuple[Any, Any]:
    folder = bundled("main")
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32), AutoTokenizer.from_pretrained(folder)


def complete(client: httpx.Client, **fields: Any) -> Any:
    answer = client.post("/completions", json={**GREEDY, **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


def logprobs_of(reference: tuple[Any, Any], ids: list[int]) -> Any:
    with torch.no_grad():
        return torch.log_softmax(reference[0](torch.tensor([ids])).logits[0].float(), -1)


def test_an_echoed_prompt_has_the_models_own_logprobs(client: httpx.Client, reference: tuple[Any, Any]) -> None:
    ids = reference[1](PROMPT).input_ids
    (choice,) = complete(client, prompt=ids, echo=True, logprobs=2, max_tokens=1)["choices"]
    expected = logprobs_of(reference, ids)
    found = choice["logprobs"]
    assert found["token_logprobs"][0] is None
    assert found["token_logprobs"][1:-1] == pytest.approx([float(expected[n, ids[n + 1]]) for n in range(len(ids) - 1)], abs=1e-3)
    assert max(found["top_logprobs"][-1].values()) == pytest.approx(float(expected[-1].max()), abs=1e-3)
    assert [max(top.values()) for top in found["top_logprobs"][1:]] == pytest.approx([float(row.max()) for row in expected], abs=1e-3)


def test_a_text_can_be_scored_without_a_new_token(client: httpx.Client) -> None:
    with_one, without = (complete(client, prompt=PROMPT, echo=True, logprobs=1, max_tokens=most) for most in (1, 0))
    count = len(without["choices"][0]["logprobs"]["tokens"])
    assert without["choices"][0]["logprobs"]["token_logprobs"] == with_one["choices"][0]["logprobs"]["token_logprobs"][:count]
    assert without["choices"][0]["text"] == PROMPT
    assert without["usage"] == {"prompt_tokens": count, "completion_tokens": 0, "total_tokens": count}


def test_many_prompts_are_answered_in_order(client: httpx.Client) -> None:
    prompts = [f"The capital of {country} is" for country in ("France", "Italy", "Japan")] * 5
    alone = [complete(client, prompt=prompt, max_tokens=4)["choices"][0]["text"] for prompt in prompts[:3]]
    found = complete(client, prompt=prompts, max_tokens=4)
    assert [choice["index"] for choice in found["choices"]] == list(range(15))
    assert [choice["text"] for choice in found["choices"]] == alone * 5
    assert found["usage"]["completion_tokens"] == 60


def test_several_samples_differ_and_the_best_of_them_are_the_likeliest(client: httpx.Client) -> None:
    asked = {"prompt": "Once upon a time", "temperature": 1.0, "seed": 5, "max_tokens": 12, "logprobs": 0}
    four = complete(client, n=4, **asked)["choices"]
    assert len({choice["text"] for choice in four}) > 1
    mean = {choice["text"]: sum(choice["logprobs"]["token_logprobs"]) / len(choice["logprobs"]["token_logprobs"]) for choice in four}
    best = complete(client, n=2, best_of=4, **asked)["choices"]
    assert [choice["text"] for choice in best] == sorted(mean, key=lambda text: -mean[text])[:2]
    assert [choice["index"] for choice in best] == [0, 1]


def streamed(client: httpx.Client, path: str, body: dict[str, Any]) -> list[Any]:
    with client.stream("POST", path, json=body) as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        lines = [line.removeprefix("data: ") for line in answer.iter_lines() if line]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


@pytest.mark.parametrize("echo", [False, True])
def test_a_stream_says_what_the_whole_answer_says(echo: bool, client: httpx.Client) -> None:
    asked = {**GREEDY, "prompt": [PROMPT, "One, two, three,"], "max_tokens": 9, "n": 1, "echo": echo, "logprobs": 1}
    whole = complete(client, **asked)
    *chunks, last = streamed(client, "/completions", {**asked, "stream": True, "stream_options": {"include_usage": True}})
    for choice in whole["choices"]:
        parts = [one for chunk in chunks for one in chunk["choices"] if one["index"] == choice["index"]]
        assert "".join(part["text"] for part in parts) == choice["text"]
        assert [part["finish_reason"] for part in parts] == [None] * (len(parts) - 1) + [choice["finish_reason"]]
        logprobs = [part["logprobs"] for part in parts if part["logprobs"]]
        assert [token for one in logprobs for token in one["tokens"]] == choice["logprobs"]["tokens"]
    assert (last["choices"], last["usage"]) == ([], whole["usage"])


def test_a_chat_is_answered_in_the_models_own_template(client: httpx.Client, reference: tuple[Any, Any]) -> None:
    messages = [{"role": "user", "content": "What is the capital of France?"}]
    body = {**GREEDY, "messages": messages, "max_tokens": 20, "logprobs": True, "top_logprobs": 2}
    answer = client.post("/chat/completions", json=body).json()
    (choice,) = answer["choices"]
    ids = reference[1].apply_chat_template(messages, add_generation_prompt=True, return_dict=False)
    assert answer["usage"]["prompt_tokens"] == len(ids)
    assert "Paris" in choice["message"]["content"]
    first = choice["logprobs"]["content"][0]
    assert first["top_logprobs"][0]["logprob"] == pytest.approx(float(logprobs_of(reference, ids)[-1].max()), abs=1e-3)
    assert bytes(first["bytes"]).decode() == first["token"]
    chunks = streamed(client, "/chat/completions", {**body, "stream": True})
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks) == choice["message"]["content"]


def test_a_schema_binds_the_answer(client: httpx.Client) -> None:
    schema = {"type": "object", "properties": {"name": {"enum": ["Lily", "Ben"]}}, "required": ["name"], "additionalProperties": False}
    body = {
        **GREEDY,
        "messages": [{"role": "user", "content": "Name?"}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}},
    }
    choice = client.post("/chat/completions", json=body).json()["choices"][0]
    assert json.loads(choice["message"]["content"])["name"] in ("Lily", "Ben")
    assert choice["finish_reason"] == "stop"


def test_a_run_of_the_api_can_be_opened_in_the_inspector(client: httpx.Client) -> None:
    answer = client.post("/completions", json={**GREEDY, "prompt": PROMPT, "max_tokens": 3})
    page = httpx.get(answer.headers["X-Logitscope-Session"], follow_redirects=True)
    assert page.status_code == 200
    assert "run=" in str(page.url) or "/s/" in str(page.url)


@pytest.mark.parametrize("stream", [False, True])
def test_who_hangs_up_ends_the_run(stream: bool, client: httpx.Client, site: Site) -> None:
    body = {"model": "stories", "prompt": "Once", "max_tokens": 900, "ignore_eos": True, "stream": stream}
    log = site.processes[-1]
    before = log.says("nobody listens any more")
    try:
        with client.stream("POST", "/completions", json=body, timeout=httpx.Timeout(60, read=60 if stream else 1)) as answer:
            next(answer.iter_lines())
    except httpx.ReadTimeout:
        assert not stream
    until(lambda: log.says("nobody listens any more") > before, 30, "the run went on")
    time.sleep(0)  # the site serves on
    assert client.get("/models").status_code == 200


@pytest.mark.parametrize(
    ("fields", "status", "param", "code"),
    [({"model": "gpt-4"}, 404, "model", "model_not_found"), ({"temperature": -1}, 400, "temperature", "greater_than_equal"), ({"foo": 1}, 400, "foo", "extra_forbidden"),
     ({"suffix": "x"}, 400, "suffix", "value_error"), ({"prompt": [10**9]}, 400, None, None), ({"prompt": "a " * 2000}, 400, "prompt", "prompt_too_long"), ({"regex": "("}, 400, "regex", "bad_constraint"),
     ({"min_tokens": 9, "max_tokens": 3}, 400, None, None), ({"logit_bias": {"x": 1}}, 400, None, None), ({"n": 3, "num_beams": 2}, 400, None, None), ({"temperature": "hot"}, 400, "temperature", "float_type")],
)  # fmt: skip
def test_what_cannot_be_run_is_refused_in_openais_shape(
    fields: dict[str, Any], status: int, param: str | None, code: str | None, client: httpx.Client
) -> None:
    answer = client.post("/completions", json={**GREEDY, "prompt": PROMPT, **fields})
    error = answer.json()["error"]
    assert (answer.status_code, error["type"]) == (status, "invalid_request_error"), error
    assert error["message"]
    if code is not None:
        assert (error["param"], error["code"]) == (param, code)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"model": "stories", "prompt": NaN}', b'{"model": "stories", "prompt": "\\ud800"}', b"\xff\xfe"]
)
def test_a_body_that_is_no_request_is_refused(body: bytes, client: httpx.Client) -> None:
    answer = client.post("/completions", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert "error" in answer.json()
