"""Renders chat templates: a program of its own that reads one JSON request a line and answers with one JSON line.

A chat template comes with its model and is code, if of a small kind: it can loop for ever or ask for all memory. So it runs in
Jinja's sandbox, and the sandbox runs in this process, which has no environment, little memory, and an owner (``renderer.py``) that
kills it when it is late. What a template can use is what transformers gives it (``transformers/utils/chat_template_utils.py``), so
that both render the same. Imports nothing of the project.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

MEMORY_BYTES = 512 * 2**20
MAX_RENDERED = 256 * 1024  # characters


class Generation(jinja2.ext.Extension):
    """``{% generation %}`` marks what the model itself said; for the text it is as if it were not there."""

    tags = {"generation"}

    def parse(self, parser: jinja2.parser.Parser) -> list[jinja2.nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class Dictionary:
    """``dict`` for templates, which can be called but not dug into."""

    def __call__(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        return dict(*args, **kwargs)

    def fromkeys(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        return dict.fromkeys(*args, **kwargs)


class Namespace(jinja2.utils.Namespace):
    """A namespace that takes no name which reaches into Python."""

    def __init__(*args: Any, **kwargs: Any) -> None:  # so that `namespace(self=...)` works
        self, args = args[0], args[1:]
        values = dict(*args, **kwargs)
        for name in values:
            _check_name(name)
        jinja2.utils.Namespace.__init__(self, values)

    def __setitem__(self, name: str, value: Any) -> None:
        _check_name(name)
        super().__setitem__(name, value)


def _check_name(name: Any) -> None:
    if isinstance(name, str) and name.startswith("_"):
        raise jinja2.exceptions.SecurityError(f"a namespace takes no name that begins with an underscore: {name!r}")


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
    environment.filters["tojson"] = _tojson
    environment.globals |= {"raise_exception": _raise, "strftime_now": _now, "dict": Dictionary(), "namespace": Namespace}
    return environment


def _tojson(value: Any, ensure_ascii: bool = False, indent: int | None = None, separators: Any = None, sort_keys: bool = False) -> str:
    """Jinja's own escapes for HTML."""
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _raise(message: str) -> None:
    raise jinja2.exceptions.TemplateError(message)


def _now(format: str) -> str:
    return datetime.now().strftime(format)


@lru_cache(maxsize=16)
def _compiled(template: str) -> jinja2.Template:
    return _environment().from_string(template)


def render(template: str, messages: list[dict[str, str]], special_tokens: dict[str, str]) -> str:
    """The text of ``messages``, ready for the assistant's answer. Raises whatever the template raises, and ``ValueError`` if it is too long."""
    parts: list[str] = []
    length = 0
    for part in _compiled(template).generate(messages=messages, tools=None, documents=None, add_generation_prompt=True, **special_tokens):
        parts.append(part)
        length += len(part)
        if length > MAX_RENDERED:
            raise ValueError(f"more than {MAX_RENDERED} characters")
    return "".join(parts)


def answer(line: str, render: Callable[..., str] = render) -> str:
    """One request to one answer: ``{"text"}`` or ``{"error"}``."""
    try:
        return json.dumps({"text": render(**json.loads(line))})
    except MemoryError:
        return json.dumps({"error": "out of memory"})
    except Exception as error:  # a template can raise anything
        return json.dumps({"error": f"{error}"[:500] or type(error).__name__})


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    for line in sys.stdin:
        print(answer(line), flush=True)
