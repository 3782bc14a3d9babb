"""What a vote is worth, and who leads. Pure.

A vote is scored twice, and shown so: *insight* is the log score of the model's own distribution, before any stage of sampling, which a lucky draw does not change
(Good 1952, "Rational decisions"): ``max(0, 10 + log2 p)``, so 10 for what is certain and one less for each halving. *Luck* is 10 where
the dice took what was voted for. Games: ``MATCH`` for each text whose setting was found, ``ODD`` for the model's text among people's; of n texts
one is matched by chance on average, whatever n is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

MOST_INSIGHT = 10.0
LUCK = 10.0
MATCH = 5.0
ODD = 10.0


def insight(p: float) -> float:
    """Points for a token to which the model gave probability ``p`` (0 to 1)."""
    return max(0.0, MOST_INSIGHT + math.log2(p)) if p > 0 else 0.0


def ranks(totals: Sequence[float]) -> list[int]:
    """The place of each of ``totals``, from 1. Equal totals, as they are shown (one decimal), share a place, and the next ones are left out."""
    shown = [round(total, 1) for total in totals]
    return [1 + sum(other > one for other in shown) for one in shown]
