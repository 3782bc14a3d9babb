"""What the rest of the site may ask of runs."""

from __future__ import annotations

from typing import Any

from inference.spec import RunSpec
from playground.runs import people
from playground.runs.models import Run


def owner_of(scope: dict[str, Any]) -> str:
    """The person behind an ASGI connection. Somebody without a cookie is a new person for as long as the connection lasts."""
    person: str = scope.setdefault("person", people.person_of_scope(scope) or people.new_person())
    return person


def create_run(owner: str, spec: RunSpec, model: str) -> str:
    """Record that ``owner`` asked for ``spec``; returns the run's id."""
    return Run.objects.create(owner=owner, spec=spec.model_dump(mode="json"), model=model).pk


def owns(owner: str, run: str) -> bool:
    """Whether ``run`` exists and is ``owner``'s; a foreign id and an absent one are the same."""
    return Run.objects.filter(pk=run, owner=owner).exists()
