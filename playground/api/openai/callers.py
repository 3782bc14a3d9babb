"""Who calls, and what they may. Blocking; knows nothing of what is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from playground.api.models import PREFIX, ApiKey, Scope
from playground.api.openai.errors import ApiError
from playground.live.limits import Buckets
from playground.live.starting import Limits
from playground.runs.models import Run

ANYBODY = "api"  # whoever comes without a key, where none is needed
starts = Buckets(rate=100.0, burst=400.0)


@dataclass(frozen=True, slots=True)
class Caller:
    owner: str
    keeps: bool = True
    max_active_runs: int = 32
    tokens_per_day: int | None = None
    scopes: frozenset[str] = field(default_factory=lambda: frozenset(Scope.values))

    @property
    def limits(self) -> Limits:
        return Limits(starts, self.max_active_runs)


def caller(authorization: str, scope: str) -> Caller:
    """Who is behind an ``Authorization`` header. Raises ``ApiError``: 401 for wrong, revoked and missing keys, 403 beyond a key's scopes, 429 beyond its day."""
    secret = authorization.removeprefix("Bearer ").strip()
    found = _by_key(secret) if secret.startswith(PREFIX) or settings.CONFIG.needs_api_key else Caller(ANYBODY)
    if scope not in found.scopes:
        raise ApiError(403, f"This key may not use {scope}.", "invalid_request_error", None, "insufficient_scope")
    _check_day(found)
    return found


def _by_key(secret: str) -> Caller:
    key = ApiKey.of(secret) if secret else None
    if key is None:
        message = "Incorrect API key provided." if secret else "You did not provide an API key: send it as `Authorization: Bearer KEY`."
        raise ApiError(401, message, "invalid_request_error", None, "invalid_api_key")
    return Caller(key.owner, key.keeps, key.max_active_runs, key.tokens_per_day, frozenset(key.scopes))


def _check_day(caller: Caller) -> None:
    if caller.tokens_per_day is None:
        return
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    used = Run.objects.filter(owner=caller.owner, created__gte=midnight).aggregate(used=Sum("tokens"))["used"] or 0
    if used >= caller.tokens_per_day:
        seconds = int((midnight + timedelta(days=1) - timezone.now()).total_seconds()) + 1
        message = f"This key has used {used} tokens today; it may use {caller.tokens_per_day}."
        raise ApiError(429, message, "rate_limit_error", None, "over_quota", seconds)
