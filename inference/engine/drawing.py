"""Chooses the tokens of a step for all jobs together, in rounds: a job may draw again once it knows what it got. Knows no strategy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import torch

from inference.engine.errors import RunError, failure
from inference.engine.job import Draw, Job
from inference.engine.meters import now
from inference.sampling.sampler import BadLogits, Choice, Outcome, choose

End = Callable[[Job, RunError], None]


def draw(jobs: Sequence[Job], logits: torch.Tensor, end: End) -> None:
    """Let ``jobs`` draw from the step's ``logits`` (R, V) until none wants to; a job at fault is handed to ``end``."""
    while wanted := _wanted(jobs, end):
        jobs, before = [job for job, _ in wanted], now()
        outcomes = iter(_outcomes(logits, [one for _, draws in wanted for one in draws]))
        took = (now() - before) * 1e3
        batch = sum(len(draws) for _, draws in wanted)
        for job, draws in wanted:
            _hand_over(job, [next(outcomes) for _ in draws], took, batch, end)


def guard(job: Job, act: Callable[[], None], end: End) -> None:
    """One job's failure is its own."""
    try:
        act()
    except Exception as error:  # whatever its strategy trips over
        end(job, _as_run_error(error))


def _as_run_error(error: Exception) -> RunError:
    return error if isinstance(error, RunError) else failure(error)


def _wanted(jobs: Iterable[Job], end: End) -> list[tuple[Job, Sequence[Draw]]]:
    wanted = []
    for job in jobs:
        if not job.over:
            try:
                if draws := job.draws():
                    wanted.append((job, draws))
            except Exception as error:  # as in ``guard``, which would cost more than asking
                end(job, _as_run_error(error))
    return wanted


def _hand_over(job: Job, outcomes: list[Outcome | RunError], took: float, batch: int, end: End) -> None:
    choices = [outcome for outcome in outcomes if isinstance(outcome, Choice)]
    if len(choices) == len(outcomes):
        guard(job, partial(job.accept, choices, took, batch), end)
    else:
        end(job, next(_error(outcome) for outcome in outcomes if not isinstance(outcome, Choice)))


def _error(outcome: BadLogits | RunError) -> RunError:
    if isinstance(outcome, RunError):
        return outcome
    return RunError("bad_logits", f"The model gave no usable logits: {outcome.reason}.")


def _outcomes(logits: torch.Tensor, draws: list[Draw]) -> list[Outcome | RunError]:
    """One for each draw; one that makes the pipeline raise gets its error, the others their tokens."""
    rows = [one.row for one in draws]
    taken = logits if rows == list(range(len(logits))) else logits[rows]
    try:
        return [*choose(taken, [one.sampler for one in draws], [one.watch for one in draws])]
    except Exception as error:  # whatever a stage raises
        if len(draws) == 1:
            return [failure(error)]
        return [_outcomes(logits, [one])[0] for one in draws]
