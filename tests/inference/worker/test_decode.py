"""What a worker does with a run, whatever happens to the run, the worker or the log."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from inference.engine.errors import ModelError
from inference.eventlog.memory import MemoryLog
from inference.eventlog.protocol import Lease, MissingEvents, UnknownRun
from inference.events import Event, Finished, Loading, Prefilled, Resumed, Started, Token, decode
from inference.runs.job import Job
from inference.sources import SourceError
from inference.spec import ModelSource, RunSpec, SamplingParams, Watch
from inference.worker.care import Care
from inference.worker.decode import Decoder
from tests.inference.worker.engine import SmallEngines, token_at

SOURCE = ModelSource(name="small", source="small")
SEED = 7
LEASE_SECONDS = 0.6


class Bench:
    """One log and the parts of one worker."""

    def __init__(self, log: MemoryLog, engines: SmallEngines) -> None:
        self.log = log
        self.engines = engines
        self.care = Care(log, "worker")
        self.decoder = Decoder(log, engines, self.care, lease_seconds=LEASE_SECONDS)
        self.care.start()

    def create(self, run: str = "r", *, tokens: int = 20, pace: float | None = None, given: Sequence[int] = ()) -> None:
        sampling = SamplingParams(seed=SEED, max_tokens=tokens)
        spec = RunSpec(prompt="p", sampling=sampling, max_tokens_per_second=pace, output_token_ids=tuple(given))
        job = Job(spec=spec, source=SOURCE, submitted_at=time.time(), queue="q", person="ann")
        self.log.create(run, job.pack(), "q", "ann")

    def decode_aside(self, run: str = "r") -> threading.Thread:
        thread = threading.Thread(target=self.decoder.decode, args=(run,))
        thread.start()
        return thread

    def events(self, run: str = "r") -> list[Event]:
        return [decode(entry.data).event for entry in self.log.read(run, limit=10_000)]

    def tokens(self, run: str = "r") -> list[int]:
        return [event.id for event in self.events(run) if isinstance(event, Token)]

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 5
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.01)


@pytest.fixture
def bench() -> Iterator[Bench]:
    built = Bench(MemoryLog(), SmallEngines())
    yield built
    built.care.end()
    built.engines.engine.close()


def expected(tokens: int) -> list[int]:
    return [token_at(SEED, step) for step in range(tokens)]


def kinds(events: list[Event]) -> list[str]:
    return [event.type for event in events]


def test_a_run_is_logged_from_loading_to_its_end(bench: Bench) -> None:
    bench.create(tokens=3)
    bench.decoder.decode("r")
    assert kinds(bench.events()) == ["loading", "loading", "started", "prefilled", "token", "token", "token", "finished"]
    assert bench.tokens() == expected(3)
    head = bench.log.head("r")
    assert head is not None
    assert head.finished


def test_events_carry_their_run_and_number(bench: Bench) -> None:
    bench.create(tokens=3)
    bench.decoder.decode("r")
    logged = [decode(entry.data) for entry in bench.log.read("r")]
    assert [(one.run, one.seq) for one in logged] == [("r", seq) for seq in range(1, len(logged) + 1)]


def test_a_task_delivered_twice_decodes_once(bench: Bench) -> None:
    bench.create(tokens=20, pace=200)
    threads = [bench.decode_aside() for _ in range(3)]
    for thread in threads:
        thread.join()
    bench.decoder.decode("r")
    assert bench.tokens() == expected(20)
    assert len(bench.engines.engine.handles) == 1


def test_an_unknown_run_is_left_alone(bench: Bench) -> None:
    bench.decoder.decode("nothing")
    assert bench.engines.engine.handles == []


def test_another_worker_goes_on_where_the_log_ends(bench: Bench) -> None:
    bench.create(tokens=20)
    bench.decoder.decode("r")
    cut = bench.log.read("r", limit=9)  # loading x 2, started, prefilled, 5 tokens
    second = MemoryLog()
    second.create("r", bench.log.meta("r") or b"", "q", "ann")
    dead = second.claim("r", "dead worker", 0.01)
    assert dead is not None
    for entry in cut:
        second.append(dead, entry.seq, entry.data)
    time.sleep(0.05)
    other = Bench(second, SmallEngines())
    other.decoder.decode("r")
    events = other.events()
    assert other.tokens() == expected(20)
    assert [event.step for event in events if isinstance(event, Resumed)] == [5]
    assert sum(isinstance(event, Started) for event in events) == 1
    other.care.end()


def test_a_run_that_began_with_tokens_counts_them_wherever_it_is_taken_up(bench: Bench) -> None:
    bench.create(tokens=20, given=expected(8))
    bench.decoder.decode("r")
    assert bench.tokens() == expected(20)[8:]
    meta, cut = bench.log.meta("r") or b"", bench.log.read("r", limit=7)  # loading x 2, started, prefilled, 3 tokens
    for cancelled in (False, True):
        second = MemoryLog()
        second.create("r", meta, "q", "ann")
        dead = second.claim("r", "dead worker", 0.01)
        assert dead is not None
        for entry in cut:
            second.append(dead, entry.seq, entry.data)
        second.release(dead)
        if cancelled:
            second.request_cancel("r")
        other = Bench(second, SmallEngines())
        other.decoder.decode("r")
        last = other.events()[-1]
        assert isinstance(last, Finished)
        assert [event.step for event in other.events() if isinstance(event, Resumed)] == ([] if cancelled else [11])
        assert (last.reason, last.usage.completion_tokens) == (("cancelled", 11) if cancelled else ("length", 20))
        other.care.end()


def test_a_run_that_never_started_starts_afresh(bench: Bench) -> None:
    bench.create(tokens=3)
    dead = bench.log.claim("r", "dead worker", 0.01)
    assert dead is not None
    time.sleep(0.05)
    bench.decoder.decode("r")
    assert bench.engines.engine.handles[0].resumed_with is None
    assert bench.tokens() == expected(3)


def test_cancel_ends_a_paced_run_between_two_steps(bench: Bench) -> None:
    bench.create(tokens=1000, pace=2)
    thread = bench.decode_aside()
    bench.until(lambda: bool(bench.tokens()))
    asked = time.monotonic()
    bench.log.request_cancel("r")
    thread.join()
    last = bench.events()[-1]
    assert isinstance(last, Finished)
    assert last.reason == "cancelled"
    assert time.monotonic() - asked < 0.4  # the next token was due later


def test_a_run_cancelled_while_it_waited_is_not_decoded(bench: Bench) -> None:
    bench.create()
    bench.log.request_cancel("r")
    bench.decoder.decode("r")
    assert kinds(bench.events()) == ["finished"]
    assert bench.engines.engine.handles == []


def test_what_viewers_want_to_see_reaches_the_engine(bench: Bench) -> None:
    bench.create(tokens=1000, pace=20)
    thread = bench.decode_aside()
    bench.until(lambda: bool(bench.tokens()))
    watch = Watch(top_n=5, attention="all")
    bench.log.set_watch("r", watch.model_dump_json().encode())
    bench.until(lambda: bench.engines.engine.handles[0].watched == [watch])
    bench.log.request_cancel("r")
    thread.join()


def test_a_watch_set_before_the_run_was_taken_up_counts(bench: Bench) -> None:
    bench.create(tokens=3)
    watch = Watch(top_n=0, attention="off")
    bench.log.set_watch("r", watch.model_dump_json().encode())
    bench.decoder.decode("r")
    assert bench.engines.engine.handles[0].watched == [watch]


def test_the_lease_is_held_through_a_silence_longer_than_it_lasts(bench: Bench) -> None:
    bench.engines.load_seconds = 3 * LEASE_SECONDS
    bench.create(tokens=3)
    thread = bench.decode_aside()
    for _ in range(10):
        time.sleep(LEASE_SECONDS / 4)
        assert bench.log.take_lapsed(1) == []
    thread.join()
    assert bench.tokens() == expected(3)


def test_a_worker_that_was_taken_for_dead_logs_nothing_more(bench: Bench) -> None:
    bench.create(tokens=1000, pace=50)
    thread = bench.decode_aside()
    bench.until(lambda: len(bench.tokens()) >= 3)
    bench.log._runs["r"].until = 0  # as if it had been stopped for longer than its lease
    other = bench.log.claim("r", "another worker", 5)
    assert other is not None
    thread.join()
    end = bench.log.head("r")
    time.sleep(0.1)
    assert bench.log.head("r") == end
    assert bench.engines.engine.handles[0].cancelled.is_set()


def test_draining_hands_running_runs_over_at_once(bench: Bench) -> None:
    bench.create(tokens=1000, pace=50)
    thread = bench.decode_aside()
    bench.until(lambda: len(bench.tokens()) >= 3)
    bench.care.drain()
    thread.join()
    assert not any(isinstance(event, Finished) for event in bench.events())
    assert [lapsed.run for lapsed in bench.log.take_lapsed(5)] == ["r"]
    bench.decoder.decode("r")
    assert len(bench.engines.engine.handles) == 1  # takes no new work


def test_a_model_that_cannot_be_loaded_ends_the_run_with_its_reason() -> None:
    bench = Bench(MemoryLog(), SmallEngines(failure=ModelError("pickle_only", "weights must be safetensors")))
    bench.create()
    bench.decoder.decode("r")
    events = bench.events()
    assert kinds(events) == ["loading", "finished"]
    assert isinstance(events[-1], Finished)
    assert events[-1].error
    assert (events[-1].error.code, events[-1].error.message) == ("pickle_only", "weights must be safetensors")


def test_a_model_whose_files_are_gone_is_said_to_be_unavailable() -> None:
    bench = Bench(MemoryLog(), SmallEngines(failure=SourceError("source: '/secret/path' is not a folder")))
    bench.create()
    bench.decoder.decode("r")
    last = bench.events()[-1]
    assert isinstance(last, Finished)
    assert last.error
    assert (last.error.code, last.error.field) == ("model_unavailable", "model")
    assert "/secret" not in last.error.message


def test_any_other_failure_ends_the_run_without_telling_its_secrets() -> None:
    bench = Bench(MemoryLog(), SmallEngines(failure=RuntimeError("/secret/path")))
    bench.create()
    bench.decoder.decode("r")
    last = bench.events()[-1]
    assert isinstance(last, Finished)
    assert last.error
    assert last.error.code == "internal"
    assert "/secret" not in last.error.message


class Forgetful(MemoryLog):
    """Loses the end of a run's history once, as a server does that was killed before it had flushed."""

    def __init__(self, at: int, keep: int | None) -> None:
        super().__init__()
        self.at, self.keep = at, keep

    def append(self, lease: Lease, seq: int, data: bytes, *, final: bool = False) -> None:
        if seq == self.at:
            self.at = -1
            if self.keep is None:
                del self._runs[lease.run]
                raise UnknownRun(lease.run)
            entries = self.read(lease.run, limit=self.keep)
            self._runs[lease.run].store.clear("")
            for entry in entries:
                super().append(lease, entry.seq, entry.data)
            raise MissingEvents(self.keep)
        super().append(lease, seq, data, final=final)


