"""The model's own distribution at a step, before any stage of sampling, as a token event tells it. Pure.

Only the tokens that the trace shows are known one by one; ``docs/protocol.md`` says which.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np


def table_of(event: Mapping[str, Any]) -> list[dict[str, Any]]:
    """``{id, piece (hex), p}`` of each token that the trace shows, the likeliest first; ties by id. None: no trace."""
    trace = event.get("trace")
    if not trace:
        return []
    scores = np.frombuffer(trace["scores"]["data"], "<f4").reshape(trace["scores"]["shape"])[0]  # (K,)
    logsumexp = trace["stages"][0]["logsumexp"]
    rows = [
        {"id": token, "piece": bytes(piece).hex(), "p": math.exp(float(score) - logsumexp)}
        for token, piece, score in zip(trace["token_ids"], trace["pieces"], scores, strict=True)
        if math.isfinite(score)
    ]
    return sorted(rows, key=lambda row: (-row["p"], row["id"]))
