"""How many prompt tokens a step may take, so that those who decode meanwhile hardly notice. Knows nothing of jobs.

A step with prompt tokens takes longer than one without, and every run that decodes waits for it. What a step takes for itself, for each
row that decodes and for each prompt token is learnt as steps go by (least squares); prompts get what keeps a step within twice what it
would take without them. It must be told apart by rows: while prompts wait, each step has some, and the rows become more and more.
"""

from __future__ import annotations

from collections import deque

import numpy as np

_LONGER = 0.8  # of the time of the step without prompt tokens: what prompt tokens may add to it
_LEAST = 16  # tokens: smaller chunks cost more than they spare
_KEPT = 32  # steps of either kind: with prompt tokens, and without
_UNITS = np.array([1.0, 1 / 32, 1 / 256])  # of the counts in the fit, so that all three costs are of one size

_Taken = tuple[int, int, int, float]  # one, rows that decode, prompt tokens; seconds


class Budget:
    """At most ``most`` tokens, and so many where nobody decodes."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._plain: deque[_Taken] = deque(maxlen=_KEPT)
        self._mixed: deque[_Taken] = deque(maxlen=_KEPT)

    def tokens(self, rows: int) -> int:
        """For the next step, in which so many ``rows`` decode."""
        if not rows:
            return self.most
        if not self._mixed or not (self._plain or any(rows for _, rows, _, _ in self._mixed)):
            return min(self.most, max(_LEAST, self.most // 4))
        step, row, token = self._costs()
        return min(self.most, max(_LEAST, int(_LONGER * max(0.0, step + rows * row) / max(1e-9, token))))

    def took(self, seconds: float, rows: int, prompt_tokens: int) -> None:
        """A step in which so many ``rows`` decoded, with so many ``prompt_tokens``, took ``seconds``."""
        (self._mixed if prompt_tokens else self._plain).append((1, rows, prompt_tokens, seconds))

    def _costs(self) -> list[float]:
        """Seconds of a step, of a row, of a prompt token; the smallest that fit where several do."""
        taken = np.array([*self._plain, *self._mixed])
        found: list[float] = (np.linalg.lstsq(taken[:, :3] * _UNITS, taken[:, 3])[0] * _UNITS).tolist()
        return found
