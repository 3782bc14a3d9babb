"""``/api/presets``: parse, call, answer. What may be done is in ``playground.catalog.own_presets``."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from playground.api.auth import person, signed_in
from playground.catalog import own_presets
from playground.catalog.own_presets import MAX_NAME, OwnPreset

router = Router(auth=signed_in, tags=["presets"])
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]


class PresetOut(Schema):
    """``sampling`` holds all settings; a page applies those of sampling and penalties."""

    id: str
    name: str
    sampling: dict[str, Any]


class NewPreset(Schema):
    name: Name
    sampling: dict[str, Any] = Field(description="Settings of sampling and penalties; what is not named is off")

    model_config = {"extra": "forbid"}


class PresetChange(Schema):
    """What is not given stays as it is."""

    name: Name | None = None
    sampling: dict[str, Any] | None = None

    model_config = {"extra": "forbid"}


@router.get("", response=list[PresetOut], summary="Your own presets")
def listed(request: HttpRequest) -> Any:
    return [_told(preset) for preset in own_presets.listed(person(request))]


@router.post("", response={201: PresetOut}, summary="Keep settings under a name")
def keep(request: HttpRequest, preset: NewPreset) -> Any:
    return Status(201, _told(own_presets.keep(person(request), preset.name, preset.sampling)))


@router.patch("/{preset}", response=PresetOut, summary="Rename a preset, or give it other settings")
def change(request: HttpRequest, preset: str, change: PresetChange) -> Any:
    return _told(own_presets.change(person(request), preset, change.name, change.sampling))


@router.delete("/{preset}", response={204: None}, summary="Delete a preset")
def delete(request: HttpRequest, preset: str) -> Any:
    own_presets.delete(person(request), preset)
    return Status(204, None)


def _told(preset: OwnPreset) -> dict[str, Any]:
    return {"id": preset.id, "name": preset.name, "sampling": preset.sampling.model_dump(mode="json")}
