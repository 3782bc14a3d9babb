"""What an ended run said outlives its log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from inference.eventlog.protocol import EventLog
from inference.runs.inquiry import Inquiry
from playground.live import asking
from playground.live.keeper import Keeper
from playground.live.log import event_log
from playground.runs import keeping
from playground.runs.models import PromptSession, Run, RunState, Visibility
from tests.inference.worker.engine import SmallEngine
from tests.playground.live.client import Client


@pytest.fixture(autouse=True)
def _storage(settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "kept"}},
    }
    keeping._read.cache_clear()


async def finished(person: str = "ann", **options: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    async with Client(person) as client:
        accepted = await client.start(**options)
        return accepted, await client.events()


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """The logs have expired."""
    monkeypatch.setattr(type(event_log()), "head", lambda self, run: None)


async def look() -> None:
    await sync_to_async(Keeper(event_log()).look)()


async def row(run: str) -> Run:
    return await Run.objects.aget(pk=run)


async def test_a_run_is_stored_when_it_has_ended_and_replays_from_there(engine: SmallEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    accepted, whole = await finished(tokens=100)
    await look()
    kept = await row(accepted["run"])
    assert (kept.state, kept.reason, kept.tokens, kept.epoch) == (RunState.STORED, "length", 100, accepted["epoch"])
    forget(monkeypatch)
    async with Client() as client:
        assert (await client.ask("resume", run=accepted["run"], epoch=accepted["epoch"], last_seq=40))["type"] == "recovered"
        assert await client.events() == whole[40:]
    async with Client() as client:
        assert (await client.ask("resume", run=accepted["run"], epoch="another", last_seq=3))["type"] == "gap"
        assert await client.events() == whole


async def test_a_question_about_a_stored_run_carries_what_is_stored(engine: SmallEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Inquiry] = []
    monkeypatch.setattr(asking, "enqueue", asked.append)
    accepted, whole = await finished(tokens=9)
    await look()
    forget(monkeypatch)
    async with Client() as client:
        await client.send("ask", ref="1", run=accepted["run"], question={"type": "score"})
        while not asked:
            assert await client.silent(0.01)
    kept = Inquiry.unpack(asked[0].pack()).kept
    assert kept is not None
    assert kept.token_ids == tuple(event["id"] for event in whole if event["type"] == "token")
    (started,) = (event for event in whole if event["type"] == "started")
    assert (kept.prompt_ids, kept.sampling.seed) == (tuple(started["prompt_ids"]), 7)


async def test_a_run_that_goes_on_is_not_stored(engine: SmallEngine) -> None:
    async with Client() as client:
        accepted = await client.start(tokens=50, pace=50)
        await client.events(until=3)
        await look()
        assert (await row(accepted["run"])).state == RunState.LIVE


async def test_a_run_is_stored_once_however_many_keep(engine: SmallEngine) -> None:
    accepted, _ = await finished()
    run = accepted["run"]
    claims = [await sync_to_async(keeping.claim)(run) for _ in range(3)]
    assert claims == [True, False, False]
    await Run.objects.filter(pk=run).aupdate(claimed=timezone.now() - timedelta(seconds=keeping.CLAIM_SECONDS + 1))
    await look()
    assert (await row(run)).state == RunState.STORED


async def test_a_run_whose_log_is_gone_is_lost_and_says_so(log: EventLog) -> None:
    run = await Run.objects.acreate(owner="ann", model="m", spec={})
    await look()
    assert (await row(run.pk)).state == RunState.LIVE  # its log may come in a moment
    await Run.objects.filter(pk=run.pk).aupdate(created=timezone.now() - timedelta(hours=1))
    await look()
    assert (await row(run.pk)).state == RunState.LOST
    async with Client() as client:
        assert (await client.ask("resume", run=run.pk))["errors"][0]["code"] == "expired"


async def test_beyond_what_a_person_may_keep_only_the_end_is_kept(engine: SmallEngine, settings: Any) -> None:
    settings.CONFIG = settings.CONFIG.model_copy(update={"kept_megabytes": 0})
    accepted, _ = await finished()
    await look()
    kept = await row(accepted["run"])
    assert (kept.state, kept.reason, kept.trace_bytes, bool(kept.trace)) == (RunState.UNKEPT, "length", 0, False)


async def test_a_deleted_run_takes_its_file_along(engine: SmallEngine, tmp_path: Any) -> None:
    accepted, _ = await finished()
    await look()
    assert len(list(tmp_path.glob("kept/traces/*/*.trace"))) == 1
    await (await row(accepted["run"])).adelete()
    assert not list(tmp_path.glob("kept/traces/*/*.trace"))


async def test_a_damaged_file_is_told_and_harms_nobody(engine: SmallEngine, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    accepted, _ = await finished()
    await look()
    (path,) = tmp_path.glob("kept/traces/*/*.trace")
    path.write_bytes(path.read_bytes()[:-20])
    forget(monkeypatch)
    async with Client() as client:
        answer = await client.ask("resume", run=accepted["run"])
        assert answer["errors"][0]["code"] == "damaged"
        assert (await client.ask("cancel", run="absent"))["errors"][0]["code"] == "not_found"  # the socket lives


async def test_a_run_begins_a_session_and_its_branches_join_it(engine: SmallEngine) -> None:
    spec = {"prompt": "Once upon\na time", "sampling": {"max_tokens": 2, "seed": 1}}
    async with Client() as client:
        first = await client.ask("start", ref="1", spec=spec)
        await client.events()
        second = await client.ask("start", ref="2", spec=spec, parent=first["run"], kind="branch")
        await client.events()
    assert second["session"] == first["session"]
    assert (await PromptSession.objects.aget(pk=first["session"])).title == "Once upon a time"
    branch = await row(second["run"])
    assert (branch.parent_id, branch.kind) == (first["run"], "branch")


@pytest.mark.parametrize("field", ["session", "parent"])
async def test_nobody_puts_runs_into_what_is_not_theirs(engine: SmallEngine, field: str) -> None:
    accepted, _ = await finished("ann")
    target = accepted["session" if field == "session" else "run"]
    async with Client("eve") as client:
        for key in (target, "absent"):
            (error,) = (await client.ask("start", ref="1", spec={"prompt": "x"}, **{field: key}))["errors"]
            assert (error["code"], error["field"]) == ("not_found", field)
    assert await Run.objects.acount() == 1


async def test_a_shared_run_may_be_read_by_others_and_no_more(engine: SmallEngine) -> None:
    accepted, whole = await finished("ann")
    run, mine = accepted["run"], PromptSession.objects.filter(pk=accepted["session"])
    async with Client("eve") as client:
        assert (await client.ask("resume", run=run))["errors"][0]["code"] == "not_found"
        await mine.aupdate(visibility=Visibility.LINK)
        await client.send("resume", run=run)
        assert await client.events() == whole
        for kind in ("cancel", "watch"):
            assert (await client.ask(kind, run=run, **({"watch": {}} if kind == "watch" else {})))["errors"][0]["code"] == "not_found"
        await mine.aupdate(expires=timezone.now() - timedelta(seconds=1))
        assert (await client.ask("resume", run=run))["errors"][0]["code"] == "not_found"
