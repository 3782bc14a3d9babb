"""What the playground page knows before it asks anything: models, the settings' schema, presets, an example. Translated."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import get_language, gettext, pgettext

from inference.spec import MAX_SHOWN, SamplingParams, Watch
from playground.catalog.own_presets import OwnPreset, listed
from playground.catalog.presets import Preset, presets, starting
from playground.catalog.services import CatalogModel, chat_template, runnable_models
from playground.live.protocol import ACK_WINDOW, MAX_FRAME_BYTES
from playground.prompts.starters import STARTERS, Starter

VERSION = "0.1.0"
SPEEDS = [4, 12, 30]  # tokens per second that a person can follow
EXAMPLE_SPEED = 12
SMALL_MODEL_HEADS = 64  # up to so many heads in all, every head is watched from the start


def boot(session: dict[str, Any] | None = None, account: dict[str, Any] | None = None, person: str = "") -> dict[str, Any]:
    """The page's starting state, as JSON values in the active language. ``session``: the one that its address names; ``account``: whose it is.

    ``person`` decides which models there are.
    """
    models, first = runnable_models(person), starting()
    return {
        "models": [_model(model) for model in models],
        "schema": _translated(SamplingParams.model_json_schema()),
        "groups": [{"name": name, "title": title} for name, title in _groups().items()],
        "presets": [_preset(preset) for preset in presets()],
        "own_presets": [_own(preset) for preset in listed(person)] if person else [],
        "starters": [_starter(starter) for starter in STARTERS],
        "example": {
            # Translators: a text that the bundled model can continue in this language.
            "prompt": gettext("Once upon a time, there was a little fox named"),
            "preset": first.name,
            "sampling": first.sampling.model_dump(mode="json"),
            "watch": Watch(attention="all" if _is_small(models) else "mean").model_dump(mode="json"),
            "max_tokens_per_second": EXAMPLE_SPEED,
        },
        "speeds": SPEEDS,
        "limits": {"max_frame_bytes": MAX_FRAME_BYTES, "ack_window": ACK_WINDOW, "max_shown": MAX_SHOWN},
        "session": session,
        "embeds": bool(settings.CONFIG.embed_origins),
        "account": account,
        "signup": settings.CONFIG.signup,
        "socket": "/ws/runs/",
        "language": get_language(),
        "languages": [list(language) for language in settings.LANGUAGES],
        "version": VERSION,
    }


def _is_small(models: list[CatalogModel]) -> bool:
    facts = models[0].facts if models else None
    return facts is not None and (facts.layers or 0) * (facts.heads or 0) <= SMALL_MODEL_HEADS


def _model(model: CatalogModel) -> dict[str, Any]:
    facts = model.facts
    return {
        "name": model.name,
        "title": model.title,
        "default": model.default,
        "context": facts and facts.context,
        "vocab_size": facts and facts.vocab_size,
        "layers": facts and facts.layers,
        "heads": facts and facts.heads,
        "weight_bytes": facts and facts.weight_bytes,
        "chat": chat_template(model) is not None,
        "defaults": model.defaults,
        "address": model.address,
        "revision": model.source.revision,
    }


def _preset(preset: Preset) -> dict[str, Any]:
    return {
        "name": preset.name,
        "title": preset.title,
        "description": preset.description,
        "sampling": preset.sampling.model_dump(mode="json"),
    }


def _own(preset: OwnPreset) -> dict[str, Any]:
    return {"id": preset.id, "name": preset.name, "sampling": preset.sampling.model_dump(mode="json")}


def _starter(starter: Starter) -> dict[str, Any]:
    messages = [{"role": role, "content": content} for role, content in starter.messages]
    return {"name": starter.name, "language": starter.language, "title": str(starter.title), "prompt": starter.prompt, "messages": messages}


def _groups() -> dict[str, str]:
    return {
        "sampling": pgettext("settings", "Sampling"),
        "penalties": pgettext("settings", "Penalties"),
        "length": pgettext("settings", "Length and stop"),
        "constraints": pgettext("settings", "Constraints"),
        "search": pgettext("settings", "Search"),
        "reproducibility": pgettext("settings", "Reproducibility"),
    }


def _translated(schema: dict[str, Any]) -> dict[str, Any]:
    for field in schema["properties"].values():
        for key in ("title", "description"):
            if field.get(key):
                field[key] = gettext(field[key])
    return schema
