"""Who may do what in the panel, action by action, for each role and for those who have none."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

from playground.accounts.roles import ROLES, SITE
from playground.api.models import ApiKey
from playground.catalog.models import Model
from playground.classroom import rooms
from playground.classroom.models import Room, RoomLimit
from playground.live.log import event_log
from playground.runs.models import PromptSession, Run, Visibility

pytestmark = pytest.mark.django_db
TEACHER, OPERATOR, ADMIN, NOBODY = {"teacher", "operator", "admin"}, {"operator", "admin"}, {"admin"}, set[str]()
REFUSED = {302, 403, 404}


def account(role: str) -> User:
    user = User.objects.create_user(role, password="x", is_staff=role in ROLES)
    user.groups.set(Group.objects.filter(name=role))
    return user


def enter(client: Client, role: str) -> Client:
    """``anonymous`` is nobody, ``person`` has an account and no role."""
    if role != "anonymous":
        client.force_login(account(role))
    return client


def a_run() -> Run:
    run = Run.objects.create(owner="somebody", model="stories", spec={"prompt": "x"})
    event_log().create(run.pk, b"", "elsewhere", "somebody")
    return run


PAGES: dict[str, set[str]] = {
    "admin:index": TEACHER,
    "panel-now": TEACHER,
    "admin:catalog_model_changelist": TEACHER,
    "admin:runs_run_changelist": TEACHER,
    "admin:runs_promptsession_changelist": TEACHER,
    "admin:catalog_model_add": OPERATOR,
    "admin:catalog_preset_changelist": OPERATOR,
    "admin:catalog_preset_add": OPERATOR,
    "admin:api_apikey_changelist": OPERATOR,
    "admin:api_apikey_add": OPERATOR,
    "admin:admin_logentry_changelist": OPERATOR,
    "admin:quotas_limit_changelist": OPERATOR,
    "admin:classroom_roomlimit_changelist": OPERATOR,
    "admin:classroom_room_changelist": OPERATOR,
    "admin:classroom_room_add": NOBODY,
    "admin:auth_user_changelist": ADMIN,
    "admin:auth_user_add": ADMIN,
    "admin:auth_group_changelist": ADMIN,
    "admin:runs_run_add": NOBODY,
    "admin:runs_promptsession_add": NOBODY,
    "admin:admin_logentry_add": NOBODY,
    "admin:auth_group_add": NOBODY,
}
PEOPLE = ["anonymous", "person", "teacher", "operator", "admin"]


@pytest.mark.parametrize("role", PEOPLE)
def test_each_page_opens_for_those_who_may_see_it_alone(client: Client, role: str) -> None:
    enter(client, role)
    statuses = {page: client.get(reverse(page)).status_code for page in PAGES}
    assert {page for page, status in statuses.items() if status == 200} == {page for page, allowed in PAGES.items() if role in allowed}
    assert {status for status in statuses.values() if status != 200} <= REFUSED


def cancels(client: Client) -> bool:
    run = a_run()
    client.post(reverse("panel-cancel", args=[run.pk]))
    head = event_log().head(run.pk)
    event_log().request_cancel(run.pk)
    return head is not None and head.finished


def unpublishes(client: Client) -> bool:
    shown = PromptSession.objects.create(owner="somebody", visibility=Visibility.GALLERY)
    client.post(reverse("admin:runs_promptsession_changelist"), {"action": "unpublish", "_selected_action": [shown.pk]})
    return PromptSession.objects.get(pk=shown.pk).visibility == Visibility.PRIVATE


def deletes_a_session(client: Client) -> bool:
    row = PromptSession.objects.create(owner="somebody")
    client.post(reverse("admin:runs_promptsession_delete", args=[row.pk]), {"post": "yes"})
    return not PromptSession.objects.filter(pk=row.pk).exists()


def revokes_a_key(client: Client) -> bool:
    key, secret = ApiKey.issue("school")
    client.post(reverse("admin:api_apikey_changelist"), {"action": "revoke", "_selected_action": [key.pk]})
    return ApiKey.of(secret) is None


def deletes_a_key(client: Client) -> bool:
    key, _ = ApiKey.issue("school")
    client.post(reverse("admin:api_apikey_delete", args=[key.pk]), {"post": "yes"})
    return not ApiKey.objects.filter(pk=key.pk).exists()


def deletes_a_model(client: Client) -> bool:
    row = Model.objects.create(name="mine", source="bundled:draft")
    client.post(reverse("admin:catalog_model_delete", args=[row.pk]), {"post": "yes"})
    return not Model.objects.filter(pk=row.pk).exists()


def deletes_a_run(client: Client) -> bool:
    run = a_run()
    client.post(reverse("admin:runs_run_delete", args=[run.pk]), {"post": "yes"})
    event_log().request_cancel(run.pk)
    return not Run.objects.filter(pk=run.pk).exists()


def ends_a_lecture(client: Client) -> bool:
    room = rooms.open_room("teacher", "Tokens", language="en")
    client.post(reverse("panel-room-end", args=[room.pk]))
    return rooms.is_over(Room.objects.get(pk=room.pk))


def ends_lectures_from_the_list(client: Client) -> bool:
    room = rooms.open_room("teacher", "Tokens", language="en")
    client.post(reverse("admin:classroom_room_changelist"), {"action": "end", "_selected_action": [room.pk]})
    return rooms.is_over(Room.objects.get(pk=room.pk))


def deletes_a_room(client: Client) -> bool:
    room = rooms.open_room("teacher", "Tokens", language="en")
    client.post(reverse("admin:classroom_room_delete", args=[room.pk]), {"post": "yes"})
    return not Room.objects.filter(pk=room.pk).exists()


def sees_a_room(client: Client) -> bool:
    room = rooms.open_room("teacher", "Tokens", language="en")
    addresses = (reverse("panel-room", args=[room.pk]), reverse("admin:classroom_room_change", args=[room.pk]))
    statuses = {client.get(address).status_code for address in addresses}
    assert len(statuses) == 1 or 200 not in statuses
    return 200 in statuses


def limits_every_room(client: Client) -> bool:
    row = RoomLimit.objects.get(room=None)
    client.post(reverse("admin:classroom_roomlimit_change", args=[row.pk]), {"active_runs": "17"})
    return RoomLimit.objects.filter(room=None, active_runs=17).exists()


def gives_a_role(client: Client) -> bool:
    other = User.objects.create_user("other", password="x")
    edit(client, other, groups=[Group.objects.get(name="operator").pk])
    return other.groups.exists()


def changes_a_role(client: Client) -> bool:
    role = Group.objects.create(name="helpers")
    client.post(reverse("admin:auth_group_change", args=[role.pk]), {"name": "masters", "permissions": []})
    return Group.objects.filter(name="masters").exists()


ACTIONS: dict[Callable[[Client], bool], set[str]] = {
    unpublishes: TEACHER,
    cancels: OPERATOR,
    deletes_a_session: OPERATOR,
    revokes_a_key: OPERATOR,
    deletes_a_model: OPERATOR,
    ends_a_lecture: OPERATOR,
    ends_lectures_from_the_list: OPERATOR,
    deletes_a_room: OPERATOR,
    sees_a_room: OPERATOR,
    limits_every_room: OPERATOR,
    gives_a_role: ADMIN,
    deletes_a_key: NOBODY,
    deletes_a_run: NOBODY,
    changes_a_role: NOBODY,
}


@pytest.mark.parametrize("role", PEOPLE)
def test_each_action_is_done_for_those_who_may_alone(client: Client, role: str) -> None:
    enter(client, role)
    assert {act.__name__ for act in ACTIONS if act(client)} == {act.__name__ for act, allowed in ACTIONS.items() if role in allowed}


def edit(client: Client, user: User, **fields: Any) -> Any:
    """Posts the account's form as a browser would."""
    form = {"username": user.username, "date_joined_0": "2026-01-01", "date_joined_1": "00:00", "is_active": "on", **fields}
    return client.post(reverse("admin:auth_user_change", args=[user.pk]), form)


