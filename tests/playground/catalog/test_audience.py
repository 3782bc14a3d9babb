"""A model that somebody may not use answers them as one that does not exist, to the byte, wherever a model can be named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from inference.eventlog.protocol import EventLog
from inference.questions import QUESTION
from playground.catalog.models import Model
from playground.catalog.services import UnknownModel, resolve
from playground.classroom import rooms
from playground.live import asking
from playground.live.limits import Buckets
from playground.live.log import event_log
from playground.live.protocol import Ask
from playground.live.refusals import RunRefused
from playground.prompts import views as prompts
from playground.runs import keeping, sessions
from playground.runs.models import PromptSession, Visibility
from playground.runs.people import person_of_account
from tests.playground.runs.kept import stored_run

pytestmark = pytest.mark.django_db
HIDDEN, ABSENT = "stories-draft", "stories-never"  # as long as each other
JSON = "application/json"
TALK = [{"role": "user", "content": "Hi"}]


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(prompts, "asks", Buckets(rate=1e6, burst=1e6))
    monkeypatch.setattr(asking, "asks", Buckets(rate=1e6, burst=1e6))
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    keeping._read.cache_clear()


@pytest.fixture(autouse=True)
def hidden() -> Model:
    Model.objects.filter(name=HIDDEN).update(audience=Model.Audience.SIGNED_IN)
    return Model.objects.get(name=HIDDEN)


@pytest.fixture
def worker() -> Iterator[EventLog]:
    """One that is said to live: questions are refused for their own sake."""
    event_log().beat("w", 60)
    yield event_log()
    event_log().beat("w", 0)


def tokens(client: Client, model: str, **message: Any) -> Any:
    return client.post("/prompts/tokens", json.dumps({"model": model, **message}), content_type=JSON)


def vocabulary(client: Client, model: str, **message: Any) -> Any:
    return client.post("/prompts/vocabulary", json.dumps({"model": model, **message}), content_type=JSON)


PAGE: dict[str, Callable[[Client, str], Any]] = {
    "the tokens of a prompt": lambda client, model: tokens(client, model, type="text", prompt="Once"),
    "the tokens of a conversation": lambda client, model: tokens(client, model, type="chat", messages=TALK),
    "the tokens of what follows": lambda client, model: tokens(client, model, type="continuation", after=[1], text=" upon"),
    "tokens by their text": lambda client, model: vocabulary(client, model, type="text", text="fox"),
    "a token by its id": lambda client, model: vocabulary(client, model, type="id", id=7),
}
API: dict[str, Callable[[Client, str], Any]] = {
    "its name": lambda client, model: client.get(f"/v1/models/{model}"),
    "a completion": lambda client, model: client.post("/v1/completions", {"model": model, "prompt": "Once"}, content_type=JSON),
    "a text that is scored": lambda client, model: client.post("/v1/completions", {"model": model, "prompt": "Once", "echo": True, "max_tokens": 0, "logprobs": 1}, content_type=JSON),
    "an answer": lambda client, model: client.post("/v1/chat/completions", {"model": model, "messages": TALK}, content_type=JSON),
}  # fmt: skip


def said(answer: Any, model: str) -> tuple[int, str]:
    return answer.status_code, answer.content.decode().replace(model, "NAME")


@pytest.mark.parametrize("what", PAGE)
def test_the_page_is_told_the_same_of_a_hidden_model_and_of_none(what: str, client: Client) -> None:
    found = [said(PAGE[what](client, model), model) for model in (HIDDEN, ABSENT)]
    assert found[0] == found[1]
    assert found[0][0] == 422
    error = json.loads(found[0][1])["errors"][0]
    assert (error["code"], error["field"], error["value"]) == ("unknown_model", "model", "NAME")


@pytest.mark.parametrize("what", PAGE)
def test_whoever_may_use_it_is_answered(what: str, client: Client) -> None:
    client.force_login(User.objects.create_user("eve"))
    assert PAGE[what](client, HIDDEN).status_code == 200


@pytest.mark.django_db(transaction=True, serialized_rollback=True)  # the API looks in threads of its own
@pytest.mark.parametrize("what", API)
def test_the_api_says_the_same_of_a_hidden_model_and_of_none(what: str, client: Client) -> None:
    client.force_login(User.objects.create_user("eve"))  # a login is no key
    found = [said(API[what](client, model), model) for model in (HIDDEN, ABSENT)]
    assert found[0] == found[1]
    assert found[0][0] == 404


@pytest.mark.parametrize(
    "question", [{"type": "score"}, {"type": "what_if", "sampling": {"temperature": 0.5}}, {"type": "lens", "first": 1}]
)
def test_a_copy_of_a_shared_session_does_not_open_the_model_that_it_was_made_with(question: dict[str, Any], worker: EventLog) -> None:
    maker = person_of_account(User.objects.create_user("eve").pk)
    for model, code in ((HIDDEN, "unknown_model"), ("stories", "")):
        run = stored_run(owner=maker, model=model)
        assert run.session is not None
        PromptSession.objects.filter(pk=run.session_id).update(visibility=Visibility.LINK)
        assert refused(maker, run.pk, question) == ""
        copy = sessions.fork("bob", run.session_id or "").runs.get()
        assert refused("bob", copy.pk, question) == code


def refused(person: str, run: str, question: dict[str, Any]) -> str:
    try:
        asking.inquiry(person, Ask(type="ask", ref="1", run=run, question=QUESTION.validate_python(question)))
    except RunRefused as error:
        return error.errors[0].code
    return ""


def test_a_hidden_default_does_not_tell_its_name(hidden: Model) -> None:
    Model.objects.filter(pk=hidden.pk).update(default=True)
    with pytest.raises(UnknownModel) as caught:
        resolve("")
    assert HIDDEN not in str(caught.value)
    assert resolve("", None).name == HIDDEN


def test_a_room_is_for_a_class_and_knows_only_what_everybody_may_use() -> None:
    teacher = person_of_account(User.objects.create_user("eve").pk)
    found = []
    for model in (HIDDEN, ABSENT):
        with pytest.raises(RunRefused) as caught:
            rooms.open_room(teacher, "Foxes", language="en", model=model)
        found.append([(error.code, error.field, error.message.replace(model, "NAME")) for error in caught.value.errors])
    assert found[0] == found[1]
