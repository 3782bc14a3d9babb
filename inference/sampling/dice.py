"""The dice: a number in [0, 1) that depends on seed, sample and step alone, and the token it falls on.

Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"; Random123) maps a counter to random words under a key,
with no state to carry: any machine can draw the number of any step. Knows nothing of stages or runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.sampling.arrays import Floats
from inference.sampling.scores import Listed

Words = NDArray[np.uint64]  # 32-bit words in 64-bit integers, so that a product fits

_ROUNDS = 10
_MULTIPLIERS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_WEYL = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)


def philox(counter: Words, key: Words) -> Words:
    """Random words (..., 4) for ``counter`` (..., 4) under ``key`` (..., 2), all 32 bits each."""
    c0, c1, c2, c3 = np.moveaxis(counter, -1, 0)
    k0, k1 = np.moveaxis(key, -1, 0)
    for _ in range(_ROUNDS):
        product0, product1 = c0 * _MULTIPLIERS[0], c2 * _MULTIPLIERS[1]
        c0, c1, c2, c3 = (product1 >> _HALF) ^ c1 ^ k0, product1 & _LOW, (product0 >> _HALF) ^ c3 ^ k1, product0 & _LOW
        k0, k1 = (k0 + _WEYL[0]) & _LOW, (k1 + _WEYL[1]) & _LOW
    return np.stack([c0, c1, c2, c3], axis=-1)


FOR_TOKEN, FOR_XTC = 0, 1  # what a number is drawn for


def uniforms(seed: int, sample: int, first: int, count: int, purpose: int = FOR_TOKEN) -> Floats:
    """(count,) numbers in [0, 1) with 53 bits, for the steps from ``first``. ``seed`` < 2**64, ``sample`` < 2**32.

    The counter's words are (step low, step high, sample, purpose), so that draws for another purpose are other numbers.
    """
    steps = np.arange(first, first + count, dtype=np.uint64)
    zeros = np.zeros_like(steps)
    counter = np.stack([steps & _LOW, steps >> _HALF, zeros + np.uint64(sample), zeros + np.uint64(purpose)], axis=-1)
    words = philox(counter, np.array([seed & 0xFFFFFFFF, seed >> 32], dtype=np.uint64))
    bits = ((words[:, 0] << _HALF) | words[:, 1]) >> np.uint64(11)
    numbers: Floats = bits.astype(np.float64) * 2.0**-53
    return numbers


class Rolls:
    """The numbers of one run, drawn a block at a time since one call costs as much for one as for many."""

    _BLOCK = 128

    def __init__(self, seed: int, sample: int, purpose: int = FOR_TOKEN) -> None:
        self._seed, self._sample, self._purpose = seed, sample, purpose
        self._block, self._numbers = -1, np.empty(0)

    def at(self, step: int) -> float:
        return float(self._of_block(step // self._BLOCK)[step % self._BLOCK])

    def some(self, first: int, count: int) -> Floats:
        """(count,) those of the steps from ``first``."""
        blocks = range(first // self._BLOCK, -(-(first + count) // self._BLOCK))
        start = first % self._BLOCK
        return np.concatenate([self._of_block(block) for block in blocks])[start : start + count]

    def _of_block(self, block: int) -> Floats:
        if block != self._block:
            self._block, self._numbers = block, uniforms(self._seed, self._sample, block * self._BLOCK, self._BLOCK, self._purpose)
        return self._numbers


class Fall(NamedTuple):
    """Where the dice of one row fell on its cumulative bar."""

    token_id: int
    position: int  # of the token in the order of the bar, from 0
    low: float  # the token's interval is [low, high)
    high: float
    short: bool  # void: fell beyond what is listed


def fall(final: Listed, u: Sequence[float]) -> list[Fall]:
    """The first token of each of B rows at which the cumulative probability exceeds its ``u``. A row's bar ends at exactly 1."""
    reach, rows = final.reach, np.arange(len(u))
    beyond = (reach <= np.array(u)[:, None]).sum(-1)
    last = np.array(final.count) - 1
    positions = np.minimum(beyond, last)
    lows = np.where(positions > 0, reach[rows, positions - 1], 0.0)
    highs = np.where((positions == last) & ~np.array(final.rest), 1.0, np.minimum(reach[rows, positions], 1.0))
    short = np.array(final.short) | (np.array(final.rest) & (beyond > last))
    columns = (final.ranking.ids[rows, positions], positions, lows, highs, short)
    return [Fall(*fell) for fell in zip(*(column.tolist() for column in columns), strict=True)]
