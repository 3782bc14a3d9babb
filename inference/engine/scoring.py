"""How likely a model finds a given text: one teacher-forced pass, in chunks, beside the runs being decoded."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch

from inference.engine.errors import RunError
from inference.engine.forced import Forced


@dataclass(frozen=True, slots=True)
class Score:
    """Numbers about the raw distribution (no sampling setting) at each scored token.

    Token n is predicted from the tokens before it, so the first has no prediction: entry n of the lists belongs to
    ``token_ids[n + 1]``, and ``perplexity`` is exp of the mean of ``-logprobs`` over all tokens but the first.
    """

    token_ids: list[int]  # (T,)
    logprobs: list[float]  # (T - 1,) nats
    ranks: list[int]  # (T - 1,) from 1; tokens with the same logit share the better rank
    entropies: list[float]  # (T - 1,) nats
    top_ids: list[list[int]] = field(default_factory=list)  # (T - 1, K) the likeliest tokens, where they were asked for
    top_logprobs: list[list[float]] = field(default_factory=list)  # (T - 1, K) nats

    @property
    def perplexity(self) -> float:
        return math.exp(-sum(self.logprobs) / len(self.logprobs))


class Scoring(Forced[Score]):
    """Scores ``ids``. The last token is scored but never fed. ``top`` likeliest tokens are told beside."""

    def __init__(self, ids: list[int], top: int = 0) -> None:
        super().__init__(ids[:-1], 0)
        self._token_ids, self._top = ids, top
        self._tops: list[tuple[torch.Tensor, torch.Tensor]] = []
        self._parts: list[torch.Tensor] = []
        self._scored = 0

    def take(self, logits: torch.Tensor) -> None:
        targets = torch.tensor(self._token_ids[self._scored + 1 : self._scored + 1 + len(logits)], device=logits.device)[:, None]
        scores = logits.float()
        logprobs = torch.log_softmax(scores, dim=-1)
        entropy = -(logprobs.exp() * logprobs.clamp_min(torch.finfo(torch.float32).min)).sum(-1)
        rank = (scores > scores.gather(1, targets)).sum(-1) + 1
        self._parts.append(torch.stack([logprobs.gather(1, targets)[:, 0].double(), rank.double(), entropy.double()]).cpu())
        if self._top:
            best, best_ids = logprobs.topk(min(self._top, logprobs.shape[-1]))
            self._tops.append((best_ids.cpu(), best.cpu()))
        self._scored += len(logits)

    def finish(self) -> Score:
        logprobs, ranks, entropies = torch.cat(self._parts, dim=1).tolist()
        if not all(map(math.isfinite, entropies)):
            raise RunError("bad_logits", "The model gave no usable logits.")
        top_ids, top_logprobs = ([row for part in parts for row in part.tolist()] for parts in zip(*self._tops, strict=True)) if self._tops else ([], [])
        return Score(self._token_ids, logprobs, [int(rank) for rank in ranks], entropies, top_ids, top_logprobs)
