"""Participation and results of a room as rows, for a table. Blocking; knows no file format."""

from __future__ import annotations

from collections.abc import Iterator

from playground.classroom.models import Participant, Poll, Room, Vote

HEAD = ["nickname", "joined", "removed", "question", "run", "step", "voted", "answer", "probability", "drawn", "insight", "luck"]
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows(room: Room) -> Iterator[list[str]]:
    """The head, then one row for each person and question that was revealed, also where somebody did not vote; without any, one for each person."""
    yield HEAD
    polls = list(Poll.objects.filter(room=room, revealed__isnull=False).order_by("pk"))
    votes = {(vote.poll_id, vote.participant_id): vote for vote in Vote.objects.filter(poll__in=polls)}
    for seat in Participant.objects.filter(room=room):
        person = [safe(seat.nickname), seat.joined.isoformat(timespec="seconds"), "yes" if seat.removed else ""]
        for number, poll in enumerate(polls, 1):
            yield person + _answer(number, poll, votes.get((poll.pk, seat.pk)))
        if not polls:
            yield person + [""] * (len(HEAD) - len(person))


def _answer(number: int, poll: Poll, vote: Vote | None) -> list[str]:
    asked = [str(number), poll.run, str(poll.step)]
    drawn = safe(_text(poll, poll.drawn))
    if vote is None:
        return [*asked, "", "", "", drawn, "", ""]
    answer = vote.guess or _text(poll, vote.token)
    return [*asked, vote.at.isoformat(timespec="seconds"), safe(answer), f"{vote.p:.6g}", drawn, f"{vote.insight:.3f}", f"{vote.luck:g}"]


def _text(poll: Poll, token: int | None) -> str:
    found = next((row for row in poll.table if row["id"] == token), None)
    return bytes.fromhex(found["piece"]).decode("utf-8", "replace") if found else f"#{token}"


def safe(text: str) -> str:
    """``text`` so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
