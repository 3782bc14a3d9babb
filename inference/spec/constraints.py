"""Settings that say what the output must look like. Knows nothing of how that is enforced.

Names as in vLLM's structured outputs (``choice``, ``regex``, ``json``, ``grammar``), except that ``json`` is called ``json_schema``: that
is what it holds, and pydantic models have a ``json`` already.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from inference.spec.base import Spec, gettext_noop, setting

_ = gettext_noop

ConstraintKind = Literal["choice", "regex", "json_schema", "grammar"]


def _as_text(schema: Any) -> Any:
    """A schema given as an object, or as ``true`` (any JSON), as its text."""
    return json.dumps(schema, ensure_ascii=False, allow_nan=False) if isinstance(schema, dict | bool) else schema


def _checked(text: str) -> str:
    """Raises ``ValueError`` where ``text`` is neither empty nor the JSON of something that can be a schema."""
    if text and not isinstance(_parsed(text), dict | bool):
        raise ValueError("a JSON schema is an object, or true")
    return text


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refused)
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from error
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


SchemaText = Annotated[str, BeforeValidator(_as_text), AfterValidator(_checked)]


class Constraints(Spec):
    """At most one of these: the whole output is then one of the texts that it allows."""

    choice: tuple[Annotated[str, Field(min_length=1, max_length=1024)], ...] = setting(
        (), "constraints", _("Choice"), _("The output is one of these texts, exactly."), neutral=[], max_length=1024, strict=False)
    regex: str = setting(
        "", "constraints", _("Regular expression"), _("The whole output matches it. No look-around; the syntax is that of Rust's regex crate."),
        formula="[0-9]{4}-[0-9]{2}", neutral="", max_length=8192)
    json_schema: SchemaText = setting(
        "", "constraints", _("JSON schema"), _("The output is JSON that this schema allows."),
        formula='{"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}', neutral="", max_length=32_768)
    grammar: str = setting(
        "", "constraints", _("Grammar"), _("The output follows this grammar, in the notation of Lark."),
        formula='start: "yes" | "no" ", " /[a-z ]+/', neutral="", max_length=32_768)

    @model_validator(mode="after")
    def _check_one_constraint(self) -> Self:
        given = self._given()
        if len(given) > 1:
            raise ValueError(f"{given[1]}: given together with {given[0]}; at most one of {', '.join(get_args(ConstraintKind))} may be")
        return self

    @property
    def constraint(self) -> ConstraintKind | None:
        """Which of them is given."""
        return next(iter(self._given()), None)

    def _given(self) -> list[ConstraintKind]:
        return [kind for kind in get_args(ConstraintKind) if getattr(self, kind)]
