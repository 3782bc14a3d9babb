"""The two stores, each with a password and a data folder of its own, for this machine alone."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path
from shutil import chown

import psycopg
import redis

from playground.ops.local.programs import find, unprivileged
from playground.ops.local.service import DidNotStart, Service

NAME = "logitscope"  # user and database


class Redis:
    """Broker and event log. An append-only file survives a crash; nothing is ever evicted."""

    def __init__(self, folder: Path, port: int, password: str) -> None:
        self.url = f"redis://:{password}@127.0.0.1:{port}/0"
        folder.mkdir(parents=True, exist_ok=True)
        settings = {"bind": "127.0.0.1", "port": port, "dir": folder, "requirepass": password}
        settings |= {"appendonly": "yes", "save": '""', "maxmemory-policy": "noeviction"}
        path = folder / "redis.conf"  # a password on the command line is everybody's
        path.touch(mode=0o600)
        path.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
        self.service = Service("redis", [*find("redis-server"), str(path)], self._answers)

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_connect_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


class Postgres:
    """The database. Its cluster is made once in ``folder``, which its user must be able to reach."""

    def __init__(self, folder: Path, port: int, password: str) -> None:
        self.url = f"postgres://{NAME}:{password}@127.0.0.1:{port}/{NAME}"
        self._everybody = f"postgres://{NAME}:{password}@127.0.0.1:{port}/postgres"
        self._user = unprivileged()
        server, self._initdb = find("postgres", "initdb")
        data = folder / "data"
        if not (data / "PG_VERSION").exists():
            self._create(folder, data, password)
        command = [server, "-D", str(data), "-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        # SIGINT: PostgreSQL's fast shutdown; SIGTERM would wait for every client to leave
        self.service = Service("postgres", command, self._answers, user=self._user, stop=signal.SIGINT)

    def _create(self, folder: Path, data: Path, password: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        secret = folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(password)
        if self._user:
            for path in (folder, secret):
                chown(path, self._user, self._user)
        options = ["-U", NAME, "--pwfile", str(secret), "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8"]
        done = subprocess.run(
            [self._initdb, "-D", str(data), *options],
            capture_output=True, text=True, cwd="/", user=self._user, group=self._user, extra_groups=[] if self._user else None,
        )  # fmt: skip
        secret.unlink()
        if done.returncode:
            raise DidNotStart(f"PostgreSQL could not make its data folder {data}: {done.stderr.strip()}")

    def _answers(self) -> bool:
        """It takes connections, and our database is there."""
        try:
            with psycopg.connect(self._everybody, autocommit=True, connect_timeout=2) as connection:
                if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                    connection.execute(f"CREATE DATABASE {NAME}")
                return True
        except psycopg.OperationalError:
            return False
