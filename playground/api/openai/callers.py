"""Who calls, and what they may. Blocking; knows nothing of what is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings

from playground.api.models import PREFIX, ApiKey, Scope
from playground.api.openai.errors import ApiError
from playground.live.limits import SiteBuckets
from playground.live.starting import Limits
from playground.quotas.services import Allowance, of_person

ANYBODY = "api"  # whoever comes without a key, where none is needed. A key is nobody's account: it may use the same models
starts = SiteBuckets("api-starts", rate=100.0, burst=400.0)


@dataclass(frozen=True, slots=True)
class Caller:
    owner: str
    allowance: Allowance
    keeps: bool = True
    scopes: frozenset[str] = field(default_factory=lambda: frozenset(Scope.values))

    @property
    def limits(self) -> Limits:
        return Limits(starts, self.allowance)


def caller(authorization: str, scope: str) -> Caller:
    """Who is behind an ``Authorization`` header. Raises ``ApiError``: 401 for wrong, revoked and missing keys, 403 beyond a key's scopes."""
    secret = authorization.removeprefix("Bearer ").strip()
    found = _by_key(secret) if secret.startswith(PREFIX) or settings.CONFIG.needs_api_key else Caller(ANYBODY, of_person(ANYBODY))
    if scope not in found.scopes:
        raise ApiError(403, f"This key may not use {scope}.", "invalid_request_error", None, "insufficient_scope")
    return found


def _by_key(secret: str) -> Caller:
    key = ApiKey.of(secret) if secret else None
    if key is None:
        message = "Incorrect API key provided." if secret else "You did not provide an API key: send it as `Authorization: Bearer KEY`."
        raise ApiError(401, message, "invalid_request_error", None, "invalid_api_key")
    waiting = key.max_active_runs if key.max_waiting_runs is None else key.max_waiting_runs
    return Caller(key.owner, Allowance(key.max_active_runs, waiting, key.tokens_per_day), key.keeps, frozenset(key.scopes))
