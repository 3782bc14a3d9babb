"""What an operator decides about a model: refused at the field where it makes no sense, and enforced when a run is started."""

from __future__ import annotations

import secrets
import time
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError

from inference.runs.job import Job
from inference.spec import RunSpec, SamplingParams
from playground.api.openai.errors import ApiError
from playground.api.openai.specs import check_model
from playground.catalog.models import Model
from playground.catalog.services import UnknownModel, chat_template, resolve, runnable_models
from playground.live import starting
from playground.live.log import event_log
from playground.live.refusals import RunRefused
from playground.runs.people import account_in, person_of_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def row() -> Model:
    return Model.objects.get(name="stories-draft")


def refused(row: Model, **fields: Any) -> dict[str, list[str]]:
    for name, value in fields.items():
        setattr(row, name, value)
    with pytest.raises(ValidationError) as caught:
        row.full_clean()
    return dict(caught.value.message_dict)


def set_on(row: Model, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()


def start(spec: dict[str, Any], person: str = "") -> Job:
    """The job that a worker is given; of somebody who has no other runs, where no person is named."""
    run = starting.start_run(person or secrets.token_hex(8), RunSpec.model_validate({"model": "stories-draft", "prompt": "Once", **spec}))
    return Job.unpack(event_log().meta(run.run) or b"")


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"defaults": {"temperature": -1}}, "defaults", "temperature: Input should be greater than or equal to 0"),
        ({"defaults": {"temprature": 1}}, "defaults", "temprature: Extra inputs"),
        ({"defaults": [1]}, "defaults", "An object is needed"),
        ({"maxima": {"stop": 3}}, "maxima", "not a setting that is a number"),
        ({"maxima": {"max_tokens": 0}}, "maxima", "max_tokens: Input should be greater than or equal to 1"),
        ({"maxima": {"n": "many"}}, "maxima", "n: Input should be a valid integer"),
        ({"maxima": {"max_tokens": 20}}, "defaults", "max_tokens: 256 > 20"),
        ({"context": 4}, "context", "greater than or equal to 8"),
        ({"queue": "gpu"}, "queue", "takes runs from decode only"),
        ({"chat_template": "{{ messages"}, "chat_template", "does not render"),
        ({"chat_template": "{{ ''.__class__.__mro__[1].__subclasses__() }}"}, "chat_template", "unsafe"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(row: Model, fields: dict[str, Any], field: str, reason: str) -> None:
    found = refused(row, **fields)
    assert list(found) == [field]
    assert reason in found[field][0]


def test_a_template_that_never_ends_is_refused_within_five_seconds(row: Model) -> None:
    began = time.monotonic()
    bomb = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    assert "took longer" in refused(row, chat_template=bomb)["chat_template"][0]
    assert time.monotonic() - began < 5


def test_a_run_takes_the_models_settings_where_it_says_nothing(row: Model) -> None:
    set_on(row, defaults={"temperature": 0.3, "max_tokens": 7})
    assert start({"sampling": {"top_k": 3}}).spec.sampling.model_copy(update={"seed": None}) == SamplingParams(temperature=0.3, max_tokens=7, top_k=3)
    assert start({"sampling": {"temperature": 1.5}}).spec.sampling.temperature == 1.5


def test_a_run_above_a_maximum_is_refused_with_field_value_and_bound(row: Model) -> None:
    set_on(row, defaults={"max_tokens": 10, "max_time": 5.0}, maxima={"max_tokens": 20, "max_time": 9.0})
    with pytest.raises(RunRefused) as caught:
        start({"sampling": {"max_tokens": 21, "max_time": 0.0}})
    found = [(error.code, error.field, error.value, error.bound) for error in caught.value.errors]
    assert found == [("above_maximum", "sampling.max_tokens", "21", "<= 20"), ("above_maximum", "sampling.max_time", "0", "<= 9")]
    assert start({"sampling": {"max_tokens": 20}}).spec.sampling.max_tokens == 20


def test_the_context_limit_counts_before_the_run_and_in_the_worker(row: Model) -> None:
    set_on(row, context=8)
    assert resolve(row.name).context == 8
    assert start({"prompt_token_ids": [1] * 7, "prompt": None}).source.context == 8
    with pytest.raises(RunRefused, match="context of 8"):
        start({"prompt_token_ids": [1] * 8, "prompt": None})


def test_a_chat_template_of_the_operators_stands_in_for_the_models_own(row: Model) -> None:
    set_on(row, chat_template="{{ messages[0].content }}!")
    template = chat_template(resolve(row.name))
    assert template is not None
    assert template.text == "{{ messages[0].content }}!"


def test_a_model_is_there_for_those_alone_who_may_use_it(row: Model) -> None:
    group = Group.objects.create(name="class 3b")
    member, other = User.objects.create_user("eve"), User.objects.create_user("bob")
    member.groups.add(group)
    people = {"nobody": "a-cookie", "member": person_of_account(member.pk), "other": person_of_account(other.pk)}

    def who() -> set[str]:
        found = {name for name, person in people.items() if row.name in [model.name for model in runnable_models(person)]}
        for name, person in people.items():
            if name not in found:
                with pytest.raises(UnknownModel):
                    resolve(row.name, person)
        return found

    assert who() == {"nobody", "member", "other"}
    set_on(row, audience="signed_in")
    assert who() == {"member", "other"}
    set_on(row, audience="groups")
    row.groups.add(group)
    assert who() == {"member"}
    with pytest.raises(RunRefused, match="no model"):
        start({}, people["other"])


def test_the_api_knows_no_model_that_is_not_for_everybody_not_even_to_score_a_text(row: Model) -> None:
    assert check_model(row.name).name == row.name
    set_on(row, audience="signed_in")
    with pytest.raises(ApiError) as caught:
        check_model(row.name)
    assert caught.value.status == 404


@pytest.mark.parametrize(("person", "account"), [("account-12", 12), ("account-", None), ("account--1", None), ("12", None), ("", None)])
def test_an_account_is_told_by_its_person(person: str, account: int | None) -> None:
    assert account_in(person) == account
