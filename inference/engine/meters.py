"""Measured times and memory. Knows nothing of what is measured."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import numpy as np
import torch

from inference.events import Timing

now = time.monotonic


class RunClock:
    """The times of one run. Started when the person pressed Run, where that is known (``submitted_at``, unix seconds)."""

    def __init__(self, submitted_at: float | None) -> None:
        waited = 0.0 if submitted_at is None else max(0.0, time.time() - submitted_at)
        self._submitted = now() - waited
        self.tokenize = 0.0  # seconds
        self.taken_up: float | None = None
        self.preemptions = 0
        self.prefilled = 0.0
        self.tokens: list[float] = []

    @property
    def queue_ms(self) -> float:
        """Waiting only: tokenisation is counted by itself."""
        return 0.0 if self.taken_up is None else max(0.0, self.taken_up - self._submitted - self.tokenize) * 1e3

    def since_submission_ms(self, moment: float) -> float:
        return (moment - self._submitted) * 1e3

    def prefill_ms(self) -> float:
        return 0.0 if self.taken_up is None else max(0.0, self.prefilled - self.taken_up) * 1e3

    def timing(self) -> Timing | None:
        """``None`` where the run was never taken up."""
        if self.taken_up is None:
            return None
        gaps = np.diff(self.tokens) * 1e3
        decode = float(gaps.sum())
        return Timing(
            queue_ms=self.queue_ms,
            tokenize_ms=self.tokenize * 1e3,
            prefill_ms=self.prefill_ms(),
            ttft_ms=self.since_submission_ms(self.tokens[0]) if self.tokens else 0.0,
            decode_ms=decode,
            tpot_p50_ms=float(np.quantile(gaps, 0.5)) if gaps.size else 0.0,
            tpot_p95_ms=float(np.quantile(gaps, 0.95)) if gaps.size else 0.0,
            tokens_per_second=gaps.size / decode * 1e3 if decode else 0.0,
            preemptions=self.preemptions,
        )


def peak_rss_bytes() -> int:
    """The largest resident size that this process has had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def cache_limit_bytes(device: torch.device) -> int:
    """What the KV caches may take of the memory that is free now: most of a GPU, half of a machine that others use as well."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0] * 0.8)
    return int(free_bytes() * 0.5)


def free_bytes() -> int:
    """Of the machine's memory, or of what this process may have of it."""
    meminfo, limit = Path("/proc/meminfo"), Path("/sys/fs/cgroup/memory.max")
    if not meminfo.exists():
        return 8 * 1024**3  # no cheap way to ask: a laptop's worth
    fields = dict(line.split(":", 1) for line in meminfo.read_text().splitlines())
    free = int(fields["MemAvailable"].split()[0]) * 1024
    text = limit.read_text().strip() if limit.exists() else "max"
    return free if text == "max" else max(0, min(free, int(text) - int(Path("/sys/fs/cgroup/memory.current").read_text())))