def test_appends_that_a_server_lost_are_repeated_as_they_were() -> None:
    bench = Bench(Forgetful(at=15, keep=6), SmallEngines())
    bench.create(tokens=20)
    epoch = bench.log.head("r")
    bench.decoder.decode("r")
    assert bench.tokens() == expected(20)
    assert not any(isinstance(event, Resumed) for event in bench.events())
    head = bench.log.head("r")
    assert epoch
    assert head
    assert head.epoch == epoch.epoch


def test_a_run_whose_history_is_gone_begins_again_as_another_epoch() -> None:
    bench = Bench(Forgetful(at=15, keep=None), SmallEngines())
    bench.create(tokens=20)
    before = bench.log.head("r")
    bench.decoder.decode("r")
    after = bench.log.head("r")
    assert bench.tokens() == expected(20)
    assert before
    assert after
    assert after.epoch != before.epoch


def test_more_loss_than_can_be_repeated_begins_again_as_another_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference.worker.writer.KEPT_EVENTS", 4)
    bench = Bench(Forgetful(at=15, keep=6), SmallEngines())
    bench.create(tokens=20)
    before = bench.log.head("r")
    bench.decoder.decode("r")
    after = bench.log.head("r")
    assert bench.tokens() == expected(20)
    assert before
    assert after
    assert after.epoch != before.epoch


def test_many_runs_decode_at_once(bench: Bench) -> None:
    runs = [f"run{i}" for i in range(20)]
    for run in runs:
        bench.create(run, tokens=30, pace=200)
    threads = [bench.decode_aside(run) for run in runs]
    for thread in threads:
        thread.join()
    assert all(bench.tokens(run) == expected(30) for run in runs)


def test_workers_say_that_they_are_alive(bench: Bench) -> None:
    assert bench.log.workers() == ["worker"]
    bench.care.end()
    assert bench.log.workers() == []


def test_loading_is_told_to_every_run_that_waits_for_it(bench: Bench) -> None:
    bench.engines.load_seconds = 0.2
    bench.create("a", tokens=1)
    bench.decoder.decode("a")
    assert [event.fraction for event in bench.events("a") if isinstance(event, Loading)] == [0.0, 1.0]
    assert any(isinstance(event, Prefilled) for event in bench.events("a"))
