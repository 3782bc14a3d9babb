"""What every event log does, whatever keeps it."""

from __future__ import annotations

import threading
import time

import pytest

from inference.eventlog.protocol import Admission, Control, Entry, EventLog, Lease, MissingEvents, NoRoom, Share, StaleLease, UnknownRun
from inference.events import ErrorInfo
from inference.runs.ending import end_unheld

TTL = 5.0


def begun(log: EventLog, run: str = "r", events: int = 0) -> Lease:
    """A run that "worker" holds, with ``events`` entries."""
    log.create(run, b"meta", "queue", "ann")
    lease = log.claim(run, "worker", TTL)
    assert lease is not None
    for seq in range(1, events + 1):
        log.append(lease, seq, b"%d" % seq)
    return lease


def head_of(log: EventLog, run: str = "r") -> tuple[int, bool]:
    head = log.head(run)
    assert head is not None
    return head.last_seq, head.finished


def test_entries_come_back_in_order_from_any_position(log: EventLog) -> None:
    begun(log, events=5)
    assert [entry.seq for entry in log.read("r")] == [1, 2, 3, 4, 5]
    assert log.read("r", after=3) == [Entry(4, b"4"), Entry(5, b"5")]
    assert log.read("r", after=1, limit=2) == [Entry(2, b"2"), Entry(3, b"3")]
    assert log.read("r", after=5) == log.read("r", after=99) == []


def test_bytes_are_kept_exactly(log: EventLog) -> None:
    lease = begun(log)
    data = bytes(range(256)) * 50
    log.append(lease, 1, data)
    log.append(lease, 2, b"")
    assert [entry.data for entry in log.read("r")] == [data, b""]


def test_an_unknown_run_has_nothing(log: EventLog) -> None:
    assert log.head("r") is None
    assert log.meta("r") is None
    assert log.read("r") == []
    assert log.claim("r", "worker", TTL) is None
    assert log.control(["r"]) == [Control(False, None)]
    log.request_cancel("r")
    log.set_watch("r", b"w")
    assert log.head("r") is None


def test_creating_twice_leaves_the_run_as_it_is(log: EventLog) -> None:
    epoch = log.create("r", b"first", "queue", "ann")
    assert log.create("r", b"second", "queue", "ann") == epoch
    assert log.meta("r") == b"first"


def test_epochs_differ_between_runs(log: EventLog) -> None:
    assert log.create("a", b"", "queue", "ann") != log.create("b", b"", "queue", "ann")


def test_a_repeated_append_changes_nothing(log: EventLog) -> None:
    lease = begun(log, events=3)
    log.append(lease, 3, b"again")
    log.append(lease, 1, b"again")
    assert [entry.data for entry in log.read("r")] == [b"1", b"2", b"3"]


def test_a_repeated_last_append_is_harmless_after_the_run_has_ended(log: EventLog) -> None:
    lease = begun(log)
    log.append(lease, 1, b"end", final=True)
    log.append(lease, 1, b"end", final=True)
    assert log.read("r") == [Entry(1, b"end", True)]


def test_an_append_that_would_leave_a_hole_is_refused_and_says_where_the_log_ends(log: EventLog) -> None:
    lease = begun(log, events=2)
    with pytest.raises(MissingEvents) as raised:
        log.append(lease, 4, b"4")
    assert raised.value.last_seq == 2
    assert head_of(log) == (2, False)


def test_only_one_owner_holds_a_run(log: EventLog) -> None:
    begun(log)
    assert log.claim("r", "other", TTL) is None


def test_claiming_again_as_the_same_owner_gives_the_same_lease(log: EventLog) -> None:
    lease = begun(log)
    assert log.claim("r", "worker", TTL) == lease


