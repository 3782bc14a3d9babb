"""The constraint of a run's settings as one Lark grammar for ``llguidance``. Knows nothing of whether it compiles.

Every grammar ends with ``no_forcing``. Without it llguidance allows, where only one text can follow, a single token of it (the tokenizer's
own choice), and "not allowed by the regex" would be untrue of all its other tokens.
"""

from __future__ import annotations

import json

from inference.grammar.errors import ConstraintError
from inference.spec import SamplingParams

OPTIONS = '\n%llguidance {"no_forcing": true}\n'  # at the end, so that the line numbers of errors are the person's own

WHITESPACE = r" |\n{1,2}[ \t]{0,20}"
"""Between the parts of JSON: what llama.cpp allows (``json-schema-to-grammar.cpp``, ``SPACE_RULE``). Any amount, as llguidance allows by
itself, lets a weak model write spaces until its last token."""


def grammar_of(params: SamplingParams) -> str | None:
    """The grammar that ``params`` ask for; ``None`` where they ask for none. Raises ``ConstraintError`` for what has no text in Lark."""
    match params.constraint:
        case None:
            return None
        case "choice":
            body = _choice(params.choice)
        case "regex":
            body = _regex(params.regex)
        case "json_schema":
            body = _json(params.json_schema)
        case "grammar":
            body = params.grammar
    return body + OPTIONS


def _choice(texts: tuple[str, ...]) -> str:
    """One terminal, so that a text and a longer one that begins with it are both followed."""
    return "start: CHOICE\nCHOICE: " + " | ".join(json.dumps(text) for text in texts)


def _regex(pattern: str) -> str:
    r"""``\d`` is 0 to 9, as llguidance has it by itself; ``\w`` and ``\s`` are Unicode's. ``^`` and ``$`` may stand at the ends, to no effect."""
    from llguidance import regex_to_lark

    slashes = len(pattern) - len(pattern.rstrip("\\"))
    if slashes % 2:  # it would escape the slash that ends the pattern, or be dropped
        raise ConstraintError("regex", "the pattern ends with a backslash that escapes nothing", pattern[-20:], "an even number of backslashes")
    return f"start: /{regex_to_lark(pattern, 'd')}/"


def _json(schema: str) -> str:
    wanted = json.loads(schema)
    if wanted is False:
        raise ConstraintError("json_schema", "the schema allows nothing", schema, "a schema that allows some JSON")
    fields = {} if wanted is True else wanted
    options = fields.get("x-guidance", {})
    if not isinstance(options, dict):
        raise ConstraintError("json_schema", "x-guidance holds llguidance's options", options, "an object")
    return "start: %json " + json.dumps({**fields, "x-guidance": {"whitespace_pattern": WHITESPACE, **options}})
