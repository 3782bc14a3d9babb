"""The public engine: load a model, then run, watch and score on it from any thread. Knows nothing of Celery, Django or sockets."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self, TypeVar

from inference.allocator import keep
from inference.engine.aside import Work
from inference.engine.beamed import Beamed
from inference.engine.drafting import Drafts
from inference.engine.errors import RunError
from inference.engine.forced import Forced
from inference.engine.garbage import spare_libraries
from inference.engine.generation import Generation, Order
from inference.engine.handle import Handle
from inference.engine.loading import load_model
from inference.engine.meters import RunClock
from inference.engine.model import Model, new_seed
from inference.engine.prefixes import PrefixCache
from inference.engine.sampled import Sampled
from inference.engine.scheduler import Limits, Scheduler
from inference.engine.scoring import Score, Scoring
from inference.engine.weights import no_progress
from inference.events import Event, Finished, ModelInfo, Usage
from inference.progress import Progress
from inference.spec import RunSpec

T = TypeVar("T")
_ARRAY_BYTES, _IDLE_BYTES = 2**22, 2**24  # the arrays of a step, and what is kept of them for the next
THREADS_VARIABLE = "LOGITSCOPE_THREADS"


class Engine:
    """One loaded model and the thread that decodes on it. All methods may be called from any thread."""

    def __init__(self, model: Model, limits: Limits, drafts: Drafts | None = None) -> None:
        self.model, self._drafts = model, drafts
        self._scheduler = Scheduler(model.runner, limits, model.device)

    @classmethod
    def load(
        cls,
        source: str | Path,
        name: str | None = None,
        device: str = "auto",
        dtype: str = "auto",
        revision: str | None = None,
        quantization: str = "none",
        *,
        on_progress: Callable[[float], None] = no_progress,
        threads: int | None = None,
        rows: int = 32,
        chunk_tokens: int = 256,
        prefix_cache: bool = True,
        batch_invariant: bool = False,
        draft: str | Path | None = None,
        context: int | None = None,
    ) -> Self:
        """Load a model from ``bundled:<name>``, a local folder or a Hub id; ``quantization`` of its weights: none, int8 or int4.

        ``on_progress`` hears fractions of the weights read, in the thread that loads.
        ``threads`` are torch's on a CPU; by default ``LOGITSCOPE_THREADS``, else one less than the machine has. ``rows`` runs decode
        at once; at most ``chunk_tokens`` prompt tokens are taken in one step. With ``prefix_cache`` a prompt that begins as an earlier one
        is read from where they part. With ``batch_invariant`` the numbers of a run do not depend on its neighbours, nor on the number of
        threads, not even in their last bit, and so its tokens do not either in any type; what it costs is in ``docs/benchmarks.md``.
        ``context`` is the most tokens of a run where that is less than the model has. ``draft`` is a small model with the same vocabulary, for runs that ask for one (speculative decoding). Raises ``ModelError`` with
        the reason where a model cannot be loaded, must not be (pickles, code of its own), or cannot be decoded, and where the draft
        model's vocabulary is another one.
        """
        spare_libraries()
        keep(_ARRAY_BYTES, _IDLE_BYTES)
        loaded = load_model(source, device=device, dtype=dtype, revision=revision, quantization=quantization, on_progress=on_progress)
        loaded = replace(loaded, context=min(loaded.context, context or loaded.context))
        model = Model.of(loaded, name or Path(str(source)).name, batch_invariant)
        drafts = None if draft is None else Drafts(Model.of(load_model(draft, device=device, dtype=dtype), Path(str(draft)).name), model)
        return cls(model, Limits(rows, chunk_tokens, threads or _threads(), prefix_cache), drafts)

    @property
    def info(self) -> ModelInfo:
        return self.model.info

    @property
    def prefixes(self) -> PrefixCache | None:
        """What is kept of earlier prompts; ``None`` where nothing is."""
        reuse = self._scheduler.reuse
        return None if reuse is None else reuse.cache

    @property
    def alive(self) -> bool:
        """Whether it still decodes: not closed, and its thread has not died of a fault of the engine."""
        return self._scheduler.alive

    @property
    def busy(self) -> bool:
        """Whether it has runs or other work."""
        return self._scheduler.busy

    @property
    def memory_bytes(self) -> int:
        """Weights, and the caches as large as they have grown."""
        return self.info.weight_bytes + self.model.runner.capacity_bytes

    def submit(
        self, spec: RunSpec, progress: Progress | None = None, submitted_at: float | None = None, owner: str | None = None
    ) -> Handle:
        """Queue a run and return at once; its events come out of the handle, ``Finished`` last, whatever happens.

        With ``progress`` (which may be empty) the run goes on from there: ``Resumed`` instead of ``Started``, then the tokens and text that
        an undisturbed run would have given. ``submitted_at`` (unix seconds) is when the person pressed Run. Waiting
        runs of different ``owner`` take turns.
        """
        handle = Handle()
        handle.wake = self._scheduler.wake
        try:
            job = self._generation(spec, progress, handle, RunClock(submitted_at))
            job.owner = owner
            self._scheduler.add(job)
        except RunError as error:
            handle.put(Finished("error", None, "", error.info, Usage(0, 0, 0), None, None))
        return handle

    def _generation(self, spec: RunSpec, progress: Progress | None, handle: Handle, clock: RunClock) -> Generation:
        self.model.check_settings(spec)
        prompt_ids, clock.tokenize = self.model.prompt(spec)
        if progress is not None:
            self.model.check_progress(progress)
        negative = self.model.negative(spec, prompt_ids)
        kind = Beamed if spec.sampling.num_beams > 1 else Sampled
        order = Order(self.model, spec.with_seed(new_seed()), prompt_ids, progress, handle, clock, self._drafts, negative)
        self.model.check_output(spec.output_token_ids, order.window)
        return kind(order)

    def run(self, spec: RunSpec) -> Iterator[Event]:
        """The events of one run, as they happen. Leaving the loop early cancels the run."""
        handle = self.submit(spec)
        try:
            yield from handle
        finally:
            handle.cancel()

    def score(self, text: str | Sequence[int], top: int = 0) -> Score:
        """How likely the model finds a text (or token ids): all tokens but the first, and the ``top`` likeliest at each.

        Raises ``RunError`` where it does not fit.
        """
        ids = self.encode(text) if isinstance(text, str) else list(text)
        self.model.check_scored(ids)
        return self.perform(Scoring(ids, top))

    def perform(self, task: Forced[T] | Work[T]) -> T:
        """Do something of ``inference.insight``'s making on the engine's thread, and wait for its result. Raises ``RunError``."""
        self.begin(task)
        return task.result()

    def begin(self, task: Forced[Any] | Work[Any]) -> None:
        """The same without waiting."""
        self._scheduler.add(task)

    def encode(self, text: str) -> list[int]:
        """Token ids of ``text``, with the special tokens that the tokenizer adds to a text."""
        return self.model.encode(text)

    def decode(self, token_ids: Sequence[int]) -> str:
        """The text of ``token_ids`` without special tokens."""
        return self.model.decode(token_ids)

    def close(self) -> None:
        """End all runs and the thread."""
        self._scheduler.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()


def _threads() -> int:
    """One core stays free for whoever reads the events: two threads of one process on two cores were measured 14 times slower."""
    threads = int(os.environ.get(THREADS_VARIABLE) or max(1, (os.cpu_count() or 2) - 1))
    if threads < 1:
        raise ValueError(f"{THREADS_VARIABLE}: {threads} is less than 1")
    return threads
