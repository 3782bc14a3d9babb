"""Checking, loading and unloading by the panel: what the workers are told, and how what they say is shown."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from inference.events import Finished
from inference.runs.order import ORDER_TASK, Order, Report, release_box
from inference.spec import RunSpec, SamplingParams
from inference.worker.foreman import Foreman
from inference.worker.models import Models
from playground.catalog.models import Model
from playground.catalog.services import resolve, source_of
from playground.celery import app
from playground.live.log import event_log
from tests.site import until

pytestmark = pytest.mark.django_db


@pytest.fixture
def row() -> Model:
    return Model.objects.get(name="stories-draft")


@pytest.fixture
def panel(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("ada", password="correct horse battery"))
    return client


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Order]:
    """What was put into the broker."""
    found: list[Order] = []

    def send_task(name: str, arguments: list[str], **options: Any) -> None:
        assert name == ORDER_TASK
        found.append(Order.unpack(arguments[0]))

    monkeypatch.setattr(app, "send_task", send_task)
    return found


def act(panel: Client, row: Model, action: str) -> Any:
    return panel.post(reverse("panel-model-act", args=[row.pk, action]))


def shown(panel: Client, row: Model) -> str:
    return panel.get(reverse("panel-model", args=[row.pk])).content.decode()


def test_a_check_travels_to_a_worker_and_its_progress_and_end_are_shown(panel: Client, row: Model, sent: list[Order]) -> None:
    act(panel, row, "check")
    (order,) = sent
    assert (order.action, order.source) == ("check", source_of(row))
    assert 'data-state="waiting"' in shown(panel, row)
    event_log().post(order.box, Report(state="loading", worker="w", fraction=0.25).pack(), 60)
    assert "25 %" in shown(panel, row)
    Foreman(event_log(), Models(), "w").do(order)
    page = shown(panel, row)
    assert 'data-state="done"' in page
    assert 'data-fact="sample"' in page
    assert "hx-trigger" not in page  # it asks no more


def test_the_end_is_kept_when_the_workers_report_is_gone(panel: Client, row: Model, sent: list[Order]) -> None:
    act(panel, row, "load")
    event_log().post(sent[0].box, Report(state="failed", worker="w", error="there is no room <b>").pack(), 60)
    shown(panel, row)
    event_log().post(sent[0].box, b"", 0)
    assert "there is no room &lt;b&gt;" in shown(panel, row)


def test_unloading_is_left_where_every_worker_looks_and_each_that_has_it_says_so(panel: Client, row: Model) -> None:
    models = Models()
    foreman = Foreman(event_log(), models, "w")
    foreman.do(Order(box="first", action="load", source=source_of(row)))
    assert models.held() == [source_of(row)]
    act(panel, row, "release")
    foreman._look()
    assert models.held() == []
    assert "No longer in memory of w." in shown(panel, row)


def test_a_model_that_was_loaded_after_the_release_stays(row: Model) -> None:
    models = Models()
    foreman = Foreman(event_log(), models, "w")
    event_log().post(release_box(source_of(row)), b"old", 60)
    foreman.do(Order(box="first", action="load", source=source_of(row)))
    foreman._look()
    assert models.held() == [source_of(row)]
    models.close()


def test_a_model_that_is_ordered_again_stays_though_a_release_still_waits_for_its_run(row: Model) -> None:
    models = Models()
    foreman = Foreman(event_log(), models, "w")
    foreman.do(Order(box="first", action="load", source=source_of(row)))
    foreman._look()
    run = models.get(source_of(row)).submit(RunSpec(prompt="Once", sampling=SamplingParams(max_tokens=400), max_tokens_per_second=20.0))
    next(iter(run))
    event_log().post(release_box(source_of(row)), b"waits", 60)
    foreman._look()
    assert models.held() == [source_of(row)]  # it has work
    foreman.do(Order(box="second", action="load", source=source_of(row)))
    run.cancel()
    assert [event.reason for event in run if isinstance(event, Finished)] == ["cancelled"]
    until(lambda: not models.in_memory()[0].busy)
    foreman._look()
    assert models.held() == [source_of(row)]
    event_log().post(release_box(source_of(row)), b"meant", 60)
    foreman._look()
    assert models.held() == []
    models.close()


def test_the_default_is_what_an_operator_has_made_it(panel: Client, row: Model) -> None:
    assert resolve("").name == "stories"
    act(panel, row, "default")
    assert resolve("").name == "stories-draft"
    assert LogEntry.objects.get().change_message == "Made the default."
    Model.objects.filter(pk=row.pk).update(enabled=False)
    assert resolve("").name == "stories"


def test_only_who_may_change_models_orders_anything_and_never_by_a_link(panel: Client, client: Client, row: Model) -> None:
    address = reverse("panel-model-act", args=[row.pk, "check"])
    assert panel.get(address).status_code == 405
    assert act(panel, row, "explode").status_code == 404
    client.force_login(User.objects.create_user("bob", is_staff=True))
    assert client.post(address).status_code == 403
