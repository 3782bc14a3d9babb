"""Ready lessons: data under ``texts/``, one folder a language, one file a lesson; what such a file may say; finding one. Knows nothing of rooms."""

from playground.classroom.lessons.shape import Choice, Lesson, Step
from playground.classroom.lessons.shelf import find, shelf

__all__ = ["Choice", "Lesson", "Step", "find", "shelf"]
