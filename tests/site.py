"""The site as real processes, for tests and benchmarks: embedded, or web and workers over a real Redis."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from playground.config import ROOT
from tests.redis_server import free_port

READY_SECONDS = 90.0


def until(condition: Callable[[], bool], seconds: float = READY_SECONDS, why: str = "") -> None:
    """Wait for ``condition``; fails after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(why or "waited in vain")
        time.sleep(0.05)


class Process:
    """``python ...`` in the repository at ``root``, its output in a file."""

    def __init__(self, arguments: list[str], log: Path, environment: dict[str, str], root: Path = ROOT) -> None:
        self.log = log
        with log.open("wb") as output:
            self._popen = subprocess.Popen([sys.executable, *arguments], cwd=root, env=environment, stdout=output, stderr=output)
        self.pid = self._popen.pid

    def says(self, text: str) -> int:
        """How often ``text`` is in the output so far."""
        return self.log.read_text(errors="replace").count(text)

    def wait_for(self, text: str, count: int = 1, seconds: float = READY_SECONDS) -> None:
        def arrived() -> bool:
            if self._popen.poll() is not None and self.says(text) < count:
                raise RuntimeError(f"ended with {self._popen.returncode}: {self.log.read_text(errors='replace')[-2000:]}")
            return self.says(text) >= count

        until(arrived, seconds, f"{text!r} did not appear in {self.log}")

    def terminate(self) -> int:
        """SIGTERM; returns the exit status."""
        self._popen.send_signal(signal.SIGTERM)
        return self._popen.wait(40)

    def kill(self) -> None:
        """``kill -9``."""
        self._popen.kill()
        self._popen.wait()

    def end(self) -> None:
        """However it is, it is gone afterwards."""
        if self._popen.poll() is None:
            try:
                self.terminate()
            except subprocess.TimeoutExpired:
                self.kill()


class Site:
    """A site's processes over one data folder. ``settings`` are further environment variables without their prefix; ``root``: another checkout."""

    def __init__(self, folder: Path, root: Path = ROOT, **settings: str) -> None:
        self.folder, self.root = folder, root
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.processes: list[Process] = []
        self.environment = {"DJANGO_SETTINGS_MODULE": "playground.settings", "LOGITSCOPE_DATA_DIR": str(folder / "data"), "OMP_NUM_THREADS": "1"}
        self.environment |= {f"LOGITSCOPE_{name.upper()}": value for name, value in settings.items()}
        self._start("manage.py", "migrate", "--verbosity", "0")._popen.wait()

    def embedded(self) -> Process:
        """``manage.py up``; returns when it answers."""
        process = self._start("manage.py", "up", "--port", str(self.port))
        process.wait_for("Logitscope is ready")
        return process

    def web(self, port: int | None = None, **environment: str) -> Process:
        """A web process, on a ``port`` of its own where it is one more; ``environment`` is for it alone."""
        process = self._start("manage.py", "web", "--port", str(port or self.port), **environment)
        process.wait_for("Logitscope is ready")
        return process

    def worker(self, *options: str) -> Process:
        """A worker process; returns when it takes tasks and has loaded the default model."""
        process = self._start("manage.py", "worker", *options)
        process.wait_for("ready.")
        process.wait_for("preloaded ")
        return process

    def manage(self, *command: str, **environment: str) -> None:
        """``manage.py ...``, to its end."""
        process = self._start("manage.py", *command, **environment)
        assert process._popen.wait(READY_SECONDS) == 0, process.log.read_text()

    def end(self) -> None:
        for process in reversed(self.processes):
            process.end()

    @property
    def whole_environment(self) -> dict[str, str]:
        """That of the site's processes."""
        return {**os.environ, **self.environment}

    def _start(self, *arguments: str, **environment: str) -> Process:
        log = self.folder / f"{len(self.processes)}-{arguments[1]}.log"
        process = Process(list(arguments), log, {**self.whole_environment, **environment}, self.root)
        self.processes.append(process)
        return process


def child_of(pid: int) -> int:
    """The only child process of ``pid``."""
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)
