"""Why a constraint is refused, in parts. Knows no grammar."""

from __future__ import annotations

from inference.spec import ConstraintKind


class ConstraintError(Exception):
    """``field`` of the settings holds a constraint that cannot be used: ``value`` is the part at fault, ``bound`` what it breaks."""

    code = "bad_constraint"

    def __init__(self, field: ConstraintKind, message: str, value: object = None, bound: object = None) -> None:
        super().__init__(message)
        self.field, self.message = field, message
        self.value = None if value is None else str(value)
        self.bound = None if bound is None else str(bound)
