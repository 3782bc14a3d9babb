"""Where a model's files are. Torch-free; knows nothing of Django.

A source is ``bundled:<name>``, a local folder, or a Hub id. A local folder counts only under an allowed root, after all links
are resolved, so that a source typed by a person cannot reach the rest of the disk.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

BUNDLED = Path(__file__).resolve().parent / "bundled" / "models"
BUNDLED_PREFIX = "bundled:"
DRAFTS = {"bundled:main": "bundled:draft"}  # the bundled model that drafts for another


class SourceError(ValueError):
    """The source names nothing that may be loaded; the message says why."""


def bundled(name: str) -> Path:
    """The folder of a bundled model. Raises ``SourceError`` where there is none of that name."""
    folder = BUNDLED / name
    if name not in {path.name for path in BUNDLED.glob("*") if path.is_dir()}:
        raise SourceError(f"source: there is no bundled model {name!r}")
    return folder


def is_local(source: str) -> bool:
    """Whether ``source`` is written as a path (``/models/x``, ``./x``, ``~/x``) rather than as a Hub id (``owner/name``)."""
    return source.startswith(("/", ".", "~"))


def locate(source: str, roots: Sequence[Path]) -> Path | None:
    """The folder of a bundled or local source; ``None`` for a Hub id.

    Raises ``SourceError`` where a local folder is absent or does not lie under one of ``roots``.
    """
    if source.startswith(BUNDLED_PREFIX):
        return bundled(source.removeprefix(BUNDLED_PREFIX))
    if not is_local(source):
        return None
    folder = Path(source).expanduser().resolve()
    if not any(folder.is_relative_to(root.resolve()) for root in roots):
        raise SourceError(f"source: {source!r} is not under an allowed model folder ({', '.join(map(str, roots)) or 'none is set'})")
    if not folder.is_dir():
        raise SourceError(f"source: {source!r} is not a folder")
    return folder
