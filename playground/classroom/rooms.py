"""Opens, finds, changes and ends rooms. Blocking; knows nothing of HTTP or sockets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from playground.catalog import services as catalog
from playground.classroom.bounds import MAX_TITLE
from playground.classroom.codes import new_code, tidy
from playground.classroom.models import Participant, Room
from playground.classroom.refusing import refusal
from playground.live.log import event_log
from playground.live.refusals import shown

MOST_OPEN = 8  # rooms of one teacher
MOST_HOURS = 24 * 7
MOST_PEOPLE = 300
MOST_TOKENS = 512
MOST_PROMPTS, PROMPT_CHARACTERS = 8, 600
TRIES = 20
BELL_SECONDS = 30.0
MAY_OPEN = "classroom.add_room"


def may_open(user: Any) -> bool:
    """On one's own machine everybody is a teacher; elsewhere those whom the operator has made one."""
    return settings.CONFIG.profile == "embedded" or bool(user.has_perm(MAY_OPEN))


def open_room(
    teacher: str, title: str, *, language: str, model: str = "", max_tokens: int = 120, prompts: Sequence[str] = (), hours: float = 4.0, capacity: int = MOST_PEOPLE
) -> Room:
    """A new room with a code that no other has. Raises ``RunRefused``."""
    _check_bounds({"max_tokens": (max_tokens, 1, MOST_TOKENS), "hours": (hours, 0.25, MOST_HOURS), "capacity": (capacity, 1, MOST_PEOPLE)})
    _check_model(model)
    if _open_rooms().filter(teacher=teacher).count() >= MOST_OPEN:
        raise refusal("too_many_rooms", f"you have {MOST_OPEN} rooms open; end one first", bound=f"<= {MOST_OPEN}")
    fields = {"title": _titled(title), "language": language, "model": model, "max_tokens": max_tokens, "prompts": _prompted(prompts), "capacity": capacity}
    return _created({**fields, "teacher": teacher, "expires": timezone.now() + timedelta(hours=hours)})


def by_code(code: str) -> Room:
    """The room with ``code``, however it was typed, also one that has ended. Raises ``RunRefused`` where there is none."""
    room = Room.objects.filter(code=tidy(code)).first()
    if room is None:
        raise refusal("no_room", "there is no room with this code", "code", code)
    return room


def find(code: str) -> Room:
    """As ``by_code``, but raises for a room that has ended, too."""
    room = by_code(code)
    if is_over(room):
        raise refusal("room_over", "this room has ended", "code", code)
    return room


def is_over(room: Room) -> bool:
    return room.ended is not None or room.expires <= timezone.now()


def of(teacher: str) -> list[Room]:
    """Somebody's rooms, the newest first, ended ones among them."""
    return list(Room.objects.filter(teacher=teacher)[:50])


def change(room: str, fields: dict[str, Any]) -> None:
    """Set ``fields`` of the room, which have been checked one by one. Raises ``RunRefused`` where a title is none."""
    if "title" in fields:
        fields = {**fields, "title": _titled(fields["title"])}
    Room.objects.filter(pk=room).update(**fields)


def show(room: str, run: str, *, whole: bool = False, hold_at: int | None = None) -> None:
    """The class sees ``run`` from now on, from its beginning, and waits before ``hold_at``. ``whole``: it is over, and pauses nowhere."""
    Room.objects.filter(pk=room).exclude(run=run).update(run=run, passed=10**6 if whole else 0, reached=10**6 if whole else 0, hold_at=hold_at)


def go_on(room: str, run: str, passed: int, hold_at: int | None) -> None:
    """The class may see the tokens of ``run`` before ``passed``, and waits again before ``hold_at``."""
    Room.objects.filter(pk=room, run=run).update(passed=passed, hold_at=hold_at)


def note_reached(room: str, run: str, reached: int) -> None:
    Room.objects.filter(pk=room, run=run, reached__lt=reached).update(reached=reached)


def end(room: str) -> None:
    """The lecture is over: nobody comes in or changes anything any more; its record stays until it is deleted."""
    Room.objects.filter(pk=room, ended=None).update(ended=timezone.now(), live=False)


def adopt(person: str, account: str) -> None:
    """The rooms and seats of an anonymous ``person`` become those of ``account``; where both sit in a room, each keeps the own seat."""
    Room.objects.filter(teacher=person).update(teacher=account)
    sits = Participant.objects.filter(person=account).values("room")
    Participant.objects.filter(person=person).exclude(room__in=sits).update(person=account)


def delete(room: str) -> None:
    """Everything that is kept of the room: who was there, votes, scores, what was handed in. Runs stay their owners'. Whoever is there hears it."""
    version = Room.objects.filter(pk=room).values_list("version", flat=True).first()
    Room.objects.filter(pk=room).delete()
    if version is not None:
        transaction.on_commit(partial(event_log().post, bell(room, version + 1), b"", BELL_SECONDS), robust=True)


def ring_soon(room: str) -> None:
    """``ring`` once what has been changed can be read by everybody; where it cannot be heard, it is looked at by and by."""
    transaction.on_commit(partial(ring, room), robust=True)


def ring(room: str) -> None:
    """Tell every web process that something has changed in the room. One that does not hear it looks by itself."""
    Room.objects.filter(pk=room).update(version=F("version") + 1)
    version = Room.objects.filter(pk=room).values_list("version", flat=True).first()
    if version is not None:
        event_log().post(bell(room, version), b"", BELL_SECONDS)


def bell(room: str, version: int) -> str:
    """Where the news that the room has reached ``version`` is left."""
    return f"room-{room}-{version}"


def _open_rooms() -> Any:
    return Room.objects.filter(ended=None, expires__gt=timezone.now())


def _created(fields: dict[str, Any]) -> Room:
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                return Room.objects.create(**fields, code=new_code())
        except IntegrityError:
            continue
    raise refusal("unavailable", "no code is free; try again")


def _titled(title: str) -> str:
    tidied = " ".join(title.split())
    if not tidied or len(tidied) > MAX_TITLE:
        raise refusal("bad_title", f"a title has 1 to {MAX_TITLE} characters", "title", tidied, f"1 <= length <= {MAX_TITLE}")
    return tidied


def _prompted(prompts: Sequence[str]) -> list[str]:
    kept = [prompt.strip() for prompt in prompts if prompt.strip()]
    if len(kept) > MOST_PROMPTS:
        raise refusal("too_many_prompts", f"at most {MOST_PROMPTS} starter prompts", "prompts", len(kept), f"<= {MOST_PROMPTS}")
    for prompt in kept:
        if len(prompt) > PROMPT_CHARACTERS:
            raise refusal("prompt_long", f"a starter prompt has at most {PROMPT_CHARACTERS} characters", "prompts", prompt, f"length <= {PROMPT_CHARACTERS}")
    return kept


def _check_bounds(fields: dict[str, tuple[float, float, float]]) -> None:
    for name, (value, low, high) in fields.items():
        if not low <= value <= high:
            raise refusal("out_of_range", f"{name} lies between {low:g} and {high:g}", name, value, f">= {low:g}, <= {high:g}")


def _check_model(model: str) -> None:
    try:
        if model:
            catalog.resolve(model)
    except catalog.UnknownModel as error:
        raise refusal("unknown_model", str(error), "model", shown(model)) from error
