"""Moderation lists in the panel: refused at the field with line and reason, and tried out."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from inference.moderation.filters import MAX_ENTRIES
from playground.moderation.admin import TRY
from playground.moderation.models import WordList

pytestmark = pytest.mark.django_db
LIST: dict[str, Any] = {"name": "school", "enabled": "on", "kind": "literals", "entries": "bad\n\n  worse ", "ignore_case": "on", "on_prompt": "on", "on_output": "on"}


@pytest.fixture
def panel(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("ada", password="correct horse battery"))
    return client


def add(panel: Client, **fields: str) -> Any:
    return panel.post(reverse("admin:moderation_wordlist_add"), {**LIST, **fields})


def test_a_list_is_kept_line_by_line(panel: Client) -> None:
    assert add(panel).status_code == 302
    assert WordList.objects.get().filter.entries == ("bad", "worse")
    assert LogEntry.objects.get().object_repr == "school"


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"kind": "patterns", "entries": "fine\n\na("}, "entries", "Line 3, “a(”: missing )"),
        ({"kind": "patterns", "entries": "(?=x)"}, "entries", "invalid perl operator"),
        ({"kind": "patterns", "entries": "x*"}, "entries", "in every text"),
        ({"entries": "\u200b"}, "entries", "Line 1"),
        ({"entries": "x\n" * (MAX_ENTRIES + 1)}, "entries", str(MAX_ENTRIES)),
        ({"entries": " "}, "entries", "required"),
        ({"on_prompt": "", "on_output": ""}, "on_output", "look nowhere"),
        ({"says": "x" * 501}, "says", "500"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(panel: Client, fields: dict[str, str], field: str, reason: str) -> None:
    response = add(panel, **fields)
    errors = response.context["adminform"].form.errors
    assert list(errors) == [field]
    assert reason in errors[field][0]
    assert not WordList.objects.exists()


@pytest.mark.parametrize(("text", "said"), [("A ＢＡＤ day", "Forbidden: “A ＢＡＤ day” holds “bad”."), ("A good day", "Nothing forbidden in “A good day”.")])
def test_a_list_can_be_tried_and_the_text_is_kept_nowhere(panel: Client, text: str, said: str) -> None:
    add(panel)
    address = reverse("admin:moderation_wordlist_change", args=[WordList.objects.get().pk])
    response = panel.post(address, {**LIST, "sample": text, TRY: "1"}, follow=True)
    assert response.redirect_chain == [(address, 302)]
    assert said in [message.message for message in response.context["messages"]]
    assert not any("text" in message for message in LogEntry.objects.values_list("change_message", flat=True))
