"""Looks for what a list forbids, in time linear in the text whatever the pattern (Google's RE2). Knows nothing of tokens or runs.

All entries of a list are one automaton (``re2.Set``), built once per list and process. In a text that grows, a hit counts as soon as
nothing that may follow can undo it: ``ass`` as a whole word is none while it may become ``assembly``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import re2

from inference.moderation.filters import Filter
from inference.moderation.normal import NormalText, normal

PATTERN_WINDOW = 4096  # characters that a pattern may span in an output
MEMORY_BYTES = 64 << 20
REMEMBERED = 64  # lists whose automaton is kept
_BEGIN, _END = r"(?:^|[^\pL\pN\pM_])", r"(?:$|[^\pL\pN\pM_])"  # RE2's own \b knows ASCII only
_NEVER = r"[^\x00-\x{10FFFF}]"
_FOLLOWERS = ("a", " ")  # a hit that stands before a letter, before a space and at the end is there to stay


class BadPattern(ValueError):
    """RE2 refuses entry number ``place`` (from 0); the message says why."""

    def __init__(self, place: int, pattern: str, reason: str) -> None:
        super().__init__(reason)
        self.place, self.pattern = place, pattern


class Matcher:
    """The automaton of one list, and for whole words a look at what stands beside a hit. Raises ``BadPattern``."""

    def __init__(self, filter: Filter) -> None:
        self.fold = filter.ignore_case and filter.kind == "literals"
        self._options = _options(self.fold or not filter.ignore_case)
        self._whole = filter.whole_words
        self._exact: dict[int, Any] = {}
        if filter.kind == "literals":
            self._texts = [normal(entry, self.fold) for entry in filter.entries]
            if "" in self._texts:
                raise BadPattern(self._texts.index(""), filter.entries[self._texts.index("")], "nothing in it can be seen")
            self._sources = [re2.escape(text) for text in self._texts]
            self.window = 2 * max(map(len, self._texts), default=0) + 2
        else:
            self._texts = []
            self._sources = [_pattern(place, entry, self._options) for place, entry in enumerate(filter.entries)]
            self.window = PATTERN_WINDOW
        self._set = self._built()

    def _built(self) -> Any:
        built = re2.Set.SearchSet(self._options)
        for source in self._sources or [_NEVER]:
            built.Add(source)
        try:
            built.Compile()
        except re2.error as error:
            raise BadPattern(0, "", "together the patterns are too large") from error
        return built

    def hit(self, text: str) -> int | None:
        """Which entry (from 0) is in ``text``, which is in normal form and complete."""
        return next((place for place in self._found(text) if self._stands(place, text)), None)

    def sure(self, text: str) -> int | None:
        """As ``hit``, for a text that may go on in any way."""
        goings = [text, *(text + follower for follower in _FOLLOWERS)]
        return next((place for place in self._found(text) if all(self._stands(place, going) for going in goings)), None)

    def _found(self, text: str) -> list[int]:
        return sorted(self._set.Match(text) or ())

    def _stands(self, place: int, text: str) -> bool:
        """Whether that entry is in ``text`` as it must be: the set knows nothing of whole words."""
        if place not in self._exact:
            self._exact[place] = re2.compile(self._exactly(place), self._options)
        return self._exact[place].search(text) is not None

    def _exactly(self, place: int) -> str:
        source: str = self._sources[place]
        text = self._texts[place] if self._texts else "a"
        if not self._whole:
            return source
        return f"{_BEGIN if _has_words(text[0]) else ''}(?:{source}){_END if _has_words(text[-1]) else ''}"


@lru_cache(REMEMBERED)
def matcher(filter: Filter) -> Matcher:
    """Raises ``BadPattern``."""
    return Matcher(filter)


def search(filter: Filter, text: str) -> str | None:
    """The entry that is in the whole of ``text``."""
    found = matcher(filter)
    place = found.hit(normal(text, found.fold))
    return None if place is None else filter.entries[place]


class Watched:
    """One output that grows, under several lists."""

    def __init__(self, filters: Sequence[Filter]) -> None:
        self._parts = [(filter, found, NormalText(found.fold, found.window)) for filter in filters for found in [matcher(filter)]]
        self._ends = [""] * len(self._parts)

    def push(self, text: str) -> Filter | None:
        """Add ``text``; the first list that it breaks for certain."""
        if not text:
            return None
        for place, (filter, found, grown) in enumerate(self._parts):
            self._ends[place] = grown.push(text)
            if found.sure(self._ends[place]) is not None:
                return filter
        return None

    def end(self) -> Filter | None:
        """Nothing follows: the first list that the text as it stands breaks."""
        ends = zip(self._parts, self._ends, strict=True)
        return next((filter for (filter, found, _), end in ends if found.hit(end) is not None), None)


def _options(case_sensitive: bool) -> re2.Options:
    options = re2.Options()
    options.case_sensitive, options.log_errors, options.max_mem = case_sensitive, False, MEMORY_BYTES
    return options


def _pattern(place: int, entry: str, options: re2.Options) -> str:
    """In normal form. Raises ``BadPattern``, with RE2's own words."""
    source = "".join(map(_normal_in_pattern, entry))
    try:
        found = re2.compile(source, options)
    except re2.error as error:
        reason = error.args[0]
        raise BadPattern(place, entry, reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)) from error
    if found.search("") is not None:
        raise BadPattern(place, entry, "it is in every text, also in an empty one")
    return source


def _normal_in_pattern(character: str) -> str:
    """The text is in normal form, so the pattern must be too; what would become one of RE2's own signs stays a plain character."""
    same = normal(character, fold=False)
    return same if same == character or same.isalnum() else re2.escape(same)


def _has_words(character: str) -> bool:
    """Whether ``character`` is of a script that separates its words: not of Chinese, Japanese or Thai, where no border could be seen."""
    if not (character.isalnum() or character == "_"):
        return False
    name = unicodedata.name(character, "")
    return not name.startswith(("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "BOPOMOFO"))

