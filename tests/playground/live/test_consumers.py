"""What a person's socket says and does."""

from __future__ import annotations

import asyncio
from threading import Event

import pytest

from inference.eventlog.protocol import EventLog
from playground.live.line import THREADS
from playground.live.protocol import ACK_EVERY, ACK_WINDOW
from tests.inference.worker.engine import SmallEngine, token_at
from tests.playground.live.client import Client


async def test_a_started_run_arrives_complete_and_in_order(engine: SmallEngine) -> None:
    async with Client() as client:
        accepted = await client.start(tokens=20)
        assert (accepted["type"], accepted["ref"], accepted["seed"], accepted["position"]) == ("accepted", "1", 7, 0)
        events = await client.events()
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [event["id"] for event in events if event["type"] == "token"] == [token_at(7, step) for step in range(20)]
    assert {event["run"] for event in events} == {accepted["run"]}


async def test_whoever_waits_to_be_started_hears_how_many_are_before_them(engine: SmallEngine) -> None:
    free = Event()
    for _ in range(THREADS._max_workers):
        THREADS.submit(free.wait)
    async with Client("ann") as ann, Client("ben") as ben:
        for client in (ann, ben):
            await client.send("start", ref="1", spec={"prompt": "p", "sampling": {"max_tokens": 1}})
        first, second = asyncio.create_task(ann.receive()), asyncio.create_task(ben.receive())
        told, _ = await asyncio.wait((first, second), return_when=asyncio.FIRST_COMPLETED)
        assert [task.result() for task in told] == [{"type": "pending", "ref": "1", "position": 1}]
        free.set()
        late = ben if second in told else ann
        while (message := await late.receive())["type"] == "pending":
            pass
        assert message["type"] == "accepted"
        assert (await (first if late is ben else second))["type"] == "accepted"
        await ann.events()
        await ben.events()


async def test_a_seed_is_drawn_where_none_was_asked_for(engine: SmallEngine) -> None:
    async with Client() as client:
        seeds = [(await client.ask("start", ref="1", spec={"prompt": "p", "sampling": {"max_tokens": 1}}))["seed"] for _ in range(1)]
        assert 0 <= seeds[0] < 2**53
        await client.events()
    assert engine.handles[0].spec.sampling.seed == seeds[0]


async def test_no_more_than_the_window_is_sent_before_it_is_acknowledged(engine: SmallEngine) -> None:
    async with Client() as client:
        run = (await client.start(tokens=200))["run"]
        await client.events(until=ACK_WINDOW, ack=False)
        assert await client.silent()
        await client.send("ack", run=run, seq=10)
        more = await client.events(until=ACK_WINDOW + 10, ack=False)
        assert [event["seq"] for event in more] == list(range(ACK_WINDOW + 1, ACK_WINDOW + 11))
        assert await client.silent()


async def test_the_window_is_shared_by_the_runs_of_a_socket(engine: SmallEngine) -> None:
    async with Client() as client:
        for _ in range(3):
            await client.send("start", ref="1", spec={"prompt": "p", "sampling": {"max_tokens": 200}})
        sent = 0
        while not await client.silent(0.5):
            sent += "seq" in await client.receive()
    assert ACK_WINDOW <= sent <= ACK_WINDOW + 2 * ACK_EVERY  # the first may take all, and the others still get their share


async def test_a_second_socket_resumes_where_the_first_was_cut(engine: SmallEngine) -> None:
    async with Client() as first:
        accepted = await first.start(tokens=40, pace=100)
        begun = await first.events(until=12)
    async with Client() as second:
        answer = await second.ask("resume", run=accepted["run"], epoch=accepted["epoch"], last_seq=12)
        assert answer == {"type": "recovered", "run": accepted["run"], "epoch": accepted["epoch"], "last_seq": 12}
        rest = await second.events()
    assert [event["seq"] for event in begun + rest] == list(range(1, len(begun + rest) + 1))


async def test_a_reload_after_the_end_gets_everything(engine: SmallEngine) -> None:
    async with Client() as first:
        accepted = await first.start(tokens=100)
        whole = await first.events()
    async with Client() as second:
        await second.send("resume", run=accepted["run"])
        assert await second.events() == whole


async def test_another_epoch_is_answered_with_a_gap_and_everything(engine: SmallEngine) -> None:
    async with Client() as first:
        accepted = await first.start(tokens=5)
        whole = await first.events()
    async with Client() as second:
        answer = await second.ask("resume", run=accepted["run"], epoch="of another time", last_seq=3)
        assert answer == {"type": "gap", "run": accepted["run"], "epoch": accepted["epoch"]}
        assert await second.events() == whole


async def test_a_position_beyond_the_log_is_a_gap(engine: SmallEngine) -> None:
    async with Client() as client:
        accepted = await client.start(tokens=5)
        await client.events()
        assert (await client.ask("resume", run=accepted["run"], epoch=accepted["epoch"], last_seq=999))["type"] == "gap"


