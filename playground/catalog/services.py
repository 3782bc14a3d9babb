"""What the rest of the site may ask of the catalog. Torch-free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from inference.sources import BUNDLED_PREFIX, DRAFTS, SourceError, is_local, locate
from inference.spec import ModelSource
from playground.catalog import chat, checking, files
from playground.catalog.audience import open_to
from playground.catalog.models import Model
from playground.catalog.vocabulary import Vocabulary


class UnknownModel(LookupError):
    """No enabled model has that name, or its files are gone; the message says which."""


@dataclass(frozen=True, slots=True)
class CatalogModel:
    """A model that can be run. ``folder`` is ``None`` while a Hub model has not been fetched."""

    source: ModelSource
    title: str
    default: bool
    folder: Path | None
    facts: files.ModelFacts | None
    template: str = ""  # in place of the folder's own
    defaults: dict[str, Any] = field(default_factory=dict)  # settings
    maxima: dict[str, float] = field(default_factory=dict)
    queue: str = checking.QUEUE

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def address(self) -> str:
        """Where somebody else finds the model, without saying how this machine's disk is laid out: a Hub id, or the folder's own name."""
        if self.source.source.startswith(BUNDLED_PREFIX):
            return f"inference/bundled/models/{self.source.source.removeprefix(BUNDLED_PREFIX)}"
        return f"./{Path(self.source.source).name}" if is_local(self.source.source) else self.source.source

    @property
    def context(self) -> int | None:
        """What the model has, or what the operator allows of it."""
        limits = [limit for limit in (self.facts and self.facts.context, self.source.context) if limit]
        return min(limits, default=None)


def runnable_models(person: str = "") -> list[CatalogModel]:
    """The enabled models whose files are there and that ``person`` may use, the default first."""
    found, default = [], default_name()
    for row in Model.objects.filter(open_to(person), enabled=True).distinct():
        try:
            found.append(_catalog_model(row, default))
        except (SourceError, OSError, ValueError):
            continue
    return sorted(found, key=lambda model: not model.default)


def default_name() -> str:
    """The model that an operator has made the default, else the configured one."""
    return Model.objects.filter(default=True, enabled=True).values_list("name", flat=True).first() or settings.CONFIG.default_model


def make_default(row: Model) -> None:
    """From now on it is what the playground opens with."""
    with transaction.atomic():
        Model.objects.filter(default=True).update(default=False)
        Model.objects.filter(pk=row.pk).update(default=True)


def source_of(row: Model) -> ModelSource:
    """What a worker is told of ``row``. Raises ``UnknownModel`` where its files are gone."""
    try:
        return _catalog_model(row, "").source
    except (SourceError, OSError, ValueError) as error:
        raise UnknownModel(str(error)) from error


def resolve(name: str, person: str | None = "") -> CatalogModel:
    """The model called ``name``; the default one for ``""``. Raises ``UnknownModel``, also where ``person`` may not use it.

    Whoever says no person asks for what everybody may use; ``None`` is the site itself, which may use all.
    """
    default = default_name()
    rows = Model.objects.filter(name=name or default, enabled=True)
    row = (rows if person is None else rows.filter(open_to(person))).first()
    if row is None:
        raise UnknownModel(f"model: there is no model {name!r}" if name else "model: none is named, and there is no default one for you")
    try:
        return _catalog_model(row, default)
    except (SourceError, OSError, ValueError) as error:
        raise UnknownModel(f"model: {row.name!r} cannot be loaded: {error}") from error


def queue_of(name: str) -> str:
    """Where the workers of the model called ``name`` take their work from."""
    return Model.objects.filter(name=name or default_name()).values_list("queue", flat=True).first() or checking.QUEUE


def count_tokens(model: CatalogModel, text: str) -> int | None:
    """Tokens of ``text`` under the model's tokenizer; ``None`` where only the worker can tell."""
    return files.count_tokens(model.folder, text) if model.folder else None


def encode(model: CatalogModel, text: str, add_special_tokens: bool) -> files.Tokens | None:
    """The tokens of ``text``; ``None`` where only the worker can tell."""
    return files.encode(model.folder, text, add_special_tokens) if model.folder else None


def vocabulary(model: CatalogModel) -> Vocabulary | None:
    """The tokens of the model; ``None`` where only the worker can tell."""
    return files.vocabulary(model.folder) if model.folder else None


def text_of(model: CatalogModel, ids: Sequence[int]) -> str | None:
    """What ``ids`` spell, without special tokens; ``None`` where only the worker can tell."""
    known = vocabulary(model)
    if known is None:
        return None
    entries = [entry for token in ids if (entry := known.entry(token)) is not None and not entry.special]
    return b"".join(entry.piece for entry in entries).decode(errors="replace")


def encode_after(model: CatalogModel, after: list[int], text: str) -> list[int] | None:
    """Tokens that spell ``text`` after those of ``after``; ``None`` where only the worker can tell. Raises ``ValueError`` where there are none."""
    return files.encode_after(model.folder, after, text) if model.folder else None


def chat_template(model: CatalogModel) -> chat.ChatTemplate | None:
    """The model's own chat template; ``None`` where it has none, or its files are not here or do not say."""
    try:
        own = chat.chat_template(model.folder) if model.folder else None
        return chat.ChatTemplate(model.template, own.special_tokens if own else {}) if model.template else own
    except (OSError, ValueError):
        return None


def _catalog_model(row: Model, default: str) -> CatalogModel:
    folder = locate(row.source, checking.roots(row.root))
    source = ModelSource.model_validate(
        {"name": row.name, "source": row.source, "revision": row.revision or None, "dtype": row.dtype, "device": row.device, "quantization": row.quantization, "draft": DRAFTS.get(row.source), "root": row.root or None, "context": row.context}
    )
    facts = files.facts(folder) if folder else None
    return CatalogModel(source, row.title or row.name, row.name == default, folder, facts, row.chat_template, row.defaults, row.maxima, row.queue)
