"""A session in a frame: only where operator and owner allow it, and only on the operator's sites."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from playground.config import Config
from playground.runs.models import PromptSession

pytestmark = pytest.mark.django_db
SCHOOLS = ["https://school.example", "https://*.edu.example:8443"]


@pytest.fixture
def session(settings: Any) -> PromptSession:
    """Shared, embeddable, on a site that allows two origins."""
    settings.CONFIG = settings.CONFIG.model_copy(update={"embed_origins": SCHOOLS})
    return PromptSession.objects.create(owner="ann", title="A </script> fox", visibility="link", embeddable=True)


def status(session: PromptSession) -> int:
    return Client().get(f"/embed/{session.pk}").status_code


def test_an_embedded_session_may_be_framed_by_the_operators_sites_alone(session: PromptSession) -> None:
    answer = Client().get(f"/embed/{session.pk}")
    assert answer.status_code == 200
    assert f"frame-ancestors {' '.join(SCHOOLS)}" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    assert "A </script>" not in answer.content.decode()


def test_all_other_pages_may_be_framed_by_nobody(session: PromptSession) -> None:
    for path in ("/", f"/s/{session.pk}", "/gallery", "/sessions", "/admin/login/"):
        answer = Client().get(path)
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"], path
        assert answer["X-Frame-Options"] == "DENY", path


@pytest.mark.parametrize(
    "change", [{"embeddable": False}, {"visibility": "private"}, {"expires": timezone.now() - timedelta(seconds=1)}]
)
def test_what_its_owner_does_not_let_be_embedded_is_not_there(session: PromptSession, change: dict[str, Any]) -> None:
    assert status(session) == 200
    PromptSession.objects.filter(pk=session.pk).update(**change)
    assert status(session) == 404


def test_without_sites_nothing_is_embedded(session: PromptSession, settings: Any) -> None:
    settings.CONFIG = settings.CONFIG.model_copy(update={"embed_origins": []})
    assert status(session) == 404


@pytest.mark.parametrize("origin", ["school.example", "https://a.example; script-src *", "https://a.example/page", "*", "'self'"])
def test_what_is_no_origin_never_gets_into_the_header(origin: str) -> None:
    with pytest.raises(ValueError, match="is no origin"):
        Config.model_validate({"embed_origins": origin})
