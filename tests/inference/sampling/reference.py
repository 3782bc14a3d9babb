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
    for name in params.order:
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
    said = [*prompt, *output]
    if name == "min_tokens" and params.min_tokens:
        banned = {*params.stop_token_ids, *([] if params.ignore_eos else eos)} if len(output) < params.min_tokens else set()
        return _ban(before, name, {token for token in banned if token < len(z)})
    if name == "allowed_token_ids" and params.allowed_token_ids:
        return _ban(before, name, set(range(len(z))) - set(params.allowed_token_ids))
    if name == "no_repeat_ngram" and (n := params.no_repeat_ngram_size):
        ngrams = [said[at : at + n] for at in range(len(said) - n + 1)]
        return _ban(before, name, {ngram[-1] for ngram in ngrams if ngram[:-1] == said[len(said) - n + 1 :]})
    if name == "bad_words" and params.bad_words:
        past = output if params.dialect == "vllm" else said
        words = [[ord(letter) for letter in word] for word in params.bad_words]
        return _ban(before, name, {word[-1] for word in words if list(past[len(past) - len(word) + 1 :]) == word[:-1] and len(word) <= len(past) + 1})
    window = params.repeat_last_n if params.repeat_last_n is not None else 64 if params.dialect == "llamacpp" else -1
    if name.endswith("_penalty") and getattr(params, name) != (name == "repetition_penalty") and window:
        by_dialect = name == "repetition_penalty" or params.dialect == "llamacpp"
        with_prompt = by_dialect if params.penalty_scope == "dialect" else params.penalty_scope == "all"
        seen = said if with_prompt else list(output)
        return Stage(name, _penalised(name, z, Counter(seen[-window:] if window > 0 else seen), getattr(params, name)))
    if name == "dry" and params.dry_multiplier and params.dry_penalty_last_n:
        return Stage(name, _dry(z, said, params))
    if name == "dynatemp" and params.dynatemp_range and params.temperature:
        survivors = np.isfinite(z).sum()
        unsure = before.entropy / np.log(survivors) if survivors > 1 else 0
        low, high = max(0, params.temperature - params.dynatemp_range), params.temperature + params.dynatemp_range
        return Stage(name, z / max(low + (high - low) * max(unsure, 0) ** params.dynatemp_exponent, 1e-200) if survivors > 1 else z)
    if name == "smoothing" and params.smoothing_factor:
        d, k, s = z - z.max(), (3 - params.smoothing_curve) / 2, (params.smoothing_curve - 1) / 2
        with np.errstate(all="ignore"):
            bent = z.max() + params.smoothing_factor * (s * d**3 - k * d**2)
        return Stage(name, np.where(z > -np.inf, np.maximum(bent, -1e300), z))
    if name == "mirostat" and params.mirostat_mode:
        with np.errstate(divide="ignore"):
            surprise = (before.logsumexp - z) / np.log(2)
        return _removal(name, before, np.where(_kept(before, surprise <= 2 * params.mirostat_tau, params), z, -np.inf), surprise)
    if name == "temperature" and params.temperature not in (0, 1) and not params.dynatemp_range:
        return Stage(name, z / params.temperature)
    if name == "top_k" and params.top_k:
        k = min(max(params.top_k, params.min_keep), len(z))
        passes = before.ranks <= k if params.dialect == "llamacpp" else z >= np.sort(z)[::-1][k - 1]
        return _removal(name, before, np.where(_kept(before, passes, params), z, -np.inf), before.ranks)
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


def _ban(before: Stage, name: str, banned: set[int]) -> Stage:
    z = before.scores.copy()
    z[list(banned)] = -np.inf
    return _removal(name, before, z, before.probabilities) if z.max() > -np.inf else Stage(name, before.scores.copy())


def _penalised(name: str, z: Floats, counts: Counter[int], strength: float) -> Floats:
    for token, count in counts.items():
        if name == "repetition_penalty":
            z[token] = z[token] / strength if z[token] > 0 else z[token] * strength
        else:
            z[token] -= strength * (count if name == "frequency_penalty" else 1)
    return z


def _dry(z: Floats, said: Sequence[int], params: SamplingParams) -> Floats:
    """Every earlier place against the end, token by token. The piece of a token is its number."""
    context = list(said)[-params.dry_penalty_last_n :] if params.dry_penalty_last_n > 0 else list(said)
    breaks = [any(breaker in str(token) for breaker in params.dry_sequence_breakers) for token in context]
    since = next((n for n, broken in enumerate(reversed(breaks)) if broken), len(context))
    longest: dict[int, int] = {}
    for place in range(1, len(context)):
        length = 0
        while length < min(place, since) and context[place - length - 1] == context[-length - 1]:
            length += 1
        if length >= params.dry_allowed_length and not breaks[place]:
            longest[context[place]] = max(length, longest.get(context[place], 0))
    most = int(88.7228391 / np.log(params.dry_base)) if params.dry_base > 1.000001 else 10**9
    for token, length in longest.items():
        z[token] -= params.dry_multiplier * params.dry_base ** min(length - params.dry_allowed_length, most)
    return z


def _tail_free(before: Stage, params: SamplingParams) -> int:
    """How many stay; after llama.cpp's loop."""
    p = [before.probabilities[token] for token in before.order if before.scores[token] > -np.inf]
    if len(p) <= 2:
        return len(p)
    slope = [a - b for a, b in itertools.pairwise(p)]
    bend = [abs(a - b) for a, b in itertools.pairwise(slope)]
    total = sum(bend)
    share = [each / total for each in bend] if total > 1e-6 else [1 / len(bend)] * len(bend)
    reached = itertools.accumulate(share)
    return next((at for at, mass in enumerate(reached) if mass > params.tfs_z and at >= params.min_keep), len(p))


def _typical(before: Stage, distance: Floats, params: SamplingParams) -> np.ndarray:
    survivors = [token for token in before.order if before.scores[token] > -np.inf]
    closest = sorted(survivors, key=lambda token: distance[token])
    mass, last, p = 0.0, closest[-1], before.probabilities
    for token in closest:
        mass += p[token]
        if mass > params.typical_p or (mass == params.typical_p and params.dialect != "llamacpp"):
            last = token
            break
    kept: np.ndarray = distance <= distance[last]
    if params.dialect == "llamacpp":
        kept[[token for token in survivors if token not in closest[: closest.index(last) + 1]]] = False
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
