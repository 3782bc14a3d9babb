"""Words that must not be said, as the token sequences that a stage can forbid. Knows nothing of runs or of models."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def banned_sequences(words: Sequence[str], encode: Callable[[str], list[int]]) -> list[list[int]]:
    """The tokens of each word within a word, and of the same with a space before it where that only changes its first token.

    ``encode`` adds no special tokens. A word that is cut in yet another way is not found. Source: vLLM
    ``SamplingParams.update_from_tokenizer``.
    """
    return [sequence for word in words for sequence in _of(word, encode)]


def _of(word: str, encode: Callable[[str], list[int]]) -> list[list[int]]:
    within, behind_space = encode(word.lstrip() or word), encode(f" {word.lstrip()}")
    if not within:
        return []
    differs = len(behind_space) == len(within) and behind_space[0] != within[0]
    return [within, behind_space] if differs else [within]
