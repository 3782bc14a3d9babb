"""A game as its room's sockets are told of it, read from the database. Blocking; knows nothing of sockets."""

from __future__ import annotations

from typing import Any

from django.db.models import Sum

from playground.classroom import games
from playground.classroom.game_messages import Card, GameDesk, GameState, ScoredToken
from playground.classroom.game_messages import Game as Told
from playground.classroom.models import Answer, Game, Room


def answers_to(game: Game | None) -> list[Answer]:
    """Those that count: of people who have not been removed."""
    return list(Answer.objects.filter(game=game, participant__removed=False).order_by("pk")) if game else []


def points_in(room: Room) -> dict[int, float]:
    """By participant, what they have won in games that were revealed."""
    counted = Answer.objects.filter(game__room=room, game__revealed__isnull=False)
    return dict(counted.values_list("participant").annotate(Sum("points")).order_by())


def state_frame(game: Game | None, answers: list[Answer]) -> GameState:
    """What the class sees: nothing of the texts before it is asked, and nothing of the truth before the reveal."""
    if game is None:
        return GameState(None)
    state = games.state_of(game)
    shown, revealed = state in (*games.ASKED, "revealed"), state == "revealed"
    counts = counted(game, answers)
    cards = [_card(game, place, answers, counts[place], revealed) for place in range(len(game.cards))] if shown else []
    most = games.worth(game) * (len(game.cards) if game.kind == "match" else 1)
    setting: Any = game.setting or None
    kind: Any = game.kind
    return GameState(Told(game.pk, kind, state, game.prompt if shown else "", setting, game.values if shown else [], cards, len(answers) if revealed else None, most))


def desk_frame(game: Game, answers: list[Answer], people: int) -> GameDesk:
    made = [card["text"] for card in game.cards] if game.made else []
    fault = game.fault or {}
    return GameDesk(game.pk, game.prompt, made, len(answers), people, counted(game, answers), fault.get("code"), fault.get("message"))


def counted(game: Game, answers: list[Answer]) -> list[list[int]]:
    """By text: how often each value was picked for it (match), or how often the text itself (odd one out)."""
    counts = [[0] * (len(game.values) or 1) for _ in game.cards]
    for answer in answers:
        for text, pick in enumerate(answer.picks):
            counts[text if game.kind == "match" else pick][pick if game.kind == "match" else 0] += 1
    return counts


def _card(game: Game, place: int, answers: list[Answer], votes: list[int], revealed: bool) -> Card:
    card = game.cards[place]
    if not revealed:
        return Card(card["text"], card["cut"], None, None, None, None, [], [], None)
    tokens = [ScoredToken(bytes.fromhex(piece), bits) for piece, bits in card["tokens"]]
    mean = sum(token.surprisal for token in tokens) / len(tokens) if tokens else None
    return Card(card["text"], card["cut"], card["value"], card["run"] is not None, card["run"], mean, tokens, votes, _right(game, place, votes))


def _right(game: Game, place: int, votes: list[int]) -> int | None:
    """How many were right about a text: who gave it a value that made just this text; at odd one out, who took it where it is the model's."""
    text = game.cards[place]["text"]
    if game.kind == "match":
        values: list[int] = [card["value"] for card in game.cards if card["text"] == text]
        return sum(votes[value] for value in values)
    model: str = next(card["text"] for card in game.cards if card["run"])
    return votes[0] if text == model else None
