"""Whether the constraint of a run compiles, found without any tokens: what the site asks before it enqueues. Knows no model."""

from __future__ import annotations

import re
from functools import lru_cache

from inference.grammar.errors import ConstraintError
from inference.grammar.lark import grammar_of
from inference.grammar.limits import parser_limits, refuse_costly
from inference.spec import ConstraintKind, SamplingParams


def check_constraint(params: SamplingParams) -> str | None:
    """The grammar of ``params``, which compiles; ``None`` where they hold no constraint. Raises ``ConstraintError``.

    Takes 1 to 60 ms. What only shows on a vocabulary (a special token that it lacks, a text that it cannot spell) is found by the worker.
    """
    grammar = grammar_of(params)
    if params.constraint is None or grammar is None:
        return None
    refuse_costly(params.constraint, params.grammar or params.json_schema)
    fault = _fault(grammar)
    if fault:
        raise ConstraintError(params.constraint, f"does not compile: {_placed(params.constraint, fault)}", _shown(params), _ASKED[params.constraint])
    return grammar


_ASKED: dict[ConstraintKind, str] = {
    "choice": "a list of texts",
    "regex": "the syntax of Rust's regex crate",
    "json_schema": "JSON Schema as llguidance supports it",
    "grammar": "Lark as llguidance takes it",
}


@lru_cache(maxsize=256)
def _fault(grammar: str) -> str:
    """What llguidance finds wrong, without the excerpt that it appends; empty where nothing is."""
    from llguidance import LLMatcher

    is_error, messages = LLMatcher.validate_grammar_with_warnings(grammar, limits=parser_limits())
    return _told(messages[0]) if is_error else ""


def _told(message: str) -> str:
    """The library's message without the lines of the grammar, which for the simple constraints is not what the person wrote."""
    lines = [line for line in message.splitlines() if "|" not in line[:8] and line.strip(" ^")]
    return " ".join(line.strip() for line in lines)[:300]


def _placed(kind: ConstraintKind, fault: str) -> str:
    """Only in a grammar is the place, as in ``at 2(7): ``, one that the person knows."""
    return fault if kind == "grammar" else re.sub(r"^(at )?\d+\(\d+\): ", "", fault)


def _shown(params: SamplingParams) -> str:
    assert params.constraint is not None
    return str(getattr(params, params.constraint))[:100]
