"""How many prompt tokens a step may take, so that those who decode meanwhile hardly notice. Knows nothing of jobs.

A step with prompt tokens takes longer than one without, and every run that decodes waits for it. The time of both is learnt as
steps go by; prompts get what keeps a step within twice its usual time.
"""

from __future__ import annotations

_LONGER = 0.8  # of the time of a step without prompt tokens: what prompt tokens may add to it
_LEAST = 16  # tokens: smaller chunks cost more than they spare
_WEIGHT = 0.2  # of a new measurement in the running means


class Budget:
    """At most ``most`` tokens, and so many where nobody decodes."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._step: float | None = None  # seconds of a step without prompt tokens
        self._token: float | None = None  # seconds that a prompt token adds

    def tokens(self, decoding: bool) -> int:
        """For the next step; ``decoding`` where others decode in it."""
        if not decoding:
            return self.most
        if self._step is None or self._token is None:
            return min(self.most, max(_LEAST, self.most // 4))
        return min(self.most, max(_LEAST, int(_LONGER * self._step / self._token)))

    def took(self, seconds: float, prompt_tokens: int, decoding: bool) -> None:
        """A step with so many ``prompt_tokens`` took ``seconds``."""
        if not prompt_tokens:
            self._step = _mean(self._step, seconds)
        elif prompt_tokens >= min(_LEAST, self.most):
            alone = (self._step or 0.0) if decoding else 0.0
            self._token = _mean(self._token, max(1e-9, seconds - alone) / prompt_tokens)


def _mean(old: float | None, new: float) -> float:
    return new if old is None else old + _WEIGHT * (new - old)
