"""Constraints as grammars of ``llguidance``: their text, what is refused of them, and whether they compile. Torch-free.

Knows nothing of tokens, models or the site. The library is imported when the first constraint is looked at (0.1 s, 11 MB), so that a
process that meets none pays nothing.
"""

from inference.grammar.check import check_constraint
from inference.grammar.errors import ConstraintError, DeadEnd
from inference.grammar.lark import grammar_of
from inference.grammar.limits import parser_limits

__all__ = ["ConstraintError", "DeadEnd", "check_constraint", "grammar_of", "parser_limits"]
