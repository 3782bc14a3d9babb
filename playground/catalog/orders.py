"""Has the workers check, load or let go of a model, and reads what they say of it. Blocking; nothing is loaded here."""

from __future__ import annotations

import secrets

from inference.runs.order import ORDER_TASK, REPORT_SECONDS, Action, Order, Report, release_box
from playground.catalog import services
from playground.catalog.models import Model
from playground.celery import app
from playground.live.log import event_log

EXPIRES_SECONDS = 600.0  # an order that no worker has taken up by then is left


class NotSent(RuntimeError):
    """The workers cannot be reached."""


def send(row: Model, action: Action) -> None:
    """Ask a worker. Raises ``NotSent``, ``LogUnavailable``, or ``UnknownModel`` where the model's files are gone."""
    order = Order(box=_new_box(), action=action, source=services.source_of(row))
    try:
        app.send_task(ORDER_TASK, [order.pack()], queue=row.queue, ignore_result=True, expires=EXPIRES_SECONDS)
    except app.connection_for_write().connection_errors + (app.OperationalError,) as error:  # noqa: RUF005
        raise NotSent("the workers cannot be reached") from error
    _remember(row, {"box": order.box, "action": action})


def release(row: Model) -> None:
    """Tell every worker that holds ``row`` to let it go as soon as no run is on it. Raises ``LogUnavailable`` or ``UnknownModel``."""
    box = _new_box()
    event_log().post(release_box(services.source_of(row)), box.encode(), REPORT_SECONDS)
    _remember(row, {"box": box, "action": "release"})


def report(row: Model) -> Report | None:
    """How the last order stands; the end of it is kept. ``None`` where no worker has taken it up yet. Raises ``LogUnavailable``."""
    if "report" in row.order:
        return Report.model_validate(row.order["report"])
    entries = event_log().read(row.order.get("box", ""))
    found = Report.unpack(entries[-1].data) if entries else None
    if found is not None and found.over:
        _remember(row, {**row.order, "report": found.model_dump(mode="json")})
    return found


def _new_box() -> str:
    return f"order-{secrets.token_urlsafe(16)}"


def _remember(row: Model, order: dict[str, object]) -> None:
    row.order = order
    Model.objects.filter(pk=row.pk).update(order=order)
