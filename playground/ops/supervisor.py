"""Keeps one child process running. Knows nothing of what the child does, and imports neither torch nor Django.

The listening socket belongs to the supervisor and is inherited by each child, so that between two children connections wait
instead of being refused, and nobody else can take the port.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from types import FrameType

QUICK_SECONDS = 5.0  # a child that lives no longer than this has not worked
QUICK_LIMIT = 5  # so many of them in a row, and the supervisor gives up
STOP_SECONDS = 25.0
BACKLOG = 1024
FAILED = 1


class CannotListen(OSError):
    """The address is taken or is none; the message says so in a person's words."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket that children inherit. Raises ``CannotListen``."""
    try:
        address = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_STREAM)[0][4][0]
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((address, port))
        listening.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        raise CannotListen(f"cannot listen on {host}:{port}: {error}") from error
    listening.set_inheritable(True)
    return listening


class Supervisor:
    """Runs ``command`` until it is told to stop. A child that dies is replaced; one that exits cleanly ends the supervisor.

    The child inherits ``fds`` and the reading end of a pipe, whose number is in ``LOGITSCOPE_PARENT_FD``: it reads end-of-file there
    when the supervisor has died.
    """

    def __init__(self, command: Sequence[str], fds: Sequence[int], say: Callable[[str], None]) -> None:
        self._command = list(command)
        self._fds = list(fds)
        self._say = say
        self._child: subprocess.Popen[bytes] | None = None
        self._stopping = False
        self._life, self._writing_end = os.pipe()

    def run(self) -> int:
        """Returns the exit status for the process: 0 after a stop that was asked for."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        quick = 0
        while not self._stopping:
            started = time.monotonic()
            status = self._one_child()
            if self._stopping or status == 0:
                return 0
            quick = quick + 1 if time.monotonic() - started < QUICK_SECONDS else 0
            if quick >= QUICK_LIMIT:
                self._say(f"the server ended {quick} times right after its start (status {status}); giving up")
                return FAILED
            self._say(f"the server ended unexpectedly (status {status}); starting it again")
        return 0

    def _one_child(self) -> int:
        # A session of its own: Ctrl+C reaches the supervisor alone, which then stops the child in order
        environment = {**os.environ, "LOGITSCOPE_PARENT_FD": str(self._life)}
        self._child = subprocess.Popen(self._command, pass_fds=[*self._fds, self._life], env=environment, start_new_session=True)
        if self._stopping:  # the signal came before there was a child
            self._child.terminate()
        return self._child.wait()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self._stopping or self._child is None:
            self._stopping = True
            return
        self._stopping = True
        self._child.terminate()
        killer = threading.Timer(STOP_SECONDS, self._child.kill)
        killer.daemon = True
        killer.start()


def end_with_parent() -> None:
    """For the child: stop as if by SIGTERM when the supervisor has died."""
    fd = int(os.environ.get("LOGITSCOPE_PARENT_FD", "-1"))
    if fd < 0:
        return

    def watch() -> None:
        os.read(fd, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def python(*arguments: str) -> list[str]:
    """A command that runs this very Python."""
    return [sys.executable, *arguments]
