"""A text as the model reads it: each token with how likely it was. Works through ``Engine.score``; never touches the model itself."""

from __future__ import annotations

import math
from collections.abc import Sequence

from inference.engine.engine import Engine
from inference.questions import Likely, Reading, ReadToken


def read(engine: Engine, text: str | Sequence[int], top: int = 0) -> Reading:
    """Score ``text`` (or token ids), with the ``top`` likeliest tokens at each. Raises ``RunError`` where it has fewer than two tokens or more than the context."""
    score = engine.score(text, top)
    pieces = [engine.model.pieces(token_id) for token_id in score.token_ids]
    first = ReadToken(score.token_ids[0], pieces[0], None, None, None)
    columns = zip(score.token_ids[1:], pieces[1:], score.logprobs, score.ranks, score.entropies, strict=True)
    tokens = [ReadToken(*column) for column in columns]
    for token, ids, logprobs in zip(tokens, score.top_ids, score.top_logprobs, strict=False):  # where they were asked for
        token.top.extend(Likely(token_id, engine.model.pieces(token_id), logprob) for token_id, logprob in zip(ids, logprobs, strict=True))
    surprisal = -sum(score.logprobs) / math.log(2)
    length = sum(map(len, pieces[1:]))
    return Reading([first, *tokens], score.perplexity, surprisal / length if length else math.nan)
