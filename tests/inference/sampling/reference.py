"""The pipeline once more, plain and slow: one row, every stage over the whole vocabulary, full sorts. What the fast one must equal."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from inference.sampling.arrays import Floats, Ints
from inference.spec import SamplingParams

TINY = 1e-12


@dataclass
class Stage:
    name: str
    scores: Floats  # (V,)
    reason: dict[int, float] = field(default_factory=dict)  # of the tokens that it removed

    @property
    def probabilities(self) -> Floats:
        weights = np.exp(self.scores - self.scores.max())
        return np.asarray(weights / weights.sum())

    @property
    def order(self) -> Ints:
        """Ids, best first, ties by id."""
        return np.lexsort((np.arange(len(self.scores)), -self.scores))

    @property
    def ranks(self) -> Ints:
        ranks = np.empty(len(self.scores), dtype=np.int64)
        ranks[self.order] = np.arange(1, len(self.scores) + 1)
        return np.where(self.scores > -np.inf, ranks, 0)

    @property
    def entropy(self) -> float:
        p = self.probabilities[self.probabilities > 0]
        return float(-(p * np.log(p)).sum())

    @property
    def logsumexp(self) -> float:
        return float(self.scores.max() + np.log(np.exp(self.scores - self.scores.max()).sum()))


def run(
    logits: Floats, params: SamplingParams, prompt: Sequence[int] = (), output: Sequence[int] = (), eos: Sequence[int] = (), toss: float = 0.0
) -> list[Stage]:
    """The raw logits and every active stage, in order. ``toss`` is what XTC draws."""
    trail = [Stage("logits", np.asarray(logits, dtype=np.float64))]
    for name in params.stage_order:
        after = _apply(name, trail[-1], params, prompt, output, eos, toss)
        if after is not None:
            trail.append(after)
    return trail


def _apply(
    name: str, before: Stage, params: SamplingParams, prompt: Sequence[int], output: Sequence[int], eos: Sequence[int], toss: float
) -> Stage | None:
    z, p = before.scores.copy(), before.probabilities
    if name == "logit_bias" and any(params.logit_bias.values()):
        for token, bias in params.logit_bias.items():
            z[token] += bias
        return Stage(name, z)
    if name == "min_tokens" and params.min_tokens:
        banned = {*params.stop_token_ids, *([] if params.ignore_eos else eos)} if len(output) < params.min_tokens else set()
        masked = z.copy()
        masked[[token for token in banned if token < len(z)]] = -np.inf
        return _removal(name, before, masked, p) if masked.max() > -np.inf else Stage(name, z)
    if name == "repetition_penalty" and params.repetition_penalty != 1:
        for token in {*prompt, *output}:
            z[token] = z[token] / params.repetition_penalty if z[token] > 0 else z[token] * params.repetition_penalty
        return Stage(name, z)
    if name == "presence_penalty" and params.presence_penalty:
        for token in set(output):
            z[token] -= params.presence_penalty
        return Stage(name, z)
    if name == "frequency_penalty" and params.frequency_penalty:
        for token, count in Counter(output).items():
            z[token] -= params.frequency_penalty * count
        return Stage(name, z)
    if name == "temperature" and params.temperature not in (0, 1):
        return Stage(name, z / params.temperature)
    if name == "top_k" and params.top_k:
        kth = np.sort(z)[::-1][min(max(params.top_k, params.min_keep), len(z)) - 1]
        return _removal(name, before, np.where(_kept(before, z >= kth, params), z, -np.inf), before.ranks)
    if name == "top_p" and params.top_p < 1:
        ahead = np.empty_like(z)
        ahead[before.order] = np.concatenate([[0.0], np.cumsum(p[before.order])[:-1]])
        return _removal(name, before, np.where(_kept(before, ahead < params.top_p, params), z, -np.inf), ahead)
    if name == "min_p" and params.min_p:
        return _removal(name, before, np.where(_kept(before, p >= params.min_p * p.max(), params), z, -np.inf), p)
    if name == "top_a" and params.top_a:
        return _removal(name, before, np.where(_kept(before, p >= params.top_a * p.max() ** 2, params), z, -np.inf), p)
    if name == "epsilon_cutoff" and params.epsilon_cutoff:
        return _removal(name, before, np.where((p >= params.epsilon_cutoff) | _tied_with_kept(before, params), z, -np.inf), p)
    if name == "eta_cutoff" and params.eta_cutoff:
        eta = min(params.eta_cutoff, np.sqrt(params.eta_cutoff) * np.exp(-before.entropy))
        return _removal(name, before, np.where((p >= eta) | _tied_with_kept(before, params), z, -np.inf), p)
    if name == "top_n_sigma" and params.top_n_sigma:
        threshold = z.max() - params.top_n_sigma * z[z > -np.inf].std()
        return _removal(name, before, np.where(_kept(before, z >= threshold, params), z, -np.inf), z)
    if name == "tfs_z" and params.tfs_z < 1:
        return _removal(name, before, np.where((before.ranks > 0) & (before.ranks <= _tail_free(before, params)), z, -np.inf), before.ranks)
    if name == "typical_p" and params.typical_p < 1:
        distance = np.abs(before.logsumexp - z - before.entropy)
        return _removal(name, before, np.where(_typical(before, distance, params), z, -np.inf), distance)
    if name == "xtc" and params.xtc_probability:
        above = before.order[: np.count_nonzero(p >= params.xtc_threshold)]
        if toss <= params.xtc_probability and len(above) > 1 and np.isfinite(z).sum() - (len(above) - 1) >= params.min_keep:
            z[above[:-1]] = -np.inf
        return _removal(name, before, z, p)
    return None


def _tail_free(before: Stage, params: SamplingParams) -> int:
    """How many stay; after llama.cpp's loop."""
    p = [before.probabilities[token] for token in before.order if before.scores[token] > -np.inf]
    if len(p) <= 2:
        return len(p)
    slope = [a - b for a, b in itertools.pairwise(p)]
    bend = [abs(a - b) for a, b in itertools.pairwise(slope)]
    share = [each / sum(bend) for each in bend] if sum(bend) > 1e-6 else [1 / len(bend)] * len(bend)
    reached = itertools.accumulate(share)
    return next((at for at, mass in enumerate(reached) if mass > params.tfs_z and at >= params.min_keep), len(p))


