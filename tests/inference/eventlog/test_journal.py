"""What a journal folder brings back after the process that wrote it was killed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from inference.eventlog.memory import MemoryLog
from inference.eventlog.protocol import Admission, Control, Entry, Share
from inference.eventlog.store import RECENT_BYTES, FileStore
from tests.inference.eventlog.test_log import begun, head_of


def the_file(folder: Path) -> Path:
    (path,) = folder.glob("*.run")
    return path


def test_an_unfinished_run_comes_back_and_has_lapsed(tmp_path: Path) -> None:
    before = MemoryLog(tmp_path)
    begun(before, events=3)
    after = MemoryLog(tmp_path)
    assert after.read("r") == [Entry(1, b"1"), Entry(2, b"2"), Entry(3, b"3")]
    assert after.meta("r") == b"meta"
    assert after.head("r") == before.head("r")
    assert [lapsed.run for lapsed in after.take_lapsed(5)] == ["r"]


def test_a_finished_run_comes_back_finished(tmp_path: Path) -> None:
    before = MemoryLog(tmp_path)
    before.append(begun(before), 1, b"end", final=True)
    after = MemoryLog(tmp_path)
    assert after.read("r") == [Entry(1, b"end", True)]
    assert head_of(after) == (1, True)
    assert after.take_lapsed(5) == []


def test_a_run_that_came_back_goes_on(tmp_path: Path) -> None:
    begun(MemoryLog(tmp_path), events=2)
    second = MemoryLog(tmp_path)
    lease = second.claim("r", "next", 5)
    assert lease is not None
    second.append(lease, 3, b"3", final=True)
    assert [entry.data for entry in MemoryLog(tmp_path).read("r")] == [b"1", b"2", b"3"]


def test_what_viewers_asked_for_comes_back(tmp_path: Path) -> None:
    before = MemoryLog(tmp_path)
    before.create("r", b"", "queue", "ann")
    before.set_watch("r", b"w")
    before.request_cancel("r")
    assert MemoryLog(tmp_path).control(["r"]) == [Control(True, b"w")]


def test_waiting_runs_come_back_in_their_order(tmp_path: Path) -> None:
    before = MemoryLog(tmp_path)
    for run in ("first", "second", "third"):
        before.create(run, b"", "queue", "ann")
        time.sleep(0.02)
    after = MemoryLog(tmp_path)
    assert [head.position for run in ("first", "second", "third") if (head := after.head(run))] == [0, 1, 2]


def test_a_run_that_came_back_counts_for_all_for_whom_it_did(tmp_path: Path) -> None:
    MemoryLog(tmp_path).create("r", b"", "queue", "ann", Admission((Share("ann", 1, 1), Share("room", 1, 1)), 9))
    after = MemoryLog(tmp_path)
    assert (after.active("ann"), after.active("room"), after.active("bob")) == (1, 1, 0)


def test_a_restart_comes_back_with_its_epoch(tmp_path: Path) -> None:
    before = MemoryLog(tmp_path)
    lease = begun(before, events=3)
    epoch = before.restart(lease)
    before.append(lease, 1, b"anew")
    after = MemoryLog(tmp_path)
    head = after.head("r")
    assert head is not None
    assert head.epoch == epoch
    assert after.read("r") == [Entry(1, b"anew")]


@pytest.mark.parametrize("cut", range(1, 41))
def test_a_torn_last_record_is_cut_off(tmp_path: Path, cut: int) -> None:
    begun(MemoryLog(tmp_path), events=3)
    path = the_file(tmp_path)
    os.truncate(path, path.stat().st_size - cut)
    after = MemoryLog(tmp_path)
    assert [entry.data for entry in after.read("r")] == ([b"1", b"2"] if cut <= 20 else [b"1"])  # a record has 20 bytes
    lease = after.claim("r", "next", 5)
    assert lease is not None
    last, _ = head_of(after)
    after.append(lease, last + 1, b"next")
    assert MemoryLog(tmp_path).read("r") == after.read("r")


def test_a_file_that_does_not_say_which_run_it_is_goes(tmp_path: Path) -> None:
    (tmp_path / "x.run").write_bytes(b"\x00\x00\x00\x05garbage")
    MemoryLog(tmp_path)
    assert list(tmp_path.glob("*.run")) == []


def test_files_whose_time_is_over_go(tmp_path: Path) -> None:
    begun(MemoryLog(tmp_path), events=1)
    old = time.time() - 4000
    os.utime(the_file(tmp_path), (old, old))
    after = MemoryLog(tmp_path)
    assert after.head("r") is None
    assert list(tmp_path.glob("*.run")) == []


def test_an_expired_run_takes_its_file_with_it(tmp_path: Path) -> None:
    log = MemoryLog(tmp_path, ttl_seconds=0.05)
    log.append(begun(log), 1, b"end", final=True)
    time.sleep(0.1)
    log.create("another", b"", "queue", "ann")
    assert log.head("r") is None
    assert len(list(tmp_path.glob("*.run"))) == 1


def test_memory_stays_bounded_while_a_long_run_is_read_from_its_beginning(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "long.run")
    data = b"x" * 10_000
    for seq in range(1, 201):
        store.append(Entry(seq, data))
    assert store.size <= RECENT_BYTES
    assert [entry.seq for entry in store.slice(0, 500)] == list(range(1, 201))
    assert [entry.seq for entry in store.slice(170, 10)] == list(range(171, 181))


def held_open(folder: Path) -> list[str]:
    held = [os.readlink(link) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return [path for path in held if path.startswith(str(folder))]


def test_ended_runs_hold_no_file_open(tmp_path: Path) -> None:
    log = MemoryLog(tmp_path)
    for name in "abcde":
        log.append(begun(log, name), 1, b"end", final=True)
        assert log.read(name) == [Entry(1, b"end", True)]
    assert held_open(tmp_path) == []


def test_waiting_runs_hold_no_file_open(tmp_path: Path) -> None:
    for log in (MemoryLog(tmp_path), MemoryLog(tmp_path)):  # created, and loaded
        for name in "abcde":
            log.create(name, b"meta", "queue", "ann")
        assert held_open(tmp_path) == []


def test_a_full_disk_loses_nothing_while_the_process_lives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = MemoryLog(tmp_path)
    lease = begun(log, events=2)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    for seq in range(3, 6):
        log.append(lease, seq, b"%d" % seq)
    log.append(lease, 6, b"end", final=True)
    assert [entry.data for entry in log.read("r")] == [b"1", b"2", b"3", b"4", b"5", b"end"]
    assert [entry.data for entry in log.read("r", 3, 2)] == [b"4", b"5"]


def test_ended_runs_leave_early_when_entries_take_too_much_memory() -> None:
    log = MemoryLog(limit_bytes=1000)
    for name in ("old", "new"):
        log.append(begun(log, name), 1, b"x" * 800, final=True)
        time.sleep(0.01)
    begun(log, "going", events=1)
    assert log.head("old") is None
    assert log.head("new") is not None