def test_an_admin_makes_nobody_a_superuser(client: Client) -> None:
    enter(client, "admin")
    me = User.objects.get()
    everything = list(Permission.objects.values_list("pk", flat=True))
    edit(client, me, is_superuser="on", is_staff="on", user_permissions=everything, groups=[Group.objects.get(name="admin").pk])
    me.refresh_from_db()
    assert not me.is_superuser
    assert not me.user_permissions.exists()


def test_an_admin_neither_changes_nor_deletes_who_may_do_more(client: Client) -> None:
    enter(client, "admin")
    owner = User.objects.create_superuser("owner", password="x")
    assert edit(client, owner).status_code == 403
    assert client.post(reverse("admin:auth_user_password_change", args=[owner.pk]), {"password1": "1", "password2": "1"}).status_code == 403
    client.post(reverse("admin:auth_user_delete", args=[owner.pk]), {"post": "yes"})
    client.post(reverse("admin:auth_user_changelist"), {"action": "delete_selected", "_selected_action": [owner.pk], "post": "yes"})
    owner.refresh_from_db()
    assert owner.is_superuser
    assert owner.check_password("x")


def test_an_admin_gives_no_role_that_may_do_more(client: Client) -> None:
    enter(client, "admin")
    stronger = Group.objects.create(name="stronger")
    stronger.permissions.set(Permission.objects.filter(codename="add_group"))
    other = User.objects.create_user("other", password="x")
    edit(client, other, groups=[stronger.pk])
    assert not other.groups.exists()


