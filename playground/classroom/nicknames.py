"""What somebody may be called in a room. Names that look alike are the same name. Pure."""

from __future__ import annotations

import unicodedata

from playground.classroom.bounds import MAX_NICKNAME
from playground.classroom.refusing import refusal

HIDDEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}  # controls, bidi and zero-width characters, what no font has


def tidy(typed: str) -> str:
    """``typed`` as it is shown. Raises ``RunRefused`` where it is no nickname."""
    name = " ".join(unicodedata.normalize("NFKC", typed).split())
    if not name:
        raise refusal("nickname_empty", "a nickname has at least one character", "nickname", typed, "length >= 1")
    if len(name) > MAX_NICKNAME:
        raise refusal("nickname_long", f"a nickname has at most {MAX_NICKNAME} characters", "nickname", name, f"length <= {MAX_NICKNAME}")
    if any(unicodedata.category(c) in HIDDEN for c in name) or not any(c.isalnum() for c in name):
        raise refusal("nickname_unreadable", "a nickname is made of characters that can be read", "nickname", name)
    return name


def key_of(name: str) -> str:
    """Equal for two names that only differ in case, accents or blanks."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return "".join(bare.split())[: 2 * MAX_NICKNAME]
