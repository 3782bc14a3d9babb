"""What a viewer is told of one step: the shown tokens and the whole vocabulary through every stage. Knows nothing of runs.

Everything is computed for all watched rows and all stages at once; only what comes out of it is made row by row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.events import Block, Dice, StageTrace, Trace
from inference.sampling.arrays import Bools, Floats, Ints, row_numbers
from inference.sampling.dice import Fall
from inference.sampling.lazy import lazy
from inference.sampling.pipeline import Step
from inference.sampling.scores import Listed
from inference.sampling.standing import Standings
from inference.sampling.state import Rows
from inference.spec import Watch

Pieces = Callable[[int], bytes]
LARGEST_F4 = float(np.finfo(np.float32).max)


def incomplete(trail: Sequence[Step], watches: Sequence[Watch]) -> list[bool]:
    """(B,) rows whose lists are too short to show as many tokens as are asked for."""
    raw, final = trail[0].scores.listed, trail[-1].scores.listed
    ends = zip(watches, raw.rest, raw.count, final.rest, final.count, strict=True)
    return [(rest and count < watch.top_n) or (more and left < watch.top_n) for watch, rest, count, more, left in ends]


def shown_tokens(raw: Listed, final: Listed, fallen: Sequence[Fall], watches: Sequence[Watch]) -> list[list[int]]:
    """(B,) of (K_b,) the best of the raw logits, those of the final distribution, the chosen one, the pinned."""
    most, vocab = max(watch.top_n for watch in watches), raw.vocab
    ends = zip(_best(raw, most), _best(final, most), fallen, watches, strict=True)
    return [_shown(first[: watch.top_n], then[: watch.top_n], fell.token_id, watch.pinned, vocab) for first, then, fell, watch in ends]


def _shown(first: list[int], then: list[int], chosen: int, pinned: Sequence[int], vocab: int) -> list[int]:
    if then == first[: len(then)] and not pinned:  # as it mostly is
        return first if chosen in first else [*first, chosen]
    return list(dict.fromkeys([*first, *then, chosen, *(token for token in pinned if token < vocab)]))


def _best(listed: Listed, n: int) -> list[list[int]]:
    """(B,) up to ``n`` survivors each, best first."""
    return [ids[:count] for ids, count in zip(listed.ranking.ids[:, :n].tolist(), listed.count, strict=True)]


class Tracer:
    """The traces of B watched rows of one step, through S stages (the raw logits first). Those of ``void`` (B,) rows mean nothing."""

    def __init__(self, trail: Sequence[Step], rows: Rows, watches: Sequence[Watch], fallen: Sequence[Fall], void: Sequence[bool]) -> None:
        self._stages = [step.stage for step in trail]
        self._listed = [step.scores.listed for step in trail]  # the same whether neighbours were cut earlier or not
        self._rows, self._fallen, self._void = rows, fallen, void
        self._tokens = shown_tokens(self._listed[0], self._listed[-1], fallen, watches)
        self._logsumexp = np.array([listed.logsumexp for listed in self._listed])  # (S, B)
        self._standings = Standings(self._listed, self._logsumexp, _padded(self._tokens))

    def traces(self, pieces: Sequence[Pieces], greedy: Sequence[bool], rolls: Sequence[float]) -> list[Trace]:
        """(B,) ``rolls`` are the numbers drawn, which the rows that are ``greedy`` did not use."""
        traces = []
        for row, (tokens, blocks, stages) in enumerate(zip(self._tokens, self._blocks, self._stage_traces, strict=True)):
            fell = self._fallen[row]
            dice = Dice(greedy[row], rolls[row], fell.position, fell.low, fell.high)
            traces.append(Trace(tokens, [*map(pieces[row], tokens)], stages, *blocks, dice))
        return traces

    @property
    def logprobs(self) -> list[float]:
        """(B,) ln of the probability of the chosen token in the final distribution."""
        return self._logprobs(-1)

    @property
    def raw_logprobs(self) -> list[float]:
        """(B,) the same under the raw logits."""
        return self._logprobs(0)

    @property
    def raw_ranks(self) -> list[int]:
        """(B,) of the chosen token, from 1."""
        ranks: list[int] = self._standings.ranks[0, np.arange(len(self._rows)), self._columns].tolist()
        return ranks

    @property
    def raw_entropies(self) -> list[float]:
        """(B,) in nats."""
        entropies: list[float] = self._listed[0].entropy.tolist()
        return entropies

    def _logprobs(self, place: int) -> list[float]:
        scores = self._standings.scores[place, np.arange(len(self._rows)), self._columns]
        logprobs: list[float] = (scores - self._logsumexp[place]).tolist()
        return logprobs

    @lazy
    def _columns(self) -> Ints:
        """(B,) where the chosen token stands among the shown ones."""
        return np.array([tokens.index(fell.token_id) for tokens, fell in zip(self._tokens, self._fallen, strict=True)])

    @lazy
    def _runs(self) -> Bools:
        """(S, B) whether a row runs a stage."""
        return np.array([[True] * len(self._rows) if stage is None else self._rows.on(stage.name) for stage in self._stages])

    @lazy
    def _shapes(self) -> dict[tuple[tuple[int, ...], int], list[int]]:
        """The rows that run the same stages and show equally many tokens, by those and that."""
        rows: defaultdict[tuple[tuple[int, ...], int], list[int]] = defaultdict(list)
        for row, (runs, tokens) in enumerate(zip(self._runs.T.tolist(), self._tokens, strict=True)):
            rows[(*runs,), len(tokens)].append(row)
        return {(tuple(at for at, on in enumerate(runs) if on), k): some for (runs, k), some in rows.items()}

    @lazy
    def _alive(self) -> Bools:
        """(S, B, K)"""
        alive: Bools = self._standings.scores > -np.inf
        return alive

    @lazy
    def _lived(self) -> Ints:
        """(B, K) how many stages each token has survived: the number of the one that removed it, or S."""
        lived: Ints = self._alive.sum(0)
        return lived

    @lazy
    def _removed_at(self) -> Ints:
        """(B, K) index among the stages of the row, -1 where the token survived."""
        runs = self._runs.T
        index = np.full((len(runs), len(self._stages) + 1), -1)
        np.copyto(index[:, :-1], runs.cumsum(-1) - 1, where=runs)
        return index[row_numbers(len(runs)), self._lived]

    @lazy
    def _removed_value(self) -> Floats:
        """(B, K)"""
        value = np.full(self._lived.shape, np.nan)
        for place, stage in enumerate(self._stages):
            if stage and stage.removes:
                here = self._lived == place
                if here.any():
                    value[here] = stage.reason(self._standings.at(place - 1))[here]
        return value

    @lazy
    def _blocks(self) -> list[tuple[Block, Block, Block, Block]]:
        """(B,) of scores and ranks (S_b, K_b), where removed and why (K_b,), as they travel. Scores stay within the range of float32."""
        scores = np.where(self._alive, np.minimum(np.maximum(self._standings.scores, -LARGEST_F4), LARGEST_F4), -np.inf)
        stages = scores.swapaxes(0, 1).astype("<f4"), self._standings.ranks.swapaxes(0, 1).astype("<i4")  # (B, S, K)
        ends = self._removed_at.astype("<i1"), self._removed_value.astype("<f4")
        blocks: list[tuple[Block, Block, Block, Block]] = [()] * len(self._tokens)  # type: ignore[list-item]
        for (own, k), rows in self._shapes.items():
            tables = [_packed(array[rows][:, own, :k]) for array in stages]
            lists = [_packed(array[rows, :k]) for array in ends]
            for row, z, rank, at, value in zip(rows, *tables, *lists, strict=True):
                blocks[row] = Block("f4", [len(own), k], z), Block("i4", [len(own), k], rank), Block("i1", [k], at), Block("f4", [k], value)
        return blocks

    @lazy
    def _shown(self) -> tuple[Ints, Floats]:
        """(S, B) how many of the shown tokens are left, and the sum of their probabilities.

        Both are running sums from the left, so that padding, which is on the right, adds nothing.
        """
        rows, last = np.arange(len(self._rows)), np.array([len(tokens) - 1 for tokens in self._tokens])
        return self._alive.cumsum(-1)[:, rows, last], self._standings.probabilities.cumsum(-1)[:, rows, last]

    @lazy
    def _removed_mass(self) -> Floats:
        """(S, B) Survivors keep their scores, so that the sum of exponentials falls by what has been removed."""
        mass = np.zeros_like(self._logsumexp)
        for place, stage in enumerate(self._stages):
            if stage and stage.removes:
                fewer = self._listed[place].survivors != self._listed[place - 1].survivors
                gone = -np.expm1(self._logsumexp[place] - self._logsumexp[place - 1])
                mass[place] = np.where(fewer, np.maximum(gone, 0.0), 0.0)
        return mass

    @lazy
    def _stage_traces(self) -> list[list[StageTrace]]:
        """(B,) of (S_b,)"""
        traces: list[list[StageTrace]] = [[] for _ in self._rows]
        kept, entropy = (np.array([getattr(listed, name) for listed in self._listed]) for name in ("survivors", "entropy"))
        left, mass = self._shown
        others = kept - left
        other_mass = np.where(others > 0, np.maximum(1.0 - mass, 0.0), 0.0)
        columns = [column.tolist() for column in (kept, self._removed_mass, entropy, self._logsumexp, others, other_mass)]
        for place, (stage, on, *numbers) in enumerate(zip(self._stages, self._runs.tolist(), *columns, strict=True)):
            name = stage.name if stage else "logits"
            for row, (runs, k, gone, h, total, more, rest) in enumerate(zip(on, *numbers, strict=True)):
                if runs:
                    traces[row].append(StageTrace(name, k, gone, h, total, more, rest, self._numbers(place, row)))
        return traces

    def _numbers(self, place: int, row: int) -> dict[str, float]:
        """The row is before a stage what it was after the one before, whether it ran that or not."""
        stage = self._stages[place]
        if stage is None or self._void[row]:  # of which not one token may be certain
            return {}
        return stage.numbers(self._listed[place - 1], row, self._rows[row])


def _packed(rows: NDArray[Any]) -> list[bytes]:
    """(B,) the bytes of each of ``rows`` (B, ...)."""
    data = rows.tobytes()
    size = len(data) // len(rows)
    return [data[start : start + size] for start in range(0, len(data), size)]


def _padded(tokens: list[list[int]]) -> Ints:
    """(B, K), each row filled up with its first token."""
    width = max(map(len, tokens))
    return np.array([row + row[:1] * (width - len(row)) for row in tokens], dtype=np.int64)
