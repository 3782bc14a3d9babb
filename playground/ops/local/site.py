"""The site's processes on one machine, and the secrets that they share. Knows nothing of how they are kept running."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
from pathlib import Path

from playground.config import PREFIX, ROOT
from playground.ops.local.house import House
from playground.ops.local.programs import find
from playground.ops.local.service import DidNotStart, Service, listens, says_yes
from playground.ops.local.stores import Postgres, Redis
from playground.ops.supervisor import python

PROXY_FILE = ROOT / "docker" / "Caddyfile"
MANAGE = str(ROOT / "manage.py")


class LocalSite:
    """Proxy at ``host``:``port``, ``webs`` web processes, ``workers`` workers, Redis and PostgreSQL, all under ``folder``."""

    def __init__(self, folder: Path, host: str, port: int, webs: int, workers: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._host, self._port = folder, host, port
        (self._caddy,) = find("caddy", "redis-server", "postgres", "initdb")[:1]
        ports = _free_ports(webs + 2)
        self._web_ports, self._workers = ports[2:], workers
        self._redis = Redis(folder / "redis", ports[0], self._secret("redis_password"))
        self._postgres = Postgres(folder / "postgres", ports[1], self._secret("postgres_password"))
        self.environment = self._environment()

    def start(self, house: House) -> None:
        """The stores, the migrations, then whoever needs them. Raises ``DidNotStart``."""
        house.start(self._redis.service)
        house.start(self._postgres.service)
        self._run("migrate", "--verbosity", "0")
        self._run("collectstatic", "--noinput", "--verbosity", "0")
        for number, port in enumerate(self._web_ports, 1):
            house.start(self._web(number, port))
        for number in range(1, self._workers + 1):
            house.start(self._worker(number))
        house.start(self._proxy())

    def _web(self, number: int, port: int) -> Service:
        command = python(MANAGE, "web", "--port", str(port))
        return Service(f"web-{number}", command, says_yes(f"http://127.0.0.1:{port}/healthz"), self.environment)

    def _worker(self, number: int) -> Service:
        return Service(
            f"worker-{number}", python(MANAGE, "worker"), says_yes(f"http://127.0.0.1:{self._web_ports[0]}/readyz"), self.environment
        )

    def _proxy(self) -> Service:
        environment = {
            "LOGITSCOPE_ADDRESS": f"http://:{self._port}",
            "LOGITSCOPE_BIND": self._host,
            "LOGITSCOPE_WEBS": " ".join(f"127.0.0.1:{port}" for port in self._web_ports),
            "HOME": str(self._folder),  # Caddy keeps its state there
            "XDG_DATA_HOME": str(self._folder / "caddy"),
            "XDG_CONFIG_HOME": str(self._folder / "caddy"),
        }
        command = [self._caddy, "run", "--config", str(PROXY_FILE), "--adapter", "caddyfile"]
        return Service("proxy", command, listens(self._port), environment)

    def _environment(self) -> dict[str, str]:
        """What the operator has set stays; the profile, the stores and the secrets are ours."""
        own = {
            "PROFILE": "production",
            "DATA_DIR": str(self._folder / "site"),
            "REDIS_URL": self._redis.url,
            "DATABASE_URL": self._postgres.url,
        }
        own["SECRET_KEY"] = os.environ.get(f"{PREFIX}SECRET_KEY") or self._secret("secret_key")
        return {"DJANGO_SETTINGS_MODULE": "playground.settings"} | {PREFIX + name: value for name, value in own.items()}

    def _secret(self, name: str) -> str:
        """Made once, kept readable by its owner alone."""
        path = self._folder / name
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48))
        return path.read_text()

    def _run(self, *arguments: str) -> None:
        done = subprocess.run(python(MANAGE, *arguments), env={**os.environ, **self.environment}, capture_output=True, text=True)
        if done.returncode:
            raise DidNotStart(f"{arguments[0]} failed:\n{done.stderr.strip()}")


def _free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on; all are held until the last is found, so that no two are the same."""
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in held]
    finally:
        for one in held:
            one.close()
