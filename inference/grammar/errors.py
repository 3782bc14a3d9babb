"""Why a constraint is refused, or ends a run. Knows no grammar."""

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


class DeadEnd(Exception):
    """In mid-run the constraint leaves no token, so that the run has to end; ``field`` of the settings holds it."""

    code = "dead_end"

    def __init__(self, field: ConstraintKind, message: str) -> None:
        super().__init__(message)
        self.field = field
