"""What runs were asked for, remembered: it never changes. Blocking."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from inference.spec import RunSpec
from playground.runs.models import Run
from playground.runs.services import title_of


@lru_cache(256)
def asked_of(run: str) -> dict[str, Any]:
    """The spec of a run, as JSON values; empty where there is no such run."""
    spec: dict[str, Any] = Run.objects.filter(pk=run).values_list("spec", flat=True).first() or {}
    return spec


def beginning(run: str) -> str:
    """The first words of its prompt; nothing where the run is gone or was given as token ids."""
    spec = asked_of(run)
    return title_of(RunSpec.model_validate(spec)) if spec else ""
