"""Questions about a run: who may ask, what is refused, how the answer comes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import msgpack
import pytest

from inference.eventlog.protocol import EventLog
from inference.events import ErrorInfo
from inference.questions import Reading
from inference.runs.inquiry import Inquiry, Kept
from inference.spec import ModelSource, SamplingParams
from inference.worker.answer import Answerer, EndedRuns
from playground.live import asking
from playground.live.consumers import MAX_QUESTIONS
from playground.live.limits import Buckets
from playground.live.protocol import Answered, Refused, pack
from tests.inference.worker.engine import SmallEngine, SmallEngines
from tests.playground.live.client import Client

SCORE = {"type": "score"}


@pytest.fixture
def asked(engine: SmallEngine, log: EventLog, monkeypatch: pytest.MonkeyPatch) -> list[Inquiry]:
    """What reaches the workers, who do not answer by themselves."""
    found: list[Inquiry] = []
    monkeypatch.setattr(asking, "enqueue", found.append)
    monkeypatch.setattr(asking, "asks", Buckets(rate=1000, burst=1000))
    return found


def answering(log: EventLog, answer: Callable[[Inquiry], bytes], seconds: float = 0.0) -> Callable[[Inquiry], None]:
    def post(inquiry: Inquiry) -> None:
        time.sleep(seconds)
        log.post(inquiry.box, answer(inquiry), 5)

    return lambda inquiry: threading.Thread(target=post, args=(inquiry,)).start()


async def finished(client: Client) -> str:
    run: str = (await client.start())["run"]
    await client.events()
    return run


async def test_the_answer_comes_under_the_askers_name(asked: list[Inquiry], log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "enqueue", answering(log, lambda inquiry: inquiry.answered(Reading([], 1.5, 2.5))))
    async with Client() as client:
        run = await finished(client)
        answer = await client.ask("ask", ref="mine", run=run, question=SCORE)
    assert answer == {"type": "answer", "ref": "mine", "run": run, "answer": {"type": "reading", "tokens": [], "perplexity": 1.5, "bits_per_byte": 2.5}}


async def test_what_a_worker_packs_is_what_the_protocol_says() -> None:
    inquiry = Inquiry(box="b", run="r", ref="1", question={"type": "score"})  # type: ignore[arg-type]
    error, reading = ErrorInfo("code", "message", "field"), Reading([], 1.0, 2.0)
    assert inquiry.refused(error) == pack(Refused("1", "r", [error]))
    frame = msgpack.unpackb(inquiry.answered(reading))
    assert frame.pop("answer").pop("type") == "reading"
    assert frame == {key: value for key, value in msgpack.unpackb(pack(Answered("1", "r", reading))).items() if key != "answer"}


async def test_a_question_travels_whole(asked: list[Inquiry]) -> None:
    question = {"type": "what_if", "sampling": {"temperature": 0.5, "logit_bias": {"7": 1.0}}}
    async with Client() as client:
        run = await finished(client)
        await client.send("ask", ref="1", run=run, question=question, sample=2)
        while not asked:
            assert await client.silent(0.01)
    (inquiry,) = asked
    assert Inquiry.unpack(inquiry.pack()) == inquiry
    assert (inquiry.run, inquiry.ref, inquiry.sample, inquiry.question.type) == (run, "1", 2, "what_if")


async def test_answers_need_not_come_in_order_and_hold_nothing_up(asked: list[Inquiry], log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    delays = {"slow": 0.5, "quick": 0.0}
    monkeypatch.setattr(asking, "enqueue", lambda inquiry: answering(log, lambda one: one.refused(ErrorInfo("x", one.ref)), delays[inquiry.ref])(inquiry))
    async with Client() as client:
        run = await finished(client)
        await client.send("ask", ref="slow", run=run, question=SCORE)
        await client.send("ask", ref="quick", run=run, question=SCORE)
        await client.send("resume", run=run)
        kinds = [(await client.receive())["type"]]
        refs: list[str] = []
        while len(refs) < 2:
            message = await client.receive()
            kinds.append(message["type"])
            if message["type"] == "error":
                refs.append(message["ref"])
            elif "seq" in message:
                await client.send("ack", run=run, seq=message["seq"])
    assert refs == ["quick", "slow"]
    assert "recovered" in kinds


async def test_a_foreign_run_and_an_absent_one_are_answered_alike(asked: list[Inquiry]) -> None:
    async with Client("ann") as ann, Client("bob") as bob:
        run = await finished(ann)
        answers = [await bob.ask("ask", ref="1", run=name, question=SCORE) for name in (run, "x" * len(run))]
    assert {answer["errors"][0]["code"] for answer in answers} == {"not_found"}
    assert asked == []


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({"type": "what_if", "sampling": {"temperature": -1.0}}, "question.sampling.temperature"),
        ({"type": "lens", "first": 0}, "question.first"),
        ({"type": "attention", "maps": []}, "question.maps"),
        ({"type": "attention", "maps": [[-3, 0]]}, "question.maps.0.0"),
        ({"type": "attribution", "position": 0}, "question.position"),
        ({"type": "attribution", "position": 3, "steps": 257}, "question.steps"),
        ({"type": "head", "position": 1, "layer": 0}, "question.head"),
        ({"type": "divergence"}, "question.sampling"),
        ({"type": "divergence", "model": "absent"}, "question.model"),
        ({"type": "guess"}, "question"),
        ({"type": "score", "more": 1}, "question.more"),
        (None, "question"),
    ],
)
async def test_a_bad_question_is_refused_at_its_field(asked: list[Inquiry], question: Any, field: str) -> None:
    async with Client() as client:
        run = await finished(client)
        answer = await client.ask("ask", ref="1", run=run, question=question)
    assert (answer["type"], answer["ref"], answer["errors"][0]["field"]) == ("error", "1", field)
    assert asked == []


async def test_only_so_many_questions_may_wait(asked: list[Inquiry]) -> None:
    async with Client() as client:
        run = await finished(client)
        for n in range(MAX_QUESTIONS + 1):
            await client.send("ask", ref=str(n), run=run, question=SCORE)
        answer = await client.receive()
    assert (answer["ref"], answer["errors"][0]["code"]) == (str(MAX_QUESTIONS), "too_many_questions")


async def test_too_many_questions_in_a_row_are_refused(asked: list[Inquiry], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "asks", Buckets(rate=0.001, burst=1))
    async with Client() as client:
        run = await finished(client)
        await client.send("ask", ref="1", run=run, question=SCORE)
        assert (await client.ask("ask", ref="2", run=run, question=SCORE))["errors"][0]["code"] == "rate_limited"


async def test_a_question_that_nobody_answers_is_given_up(asked: list[Inquiry], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ANSWER_SECONDS", 0.1)
    async with Client() as client:
        run = await finished(client)
        assert (await client.ask("ask", ref="1", run=run, question=SCORE))["errors"][0]["code"] == "no_answer"


async def test_where_no_worker_lives_that_is_said_at_once(log: EventLog) -> None:
    async with Client() as client:
        run = (await client.start())["run"]
        assert (await client.ask("ask", ref="1", run=run, question=SCORE))["errors"][0]["code"] == "no_worker"


async def test_a_run_that_has_not_begun_or_is_no_longer_kept_says_so(log: EventLog) -> None:
    async with Client() as client:
        run = (await client.start())["run"]
    answerer = Answerer(log, SmallEngines())
    for box, name in (("one", run), ("other", "gone")):
        answerer.answer(Inquiry(box=box, run=name, ref="1", question={"type": "score"}))  # type: ignore[arg-type]
    codes = [msgpack.unpackb(log.read(box)[0].data)["errors"][0]["code"] for box in ("one", "other")]
    assert codes == ["not_started", "expired"]


async def test_an_ended_run_is_read_from_the_log_for_its_first_question_only(engine: SmallEngine, log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Client() as client:
        run = await finished(client)
    answerer = Answerer(log, SmallEngines())
    kept = [answerer._kept(Inquiry(box="one", run=run, ref="1", question=SCORE))]  # type: ignore[arg-type]
    monkeypatch.setattr(log, "read", None)  # it would raise
    kept.append(answerer._kept(Inquiry(box="two", run=run, ref="2", question=SCORE)))  # type: ignore[arg-type]
    assert kept[0] == kept[1]
    assert len(kept[0].token_ids) > 0


def test_what_is_kept_of_ended_runs_is_bounded() -> None:
    runs = EndedRuns(2)
    kept = Kept(source=ModelSource(name="small", source="small"), sampling=SamplingParams(), prompt_ids=(1,), token_ids=(2,))
    for name in ("a", "b", "c"):
        runs.keep((name, "epoch", 0), kept)
    assert runs.get(("a", "epoch", 0)) is None
    assert [runs.get((name, "epoch", 0)) for name in ("b", "c")] == [kept, kept]
