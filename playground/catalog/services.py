"""What the rest of the site may ask of the catalog. Torch-free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from inference.sources import BUNDLED_PREFIX, DRAFTS, SourceError, is_local, locate
from inference.spec import ModelSource
from playground.catalog import chat, checking, files
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
        return chat.chat_template(model.folder) if model.folder else None
    except (OSError, ValueError):
        return None


def _catalog_model(row: Model) -> CatalogModel:
    folder = locate(row.source, checking.roots(row.root))
    source = ModelSource.model_validate(
        {"name": row.name, "source": row.source, "revision": row.revision or None, "dtype": row.dtype, "device": row.device, "quantization": row.quantization, "draft": DRAFTS.get(row.source), "root": row.root or None}
    )
    facts = files.facts(folder) if folder else None
    return CatalogModel(source, row.title or row.name, row.name == settings.CONFIG.default_model, folder, facts)
