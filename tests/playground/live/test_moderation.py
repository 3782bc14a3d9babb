"""What the site forbids: a prompt is refused with what the policy says, an output ends at the hit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.test import AsyncClient
from django.utils import translation

from inference.eventlog.protocol import EventLog
from inference.runs.job import Job
from inference.spec import RunSpec, SamplingParams
from playground.catalog import services as catalog
from playground.live import starting
from playground.live.language import language_of
from playground.live.refusals import RunRefused
from playground.moderation.models import WordList
from playground.runs.models import PromptSession, Run
from tests.inference.worker.engine import SmallEngine
from tests.playground.live.client import Client


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Whatever language the thread's last page was in."""
    with translation.override("en"):
        yield


def forbid(*entries: str, **fields: Any) -> None:
    says = {"says": "Not in this class.", "says_zh_hant": "課堂上不行。"}
    WordList.objects.create(name="school", entries="\n".join(entries), **{**says, **fields})


def refusal(**fields: Any) -> RunRefused:
    with pytest.raises(RunRefused) as refused:
        starting.start_run("ann", RunSpec.model_validate(fields))
    return refused.value


def test_a_forbidden_prompt_is_refused_at_its_field_and_nothing_is_created(log: EventLog) -> None:
    forbid("dragon")
    ids = catalog.encode(catalog.resolve(""), "A red DRAGON", True)
    assert ids is not None
    wrongs: list[tuple[str, dict[str, Any]]] = [
        ("prompt", {"prompt": "A red Ｄragon"}),
        ("prompt_token_ids", {"prompt_token_ids": ids.ids}),
        ("sampling.negative_prompt", {"prompt": "A", "sampling": {"negative_prompt": "dragons", "guidance_scale": 2.0}}),
    ]
    for field, fields in wrongs:
        (error,) = refusal(**fields).errors
        assert (error.code, error.field, error.bound, error.message) == ("content_filter", field, "school", "Not in this class.")
    assert (Run.objects.count(), PromptSession.objects.count(), log.waiting()) == (0, 0, 0)


def test_the_policy_speaks_the_readers_language(log: EventLog) -> None:
    forbid("dragon")
    with translation.override("zh-hant"):
        assert refusal(prompt="dragon").errors[0].message == "課堂上不行。"
    with translation.override("zh-hans"):
        assert refusal(prompt="dragon").errors[0].message == "Not in this class."


def test_a_worker_is_given_only_what_is_left_to_look_at(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    forbid("dragon")
    WordList.objects.create(name="prompts", entries="wolf", on_output=False)
    WordList.objects.create(name="off", entries="fox", enabled=False)

    def given(**fields: Any) -> list[tuple[str, bool, bool]]:
        meta = log.meta(starting.start_run("ann", RunSpec(sampling=SamplingParams(max_tokens=3), **fields)).run)
        return [(one.name, one.on_prompt, one.on_output) for one in Job.unpack(meta or b"").filters]

    assert given(prompt="fox") == [("school", False, True)]
    monkeypatch.setattr(catalog, "vocabulary", lambda model: None)
    assert given(prompt_token_ids=(5,)) == [("prompts", True, False), ("school", True, True)]


async def test_an_output_ends_at_a_hit_with_what_the_policy_says(engine: SmallEngine) -> None:
    await sync_to_async(forbid)("xxxx")
    async with Client() as client:
        await client.start(tokens=50)
        events = await client.events()
    assert [event["type"] for event in events if event["type"] == "token"] == ["token"] * 3
    last = events[-1]
    assert (last["reason"], last["detail"], last["usage"]["completion_tokens"]) == ("content_filter", "school", 3)
    assert last["policy"] == {"": "Not in this class.", "zh-hant": "課堂上不行。"}


async def test_a_list_counts_from_the_next_run_on(engine: SmallEngine) -> None:
    async with Client() as client:
        await client.start(tokens=5)
        assert (await client.events())[-1]["reason"] == "length"
        await sync_to_async(forbid)("xx")
        await client.start(tokens=5)
        assert (await client.events())[-1]["reason"] == "content_filter"
        await WordList.objects.aupdate(enabled=False)
        await client.start(tokens=5)
        assert (await client.events())[-1]["reason"] == "length"


def post(path: str, **fields: Any) -> Any:
    return async_to_sync(AsyncClient().post)(path, {"model": "stories", **fields}, content_type="application/json")


def test_over_v1_a_hit_is_a_finish_reason_and_a_forbidden_prompt_an_error(engine: SmallEngine, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    forbid("xxx", "dragon")
    (choice,) = post("/v1/completions", prompt="Once", max_tokens=9).json()["choices"]
    assert (choice["finish_reason"], choice["text"]) == ("content_filter", "xx")
    answers = [
        post("/v1/completions", prompt="dragon"),
        post("/v1/chat/completions", messages=[{"role": "user", "content": "A dragon?"}]),
    ]
    for answer in answers:
        assert answer.status_code == 400
        assert (answer.json()["error"]["code"], answer.json()["error"]["message"]) == ("content_filter", "Not in this class.")


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ([(b"cookie", b"django_language=zh-hant"), (b"accept-language", b"zh-hans")], "zh-hant"),
        ([(b"accept-language", b"zh-CN,zh;q=0.9")], "zh-hans"),
        ([(b"cookie", b"django_language=xx")], "en"),
        ([], "en"),
    ],
)
def test_a_socket_speaks_the_language_of_its_page(headers: list[tuple[bytes, bytes]], language: str) -> None:
    assert language_of({"headers": headers}) == language
