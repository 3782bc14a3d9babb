"""Stop strings in streamed text. Knows nothing of tokens: its result does not depend on how the text is cut into pieces."""

from __future__ import annotations

from collections.abc import Sequence


class StopStrings:
    """Holds back text that may still become a stop string, and releases it when it cannot.

    The match that ends first wins, and of those that end together the longest, so that any cutting of the same text into
    pieces gives the same result.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stops)
        self._held = ""

    def push(self, text: str, may_stop: bool = True) -> tuple[str, str | None]:
        """Add ``text``; return the text released by it and the stop string that it completed, if any.

        With ``may_stop`` false a stop string that ``text`` completes is ordinary text. After a match the text before it is
        released and nothing is held.
        """
        if not self._stops:
            return text, None
        seen, buffer = len(self._held), self._held + text
        match = self._first_match(buffer, seen) if may_stop else None
        if match is not None:
            start, stop = match
            self._held = ""
            return buffer[:start], stop
        cut = len(buffer) - self._open_length(buffer)
        self._held = buffer[cut:]
        return buffer[:cut], None

    def flush(self) -> str:
        """The text still held back, which nothing can complete any more."""
        held, self._held = self._held, ""
        return held

    def _first_match(self, buffer: str, seen: int) -> tuple[int, str] | None:
        """Start and stop string of the match with the earliest end beyond the first ``seen`` characters."""
        found = ((buffer.find(stop, max(0, seen - len(stop) + 1)), stop) for stop in self._stops)
        ends = [(start + len(stop), start, stop) for start, stop in found if start >= 0]
        return min(ends)[1:] if ends else None

    def _open_length(self, buffer: str) -> int:
        """Length of the longest end of ``buffer`` with which a stop string begins without being complete."""
        longest = min(len(buffer), max(map(len, self._stops)) - 1)
        return next((n for n in range(longest, 0, -1) if self._begins(buffer[-n:])), 0)

    def _begins(self, text: str) -> bool:
        return any(len(stop) > len(text) and stop.startswith(text) for stop in self._stops)
