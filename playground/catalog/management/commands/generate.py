"""``manage.py generate --model NAME --prompt TEXT``: one run in the terminal, without the site."""

from __future__ import annotations

import base64
import json
import secrets
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from pydantic import ValidationError

from inference.events import Event, Finished, Hypotheses, SampleFinished, Token, to_wire
from inference.spec import MAX_SEED, RunSpec
from playground.catalog.services import UnknownModel, resolve

if TYPE_CHECKING:
    from inference import Engine


class Command(BaseCommand):
    help = "Run a model on a prompt and print the text as it comes, or with --json one event a line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--model", default="", help="a name of the catalog; the site's default when left out")
        parser.add_argument("--prompt", required=True)
        parser.add_argument("--params", default="{}", help='sampling settings as JSON, e.g. \'{"temperature": 0.8, "seed": 7}\'')
        parser.add_argument("--json", action="store_true", help="print every event, with its trace, as a JSON line")

    def handle(self, *args: Any, **options: Any) -> None:
        spec = _spec(options["model"], options["prompt"], options["params"], options["json"])
        self._several, self._texts = spec.sampling.n > 1, dict[int, str]()
        engine = _engine(spec.model)
        try:
            for event in engine.run(spec):
                self._print(event, options["json"])
        finally:
            engine.close()

    def _print_text(self, event: Event) -> None:
        """One text as it comes; of several samples or hypotheses each once it is known, under its number."""
        if isinstance(event, Hypotheses) and self._several:
            for n, one in enumerate(event.hypotheses):
                self.stdout.write(f"[{n}] ({one.score:.4g}) {one.text}")
        elif isinstance(event, Token) and self._several:
            self._texts[event.sample] = self._texts.get(event.sample, "") + event.text
        elif isinstance(event, SampleFinished):
            self.stdout.write(f"[{event.sample}] {self._texts.pop(event.sample, '')}{event.text}")
        elif isinstance(event, Token | Finished) and not self._several:
            self.stdout.write(event.text, ending="")

    def _print(self, event: Event, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"type": event.type, **to_wire(event)}, default=_bytes, ensure_ascii=False))
        else:
            self._print_text(event)
        if isinstance(event, Finished):
            if event.error is not None:
                raise CommandError(event.error.message)
            if not as_json:
                self.stdout.write("")
        self.stdout.flush()


def _spec(model: str, prompt: str, params: str, traced: bool) -> RunSpec:
    try:
        sampling = json.loads(params)
    except ValueError as error:
        raise CommandError(f"params: not valid JSON: {error}") from error
    watch = {} if traced else {"top_n": 0, "attention": "off"}
    try:
        spec = RunSpec.model_validate_json(json.dumps({"model": model, "prompt": prompt, "sampling": sampling, "watch": watch}))
    except ValidationError as error:
        raise CommandError("; ".join(_problems(error))) from error
    return spec.with_seed(secrets.randbelow(MAX_SEED))


def _problems(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False):
        yield f"{'.'.join(map(str, problem['loc']))}: {problem['msg']} (got {problem['input']!r})"


def _engine(name: str) -> Engine:
    """The catalog's model, loaded in this process."""
    try:
        model = resolve(name)
    except UnknownModel as error:
        raise CommandError(str(error)) from error
    from inference import Engine, ModelError  # torch: only this command needs it

    source = model.source
    try:
        return Engine.load(
            str(model.folder or source.source), source.name, source.device, source.dtype, source.revision, source.quantization, draft=source.draft
        )
    except ModelError as error:
        raise CommandError(f"model: {error.message}") from error


def _bytes(value: object) -> str:
    """Bytes in JSON: base64, as the exports write them."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"not JSON: {type(value).__name__}")