async def test_a_run_that_begins_again_sends_a_gap_and_then_everything(log: EventLog) -> None:
    async with Client() as client:
        run = (await client.start())["run"]
        lease = log.claim(run, "worker", 5)
        assert lease
        for seq in range(1, 6):
            log.append(lease, seq, b"\x82\xa3seq%c\xa4type\xa1x" % seq)
        assert [(await client.receive())["seq"] for _ in range(5)] == [1, 2, 3, 4, 5]
        epoch = log.restart(lease)
        log.append(lease, 1, b"\x82\xa3seq\x01\xa4type\xa4anew")
        assert await client.receive() == {"type": "gap", "run": run, "epoch": epoch}
        assert await client.receive() == {"seq": 1, "type": "anew"}


async def test_resuming_twice_on_one_socket_sends_each_event_once_per_resume(engine: SmallEngine) -> None:
    async with Client() as client:
        accepted = await client.start(tokens=1000, pace=100)
        await client.events(until=5)
        await client.send("resume", run=accepted["run"], epoch=accepted["epoch"], last_seq=0)
        while (await client.receive())["type"] != "recovered":
            pass
        again = await client.events(until=10)
        assert [event["seq"] for event in again] == list(range(1, 11))


async def test_many_viewers_see_the_same(engine: SmallEngine) -> None:
    async with Client() as first:
        run = (await first.start(tokens=50, pace=200))["run"]
        viewers = [Client() for _ in range(20)]
        for viewer in viewers:
            await viewer.connect()
            await viewer.send("resume", run=run)
        seen = await asyncio.gather(first.events(), *(viewer.events() for viewer in viewers))
        for viewer in viewers:
            await viewer.socket.disconnect()
    assert all(events == seen[0] for events in seen)


async def test_cancel_ends_the_run(engine: SmallEngine) -> None:
    async with Client() as client:
        run = (await client.start(tokens=1000, pace=20))["run"]
        await client.events(until=5)
        await client.send("cancel", run=run)
        assert (await client.events())[-1]["reason"] == "cancelled"


async def test_cancelling_a_run_that_waits_ends_it_at_once(log: EventLog) -> None:
    async with Client() as client:
        run = (await client.start())["run"]
        await client.send("cancel", run=run)
        assert (await client.events())[-1]["reason"] == "cancelled"


async def test_what_is_watched_can_be_changed_in_mid_run(engine: SmallEngine) -> None:
    async with Client() as client:
        run = (await client.start(tokens=1000, pace=50))["run"]
        await client.events(until=5)
        await client.send("watch", run=run, watch={"top_n": 3, "attention": "all"})
        await client.events(until=20)
        assert [watch.top_n for watch in engine.handles[0].watched] == [3]


async def test_the_place_in_the_queue_is_told_as_it_changes(log: EventLog) -> None:
    async with Client() as client:
        first = (await client.start())["run"]
        second = await client.start()
        assert second["position"] == 1
        assert log.claim(first, "worker", 5)
        assert await client.receive() == {"type": "queued", "run": second["run"], "position": 0}


@pytest.mark.parametrize("type", ["resume", "cancel", "watch"])
async def test_a_foreign_run_and_an_absent_one_are_answered_alike(engine: SmallEngine, type: str) -> None:
    fields: dict[str, object] = {"watch": {}} if type == "watch" else {}
    async with Client("ann") as ann, Client("bob") as bob:
        run = (await ann.start(tokens=1000, pace=10))["run"]
        foreign = await bob.ask(type, run=run, **fields)
        absent = await bob.ask(type, run="x" * len(run), **fields)
        await ann.send("cancel", run=run)
    assert (foreign["type"], foreign["errors"][0]["code"]) == ("error", "not_found")
    assert {**foreign, "run": "", "errors": [{**foreign["errors"][0], "value": ""}]} == {**absent, "run": "", "errors": [{**absent["errors"][0], "value": ""}]}


async def test_a_run_whose_events_are_gone_says_so_to_its_owner(engine: SmallEngine, log: EventLog) -> None:
    async with Client() as client:
        run = (await client.start())["run"]
        await client.events()
        del log._runs[run]  # type: ignore[attr-defined]
        assert (await client.ask("resume", run=run))["errors"][0]["code"] == "expired"


async def test_a_pump_that_dies_closes_its_socket(engine: SmallEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("playground.live.hub.Subscription.take", broken)
    client = Client()
    await client.connect()
    await client.send("start", ref="1", spec={"prompt": "p"})
    while (message := await client.socket.receive_output(timeout=5))["type"] != "websocket.close":
        pass
    assert message["code"] == 4011


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        (b"http://localhost", b"localhost", True),
        (b"https://localhost:8000", b"localhost:8000", True),
        (b"", b"localhost", True),
        (b"https://trusted.example", b"localhost", True),
        (b"http://localhost:9000", b"localhost:8000", False),
        (b"http://evil.example", b"localhost", False),
        (b"http://evil.example", b"evil.example", False),
        (b"null", b"localhost", False),
        (b"http://localhost.evil.example", b"localhost", False),
    ],
)
async def test_only_the_sites_own_pages_may_connect(log: EventLog, settings: object, origin: bytes, host: bytes, allowed: bool) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://trusted.example"]  # type: ignore[attr-defined]
    assert await Client(origin=origin, host=host).connect() is allowed


async def test_there_is_no_socket_elsewhere(log: EventLog) -> None:
    assert not await Client(path="/ws/elsewhere/").connect()
