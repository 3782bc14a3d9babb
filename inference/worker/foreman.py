"""Does what operators order: loads a model, tries it, lets it go. Knows nothing of Celery or of the panel."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from typing import Any

from inference.eventlog.protocol import EventLog, LogUnavailable
from inference.events import Finished, Token
from inference.runs.order import REPORT_SECONDS, Facts, Order, Report, release_box
from inference.spec import ModelSource, RunSpec, SamplingParams, Watch
from inference.worker.models import Models
from inference.worker.refusals import error_info

SAMPLE_PROMPT = "Once upon a time"
SAMPLE_TOKENS = 32
TELL_SECONDS = 0.2  # a report at most so often
LOOK_SECONDS = 0.5

logger = logging.getLogger(__name__)


class Foreman:
    """``worker`` is the name that reports are signed with."""

    def __init__(self, log: EventLog, models: Models, worker: str) -> None:
        self._log, self._models, self._worker = log, models, worker
        self._seen: dict[ModelSource, bytes | None] = {}  # the last release of each model in memory that was there, or was obeyed
        self._ended = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._go, name="foreman", daemon=True).start()

    def stop(self) -> None:
        self._ended.set()

    def do(self, order: Order) -> None:
        """Carry ``order`` out, reporting as it goes; the last report says how it ended."""
        began = time.monotonic()

        def post(report: Report) -> None:
            spent = report.model_copy(update={"seconds": time.monotonic() - began})
            self._log.post(order.box, spent.pack(), REPORT_SECONDS)

        try:
            post(Report(state="done", worker=self._worker, fraction=1.0, facts=self._done(order, post)))
        except Exception as error:
            info = error_info(error)
            if info.code == "internal":
                logger.exception("an order failed")
            post(Report(state="failed", worker=self._worker, error=info.message))

    def _done(self, order: Order, post: Any) -> Facts:
        told = 0.0

        def on_load(fraction: float) -> None:
            nonlocal told
            if time.monotonic() - told > TELL_SECONDS:
                told = time.monotonic()
                post(Report(state="loading", worker=self._worker, fraction=fraction))

        asked = self._latest(order.source)
        engine: Any = self._models.get(order.source, on_load)
        self._seen[order.source] = asked  # a release from before this order, that waited for the end of a run, is not meant any more
        if order.action == "load":
            return _facts(engine)
        post(Report(state="measuring", worker=self._worker, fraction=1.0))
        return _tried(engine)

    def _go(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            with suppress(LogUnavailable):
                self._look()

    def _look(self) -> None:
        """Let go what operators want out of memory, once it has no work. A release that is older than the loading is not meant."""
        held = self._models.held()
        self._seen = {source: seen for source, seen in self._seen.items() if source in held}
        for source in held:
            found = self._latest(source)
            if found == self._seen.setdefault(source, found) or found is None:
                continue
            if self._models.release(source):
                logger.info("let %s go", source.name)
                self._seen.pop(source, None)
                self._log.post(found.decode(), Report(state="done", worker=self._worker).pack(), REPORT_SECONDS)

    def _latest(self, source: ModelSource) -> bytes | None:
        """The box for the report of the last release of ``source``."""
        entries = self._log.read(release_box(source))
        return entries[-1].data if entries else None


def _facts(engine: Any) -> Facts:
    info = engine.info
    same = ("parameters", "weight_bytes", "layers", "heads", "vocab_size", "context", "dtype", "device", "quantization", "path", "path_reason")
    return Facts(memory_bytes=engine.memory_bytes, **{name: getattr(info, name) for name in same})


def _tried(engine: Any) -> Facts:
    """What the model makes of a few words, and how quickly. Raises ``SampleFailed`` where it breaks off."""
    prompt = RunSpec(prompt=SAMPLE_PROMPT, sampling=SamplingParams(temperature=0.0, max_tokens=SAMPLE_TOKENS), watch=Watch(top_n=0, attention="off"))
    events = list(engine.submit(prompt))
    finished = events[-1]
    assert isinstance(finished, Finished)
    if finished.error:
        raise SampleFailed(finished)
    text = "".join(event.text for event in events if isinstance(event, Token)) + finished.text
    speed, memory = finished.timing, finished.memory
    measured = {"tokens_per_second": speed and speed.tokens_per_second, "peak_rss_bytes": memory and memory.peak_rss_bytes}
    return _facts(engine).model_copy(update={"sample": text, **measured})


class SampleFailed(Exception):
    """The model was loaded, and a run on it ended with an error."""

    def __init__(self, finished: Finished) -> None:
        assert finished.error
        super().__init__(finished.error.message)
        self.info = finished.error
