"""Appends events to many runs at a steady rate, as workers would; with ``--fd`` it also is the web process, as in embedded mode.

Talks to ``benchmarks.delivery``: prints the runs' ids, waits for a line, appends, prints how far behind it fell. An event holds the
time of its append on the machine's monotonic clock, which all processes share.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time

import django
import msgpack

django.setup()

from inference.eventlog import scripts  # noqa: E402  (Django's settings come first)
from inference.eventlog.protocol import EventLog, Lease  # noqa: E402
from inference.eventlog.redis import PREFIX, RedisLog  # noqa: E402
from inference.spec import RunSpec  # noqa: E402
from playground.live.log import event_log  # noqa: E402
from playground.ops.server import serve  # noqa: E402
from playground.runs import services as runs  # noqa: E402

LEASE_SECONDS = 600
SLICE = 10  # runs that get their events at the same moment


def main() -> None:
    options = _options()
    sys.setswitchinterval(0.001)
    if options.fd is None:
        append(options)
        return
    from playground.ops import embedded  # noqa: F401  (the same process set-up as embedded mode)

    threading.Thread(target=append, args=(options,), daemon=True).start()
    serve(f"fd:fileno={options.fd}", lambda: None)
    os._exit(0)


def append(options: argparse.Namespace) -> None:
    log = event_log()
    leases = [begin(log, options.person) for _ in range(options.runs)]
    print(json.dumps([lease.run for lease in leases]), flush=True)
    sys.stdin.readline()
    padding = b"x" * options.size
    started, behind = time.monotonic(), 0.0
    slices = [leases[first : first + SLICE] for first in range(0, len(leases), SLICE)]
    for seq in range(1, round(options.rate * options.seconds) + 1):
        for place, some in enumerate(slices):
            # Spread over the period, as runs that know nothing of each other are
            due = started + (seq + place / len(slices)) / options.rate
            now = time.monotonic()
            behind = max(behind, now - due)
            if due > now:
                time.sleep(due - now)
            append_all(log, some, seq, padding)
    print(json.dumps({"behind_ms": behind * 1000}), flush=True)


def append_all(log: EventLog, leases: list[Lease], seq: int, padding: bytes) -> None:
    """One event for each run. To Redis in one round trip, as this one process stands for many workers."""
    events = [msgpack.packb({"type": "token", "run": lease.run, "seq": seq, "at": time.monotonic_ns(), "padding": padding}) for lease in leases]
    if not isinstance(log, RedisLog):
        for lease, event in zip(leases, events, strict=True):
            log.append(lease, seq, event)
        return
    script, pipe = log._redis.register_script(scripts.APPEND), log._redis.pipeline(transaction=False)
    for lease, event in zip(leases, events, strict=True):
        script(keys=[PREFIX], args=[lease.run, lease.token, LEASE_SECONDS * 1000, seq, event, 0, 3_600_000], client=pipe)
    states = pipe.execute()
    assert all(state[0] == b"ok" for state in states), states


def begin(log: EventLog, person: str) -> Lease:
    run = runs.create_run(person, RunSpec.model_validate({"prompt": "p"}), "none").pk
    log.create(run, b"", "benchmark", person)
    lease = log.claim(run, "benchmark", LEASE_SECONDS)
    assert lease is not None
    return lease


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--person", required=True)
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True, help="events a second and run")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--size", type=int, default=3000, help="bytes an event")
    parser.add_argument("--fd", type=int, help="serve on this inherited socket")
    return parser.parse_args()


if __name__ == "__main__":
    main()