def _typical(before: Stage, distance: Floats, params: SamplingParams) -> np.ndarray:
    survivors = [token for token in before.order if before.scores[token] > -np.inf]
    closest = sorted(survivors, key=lambda token: distance[token])
    mass, last = 0.0, closest[-1]
    for token in closest:
        mass += before.probabilities[token]
        if mass >= params.typical_p:
            last = token
            break
    kept: np.ndarray = distance <= distance[last]
    kept[closest[: params.min_keep]] = True
    return kept


def _tied_with_kept(before: Stage, params: SamplingParams) -> np.ndarray:
    """What is at least as likely as the last of ``min_keep``, as transformers' epsilon and eta keep it."""
    last = np.sort(before.scores)[::-1][min(params.min_keep, len(before.scores)) - 1]
    tied: np.ndarray = before.scores >= last
    return tied


def _kept(before: Stage, passes: np.ndarray, params: SamplingParams) -> np.ndarray:
    return passes | ((before.ranks > 0) & (before.ranks <= params.min_keep))


def _removal(name: str, before: Stage, after: Floats, reason: np.ndarray) -> Stage:
    gone = np.flatnonzero((before.scores > -np.inf) & (after == -np.inf))
    return Stage(name, after, {int(token): float(reason[token]) for token in gone})


def draw(final: Stage, u: float) -> tuple[int, int, float, float]:
    """Token, position, low and high of the inverse CDF."""
    reach = np.cumsum(final.probabilities[final.order])
    position = min(int(np.count_nonzero(reach <= u)), int(np.count_nonzero(final.probabilities)) - 1)
    return int(final.order[position]), position, float(reach[position - 1]) if position else 0.0, float(reach[position])
