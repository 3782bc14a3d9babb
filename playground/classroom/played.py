"""Games in a lecture's record: what the class was shown at which time, how it guessed, what was true. Pure; knows no database and nobody's name.

Each is ``{"ms", "revealed", "ended", "kind", "prompt", "setting", "values", "answers", "cards"}``; ``ended``: when it was put away, null where it stayed. ``cards`` are the texts
in the order shown, ``{"text", "cut", "value", "by_model", "votes", "right", "bits", "tokens"}`` as in ``game_messages.Card``, ``tokens`` of ``[piece (hex), surprisal in bits]``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playground.classroom.game_messages import Card, Game

MOST_BYTES = 48 * 1024  # of all games of a lecture
DIGITS = 4  # of bits


@dataclass(frozen=True, slots=True)
class Played:
    """A game that was revealed, as the class saw it then. Times are ms on the lecture's clock."""

    ms: int
    revealed: int
    ended: int | None
    game: Game


def told(games: Sequence[Played], start: int) -> list[dict[str, Any]]:
    """Each game, with times since ``start``. From the one on that would be too much, without the surprise at each token; where also that is too much, not at all."""
    found: list[dict[str, Any]] = []
    left = MOST_BYTES
    for game in games:
        whole = _told(game, start)
        plain = {**whole, "cards": [{**card, "tokens": []} for card in whole["cards"]]}
        if (fitting := next((each for each in (whole, plain) if _size(each) <= left), None)) is not None:
            found.append(fitting)
            left -= _size(fitting)
    return found


def _told(played: Played, start: int) -> dict[str, Any]:
    game = played.game
    ended = None if played.ended is None else played.ended - start
    return {
        "ms": played.ms - start, "revealed": played.revealed - start, "ended": ended, "kind": game.kind, "prompt": game.prompt,
        "setting": game.setting, "values": game.values, "answers": game.answers or 0, "cards": [_card(card) for card in game.cards],
    }  # fmt: skip


def _card(card: Card) -> dict[str, Any]:
    """Without its run, which is not the class's."""
    tokens = [[token.piece.hex(), round(token.surprisal, DIGITS)] for token in card.tokens]
    bits = None if card.bits is None else round(card.bits, DIGITS)
    same = {"text": card.text, "cut": card.cut, "value": card.value, "by_model": card.by_model, "votes": card.votes, "right": card.right}
    return {**same, "bits": bits, "tokens": tokens}


def _size(game: Mapping[str, Any]) -> int:
    return len(json.dumps(game))
