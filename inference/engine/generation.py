"""One run being decoded: its state, and the events that it says. Knows nothing of the other runs in its batch."""

from __future__ import annotations

from collections.abc import Sequence

from inference.decoding.pieces import Pieces
from inference.decoding.sample import Ending, SampledSequence
from inference.engine.batch import Chunk, Heads
from inference.engine.errors import RunError
from inference.engine.handle import Handle
from inference.engine.job import Job
from inference.engine.meters import RunClock, now, peak_rss_bytes
from inference.engine.model import Model
from inference.events import Attention, Finished, Memory, Prefilled, Resumed, Started, Token, Usage
from inference.sampling.sampler import Choice
from inference.spec import RunSpec, Watch


class Generation(Job):
    """Decodes ``spec`` after ``prompt_ids``; ``resume`` are the tokens that an earlier worker has already logged."""

    def __init__(
        self, model: Model, spec: RunSpec, prompt_ids: Sequence[int], resume: Sequence[int] | None, handle: Handle, clock: RunClock
    ) -> None:
        done = list(resume or ())
        super().__init__([*prompt_ids, *done], min(model.info.context, len(prompt_ids) + spec.sampling.max_tokens))
        assert spec.sampling.seed is not None
        self._model, self._spec, self._handle, self.clock = model, spec, handle, clock
        self._prompt_ids = list(prompt_ids)
        self._resumed = resume is not None
        self.sampler = model.sampler(spec, prompt_ids)
        self._sequence = SampledSequence(spec.sampling, prompt_ids, model.info.eos_token_ids, model.pieces, model.info.context)
        self._ending = self._replay(done)
        self._period = 1 / spec.max_tokens_per_second if spec.max_tokens_per_second else 0.0
        self._chunks: list[int] = []
        self._show(spec.watch)

    @property
    def pieces(self) -> Pieces:
        return self._model.pieces

    def _replay(self, done: Sequence[int]) -> Ending | None:
        """Rebuild the state after ``done``; their text has been released already."""
        ending = None
        for token_id in done:
            self.sampler.observe(token_id)
            ending = self._sequence.push(token_id)[1]
        return ending

    @property
    def cancelled(self) -> bool:
        return self._handle.cancelled

    @property
    def heads(self) -> Heads | None:
        self._follow_viewers()
        return self._heads

    def _follow_viewers(self) -> None:
        wanted, self._handle.wanted = self._handle.wanted, None
        if wanted is not None:
            self._show(self._model.watchable(wanted))

    def _show(self, watch: Watch) -> None:
        self.watch = watch
        mean, every = watch.attention != "off", watch.attention == "all"
        wanted = self._model.info.attention and (mean or watch.heads)
        self._heads = Heads(mean, every, watch.heads) if wanted else None

    def rows(self, start: int, end: int) -> int:
        return 1 if end == len(self.ids) else 0

    def take_up(self) -> None:
        self.clock.taken_up = now()
        if self._resumed:
            self._handle.put(Resumed(self._sequence.count))
        else:
            self._handle.put(self._started())
        if self._ending is not None:  # the earlier worker died between its last token and the end
            self._finish(self._ending)

    def _started(self) -> Started:
        pieces = [self.pieces(token_id) for token_id in self._prompt_ids]
        clock, seed = self.clock, self._spec.sampling.seed
        assert seed is not None
        return Started(self._model.info, seed, self.sampler.stages(), self._prompt_ids, pieces, clock.queue_ms, clock.tokenize * 1e3)

    def fed(self, chunk: Chunk) -> None:
        super().fed(chunk)
        if self.clock.prefilled:
            return
        self._chunks.append(len(chunk.ids))
        if self.past == len(self.ids):
            self.clock.prefilled = now()
            self._handle.put(Prefilled(self.past, 0, self._chunks, self.clock.prefill_ms()))

    def preempt(self) -> None:
        super().preempt()
        self.clock.preemptions += 1
        if not self.clock.prefilled:
            self._chunks.clear()

    def accept(self, choice: Choice, attention: Attention | None, forward_ms: float, sample_ms: float, batch: int) -> None:
        """Take the next token, and end where it says so."""
        moment = now()
        token_id = choice.token_id
        step = self._sequence.count
        text, ending = self._sequence.push(token_id)
        self.sampler.observe(token_id)
        self.ids.append(token_id)
        self.clock.tokens.append(moment)
        self.due = moment + self._period if self._period else 0.0
        self._handle.put(
            Token(
                step=step,
                id=token_id,
                piece=self.pieces(token_id),
                text=text,
                logprob=choice.logprob,
                raw_logprob=choice.raw_logprob,
                raw_rank=choice.raw_rank,
                raw_entropy=choice.raw_entropy,
                t_ms=self.clock.since_submission_ms(moment),
                forward_ms=forward_ms,
                sample_ms=sample_ms,
                batch=batch,
                kv_tokens=self.past,
                trace=choice.trace,
                attention=attention,
            )
        )
        if ending is not None:
            self._finish(ending)

    def cancel(self) -> None:
        self._finish(Ending("cancelled"))

    def fail(self, error: RunError) -> None:
        self._finish(Ending("error"), error)

    def _finish(self, ending: Ending, error: RunError | None = None) -> None:
        self.over = True
        usage = Usage(len(self._prompt_ids), self._sequence.count, 0)
        info = None if error is None else error.info
        text, timing = self._sequence.flush(), self.clock.timing()
        self._handle.put(Finished(ending.reason, ending.detail, text, info, usage, timing, self._memory()))

    def _memory(self) -> Memory | None:
        if self.clock.taken_up is None:
            return None
        runner = self._model.runner
        return Memory(self._model.info.weight_bytes, self.past * runner.bytes_per_token, runner.capacity_bytes, peak_rss_bytes())


