"""Participation and results of a room as rows, for a table. Blocking; knows no file format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from playground.classroom.models import Answer, Game, Participant, Poll, Room, Vote

HEAD = ["nickname", "joined", "removed", "question", "kind", "run", "step", "asked", "voted", "answer", "probability", "drawn", "insight", "luck", "right", "game"]
KINDS = {"match": "match", "odd": "odd one out"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows(room: Room) -> Iterator[list[str]]:
    """The head, then one row for each person and question or game that was revealed, in the order in which they were asked, also where somebody did not answer; without any, one for each person."""
    yield HEAD
    asked = _asked(room)
    votes = {(vote.poll_id, vote.participant_id): vote for vote in Vote.objects.filter(poll__room=room)}
    answers = {(answer.game_id, answer.participant_id): answer for answer in Answer.objects.filter(game__room=room)}
    for seat in Participant.objects.filter(room=room):
        person = [safe(seat.nickname), seat.joined.isoformat(timespec="seconds"), "yes" if seat.removed else ""]
        for number, each in enumerate(asked, 1):
            told = _answer(each, votes.get((each.pk, seat.pk))) if isinstance(each, Poll) else _guess(each, answers.get((each.pk, seat.pk)))
            yield [*person, str(number), *told]
        if not asked:
            yield person + [""] * (len(HEAD) - len(person))


def _asked(room: Room) -> list[Poll | Game]:
    """What was revealed, the oldest first."""
    polls = list(Poll.objects.filter(room=room, revealed__isnull=False))
    games = list(Game.objects.filter(room=room, revealed__isnull=False))
    return sorted([*polls, *games], key=lambda each: (each.opened, each.pk))


def _answer(poll: Poll, vote: Vote | None) -> list[str]:
    asked = ["question" if poll.kind == Poll.CHOICE else "vote", poll.run, str(poll.step), safe(poll.text)]
    drawn = safe(_text(poll, poll.drawn))
    if vote is None:
        return [*asked, "", "", "", drawn, "", "", "", ""]
    answer = vote.guess or _text(poll, vote.token)
    return [*asked, vote.at.isoformat(timespec="seconds"), safe(answer), f"{vote.p:.6g}", drawn, f"{vote.insight:.3f}", f"{vote.luck:g}", "", ""]


def _guess(game: Game, answer: Answer | None) -> list[str]:
    """``drawn`` is what was true: by letter the value that made the text, or the letter of the model's text."""
    asked = [KINDS[game.kind], "", "", safe(game.prompt)]
    true = _picked(game, [card["value"] for card in game.cards] if game.kind == "match" else [[bool(card["run"]) for card in game.cards].index(True)])
    if answer is None:
        return [*asked, "", "", "", true, "", "", "", ""]
    return [*asked, answer.at.isoformat(timespec="seconds"), _picked(game, answer.picks), "", true, "", "", str(answer.right), f"{answer.points:g}"]


def _picked(game: Game, picks: Sequence[int]) -> str:
    if game.kind == "odd":
        return letter(picks[0])
    return " ".join(f"{letter(text)}:{game.values[pick]:g}" for text, pick in enumerate(picks))


def letter(place: int) -> str:
    """What the text in that place is called."""
    return chr(ord("A") + place)


def _text(poll: Poll, token: int | None) -> str:
    found = next((row for row in poll.table if row["id"] == token), None)
    return bytes.fromhex(found["piece"]).decode("utf-8", "replace") if found else f"#{token}"


def safe(text: str) -> str:
    """``text`` so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
