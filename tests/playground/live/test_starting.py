"""What one press of Run costs the database: the number of statements, those that begin and end a transaction included."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inference.eventlog.protocol import EventLog
from inference.spec import RunSpec, SamplingParams
from playground.live import starting
from playground.live.limits import Buckets
from playground.quotas import services as quotas
from playground.runs.services import NEW_WORK, Place

SPEC = RunSpec(prompt="Once", sampling=SamplingParams(max_tokens=3))
FREE = starting.Limits(Buckets(rate=1000, burst=1000))  # how fast somebody starts is counted for the site, and not here


def statements(place: Place = NEW_WORK, limits: starting.Limits = FREE) -> tuple[int, starting.StartedRun]:
    with CaptureQueriesContext(connection) as captured:
        started = starting.start_run("ann", SPEC, place, limits)
    return len(captured.captured_queries), started


@pytest.mark.django_db
def test_a_start_asks_the_database_for_nothing_twice(log: EventLog) -> None:
    statements()  # fills what is read once: the word lists of the site
    first, started = statements()
    # which model is the default one, the model, the lists' age, the limits; begin, session, run; savepoint, day, its tokens, hold, release; end
    assert first == 13
    branch, _ = statements(Place(started.session, started.run, "branch"))
    assert branch == 15  # parent and session are read, the session is touched and not made
    room = quotas.Share("room-1", quotas.Allowance(9, 9, None), "room")
    both = starting.Limits(FREE.starts, others=(room,))
    statements(limits=both)  # its day begins
    assert statements(limits=both)[0] == 14  # which days have begun, and both days as one
