"""A ready lesson as a room's frames tell it: a line for everybody, the whole plan for the teacher. Pure."""

from __future__ import annotations

from playground.classroom.lessons import Lesson, Step
from playground.classroom.protocol import LessonLine, LessonPlan, StepPlan

NO_PLAN = LessonPlan(None, "", "", 0, [])


def line(lesson: Lesson | None, at: int) -> LessonLine | None:
    """What the class reads. Nothing of what only the teacher has."""
    if lesson is None:
        return None
    at = min(at, len(lesson.steps) - 1)
    return LessonLine(lesson.title, at, len(lesson.steps), lesson.steps[at].title, lesson.steps[at].line)


def plan(lesson: Lesson | None, key: str, at: int) -> LessonPlan:
    if lesson is None:
        return NO_PLAN
    return LessonPlan(key, lesson.title, lesson.about, min(at, len(lesson.steps) - 1), [_step(step) for step in lesson.steps])


def _step(step: Step) -> StepPlan:
    return StepPlan(
        title=step.title,
        line=step.line,
        notes=list(step.notes),
        prompt=step.prompt,
        sampling=step.sampling,
        look=step.look.model_dump(),
        pause=step.pause.model_dump(),
        question=step.question.model_dump(mode="json"),
    )
