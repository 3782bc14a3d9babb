"""What the rest of the site may ask of runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from inference.spec import RunSpec
from playground.runs import people
from playground.runs.models import PromptSession, Run, RunState, Visibility

TITLE_CHARACTERS = 60
Row = TypeVar("Row", bound=Model)


def owner_of(scope: dict[str, Any]) -> str:
    """The person behind an ASGI connection. Somebody without a cookie is a new person for as long as the connection lasts."""
    person: str = scope.setdefault("person", people.person_of_scope(scope) or people.new_person())
    return person


@dataclass(frozen=True, slots=True)
class Place:
    """Where in somebody's work a run belongs: its session, the run that it came of, and what the person did to that."""

    session: str | None = None  # None: a new one
    parent: str | None = None
    kind: str = "run"
    keep: bool = True  # False: it has no session, and only how it ended is kept
    visibility: Visibility = Visibility.PRIVATE  # of a new session


NEW_WORK = Place()


class NoSuchPlace(LookupError):
    """The session or the parent run is not the person's; ``field`` says which."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field}: there is none of that id")
        self.field = field


def create_run(owner: str, spec: RunSpec, model: str, place: Place = NEW_WORK) -> Run:
    """Record that ``owner`` asked for ``spec``. Raises ``NoSuchPlace``; then nothing has been recorded."""
    parent = _own(Run.objects.filter(owner=owner), "parent", place.parent)
    session = _own(PromptSession.objects.filter(owner=owner), "session", place.session) or (parent.session if parent else None)
    with transaction.atomic(savepoint=False):
        if session:
            session.save(update_fields=["updated"])
        elif place.keep:
            session = _new_session(owner, spec, place)
        fields = spec.model_dump(mode="json")
        return Run.objects.create(owner=owner, spec=fields, model=model, session=session, parent=parent, kind=place.kind, keep=place.keep)


def _new_session(owner: str, spec: RunSpec, place: Place) -> PromptSession:
    return PromptSession.objects.create(owner=owner, title=title_of(spec), visibility=place.visibility)


def _own(rows: QuerySet[Row], field: str, key: str | None) -> Row | None:
    if key is None:
        return None
    if (row := rows.filter(pk=key).first()) is None:
        raise NoSuchPlace(field)
    return row


def title_of(spec: RunSpec) -> str:
    """The beginning of the prompt, in one line."""
    return " ".join((spec.prompt or "").split())[:TITLE_CHARACTERS]


def owns(owner: str, run: str) -> bool:
    """Whether ``run`` exists and is ``owner``'s; a foreign id and an absent one are the same."""
    return Run.objects.filter(pk=run, owner=owner).exists()


def may_read(person: str, run: str) -> bool:
    """Whether ``run`` is the person's own, or in a session that is shared with them."""
    return Run.objects.filter(Q(owner=person) | Q(session__in=shared()), pk=run).exists()


def live_runs(owner: str) -> list[str]:
    """Those of ``owner`` that have not ended."""
    return list(Run.objects.filter(owner=owner, state=RunState.LIVE).values_list("pk", flat=True))


def forget(owner: str) -> None:
    """Delete all that ``owner`` made, files included."""
    with transaction.atomic():
        Run.objects.filter(owner=owner).delete()
        PromptSession.objects.filter(owner=owner).delete()


def shared() -> QuerySet[PromptSession]:
    """The sessions that whoever has the link may see, as of now."""
    lasting = Q(expires=None) | Q(expires__gt=timezone.now())
    return PromptSession.objects.filter(lasting).exclude(visibility=Visibility.PRIVATE)


def pace_of(run: str) -> float | None:
    """Tokens per second that ``run`` was asked to keep to; ``None``: as fast as it goes, or there is no such run."""
    spec = Run.objects.filter(pk=run).values_list("spec", flat=True).first()
    pace: float | None = (spec or {}).get("max_tokens_per_second")
    return pace


def maker_of(run: str) -> str:
    """Whose ``run`` is; empty where there is no such run."""
    return Run.objects.filter(pk=run).values_list("owner", flat=True).first() or ""


def model_of(run: str) -> str:
    """The name of the model that ``run`` was made with; empty where there is no such run."""
    return Run.objects.filter(pk=run).values_list("model", flat=True).first() or ""
