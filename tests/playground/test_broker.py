"""The broker of embedded mode: messages wake whoever waits for them."""

from __future__ import annotations

import threading
from typing import Any

import kombu
import pytest

kombu_: Any = kombu  # untyped
NEVER_SECONDS = 3600.0  # a look that no test waits for


@pytest.fixture
def connection() -> Any:
    options = {"polling_interval": NEVER_SECONDS}
    with kombu_.Connection("memory://", transport="playground.broker:Transport", transport_options=options) as connection:
        yield connection


def received(connection: Any, queue: Any, act: threading.Thread, timeout: float) -> list[str]:
    """What comes into ``queue`` once ``act`` has been started."""
    found: list[str] = []
    with kombu_.Consumer(connection, [queue], on_message=lambda message: found.append(message.payload), no_ack=True, accept=["json"]):
        act.start()
        connection.drain_events(timeout=timeout)
    return found


def queue_named(name: str) -> Any:
    return kombu_.Queue(name, kombu_.Exchange(name, type="direct"), routing_key=name)


def putting(connection: Any, queue: Any, body: str, after: float) -> threading.Thread:
    def put() -> None:
        with connection.clone() as own:
            kombu_.Producer(own).publish(body, exchange=queue.exchange, routing_key=queue.routing_key, declare=[queue], serializer="json")

    return threading.Timer(after, put)


def test_a_message_wakes_who_waits_long_before_the_next_look(connection: Any) -> None:
    queue = queue_named("test-wakes")
    assert received(connection, queue, putting(connection, queue, "now", after=0.2), timeout=60) == ["now"]


def test_a_message_that_came_while_nobody_waited_is_found_at_the_first_look(connection: Any) -> None:
    queue = queue_named("test-found")
    putting(connection, queue, "before", after=0).run()
    assert received(connection, queue, threading.Thread(target=lambda: None), timeout=60) == ["before"]


def test_waiting_in_vain_ends_in_time(connection: Any) -> None:
    with pytest.raises(TimeoutError):
        received(connection, queue_named("test-vain"), threading.Thread(target=lambda: None), timeout=0.05)
