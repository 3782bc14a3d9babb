"""Answers questions about runs, from their logs and with the models of this process. Knows nothing of Celery or sockets."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import msgpack

from inference.eventlog.protocol import EventLog
from inference.events import ErrorInfo
from inference.questions import (
    Answer,
    AskAttention,
    AskAttribution,
    AskDivergence,
    AskHead,
    AskLens,
    AskScore,
    AskStep,
    AskWatchingCost,
    AskWhatIf,
)
from inference.runs.inquiry import Inquiry, Kept, told
from inference.runs.job import Job
from inference.spec import ModelSource
from inference.worker.engines import Engines
from inference.worker.refusals import error_info

if TYPE_CHECKING:  # torch takes seconds to import: with the first question
    from inference.insight.insight import Insight
    from inference.insight.past import Past

KEPT_SECONDS = 60.0  # an answer that nobody has fetched by then is gone
_PAGE = 256
ENDED_KEPT = 64  # runs: some tokens each

logger = logging.getLogger(__name__)


class NotAnswered(Exception):
    """There is no answer, for the reason ``info``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.info = ErrorInfo(code, message, "run")


class EndedRuns:
    """What ended runs have said, those last asked about. For many threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._runs: OrderedDict[tuple[str, str, int], Kept] = OrderedDict()  # by run, epoch and sample

    def get(self, name: tuple[str, str, int]) -> Kept | None:
        with self._lock:
            return self._runs.get(name)

    def keep(self, name: tuple[str, str, int], run: Kept) -> None:
        with self._lock:
            self._runs[name] = run
            self._runs.move_to_end(name)
            while len(self._runs) > self._most:
                self._runs.popitem(last=False)


class Answerer:
    """Answers questions, many at once from many threads."""

    def __init__(self, log: EventLog, models: Engines) -> None:
        self._log, self._models = log, models
        self._ended = EndedRuns(ENDED_KEPT)

    def answer(self, inquiry: Inquiry) -> None:
        """Leave the answer to ``inquiry``, or the reason why there is none, in its box."""
        try:
            frame = inquiry.answered(self._answer(inquiry))
        except Exception as error:
            info = error_info(error)
            if info.code == "internal":
                logger.exception("a question failed")
            frame = inquiry.refused(info)
        self._log.post(inquiry.box, frame, KEPT_SECONDS)

    def _answer(self, inquiry: Inquiry) -> Answer:
        from inference.insight.past import Past

        kept = inquiry.kept or self._kept(inquiry)
        past = Past(kept.sampling, kept.prompt_ids, kept.token_ids, inquiry.sample)
        other = self._insight(inquiry.other) if inquiry.other else None
        return _asked(self._insight(kept.source), past, inquiry, other)

    def _kept(self, inquiry: Inquiry) -> Kept:
        """The run as its log has it now. One that has ended is read once: its events never change, and thousands of them take a while."""
        head = self._log.head(inquiry.run)
        name = (inquiry.run, head.epoch, inquiry.sample) if head and head.finished else None
        kept = (self._ended.get(name) if name else None) or self._read(inquiry)
        if name:
            self._ended.keep(name, kept)
        return kept

    def _read(self, inquiry: Inquiry) -> Kept:
        meta = self._log.meta(inquiry.run)
        if meta is None:
            raise NotAnswered("expired", "the events of this run are no longer kept")
        job = Job.unpack(meta)
        prompt, tokens = told(self._events(inquiry.run), inquiry.sample)
        if not prompt:
            raise NotAnswered("not_started", "this run has not begun")
        return Kept(source=job.source, sampling=job.spec.sampling, prompt_ids=prompt, token_ids=tokens)

    def _insight(self, source: ModelSource) -> Insight:
        from inference.insight.insight import Insight

        return Insight(self._models.get(source, lambda fraction: None))  # type: ignore[arg-type]

    def _events(self, run: str) -> Any:
        after = 0
        while entries := self._log.read(run, after, _PAGE):
            for entry in entries:
                yield msgpack.unpackb(entry.data)
            after = entries[-1].seq


def _asked(insight: Insight, past: Past, inquiry: Inquiry, other: Insight | None) -> Answer:
    match inquiry.question:
        case AskScore(top=top):
            return insight.score(past.ids, top)
        case AskWhatIf(sampling=sampling):
            return insight.what_if(past, sampling)
        case AskStep() as asked:
            return insight.step(past, asked)
        case AskWatchingCost() as asked:
            return insight.watching_cost(past, asked)
        case AskDivergence() as asked:
            return insight.divergence(past, asked, other)
        case AskAttention() as asked:
            return insight.attention(past.ids, asked)
        case AskLens(first=first, last=last, top=top):
            return insight.lens(past.ids, first, last, top)
        case AskAttribution() as asked:
            return insight.attribution(past.ids, asked)
        case AskHead(position=position, layer=layer, head=head):
            return insight.head(past.ids, position, layer, head)
