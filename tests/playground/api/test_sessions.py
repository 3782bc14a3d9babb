"""Sessions over HTTP: whose they are, what a link shows, what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from playground.runs import keeping, people
from playground.runs.models import PromptSession, Run
from playground.runs.services import Place
from playground.runs.traces import events_of
from tests.playground.api.conftest import Browser
from tests.playground.runs.kept import stored_run

JSON = "application/json"


def send(client: Client, method: str, path: str, body: Any = None) -> Any:
    return getattr(client, method)(path, body, content_type=JSON)


def test_ones_own_sessions_are_listed_the_last_changed_first(browser: Browser) -> None:
    for title in ("one", "two"):
        PromptSession.objects.create(owner="ann", title=title)
    PromptSession.objects.create(owner="eve", title="three")
    page = browser("ann").get("/api/sessions").json()
    assert [session["title"] for session in page["sessions"]] == ["two", "one"]
    assert (page["total"], page["page"], page["pages"]) == (2, 1, 1)


@pytest.mark.parametrize(
    ("query", "found"), [("cat", ["a cat"]), ("貓", ["別的"]), ("notes", ["noted"]), ("cat dog", []), ("", ["noted", "別的", "a cat"])]
)
def test_a_search_looks_into_title_notes_and_tags(query: str, found: list[str], browser: Browser) -> None:
    PromptSession.objects.create(owner="ann", title="a cat")
    PromptSession.objects.create(owner="ann", title="別的", tags=["貓"])
    PromptSession.objects.create(owner="ann", title="noted", notes="some notes")
    assert [one["title"] for one in browser("ann").get("/api/sessions", {"query": query}).json()["sessions"]] == found


def test_a_tag_is_found_whole(browser: Browser) -> None:
    PromptSession.objects.create(owner="ann", tags=["lesson"])
    assert browser("ann").get("/api/sessions", {"tag": "lesson"}).json()["total"] == 1
    assert browser("ann").get("/api/sessions", {"tag": "less"}).json()["total"] == 0


def test_a_session_is_made_changed_and_deleted(browser: Browser) -> None:
    ann = browser("ann")
    made = send(ann, "post", "/api/sessions", {"title": "<script>alert(1)</script>", "draft": {"prompt": "p"}}).json()
    path = f"/api/sessions/{made['id']}"
    changed = send(ann, "patch", path, {"notes": "n", "tags": [" a ", "b"]}).json()
    assert (changed["title"], changed["notes"], changed["tags"]) == ("<script>alert(1)</script>", "n", ["a", "b"])
    assert not changed.keys() & {"draft", "runs"}  # what the page saves again and again is not sent back to it
    assert ann.get(path).json() == {**changed, "draft": {"prompt": "p"}, "runs": []}
    assert ann.delete(path).status_code == 204
    assert ann.get(path).status_code == 404


def test_a_comparison_is_listed_as_one_and_has_a_page_of_its_own(browser: Browser) -> None:
    ann = browser("ann")
    made = send(ann, "post", "/api/sessions", {"title": "t", "draft": {"comparison": {"sides": []}}}).json()
    plain = send(ann, "post", "/api/sessions", {"title": "t", "draft": {"comparison": "none"}}).json()
    assert {row["id"]: row["comparison"] for row in ann.get("/api/sessions").json()["sessions"]} == {made["id"]: True, plain["id"]: False}
    assert ann.get(f"/s/{made['id']}").headers["Location"] == f"/compare?session={made['id']}"
    assert ann.get(f"/s/{plain['id']}").status_code == ann.get(f"/s/{made['id']}?run=one").status_code == 200
    assert ann.get(f"/compare?session={made['id']}").status_code == 200
    assert {browser("eve").get(f"{path}{made['id']}").status_code for path in ("/s/", "/compare?session=")} == {404}
    send(ann, "patch", f"/api/sessions/{made['id']}", {"visibility": "link"})
    assert browser("eve").get(f"/compare?session={made['id']}").status_code == 200


def test_foreign_revoked_expired_and_absent_sessions_answer_alike(browser: Browser) -> None:
    ann, eve = browser("ann"), browser("eve")
    run = stored_run("ann")
    path = f"/api/sessions/{run.session_id}"
    absent = eve.get("/api/sessions/absent")
    assert (eve.get(path).status_code, eve.get(path).content) == (404, absent.content)
    send(ann, "patch", path, {"visibility": "link"})
    shown = eve.get(path).json()
    assert (shown["mine"], [one["id"] for one in shown["runs"]]) == (False, [run.pk])
    send(ann, "patch", path, {"visibility": "private"})
    assert eve.get(path).content == absent.content
    send(ann, "patch", path, {"visibility": "link", "expires": (timezone.now() - timedelta(seconds=1)).isoformat()})
    assert eve.get(path).content == absent.content
    send(ann, "patch", path, {"expires": None})
    assert eve.get(path).status_code == 200


@pytest.mark.parametrize(("method", "suffix"), [("patch", ""), ("delete", "")])
def test_a_link_lets_nobody_change_anything(method: str, suffix: str, browser: Browser) -> None:
    session = PromptSession.objects.create(owner="ann", visibility="gallery")
    assert send(browser("eve"), method, f"/api/sessions/{session.pk}{suffix}", {"title": "mine"}).status_code == 404
    session.refresh_from_db()
    assert session.title == ""


def test_the_gallery_has_what_is_shown_to_everybody(browser: Browser) -> None:
    for visibility in ("private", "link", "gallery"):
        PromptSession.objects.create(owner="ann", title=visibility, visibility=visibility)
    assert [one["title"] for one in browser("eve").get("/api/gallery").json()["sessions"]] == ["gallery"]


def test_a_fork_has_the_runs_their_family_tree_and_their_events(browser: Browser) -> None:
    first = stored_run("ann")
    stored_run("ann", Place(parent=first.pk, kind="branch"))
    PromptSession.objects.filter(pk=first.session_id).update(visibility="link", title="t")
    fork = send(browser("eve"), "post", f"/api/sessions/{first.session_id}/fork").json()
    assert (fork["forked_from"], fork["mine"], fork["visibility"], fork["title"]) == (first.session_id, True, "private", "t")
    one, two = fork["runs"]
    assert (two["parent"], two["kind"], one["state"]) == (one["id"], "branch", "stored")
    assert one["id"] != first.pk
    trace = keeping.trace(one["id"])
    assert trace is not None
    assert {event["run"] for event in events_of(trace.frames)} == {one["id"]}
    first.delete()
    assert browser("eve").get(f"/api/runs/{one['id']}/events").status_code == 200


def test_the_events_of_a_run_come_as_json(browser: Browser) -> None:
    run = stored_run("ann")
    events = browser("ann").get(f"/api/runs/{run.pk}/events").json()["events"]
    assert [event["type"] for event in events] == ["started", "token", "token", "token", "finished"]
    assert events[1]["piece"] == "eA=="
    assert browser("eve").get(f"/api/runs/{run.pk}/events").status_code == 404


def test_many_are_deleted_at_once_but_only_ones_own(browser: Browser) -> None:
    ids = [PromptSession.objects.create(owner=owner).pk for owner in ("ann", "ann", "eve")]
    stored = stored_run("ann")
    assert send(browser("ann"), "post", "/api/sessions/delete", {"ids": [*ids, stored.session_id, "absent"]}).json() == {"deleted": 3}
    assert list(PromptSession.objects.values_list("owner", flat=True)) == ["eve"]
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [({"title": "x" * 121}, "title"), ({"visibility": "world"}, "visibility"), ({"tags": ["x"] * 21}, "tags"), ({"tags": [""]}, "tags.0"),
     ({"owner": "eve"}, "owner"), ({"expires": "soon"}, "expires"), ({"draft": {"a": "x" * 300_000}}, "draft"), ({"title": 3}, "title")],
)  # fmt: skip
def test_what_does_not_fit_is_refused_at_its_field(body: dict[str, Any], field: str, browser: Browser) -> None:
    session = PromptSession.objects.create(owner="ann", title="before")
    answer = send(browser("ann"), "patch", f"/api/sessions/{session.pk}", body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    session.refresh_from_db()
    assert (session.title, session.owner) == ("before", "ann")


def test_nobody_without_the_cookie_gets_anything() -> None:
    assert Client().get("/api/sessions").status_code == 401


def test_writing_needs_the_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies[people.COOKIE] = people.signed("ann")
    assert send(client, "post", "/api/sessions", {"title": "t"}).status_code == 403
    assert not PromptSession.objects.exists()
