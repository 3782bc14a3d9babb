"""What the rest of the site may ask of the catalog. Torch-free."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from inference.sources import SourceError, locate
from inference.spec import ModelSource
from playground.catalog import files
from playground.catalog.models import Model


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

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def context(self) -> int | None:
        return self.facts.context if self.facts else None


def runnable_models() -> list[CatalogModel]:
    """All enabled models whose files are there, the default first."""
    found = []
    for row in Model.objects.filter(enabled=True):
        try:
            found.append(_catalog_model(row))
        except (SourceError, OSError, ValueError):
            continue
    return sorted(found, key=lambda model: not model.default)


def resolve(name: str) -> CatalogModel:
    """The model called ``name``; the default one for ``""``. Raises ``UnknownModel``."""
    name = name or settings.CONFIG.default_model
    row = Model.objects.filter(name=name, enabled=True).first()
    if row is None:
        raise UnknownModel(f"model: there is no model {name!r}")
    try:
        return _catalog_model(row)
    except (SourceError, OSError, ValueError) as error:
        raise UnknownModel(f"model: {name!r} cannot be loaded: {error}") from error


def count_tokens(model: CatalogModel, text: str) -> int | None:
    """Tokens of ``text`` under the model's tokenizer; ``None`` where only the worker can tell."""
    return files.count_tokens(model.folder, text) if model.folder else None


def _catalog_model(row: Model) -> CatalogModel:
    folder = locate(row.source, [*settings.CONFIG.model_roots, *([Path(row.root)] if row.root else [])])
    source = ModelSource.model_validate(
        {"name": row.name, "source": row.source, "revision": row.revision or None, "dtype": row.dtype, "device": row.device, "root": row.root or None}
    )
    facts = files.facts(folder) if folder else None
    return CatalogModel(source, row.title or row.name, row.name == settings.CONFIG.default_model, folder, facts)