def test_a_holder_who_has_been_replaced_is_refused(log: EventLog) -> None:
    log.create("r", b"", "queue", "ann")
    stale = log.claim("r", "slow", 0.05)
    assert stale is not None
    log.append(stale, 1, b"1")
    time.sleep(0.1)
    fresh = log.claim("r", "next", TTL)
    assert fresh is not None
    with pytest.raises(StaleLease):
        log.append(stale, 2, b"two")
    with pytest.raises(StaleLease):
        log.append(stale, 1, b"1")
    with pytest.raises(StaleLease):
        log.renew(stale)
    with pytest.raises(StaleLease):
        log.restart(stale)
    log.release(stale)
    log.append(fresh, 2, b"2")
    assert [entry.data for entry in log.read("r")] == [b"1", b"2"]


def test_a_lapsed_holder_whom_nobody_replaced_goes_on(log: EventLog) -> None:
    log.create("r", b"", "queue", "ann")
    lease = log.claim("r", "slow", 0.05)
    assert lease is not None
    time.sleep(0.1)
    log.append(lease, 1, b"1")
    assert head_of(log) == (1, False)


def test_renewing_keeps_others_out(log: EventLog) -> None:
    log.create("r", b"", "queue", "ann")
    lease = log.claim("r", "worker", 0.3)
    assert lease is not None
    for _ in range(4):
        time.sleep(0.1)
        log.renew(lease)
    assert log.claim("r", "other", TTL) is None


def test_a_released_run_is_free_at_once(log: EventLog) -> None:
    lease = begun(log, events=1)
    log.release(lease)
    assert [(lapsed.run, lapsed.queue, lapsed.claims) for lapsed in log.take_lapsed(5)] == [("r", "queue", 1)]
    assert log.claim("r", "other", TTL) is not None


def test_an_ended_run_cannot_be_claimed_or_changed(log: EventLog) -> None:
    lease = begun(log)
    log.append(lease, 1, b"end", final=True)
    assert head_of(log) == (1, True)
    assert log.claim("r", "other", TTL) is None
    with pytest.raises(StaleLease):
        log.append(lease, 2, b"more")
    log.request_cancel("r")
    assert log.control(["r"]) == [Control(False, None)]


def test_an_ended_run_is_kept_for_a_while_and_then_gone(log: EventLog) -> None:
    lease = begun(log)
    log.append(lease, 1, b"end", final=True)
    assert log.read("r") == [Entry(1, b"end", True)]
    time.sleep(0.7)
    log.create("another", b"", "queue", "ann")
    assert log.head("r") is None
    assert log.read("r") == []
    with pytest.raises(UnknownRun):
        log.append(lease, 2, b"more")


def test_restarting_drops_the_events_and_changes_the_epoch(log: EventLog) -> None:
    before = log.create("r", b"meta", "queue", "ann")
    lease = begun(log, events=3)
    epoch = log.restart(lease)
    assert epoch != before
    head = log.head("r")
    assert head is not None
    assert (head.epoch, head.last_seq) == (epoch, 0)
    log.append(lease, 1, b"anew")
    assert log.read("r") == [Entry(1, b"anew")]


def test_viewers_reach_the_holder(log: EventLog) -> None:
    begun(log, "a")
    begun(log, "b")
    log.request_cancel("a")
    log.set_watch("b", b"first")
    log.set_watch("b", b"second")
    assert log.control(["a", "b"]) == [Control(True, None), Control(False, b"second")]


def test_positions_count_the_runs_that_wait_before(log: EventLog) -> None:
    for run in ("a", "b", "c"):
        log.create(run, b"", "queue", "ann")
    log.create("elsewhere", b"", "another queue", "ann")
    positions = [head.position for run in ("a", "b", "c", "elsewhere") if (head := log.head(run))]
    assert positions == [0, 1, 2, 0]
    assert log.waiting() == 4
    log.claim("a", "worker", TTL)
    positions = [head.position for run in ("a", "b", "c") if (head := log.head(run))]
    assert positions == [None, 0, 1]
    assert log.waiting() == 3


def test_a_persons_unfinished_runs_are_counted(log: EventLog) -> None:
    lease = begun(log, "a")
    begun(log, "b")
    assert (log.active("ann"), log.active("bob")) == (2, 0)
    log.append(lease, 1, b"end", final=True)
    assert log.active("ann") == 1


