"""Ending a run that no worker holds: cancelled while it waited, or given up by a supervisor. Torch-free."""

from __future__ import annotations

import secrets

from inference.eventlog.protocol import EventLog, StaleLease, UnknownRun
from inference.events import ErrorInfo, Finished, FinishReason, encode
from inference.runs.history import history_of

TTL_SECONDS = 5.0


def end_unheld(log: EventLog, run: str, reason: FinishReason, error: ErrorInfo | None = None) -> bool:
    """Log the last event of ``run``, unless a worker holds it or it has ended; returns whether this call did it."""
    lease = log.claim(run, f"ending-{secrets.token_hex(8)}", TTL_SECONDS)
    if lease is None:
        return False
    history = history_of(log, run)
    event = Finished(reason, None, "", error, history.usage, None, None)
    seq = history.last_seq + 1
    try:
        log.append(lease, seq, encode(event, run, seq), final=True)
    except (StaleLease, UnknownRun):
        return False
    return True
