"""The admin panel: what it refuses at the field, keys that are shown once, what is written to the audit log, and its own policy."""

from __future__ import annotations

import json
import re
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from inference.runs import memory
from inference.runs.memory import InMemory
from inference.sources import bundled
from playground.api.models import ApiKey, digest
from playground.catalog.models import Model
from playground.catalog.services import resolve
from playground.live.log import event_log
from playground.runs.models import PromptSession, Run, Visibility

pytestmark = pytest.mark.django_db
MODEL: dict[str, Any] = {
    "name": "mine",
    "title": "",
    "enabled": "on",
    "revision": "",
    "dtype": "auto",
    "quantization": "none",
    "device": "auto",
    "audience": "everybody",
    "queue": "decode",
    "defaults": "",
    "maxima": "{}",
}
KEY: dict[str, Any] = {"name": "school", "scopes": ["models"], "keeps": "on", "max_active_runs": "4", "tokens_per_day": ""}


@pytest.fixture
def panel(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("ada", password="correct horse battery"))
    return client


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An allowed folder with one good model in it, ``good``."""
    monkeypatch.setattr(settings, "CONFIG", settings.CONFIG.model_copy(update={"model_roots": [tmp_path / "models"]}))
    shutil.copytree(bundled("draft"), tmp_path / "models" / "good")
    return tmp_path / "models"


def add_model(panel: Client, **fields: str) -> Any:
    return panel.post(reverse("admin:catalog_model_add"), {**MODEL, **fields})


def errors(response: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = response.context["adminform"].form.errors
    return found


def test_a_folder_under_an_allowed_root_is_added_and_can_be_run(panel: Client, root: Path) -> None:
    assert add_model(panel, source=str(root / "good")).status_code == 302
    assert resolve("mine").folder == root / "good"
    assert LogEntry.objects.get().object_repr == "mine"


def test_a_folder_outside_of_the_roots_is_refused_at_its_field_also_by_a_link(panel: Client, root: Path) -> None:
    outside = shutil.copytree(bundled("draft"), root.parent / "outside")
    (root / "link").symlink_to(outside)
    for source in (outside, root / "link", root / ".." / "outside"):
        assert "not under an allowed model folder" in errors(add_model(panel, source=str(source)))["source"][0]
    assert not Model.objects.filter(name="mine").exists()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda folder: (folder / "model.safetensors").rename(folder / "pytorch_model.bin"), "can hold code"),
        (lambda folder: (folder / "config.json").unlink(), "not a model folder"),
        (lambda folder: (folder / "config.json").write_text(json.dumps({"model_type": "x", "auto_map": {"A": "b.C"}})), "auto_map"),
        (lambda folder: (folder / "tokenizer_config.json").write_text(json.dumps({"auto_map": {"AutoTokenizer": ["b.C", None]}})), "auto_map"),
        (lambda folder: (folder / "config.json").write_text(json.dumps({"model_type": "x", "text_config": {"attn_implementation": "a/b"}})), "implementation"),
        (lambda folder: (folder / "config.json").write_text("[" * 200_000), "not valid JSON"),
        (lambda folder: _link_out(folder, "model.safetensors"), "outside of it"),
        (lambda folder: _link_out(folder, "config.json"), "outside of it"),
    ],
)
def test_a_folder_that_must_not_be_loaded_is_refused_with_the_reason(panel: Client, root: Path, spoil: Any, reason: str) -> None:
    spoil(root / "good")
    began = time.monotonic()
    assert reason in errors(add_model(panel, source=str(root / "good")))["source"][0]
    assert time.monotonic() - began < 5


def _link_out(folder: Path, name: str) -> None:
    """The file is a link to one that is not under an allowed root."""
    (folder / name).rename(folder.parent.parent / name)
    (folder / name).symlink_to(folder.parent.parent / name)


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"source": "owner/name/../x", "revision": "a" * 40}, "source", "Hub id"),
        ({"source": "bundled:absent"}, "source", "no bundled model"),
        ({"source": "owner/name"}, "revision", "40 hexadecimal"),
        ({"source": "owner/name", "revision": "main"}, "revision", "40 hexadecimal"),
        ({"source": "bundled:draft", "device": "gpu"}, "device", "Not a device"),
        ({"source": "bundled:draft", "audience": "groups"}, "groups", "Without a group"),
        ({"source": "bundled:draft", "maxima": '{"max_tokens": 9}'}, "defaults", "256 > 9"),
        ({"source": "bundled:draft", "defaults": "{no"}, "defaults", "valid JSON"),
        ({"source": "bundled:draft", "name": "a b"}, "name", "64 at most"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(panel: Client, fields: dict[str, str], field: str, reason: str) -> None:
    found = errors(add_model(panel, **fields))
    assert list(found) == [field]
    assert reason in found[field][0]


def test_a_keys_secret_is_shown_once_and_kept_nowhere(panel: Client) -> None:
    response = panel.post(reverse("admin:api_apikey_add"), KEY)
    secret = response.context["secret"]
    key = ApiKey.objects.get()
    assert (key.digest, key.scopes, key.max_active_runs) == (digest(secret), ["models"], 4)
    assert secret in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]
    assert secret not in str(response.cookies)  # as a message would carry it on
    for page in ("changelist", "change"):
        address = reverse(f"admin:api_apikey_{page}", args=[key.pk] if page == "change" else [])
        assert secret not in panel.get(address).content.decode()
    assert secret not in str(LogEntry.objects.values_list())


def test_a_changed_key_keeps_its_secret(panel: Client) -> None:
    key, secret = ApiKey.issue("old")
    panel.post(reverse("admin:api_apikey_change", args=[key.pk]), {**KEY, "name": "new"})
    found = ApiKey.of(secret)
    assert found is not None
    assert found.name == "new"


def test_a_revoked_key_is_nobodys_and_the_log_says_who_did_it(panel: Client) -> None:
    key, secret = ApiKey.issue("school")
    panel.post(reverse("admin:api_apikey_changelist"), {"action": "revoke", "_selected_action": [key.pk]})
    assert ApiKey.of(secret) is None
    assert LogEntry.objects.get().user.get_username() == "ada"


def test_unpublishing_makes_sessions_private_and_is_logged(panel: Client) -> None:
    shown = PromptSession.objects.create(owner="somebody", title="A fox", visibility=Visibility.GALLERY)
    panel.post(reverse("admin:runs_promptsession_changelist"), {"action": "unpublish", "_selected_action": [shown.pk]})
    shown.refresh_from_db()
    assert shown.visibility == Visibility.PRIVATE
    assert LogEntry.objects.get().object_id == shown.pk


def test_a_run_is_shown_without_its_prompt(panel: Client) -> None:
    run = Run.objects.create(owner="somebody", model="stories", spec={"prompt": "a secret fox"}, reason="stop", tokens=12)
    page = panel.get(reverse("admin:runs_run_change", args=[run.pk])).content.decode()
    assert "stop" in page
    assert "secret fox" not in page


@pytest.mark.parametrize(
    "name", ["catalog_model", "api_apikey", "runs_promptsession", "runs_run", "auth_user", "auth_group", "admin_logentry"]
)
def test_every_list_opens_under_a_policy_without_inline_scripts(panel: Client, name: str) -> None:
    response = panel.get(reverse(f"admin:{name}_changelist"))
    assert response.status_code == 200
    policy = response.headers["Content-Security-Policy"]
    script = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert script == "script-src 'self' 'unsafe-eval'"


def test_the_relaxed_policy_is_the_panels_alone(panel: Client) -> None:
    assert "unsafe" not in panel.get("/").headers["Content-Security-Policy"]


def test_nobody_enters_without_an_account(client: Client) -> None:
    assert client.get(reverse("admin:api_apikey_add")).status_code == 302


def test_a_run_that_waits_is_listed_and_cancelled_which_is_logged(panel: Client) -> None:
    run = Run.objects.create(owner="somebody", model="stories", spec={"prompt": "a secret fox"})
    event_log().create(run.pk, b"", "elsewhere", "somebody")
    page = panel.get(reverse("panel-now")).content.decode()
    assert f'data-run="{run.pk}"' in page
    assert "secret fox" not in page
    panel.post(reverse("panel-cancel", args=[run.pk]))
    head = event_log().head(run.pk)
    assert head is not None
    assert head.finished
    assert f'data-run="{run.pk}"' not in panel.get(reverse("panel-now")).content.decode()
    assert LogEntry.objects.get(object_id=run.pk).change_message == "Cancelled."


def test_the_models_in_memory_are_listed_with_their_worker(panel: Client) -> None:
    event_log().beat("elsewhere:1", 60)
    memory.tell(event_log(), "elsewhere:1", [InMemory("stories", 1.0, 8 << 20, False), InMemory("mine", 0.25, 0, True)], 60)
    page = panel.get(reverse("panel-now")).content.decode()
    event_log().beat("elsewhere:1", 0)
    rows = [re.sub(r"<[^>]+>|\s+", " ", row) for row in re.findall(r"<tr[^>]*data-model.*?</tr>", page, re.S)]
    assert [" ".join(row.split()) for row in rows] == ["elsewhere:1 stories idle 8.0 MiB", "elsewhere:1 mine being loaded 25 %"]


def test_the_audit_log_says_who_did_what_to_which_in_the_readers_language(panel: Client) -> None:
    key, _ = ApiKey.issue("school")
    panel.post(reverse("admin:api_apikey_changelist"), {"action": "revoke", "_selected_action": [key.pk]})
    page = panel.get(reverse("admin:admin_logentry_changelist"), headers={"accept-language": "zh-hant"}).content.decode()
    for words in ("ada", "已撤銷。", "API 金鑰", str(key), reverse("admin:api_apikey_change", args=[key.pk])):
        assert words in page, words


@pytest.mark.parametrize(("language", "app"), [("zh-hant", "模型與預設組合"), ("zh-hans", "模型与预设组合")])
def test_the_panel_speaks_the_readers_language_also_where_its_library_brings_no_translation(panel: Client, language: str, app: str) -> None:
    page = panel.get(reverse("admin:catalog_model_changelist"), headers={"accept-language": language}).content.decode()
    assert app in page
    account = panel.get(reverse("admin:auth_user_change", args=[User.objects.get().pk]), headers={"accept-language": language}).content.decode()
    for english in ("Type to search", "Filters", "Catalog", "Select all rows", "Raw passwords"):
        assert english not in page + account


def test_a_help_text_says_what_stands_for_a_name(panel: Client) -> None:
    assert "bundled:NAME, a folder" in panel.get(reverse("admin:catalog_model_add")).content.decode()
