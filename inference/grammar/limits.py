"""What is refused of a grammar because it could hold up everybody else. Knows nothing of how it compiles.

llguidance bounds nearly all of its work by ``LLParserLimits``, and compiles a hostile grammar or fails within a tenth of a second. Measured
(1.9.1, two cores), two things escape: intersections, whose product of states it walks to see whether it is empty (three patterns of a
hundred states each: 29 s and 0.6 GB), and ``multipleOf``, which has as many states as its value (1,234,577: 28 s).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from inference.grammar.errors import ConstraintError
from inference.spec import ConstraintKind

if TYPE_CHECKING:
    from llguidance import LLParserLimits

MOST_STEPS = 10_000
"""What the values of ``multipleOf`` in a schema may multiply up to, without their decimal point: ``allOf`` intersects them."""

# As llguidance reads them (``lark/lexer.rs``): strings, comments, patterns (which may hold new lines), special tokens
_LITERALS = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|#[^\n]*|/(?:\\.|[^/\\])+/|<[^<>\s]+>')
_OPERATOR = re.compile(r"&|~(?!\s*\d)")  # ``~`` before a number is Lark's repetition
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_MULTIPLE = re.compile(r'"multipleOf"\s*:\s*([-+.\deE]+)')


def parser_limits() -> LLParserLimits:
    """Half to a quarter of llguidance's own: a mask takes 20 ms at the very worst, and the states of one run (1 to 2 kB each) tens of MB."""
    from llguidance import LLParserLimits

    return LLParserLimits(
        initial_lexer_fuel=500_000,
        step_lexer_fuel=50_000,
        step_max_items=20_000,
        max_lexer_states=20_000,
        max_grammar_size=100_000,
        precompute_large_lexemes=False,
        verbose_errors=False,
    )


def refuse_costly(field: ConstraintKind, text: str) -> None:
    """Raises ``ConstraintError`` where the schema or grammar ``text`` asks for what no limit of llguidance bounds."""
    if field == "grammar" and (found := _OPERATOR.search(_LITERALS.sub(" ", text))):
        raise ConstraintError(field, "intersections (&) and complements (~) of terminals are not offered: they can take minutes", found[0], "neither & nor ~")
    if field in ("grammar", "json_schema"):
        steps = math.prod(_steps(field, text))
        if steps > MOST_STEPS:
            raise ConstraintError(field, "the values of multipleOf are too large: their product counts", f"{steps:,}", f"<= {MOST_STEPS:,}")


def _steps(field: ConstraintKind, text: str) -> Iterator[int]:
    """The value of every ``multipleOf``, without its decimal point; a grammar may hold schemas as well."""
    plain = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)  # an escape must not hide the name
    for match in _MULTIPLE.finditer(plain):
        yield _digits(field, match[1])


def _digits(field: ConstraintKind, number: str) -> int:
    try:
        _, digits, exponent = Decimal(number).as_tuple()
    except ArithmeticError as error:
        raise ConstraintError(field, "multipleOf is not a number", number[:40], "a number") from error
    assert isinstance(exponent, int)  # the pattern lets neither NaN nor infinity through
    whole = int("".join(map(str, digits[:30])))
    return max(1, whole * int(10 ** min(max(exponent, 0), 30)))  # the bound is far below 10**30
