"""``manage.py addmodel SOURCE --name NAME``: load a model once to see that it works, then offer it on the site."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from inference.sources import is_local
from playground.catalog.models import Model


class Command(BaseCommand):
    help = "Add a model from a local folder or the Hub. Prints one line; exits with the reason where it cannot be used."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="a folder (safetensors) or a Hub id")
        parser.add_argument("--name", required=True, help="what runs call it")
        parser.add_argument("--title", default="", help="what the model picker calls it")
        parser.add_argument("--revision", default="", help="of a Hub model: a commit")
        parser.add_argument("--dtype", default="auto", choices=Model.Dtype.values)
        parser.add_argument("--device", default="auto")
        parser.add_argument("--quantization", default="none", choices=Model.Quantization.values)

    def handle(self, *args: Any, **options: Any) -> None:
        source, root = _resolved(options["source"])
        fields = {key: options[key] for key in ("name", "title", "revision", "dtype", "device", "quantization")}
        row = Model(**fields, source=source, root=root)
        try:
            row.full_clean()
        except ValidationError as error:
            raise CommandError("; ".join(f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items())) from error
        summary = _try(row)
        row.save()
        self.stdout.write(f"{row.name}: {summary}")


def _resolved(source: str) -> tuple[str, str]:
    """The source as stored, and the folder that it allows: whoever has the shell may name any folder on this machine."""
    if is_local(source) or Path(source).is_dir():
        folder = str(Path(source).expanduser().resolve())
        return folder, folder
    return source, ""


def _try(row: Model) -> str:
    """Load the model as a worker would, and close it again; returns its sizes in words."""
    from inference import Engine, ModelError  # torch: only this command needs it

    try:
        engine = Engine.load(row.source, row.name, row.device, row.dtype, row.revision or None, row.quantization)
    except ModelError as error:
        raise CommandError(f"source: {error.message}") from error
    info = engine.info
    engine.close()
    quantized = "" if info.quantization == "none" else f" with {info.quantization} weights"
    path = "" if info.path == "packed" else f", one request at a time ({info.path_reason})"
    return (
        f"{info.parameters / 1e6:.1f}M parameters in {info.weight_bytes / 2**20:.1f} MiB, {info.layers} layers, {info.heads} heads,"
        f" vocabulary {info.vocab_size}, context {info.context}, {info.dtype}{quantized} on {info.device}{path}"
    )
