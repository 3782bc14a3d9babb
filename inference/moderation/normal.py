"""Text as it is compared: full-width letters as letters, compositions as one character, nothing invisible. Pure.

Unicode's NFKC (UAX 15), without format characters (category Cf: zero-width spaces, soft hyphens, direction marks), which would hide a
word from a filter and not from a reader. Traditional and simplified characters stay what they are: a list names both.
"""

from __future__ import annotations

import unicodedata

_CUT = "\u02b0"  # a letter that no normal form has: what is left of a word that was cut does not look like the beginning of one
KEPT_RAW = 16  # last characters, which what follows may still change: a letter and its accents, the parts of a Korean syllable


def normal(text: str, fold: bool) -> str:
    """``text`` as it is compared; with ``fold`` without regard to case (full case folding: ``ß`` is ``ss``)."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join([character for character in text if unicodedata.category(character) != "Cf"])
    return text.casefold() if fold else text


class NormalText:
    """The end of a text that grows, in normal form: the same as if it had come in one piece, whatever the pieces."""

    def __init__(self, fold: bool, window: int) -> None:
        self._fold, self._window = fold, window
        self._done, self._raw = "", ""

    def push(self, text: str) -> str:
        """Add ``text``; return the last ``window`` characters at least, all of a text that is shorter."""
        self._raw += text
        cut = max(0, len(self._raw) - KEPT_RAW)
        while cut and not _begins(self._raw[cut]):
            cut -= 1
        self._done += normal(self._raw[:cut], self._fold)
        self._raw = self._raw[cut:]
        if len(self._done) > 2 * self._window:
            self._done = _CUT + self._done[-self._window :]
        return self._done + normal(self._raw, self._fold)


def _begins(character: str) -> bool:
    """Whether nothing before ``character`` is composed with it: it is no mark, no vowel or final of a Korean syllable."""
    return unicodedata.combining(character) == 0 and not "\u1161" <= character <= "\u11ff" and character not in "\uff9e\uff9f"
