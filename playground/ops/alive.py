"""``python -m playground.ops.alive web|worker``: a container's health check. Exits 0 where the process of that kind does its work."""

from __future__ import annotations

import os
import socket
import sys
import urllib.error
import urllib.request

from redis import RedisError

from inference.eventlog.protocol import LogUnavailable
from inference.eventlog.redis import RedisLog


def web(port: int = 8000) -> str:
    """Empty, or what is wrong with the web process at ``port``."""
    # As if by the proxy: with HTTPS on, plain requests are sent elsewhere
    request = urllib.request.Request(f"http://localhost:{port}/healthz", headers={"X-Forwarded-Proto": "https"})
    try:
        with urllib.request.urlopen(request, timeout=4):  # noqa: S310  (our own address)
            return ""
    except (urllib.error.URLError, OSError) as error:
        return str(error)


def worker(redis_url: str, host: str) -> str:
    """Empty, or that no worker of the machine ``host`` has said lately that it is alive."""
    try:
        workers = RedisLog(redis_url).workers()
    except (LogUnavailable, RedisError) as error:
        return f"the event log does not answer: {error}"
    return "" if any(name.startswith(f"{host}:") for name in workers) else f"no worker of {host} is alive"


def main() -> None:
    checks = {"web": web, "worker": lambda: worker(os.environ["LOGITSCOPE_REDIS_URL"], socket.gethostname())}
    if len(sys.argv) != 2 or sys.argv[1] not in checks:
        raise SystemExit("usage: python -m playground.ops.alive web|worker")
    if problem := checks[sys.argv[1]]():
        raise SystemExit(problem)


if __name__ == "__main__":
    main()
