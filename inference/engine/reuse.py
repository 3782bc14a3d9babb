"""Lets jobs begin with what earlier ones have read, and keeps what they read. Knows nothing of steps.

A job is looked after when it is about to feed its first tokens, not when it joins: so those that came together with the same prompt
read it once. One whose next block another is reading at this moment waits for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from inference.engine.batch import Runner
from inference.engine.job import Job
from inference.engine.prefixes import Name, PrefixCache

_BLOCK = 16  # tokens: what a prompt may have to read twice
_SHARE = 4  # the part of the cache's memory that may go to texts nobody works on
_TOKENS = 16_384  # of such texts that are worth keeping: as many as 32 texts of 512 tokens, so that a small model does not fill a large machine


def reuse_of(runner: Runner) -> Reuse | None:
    """With some of the memory of the runner's arena; ``None`` where it has none."""
    if (arena := runner.arena) is None:
        return None
    share = min(arena.limit_bytes // _SHARE, _TOKENS * arena.bytes_per_token)
    arena.limit_bytes -= share
    return Reuse(PrefixCache(arena, share, runner.fixed_chunk or _BLOCK), runner.fixed_chunk is not None)


class Reuse:
    """``prompts_only``: only whole blocks of prompts are kept, since what was chosen token by token has other numbers."""

    def __init__(self, cache: PrefixCache, prompts_only: bool = False) -> None:
        self.cache, self._prompts_only = cache, prompts_only
        self._reading: dict[Job, set[Name]] = {}  # names of blocks that jobs have not finished reading

    def begin(self, job: Job, active: Sequence[Job]) -> bool:
        """Give ``job`` what is known of its beginnings; false where it does better to wait for what others are ``active`` reading."""
        names = {part: self.cache.names(part.ids[:-1], not self._prompts_only) for part in job.beginnings()}  # the last token is fed: its logits are wanted
        missing = [found[self.cache.known(found) :] for found in names.values()]
        busy = set().union(*(self._reading.get(other, ()) for other in active if not other.over))
        if any(found[0] in busy for found in missing if found):
            return False
        for part, found in names.items():
            job.reuse(part, self.cache.load(found, part.slot))
        self._reading[job] = {name for found in missing for name in found}
        return True

    def have_read(self, jobs: Sequence[Job]) -> None:
        """Keep the prompts of those of ``jobs`` that have read them."""
        for job in jobs:
            if self._reading.get(job) and (job.decoding or job.over):
                self._keep(job)
                self._keep_rests(job)
                self._reading[job].clear()

    def _keep_rests(self, job: Job) -> None:
        """What is left of prompts after their whole blocks, for those who run the same prompt again."""
        for part in () if self._prompts_only else job.beginnings():
            if part.past >= part.prompt - 1:
                self.cache.keep(part.ids[: part.prompt - 1], part.slot, rest=True)

    def leave(self, job: Job) -> None:
        """Keep what is in the slots that ``job`` gives up."""
        if self._reading.pop(job, None) is not None:
            self._keep(job)

    def forget(self, job: Job) -> None:
        """Keep nothing of a job that failed: what it has read may be at fault."""
        self._reading.pop(job, None)

    def _keep(self, job: Job) -> None:
        for part in job.parts:
            end = min(part.past, part.prompt) if self._prompts_only else part.past
            self.cache.keep(part.ids[:end], part.slot)
