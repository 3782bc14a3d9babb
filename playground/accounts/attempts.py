"""How often somebody may try a password, make an account or ask for a mail. Counted in the cache, which the site's processes share.

Knows nothing of pages. A cache that is away stops nobody: then the site has other troubles, and its operator must get in.
"""

from __future__ import annotations

import hashlib
import logging
import time
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from redis import RedisError

QUARTER, HOUR = 900, 3600
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limit:
    """``most`` attempts of ``who`` in each span of ``seconds``."""

    name: str
    who: str
    most: int
    seconds: int

    def wait(self) -> int:
        """Seconds until there may be another attempt; 0 for now."""
        now = time.time()
        try:
            made = cache.get(self._key(now), 0)
        except RedisError:
            return 0
        return self.seconds - int(now % self.seconds) if made >= self.most else 0

    def count(self) -> None:
        key = self._key(time.time())
        try:
            cache.add(key, 0, timeout=self.seconds)
            cache.incr(key)
        except ValueError:
            pass  # its span ended between the two
        except RedisError:
            logger.warning("the cache is away: attempts are not counted")

    def _key(self, now: float) -> str:
        who = hashlib.sha256(self.who.encode()).hexdigest()[:32]
        return f"attempts:{self.name}:{who}:{int(now // self.seconds)}"


def wait(limits: list[Limit]) -> int:
    """Seconds until all of ``limits`` allow another attempt."""
    return max(limit.wait() for limit in limits)


def count(limits: list[Limit]) -> None:
    for limit in limits:
        limit.count()


def passwords(request: HttpRequest, name: str) -> list[Limit]:
    """Wrong passwords for the account ``name``."""
    most, address, name = settings.CONFIG.login_attempts, address_of(request), name.casefold()
    return [
        Limit("password", f"{address} {name}", most, QUARTER),
        Limit("password-address", address, 10 * most, QUARTER),
        Limit("password-name", name, 10 * most, QUARTER),
    ]


def sign_ups(request: HttpRequest) -> list[Limit]:
    return [Limit("sign-up", address_of(request), settings.CONFIG.signups_per_hour, HOUR)]


def mails(request: HttpRequest, email: str) -> list[Limit]:
    """Mails that anybody can have sent to ``email``."""
    return [Limit("mail", email.casefold(), 3, HOUR), Limit("mail-address", address_of(request), 30, HOUR)]


def address_of(request: HttpRequest) -> str:
    """Where the visitor is: by the nearest proxies that are trusted, no further. One household of IPv6 addresses is one."""
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    proxies = settings.CONFIG.trusted_proxies
    found = hops[-proxies] if 0 < proxies <= len(hops) else request.META.get("REMOTE_ADDR", "")
    try:
        address = ip_address(found)
    except ValueError:
        return ""
    return str(IPv6Address(int(address) >> 64 << 64)) if address.version == 6 else str(address)
