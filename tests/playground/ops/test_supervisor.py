"""How the supervisor keeps its child running."""

from __future__ import annotations

import os
import signal
import socket
import threading

import pytest

from playground.ops import supervisor as module
from playground.ops.supervisor import CannotListen, Supervisor, listen, python


def test_a_child_that_dies_is_replaced_until_one_exits_cleanly(tmp_path: object) -> None:
    said: list[str] = []
    counter = f"{tmp_path}/count"
    program = f"import sys; f = open({counter!r}, 'a+'); f.write('x'); f.flush(); f.seek(0); sys.exit(len(f.read()) < 3)"
    assert Supervisor(python("-c", program), [], said.append).run() == 0
    assert len(said) == 2


def test_a_child_that_never_works_is_given_up() -> None:
    said: list[str] = []
    assert Supervisor(python("-c", "raise SystemExit(3)"), [], said.append).run() == module.FAILED
    assert "giving up" in said[-1]
    assert "status 3" in said[-1]


def test_a_signal_stops_the_child_and_the_supervisor() -> None:
    threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGTERM)).start()
    assert Supervisor(python("-c", "import time; time.sleep(60)"), [], print).run() == 0


def test_the_child_inherits_the_listening_socket() -> None:
    listening = listen("127.0.0.1", 0)
    program = f"import socket; s = socket.socket(fileno={listening.fileno()}); c, _ = s.accept(); c.sendall(b'hello')"
    client = socket.create_connection(listening.getsockname())
    assert Supervisor(python("-c", program), [listening.fileno()], print).run() == 0
    assert client.recv(10) == b"hello"


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70000), ("no.such.host.invalid", 80), ("203.0.113.1", 80)])
def test_an_address_that_is_none_is_said_to_be_none(host: str, port: int) -> None:
    with pytest.raises(CannotListen, match="cannot listen on"):
        listen(host, port)


def test_a_taken_port_is_said_to_be_taken() -> None:
    taken = listen("127.0.0.1", 0)
    with pytest.raises(CannotListen, match="in use"):
        listen("127.0.0.1", taken.getsockname()[1])
