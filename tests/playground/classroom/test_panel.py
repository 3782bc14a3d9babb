"""Rooms in the admin panel: found, shown without who somebody is, and changed so that everybody in them hears of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from playground.classroom import limits, rooms, seats
from playground.classroom.models import Room, RoomLimit
from playground.quotas import services as quotas
from tests.playground.classroom.people import Person

LIST = reverse("admin:classroom_room_changelist")


@pytest.fixture
def panel(log: object, client: Client, settings: Any) -> Client:
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    client.force_login(User.objects.create_superuser("ada", password="correct horse battery"))
    return client


def page(room: Room) -> str:
    return reverse("admin:classroom_room_change", args=[room.pk])


def filled(room: Room, **changed: str) -> dict[str, str]:
    """The form as the page holds it, with what is ``changed``."""
    expires = timezone.localtime(room.expires)
    form = {
        "expires_0": f"{expires:%Y-%m-%d}", "expires_1": f"{expires:%H:%M:%S}", "capacity": str(room.capacity), "max_tokens": str(room.max_tokens),
        "limit-TOTAL_FORMS": "1", "limit-INITIAL_FORMS": "0", "limit-0-room": room.pk,
        "limit-0-active_runs": "", "limit-0-waiting_runs": "", "limit-0-tokens_per_day": "",
    }  # fmt: skip
    return form | changed


def errors(response: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = response.context["adminform"].form.errors
    return found


def listed(panel: Client, **asked: str) -> list[str]:
    """Titles."""
    return [room.title for room in panel.get(LIST, asked).context["cl"].result_list]


def test_rooms_are_found_by_state_code_and_title(panel: Client) -> None:
    opened, locked, ended, expired = (rooms.open_room("teacher", title, language="en") for title in ("Open", "Locked", "Ended", "Expired"))
    rooms.change(locked.pk, {"locked": True})
    rooms.end(ended.pk)
    Room.objects.filter(pk=expired.pk).update(expires=timezone.now() - timedelta(minutes=1))
    for state, title in {"open": "Open", "locked": "Locked", "ended": "Ended", "expired": "Expired"}.items():
        assert listed(panel, state=state) == [title]
    assert listed(panel, q=opened.code) == listed(panel, q="open") == ["Open"]
    assert len(listed(panel)) == 4


def test_the_list_shows_people_runs_and_tokens(panel: Client, code: str) -> None:
    room = rooms.find(code)
    seats.join(room.pk, "a person's id", "Ann")
    quotas.reserve("run", [quotas.Share(limits.name_of(room.pk), limits.of_room(room), "room")], 1234)
    text = panel.get(LIST).content.decode()
    for words in (room.code, "Tokens", "1\u00a0/\u00a0300", "1234"):
        assert words in text


def test_a_rooms_page_names_people_by_their_nicknames_alone(panel: Client, code: str) -> None:
    room = rooms.find(code)
    seats.join(room.pk, "a-secret-id", "Ann & <Bob>")
    gone = seats.join(room.pk, "another-id", "Eve")
    seats.remove(room.pk, gone.pk)
    text = panel.get(page(room)).content.decode() + panel.get(reverse("panel-room", args=[room.pk])).content.decode()
    assert "Ann &amp; &lt;Bob&gt;" in text
    assert "<bdi>Eve</bdi> (removed)" in text
    assert "a-secret-id" not in text


def test_a_limit_is_set_on_the_rooms_page_and_holds(panel: Client, code: str) -> None:
    room = rooms.find(code)
    assert panel.post(page(room), filled(room, **{"limit-0-active_runs": "3", "limit-0-tokens_per_day": "500"})).status_code == 302
    assert limits.of_room(room) == quotas.Allowance(3, limits.of_room(None).waiting_runs, 500)
    RoomLimit.objects.filter(room=None).update(waiting_runs=77)
    assert 'placeholder="77"' in panel.get(page(room)).content.decode()  # what holds where the field is empty
    shown = panel.get(reverse("panel-room", args=[room.pk])).content.decode()
    assert "of 3" in shown
    assert "of 500" in shown


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"capacity": "0"}, "capacity"),
        ({"capacity": "301"}, "capacity"),
        ({"max_tokens": "513"}, "max_tokens"),
        ({"expires_0": "2020-01-01"}, "expires"),
        ({"expires_0": f"{timezone.now() + timedelta(days=9):%Y-%m-%d}"}, "expires"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(panel: Client, code: str, changed: dict[str, str], field: str) -> None:
    room = rooms.find(code)
    assert list(errors(panel.post(page(room), filled(room, **changed)))) == [field]
    assert rooms.find(code).version == room.version


def test_only_what_the_operator_changed_is_changed(panel: Client, code: str) -> None:
    stale = rooms.find(code)
    rooms.change(stale.pk, {"locked": True, "title": "The teacher's new title"})  # since the page was opened
    assert panel.post(page(stale), filled(stale, capacity="40", locked="")).status_code == 302
    room = rooms.find(code)
    assert (room.capacity, room.title) == (40, "The teacher's new title")
    assert room.version == stale.version + 1


def test_a_room_that_has_expired_opens_again_and_one_that_has_ended_does_not(panel: Client, code: str) -> None:
    room = rooms.find(code)
    Room.objects.filter(pk=room.pk).update(expires=timezone.now() - timedelta(hours=1))
    later = timezone.localtime(timezone.now() + timedelta(hours=2))
    panel.post(page(room), filled(room, expires_0=f"{later:%Y-%m-%d}", expires_1=f"{later:%H:%M:%S}"))
    assert rooms.find(code).code == code
    rooms.end(room.pk)
    assert panel.post(page(room), filled(room, capacity="40")).status_code == 403
    assert Room.objects.get().capacity == 300


async def test_who_is_in_a_room_hears_at_once_what_the_panel_does(panel: Client, teacher: Person, code: str) -> None:
    room = await sync_to_async(rooms.find)(code)
    post = sync_to_async(panel.post)
    async with teacher, Person("ann", code) as ann:
        await ann.done("join", nickname="Ann")
        await post(page(room), await sync_to_async(filled)(room, forks_muted="on", capacity="7"))
        for person in (teacher, ann):
            await person.until(lambda me: me.said.get("room", {}).get("forks_muted") and me.said["room"]["capacity"] == 7)
        await post(reverse("panel-room-end", args=[room.pk]))
        for person in (teacher, ann):
            await person.until(lambda me: me.said["room"]["ended"])
        await post(reverse("admin:classroom_room_delete", args=[room.pk]), {"post": "yes"})
        assert (await ann.socket.receive_output(5))["code"] == 4404
    written = await sync_to_async(lambda: list(LogEntry.objects.order_by("pk").values_list("change_message", flat=True)))()
    assert written[1:] == ["Ended.", ""]


def test_a_lecture_is_ended_once_and_it_is_written_down_who_did_it(panel: Client, code: str) -> None:
    room = rooms.find(code)
    for _ in range(2):
        panel.post(reverse("panel-room-end", args=[room.pk]))
        panel.post(LIST, {"action": "end", "_selected_action": [room.pk]})
    entry = LogEntry.objects.get()
    assert (entry.user.get_username(), entry.object_id, entry.change_message) == ("ada", room.pk, "Ended.")
    text = panel.get(reverse("admin:admin_logentry_changelist"), headers={"accept-language": "zh-hant"}).content.decode()
    assert "已結束課堂。" in text


def test_what_goes_with_a_room_is_said_before_it_is_deleted_without_a_list_of_every_vote(panel: Client, code: str) -> None:
    room = rooms.find(code)
    for n in range(3):
        seats.join(room.pk, f"p{n}", f"Name {n}")
    asked = panel.get(reverse("admin:classroom_room_delete", args=[room.pk])).content.decode()
    assert "with all names, votes and scores; people: 3" in asked
    assert "Name 1" not in asked
    panel.post(LIST, {"action": "delete_selected", "_selected_action": [room.pk], "post": "yes"})
    assert not Room.objects.exists()
    assert not RoomLimit.objects.exclude(room=None).exists()


def test_every_rooms_limits_are_one_row_that_stays(panel: Client, code: str) -> None:
    row = RoomLimit.objects.get(room=None)
    change, delete = (reverse(f"admin:classroom_roomlimit_{name}", args=[row.pk]) for name in ("change", "delete"))
    panel.post(change, {"active_runs": "50", "waiting_runs": "", "tokens_per_day": ""})
    assert limits.of_room(rooms.find(code)).active_runs == 50
    assert panel.post(delete, {"post": "yes"}).status_code == 403
    assert panel.get(reverse("admin:classroom_roomlimit_add")).status_code == 403
