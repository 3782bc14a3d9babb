"""Limits of people: exact however many start at once, refused with field, value and bound, and given back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from inference.eventlog.protocol import EventLog
from inference.events import ErrorInfo
from inference.spec import RunSpec, SamplingParams
from playground.live import starting
from playground.live.keeper import Keeper
from playground.live.limits import Buckets
from playground.live.log import event_log
from playground.live.refusals import RunRefused
from playground.quotas import services as quotas
from playground.quotas.models import Hold, Limit
from playground.runs.models import PromptSession, Run
from tests.inference.worker.engine import SmallEngine
from tests.playground.live.client import Client

FREE = starting.Limits(Buckets(rate=1000, burst=1000), quotas.Allowance(1000, 1000, None))


def limit(person: str, **bounds: int) -> None:
    Limit.objects.update_or_create(person=person, defaults=bounds)


def start(person: str = "ann", tokens: int = 10, limits: starting.Limits | None = None) -> ErrorInfo | None:
    """Why not."""
    try:
        starting.start_run(person, RunSpec(prompt="Once", sampling=SamplingParams(max_tokens=tokens)), limits=limits)
    except RunRefused as refused:
        return refused.errors[0]
    return None


def of(name: str, tokens: int | None = None, whose: quotas.Whose = "person") -> quotas.Share:
    """A share that may take so many tokens a day."""
    return quotas.Share(name, quotas.Allowance(1000, 1000, tokens), whose)


def counts() -> tuple[int, int, int]:
    return Run.objects.count(), PromptSession.objects.count(), Hold.objects.count()


@pytest.mark.parametrize(
    ("bounds", "field", "code"),
    [
        ({"active_runs": 2}, "active_runs", "too_many_runs"),
        ({"waiting_runs": 2}, "waiting_runs", "too_many_waiting"),
        ({"tokens_per_day": 20}, "tokens_per_day", "over_quota"),
    ],
)
def test_over_a_limit_nothing_is_created_and_field_value_and_bound_are_named(log: EventLog, bounds: dict[str, int], field: str, code: str) -> None:
    limit("", **bounds)
    assert [start(), start()] == [None, None]
    before = counts(), log.waiting()
    refused = start()
    assert refused is not None
    value, most = (20, 20) if field == "tokens_per_day" else (2, 2)
    assert (refused.code, refused.field, refused.value, refused.bound) == (code, field, str(value), f"< {most}")
    assert (counts(), log.waiting()) == before
    assert start("bob") is None


def test_a_person_may_do_more_or_less_than_everybody(log: EventLog) -> None:
    limit("", active_runs=1)
    limit("ann", active_runs=2)
    limit("eve", active_runs=0)
    assert [start("ann") is None for _ in range(3)] == [True, True, False]
    assert [start("bob") is None for _ in range(2)] == [True, False]
    assert start("eve") is not None


def test_a_run_that_may_take_more_than_is_left_says_how_much_is_left(log: EventLog) -> None:
    limit("ann", tokens_per_day=25)
    assert start(tokens=10) is None
    refused = start(tokens=16)
    assert refused is not None
    assert (refused.code, refused.field, refused.value, refused.bound) == ("beyond_quota", "sampling.max_tokens", "16", "<= 15")
    assert start(tokens=15) is None


def test_of_many_that_start_at_once_no_more_get_in_than_the_day_holds(log: EventLog) -> None:
    limit("ann", tokens_per_day=50)
    starts = starting.Limits(FREE.starts, quotas.Allowance(1000, 1000, 50))
    together = threading.Barrier(8)
    answers: list[ErrorInfo | None] = []

    def come() -> None:
        together.wait()
        try:
            answers.extend(start(limits=starts) for _ in range(3))
        finally:
            connection.close()

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(None) == 5
    assert len(answers) == 24
    assert (quotas.tokens_today("ann"), log.active("ann"), Run.objects.count()) == (50, 5, 5)


async def test_what_a_run_did_not_take_is_given_back_when_it_is_stored(engine: SmallEngine, settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    await sync_to_async(limit)("ann", tokens_per_day=1000)
    async with Client("ann") as client:
        started = await client.start(tokens=600, pace=50)
        assert await sync_to_async(quotas.tokens_today)("ann") == 600
        refused = await sync_to_async(start)(tokens=600)
        assert refused is not None
        assert refused.code == "beyond_quota"
        await client.send("cancel", run=started["run"])
        events = await client.events()
    taken = sum(event["type"] == "token" for event in events)
    for _ in range(2):  # a second look takes nothing back again
        await sync_to_async(Keeper(event_log()).look)()
        assert await sync_to_async(quotas.tokens_today)("ann") == taken < 600


def test_settling_twice_gives_back_once(db: None) -> None:
    quotas.reserve("a", [of("ann")], 100)
    quotas.reserve("b", [of("ann")], 100)
    for _ in range(2):
        quotas.settle("a", 30)
    assert quotas.tokens_today("ann") == 130


def test_a_run_is_reserved_in_every_share_or_in_none(db: None) -> None:
    room = of("room-1", 150, "room")
    quotas.reserve("a", [of("ann", 120), room], 100)
    for shares, whose, left in (([of("ann", 120), room], "person", 20), ([of("bob", 120), room], "room", 50)):
        with pytest.raises(quotas.DayIsSpent) as spent:
            quotas.reserve("b", shares, 60)
        assert (spent.value.share.whose, spent.value.left) == (whose, left)
    assert quotas.all_tokens_today(["ann", "bob", "room-1", "eve"]) == {"ann": 100, "room-1": 100}
    assert Hold.objects.count() == 2


def test_what_a_run_did_not_take_is_given_back_to_every_share_once(db: None) -> None:
    quotas.reserve("a", [of("ann"), of("room-1")], 100)
    quotas.reserve("b", [of("bob"), of("room-1")], 100)
    for _ in range(2):
        quotas.settle("a", 30)
    assert [quotas.tokens_today(name) for name in ("ann", "bob", "room-1")] == [30, 100, 130]
    quotas.adopt("bob", "account-1")
    quotas.settle("b", 0)
    assert [quotas.tokens_today(name) for name in ("ann", "bob", "account-1", "room-1")] == [30, 0, 0, 30]


def test_of_a_class_that_starts_at_once_no_more_get_in_than_the_rooms_day_holds(log: EventLog) -> None:
    together = threading.Barrier(16)
    answers: list[ErrorInfo | None] = []
    room = of("room-1", 70, "room")

    def come(number: int) -> None:
        limits = starting.Limits(FREE.starts, quotas.Allowance(1000, 1000, 30), (room,))
        together.wait()
        try:
            answers.extend(start(f"student {number % 8}", limits=limits) for _ in range(3))
        finally:
            connection.close()

    threads = [threading.Thread(target=come, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    own = [quotas.tokens_today(f"student {number}") for number in range(8)]
    assert (len(answers), answers.count(None)) == (48, 7)
    assert sum(own) == quotas.tokens_today("room-1") == 70
    assert max(own) <= 30
    assert log.active("room-1") == Run.objects.count() == 7
    assert {answer.code for answer in answers if answer} <= {"room_over_quota", "room_beyond_quota", "over_quota", "beyond_quota"}


def test_a_login_moves_what_was_taken_and_what_runs_may_still_take(db: None) -> None:
    quotas.reserve("a", [of("ann")], 100)
    quotas.reserve("b", [of("ann")], 100)
    quotas.settle("a", 30)
    quotas.reserve("c", [of("account-1")], 50)
    for _ in range(2):  # a second login finds nothing more
        quotas.adopt("ann", "account-1")
        assert (quotas.tokens_today("ann"), quotas.tokens_today("account-1")) == (0, 180)
    quotas.settle("b", 10)
    quotas.settle("c", 50)
    assert (quotas.tokens_today("ann"), quotas.tokens_today("account-1")) == (0, 90)
    quotas.adopt("eve", "account-2")
    assert quotas.tokens_today("account-2") == 0


def test_a_login_while_runs_begin_and_end_neither_loses_a_token_nor_counts_one_twice(log: EventLog) -> None:
    for n in range(24):
        quotas.reserve(f"ends-{n}", [of("ann"), of("room-1")], 10)
    together = threading.Barrier(3)
    jobs: list[Callable[[int], None]] = [
        lambda n: quotas.settle(f"ends-{n}", 3), lambda n: quotas.reserve(f"begins-{n}", [of("room-1"), of("ann")], 10), lambda n: quotas.adopt("ann", "account-1")
    ]  # fmt: skip

    def work(job: Callable[[int], None]) -> None:
        together.wait()
        try:
            for n in range(24):
                job(n)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert quotas.tokens_today("ann") + quotas.tokens_today("account-1") == 24 * 3 + 24 * 10
    assert quotas.tokens_today("room-1") == 24 * 3 + 24 * 10
    for n in range(24):
        quotas.settle(f"begins-{n}", 0)
    assert quotas.tokens_today("ann") + quotas.tokens_today("account-1") == quotas.tokens_today("room-1") == 24 * 3
