"""The six characters by which a room is found. No two of them look alike, read aloud or on a far screen."""

from __future__ import annotations

import secrets

ALPHABET = "ACDEFGHJKMNPQRTUVWXY34679"  # without B8, S5, Z2, O0, IL1
CODE_LENGTH = 6


def new_code() -> str:
    """One of 244 million."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def tidy(typed: str) -> str:
    """``typed`` as a code is written: capitals, without the blanks and dashes that people put between."""
    return "".join(c for c in typed.upper() if c.isalnum())[:64]
