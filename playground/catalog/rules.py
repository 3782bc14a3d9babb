"""The settings that a model begins with and the most that it allows, and those of a preset. Torch-free; knows nothing of the database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pydantic import TypeAdapter
from pydantic import ValidationError as NotSettings

from inference.spec import SamplingParams

PRESET_GROUPS = frozenset({"sampling", "penalties"})  # as the page: length, stopping and the seed stay as they are
ENDLESS_AT_ZERO = frozenset({"max_time", "top_k"})  # 0 switches them off, which is more than any bound


@dataclass(frozen=True, slots=True)
class Beyond:
    """A setting above what the model allows."""

    field: str
    value: float
    bound: float


def with_defaults(defaults: Mapping[str, Any], given: SamplingParams) -> SamplingParams:
    """``given``, where it says nothing with the model's own. Raises pydantic's ``ValidationError`` where the two do not go together."""
    if not defaults:
        return given
    return SamplingParams.model_validate({**_settings(defaults), **given.model_dump(exclude_unset=True)})


def beyond(maxima: Mapping[str, float], sampling: SamplingParams) -> Iterator[Beyond]:
    """The settings of ``sampling`` that are above ``maxima``, in the order of the settings: PostgreSQL keeps none in JSON."""
    for name in filter(maxima.__contains__, SamplingParams.model_fields):
        value, bound = getattr(sampling, name), maxima[name]
        if isinstance(value, int | float) and (value > bound or (value == 0 and name in ENDLESS_AT_ZERO)):
            yield Beyond(name, value, bound)


def check(defaults: Any, maxima: Any) -> None:
    """Raises ``ValidationError`` at ``defaults`` or ``maxima``."""
    for field, value in (("defaults", defaults), ("maxima", maxima)):
        if not isinstance(value, dict):
            raise ValidationError({field: _('An object is needed, as in {"max_tokens": 100}.')})
    for name, bound in maxima.items():
        _check_maximum(name, bound)
    sampling = _checked("defaults", defaults)
    if over := [f"{one.field}: {one.value:g} > {one.bound:g}" for one in beyond(maxima, sampling)]:
        said = _("With these settings a run would be refused, for they are above the maximum settings: %(which)s") % {"which": "; ".join(over)}
        raise ValidationError({"defaults": said})


def check_preset(values: Any) -> None:
    """Raises ``ValidationError`` at ``sampling``: a preset is an object of settings, of those that it decides."""
    if not isinstance(values, dict):
        raise ValidationError({"sampling": _('An object is needed, as in {"temperature": 0.7}.')})
    _checked("sampling", values)
    if others := [name for name in values if _group(name) not in PRESET_GROUPS]:
        raise ValidationError({"sampling": _("A preset leaves these settings alone: %(which)s") % {"which": ", ".join(others)}})


def settings_of(values: Mapping[str, Any]) -> SamplingParams:
    """JSON values as settings. Raises pydantic's ``ValidationError``."""
    return SamplingParams(**_settings(values))


def _checked(field: str, values: Mapping[str, Any]) -> SamplingParams:
    try:
        return settings_of(values)
    except NotSettings as error:
        raise ValidationError({field: [_told(problem) for problem in error.errors()]}) from error


def _group(name: str) -> Any:
    extra = SamplingParams.model_fields[name].json_schema_extra
    return extra.get("group") if isinstance(extra, dict) else None


def _check_maximum(name: str, bound: Any) -> None:
    found = SamplingParams.model_fields.get(name)
    if found is None or found.annotation not in (int, float):
        raise ValidationError({"maxima": _("%(name)s is not a setting that is a number.") % {"name": name}})
    try:
        kind: Any = Annotated[found.annotation, *found.metadata]
        TypeAdapter[Any](kind).validate_python(bound, strict=True)
    except NotSettings as error:
        raise ValidationError({"maxima": f"{name}: {error.errors()[0]['msg']}"}) from error


def _settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """JSON as pydantic's strict Python takes it: what is set, in its own types. Unknown names are left for it to refuse."""
    return SamplingParams.model_validate_json(json.dumps(dict(values))).model_dump(exclude_unset=True)


def _told(problem: Any) -> str:
    return ": ".join([".".join(map(str, problem["loc"])), problem["msg"]]).removeprefix(": ")