def test_a_lapsed_run_is_handed_to_one_caller_until_patience_runs_out(log: EventLog) -> None:
    log.create("r", b"", "queue", "ann")
    log.claim("r", "worker", 0.05)
    assert log.take_lapsed(0.2) == []
    time.sleep(0.1)
    first, at_once = log.take_lapsed(0.2), log.take_lapsed(0.2)
    time.sleep(0.3)
    later = log.take_lapsed(0.2)
    assert [lapsed.tries for lapsed in first] == [0]
    assert at_once == []
    assert [lapsed.tries for lapsed in later] == [1]


def test_a_held_or_ended_run_does_not_lapse(log: EventLog) -> None:
    begun(log, "held")
    ended = begun(log, "ended")
    log.append(ended, 1, b"end", final=True)
    assert log.take_lapsed(5) == []


def test_workers_are_known_while_they_beat(log: EventLog) -> None:
    log.beat("one", 5)
    log.beat("two", 0.05)
    log.beat("three", 5)
    log.beat("three", 0)
    time.sleep(0.1)
    assert log.workers() == ["one"]


def test_of_many_claimers_at_once_one_wins(log: EventLog) -> None:
    log.create("r", b"", "queue", "ann")
    won: list[Lease] = []
    start = threading.Barrier(8)

    def claim(owner: str) -> None:
        start.wait()
        if lease := log.claim("r", owner, TTL):
            won.append(lease)

    threads = [threading.Thread(target=claim, args=(f"w{i}",)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_many_threads_append_to_their_runs_without_loss(log: EventLog) -> None:
    def write(run: str) -> None:
        lease = begun(log, run)
        for seq in range(1, 51):
            log.append(lease, seq, f"{run}{seq}".encode())

    threads = [threading.Thread(target=write, args=(f"run{i}",)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i in range(8):
        assert [entry.data.decode() for entry in log.read(f"run{i}")] == [f"run{i}{seq}" for seq in range(1, 51)]


def test_an_answer_is_one_final_entry_and_no_run(log: EventLog) -> None:
    log.post("box", b"answer", 5)
    log.post("box", b"the answer again", 5)
    assert log.read("box") == [Entry(1, b"the answer again", True)]
    assert log.waiting() == log.active("") == 0
    assert log.take_lapsed(1.0) == []


def test_an_answer_that_nobody_fetches_is_gone_in_time(log: EventLog) -> None:
    log.post("box", b"answer", 0.05)
    time.sleep(0.1)
    assert log.read("box") == []


def refused(log: EventLog, run: str, person: str, admission: Admission) -> tuple[str, int, str] | None:
    try:
        log.create(run, b"", "queue", person, admission)
    except NoRoom as reason:
        return reason.bound, reason.count, reason.name
    return None


def only(person: str, active: int, waiting: int, queue: int) -> Admission:
    """Counted for ``person`` alone."""
    return Admission((Share(person, active, waiting),), queue)


def within(person: str, active: int, room: Share) -> Admission:
    """Counted for ``person`` and for the ``room``."""
    return Admission((Share(person, active, 99), room), 99)


def test_a_run_that_does_not_fit_is_not_created(log: EventLog) -> None:
    for run, person in (("a", "ann"), ("b", "ann"), ("c", "bob")):
        log.create(run, b"", "queue", person)
    claimed = log.claim("a", "worker", TTL)
    assert claimed is not None
    assert refused(log, "d", "ann", only("ann", 2, 9, 9)) == ("active", 2, "ann")
    assert refused(log, "d", "ann", only("ann", 9, 1, 9)) == ("waiting", 1, "ann")
    assert refused(log, "d", "ann", only("ann", 9, 9, 2)) == ("queue", 2, "")
    assert log.head("d") is None
    assert (log.active("ann"), log.waiting()) == (2, 2)
    log.append(claimed, 1, b"", final=True)
    assert refused(log, "d", "ann", only("ann", 2, 2, 3)) is None


def test_a_run_that_exists_needs_no_room(log: EventLog) -> None:
    epoch = log.create("a", b"", "queue", "ann")
    assert log.create("a", b"", "queue", "ann", only("ann", 1, 1, 1)) == epoch


def test_of_many_that_come_at_once_exactly_as_many_get_in_as_fit(log: EventLog) -> None:
    together = threading.Barrier(16)
    answers: list[tuple[str, int, str] | None] = []

    def come(number: int) -> None:
        together.wait()
        answers.extend(refused(log, f"{number}-{n}", "ann", only("ann", 7, 99, 99)) for n in range(3))

    threads = [threading.Thread(target=come, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(None) == log.active("ann") == 7
    assert answers.count(("active", 7, "ann")) == 41


def test_of_a_class_that_comes_at_once_exactly_as_many_get_in_as_its_room_holds_and_nobody_more_than_their_own(log: EventLog) -> None:
    together = threading.Barrier(16)
    answers: list[tuple[str, int, str] | None] = []

    def come(number: int) -> None:
        together.wait()
        person = f"student {number % 8}"  # each in two tabs
        answers.extend(refused(log, f"{number}-{n}", person, within(person, 2, Share("room", 7, 99))) for n in range(3))

    threads = [threading.Thread(target=come, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    own = [log.active(f"student {number}") for number in range(8)]
    assert answers.count(None) == log.active("room") == sum(own) == 7
    assert len(answers) == 48
    assert max(own) <= 2
    assert {answer for answer in answers if answer and answer[2] == "room"} == {("active", 7, "room")}


def test_a_run_that_one_share_has_no_place_for_counts_for_none(log: EventLog) -> None:
    assert refused(log, "a", "ann", within("ann", 2, Share("room", 1, 9))) is None
    assert refused(log, "b", "bob", within("bob", 2, Share("room", 1, 9))) == ("active", 1, "room")
    assert refused(log, "b", "bob", within("bob", 2, Share("room", 9, 1))) == ("waiting", 1, "room")
    assert refused(log, "b", "ann", within("ann", 1, Share("room", 1, 1))) == ("active", 1, "ann")
    assert (log.active("bob"), log.active("ann"), log.active("room"), log.waiting()) == (0, 1, 1, 1)


def test_a_run_that_ends_gives_its_place_back_to_all_for_whom_it_counts(log: EventLog) -> None:
    room = Share("room", 1, 9)
    assert refused(log, "a", "ann", within("ann", 1, room)) is None
    assert end_unheld(log, "a", "cancelled")
    assert (log.active("ann"), log.active("room")) == (0, 0)
    assert refused(log, "b", "bob", within("bob", 1, room)) is None


def test_a_run_that_ended_without_a_worker_gives_its_place_back(log: EventLog) -> None:
    log.create("a", b"", "queue", "ann")
    assert log.claim("a", "worker", 0.01) is not None  # and is never heard of again
    while not log.take_lapsed(5.0):
        time.sleep(0.01)
    assert refused(log, "b", "ann", only("ann", 1, 9, 9)) == ("active", 1, "ann")
    assert end_unheld(log, "a", "error", ErrorInfo("worker_lost", ""))
    assert refused(log, "b", "ann", only("ann", 1, 9, 9)) is None


def test_a_bucket_gives_exactly_its_burst_however_many_ask_at_once(log: EventLog) -> None:
    together = threading.Barrier(8)
    answers: list[bool] = []

    def come() -> None:
        together.wait()
        answers.extend(log.permit("ann", 1e-6, 7) for _ in range(3))

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (answers.count(True), answers.count(False)) == (7, 17)
    assert log.permit("bob", 1e-6, 7)


def test_a_bucket_fills_again_and_holds_no_more_than_its_burst(log: EventLog) -> None:
    while log.permit("ann", 5, 2):
        pass
    time.sleep(1.5)
    begun = time.monotonic()
    gained = [log.permit("ann", 5, 2) for _ in range(20)]
    assert gained[:2] == [True, True]
    assert gained.count(True) <= 2 + 5 * (time.monotonic() - begun)
