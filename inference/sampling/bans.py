"""Stages that forbid single tokens: those that are not allowed, complete a banned word, repeat an n-gram, or would end the run too early.

They are no filters: ``min_keep`` brings nothing back. Where one would leave a row empty, it leaves that row as it was.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from inference.sampling.arrays import Bools, Floats, Ints
from inference.sampling.history import NO_IDS, recurrences
from inference.sampling.scores import Cells, Listed, Scores
from inference.sampling.stage import Stage, cells
from inference.sampling.standing import Standing
from inference.sampling.state import Rows, RowState
from inference.spec import SamplingParams, StageName


class Ban(Stage):
    """Forbids the tokens of ``banned``."""

    reorders = True
    removes = True
    edits = True

    @abstractmethod
    def banned(self, row: RowState) -> Ints:
        """(m,) what may not come next."""

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        banned = cells(rows.ids(self.name, self.banned))
        if not len(banned.ids):
            return scores.spread  # as it would be if a neighbour had something banned
        before = scores.at(banned)
        after = scores.edit(banned, np.full(len(banned.ids), -np.inf))
        return _give_back(before, after, banned, after.field.survivors == 0)

    def reason(self, standing: Standing) -> Floats:
        return standing.probabilities


def _give_back(before: Floats, after: Scores, banned: Cells, empty: Bools) -> Scores:
    """Undo the ban in the rows that it left ``empty`` (B,). ``before`` (M,) are the scores that ``banned`` had."""
    if not empty.any():
        return after
    undo = empty[banned.rows]
    spared = Cells(banned.rows[undo], banned.ids[undo])
    return after.edit(spared, before[undo])


class MinTokens(Ban):
    """EOS and stop ids, while fewer than ``min_tokens`` tokens are out. Neutral: 0.

    Source: transformers ``MinNewTokensLengthLogitsProcessor``, vLLM ``MinTokensLogitsProcessor``.
    """

    name: ClassVar[StageName] = "min_tokens"

    def active(self, params: SamplingParams) -> bool:
        return params.min_tokens > 0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"min_tokens": params.min_tokens}

    def banned(self, row: RowState) -> Ints:
        return row.ending_ids if row.generated < row.params.min_tokens else NO_IDS

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        return {"min_tokens": row.params.min_tokens, "generated": row.generated}


class BadWords(Ban):
    """The last token of a banned sequence whose others have just been said. Neutral: no words.

    What has been said is prompt and output, as in transformers ``NoBadWordsLogitsProcessor``; in vLLM's dialect the output alone, as in
    its ``apply_bad_words``.
    """

    name: ClassVar[StageName] = "bad_words"

    def active(self, params: SamplingParams) -> bool:
        return bool(params.bad_words)

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"words": len(params.bad_words)}

    def banned(self, row: RowState) -> Ints:
        first = row.prompt_tokens if row.params.dialect == "vllm" else 0
        longest = max(map(len, row.bad_words), default=1)
        said = row.tokens.ids[first:][-longest:].tolist()
        ends = [word[-1] for word in row.bad_words if len(word) <= len(said) + 1 and said[len(said) - len(word) + 1 :] == word[:-1]]
        return np.array(sorted(set(ends)), dtype=np.int64)

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        return {"words": len(row.params.bad_words), "tokens": len(self.banned(row))}


class NoRepeatNgram(Ban):
    """What followed the last n - 1 tokens when they came before, in prompt or output. Neutral: 0.

    Source: Paulus et al. 2017; transformers ``NoRepeatNGramLogitsProcessor``.
    """

    name: ClassVar[StageName] = "no_repeat_ngram"

    def active(self, params: SamplingParams) -> bool:
        return params.no_repeat_ngram_size > 0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"no_repeat_ngram_size": params.no_repeat_ngram_size}

    def banned(self, row: RowState) -> Ints:
        ids, shared = row.tokens.ids, row.params.no_repeat_ngram_size - 1
        return np.unique(ids[recurrences(ids, shared) >= shared])

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        return {"no_repeat_ngram_size": row.params.no_repeat_ngram_size, "tokens": len(self.banned(row))}


class AllowedTokens(Stage):
    """All but the tokens that are named. Neutral: none named. Source: vLLM's ``allowed_token_ids``, a mask."""

    name: ClassVar[StageName] = "allowed_token_ids"
    reorders = True
    removes = True
    edits = True
    looks_back = False

    def active(self, params: SamplingParams) -> bool:
        return bool(params.allowed_token_ids)

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"tokens": len(params.allowed_token_ids)}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        before = scores.spread
        allowed = cells(rows.ids(self.name, lambda row: row.allowed_ids))
        kept = before.at(allowed)
        masked = np.array([on and bool((kept[allowed.rows == at] > -np.inf).any()) for at, on in enumerate(rows.on(self.name))])
        after = np.where(masked[:, None], -np.inf, before.field.scores)
        after[allowed.rows, allowed.ids] = kept
        return before.replaced(after)

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        return {"tokens": len(row.allowed_ids)}

    def reason(self, standing: Standing) -> Floats:
        return standing.probabilities