@pytest.mark.parametrize("role", ROLES)
def test_whoever_is_given_a_role_may_enter_the_panel_at_once(client: Client, role: str) -> None:
    client.force_login(User.objects.create_superuser("owner", password="x"))
    other = User.objects.create_user("other", password="x")
    edit(client, other, groups=[Group.objects.get(name=role).pk])
    there = Client()
    there.force_login(other)
    index = there.get(reverse("admin:index"))
    assert index.status_code == 200
    sidebar, page = index.content.decode().split("data-index")
    offered = re.findall(r'href="(/admin/[^"]+/)"', page)
    assert offered
    assert all(there.get(address).status_code == 200 and f'href="{address}"' in sidebar for address in offered)
    edit(client, other, groups=[Group.objects.get(name=role).pk])  # without the tick: the operator takes it away again
    other.refresh_from_db()
    assert not other.is_staff


def test_a_group_that_is_only_a_class_lets_nobody_into_the_panel(client: Client) -> None:
    client.force_login(User.objects.create_superuser("owner", password="x"))
    other = User.objects.create_user("other", password="x")
    edit(client, other, groups=[Group.objects.create(name="class 3b").pk])
    other.refresh_from_db()
    assert (other.groups.count(), other.is_staff) == (1, False)


def test_the_roles_of_the_site_stay_as_they_are(client: Client) -> None:
    client.force_login(User.objects.create_superuser("owner", password="x"))
    role = Group.objects.get(name="teacher")
    assert client.post(reverse("admin:auth_group_change", args=[role.pk]), {"name": "x"}).status_code == 403
    client.post(reverse("admin:auth_group_delete", args=[role.pk]), {"post": "yes"})
    assert Group.objects.filter(name="teacher").exists()


def test_nothing_is_taken_out_of_the_audit_log_not_even_with_an_account(client: Client) -> None:
    client.force_login(User.objects.create_superuser("owner", password="x"))
    other = account("operator")
    there = Client()
    there.force_login(other)
    revokes_a_key(there)
    client.post(reverse("admin:auth_user_delete", args=[other.pk]), {"post": "yes"})
    entry = other.logentry_set.get()
    client.post(reverse("admin:admin_logentry_delete", args=[entry.pk]), {"post": "yes"})
    assert other.logentry_set.exists()


def test_every_right_that_a_role_names_exists() -> None:
    names = {f"{label}.{codename}" for label, codename in Permission.objects.values_list("content_type__app_label", "codename")}
    assert {right for wanted in ROLES.values() for right in wanted} - {SITE} <= names
