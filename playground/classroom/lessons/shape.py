"""What a lesson is: steps, each a prompt with its settings, where to look, and what to say and to ask. Validated as a file is read."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from inference.spec import SamplingParams
from playground.classroom.bounds import MAX_LINE, MAX_OPTION, MAX_QUESTION, MAX_WHY
from playground.classroom.lessons.claims import AnyClaim

Panel = Literal["choice", "attention", "layers", "timing", "whatif", "tree", "code"]
Text = Annotated[str, Field(min_length=1)]


class Part(BaseModel):
    """Base: immutable, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _settings(given: dict[str, Any]) -> dict[str, Any]:
    """Raises ``ValueError`` where these are no settings, or what the run draws would differ from one time to the next."""
    checked = SamplingParams.model_validate(given)
    if checked.temperature > 0 and checked.seed is None:
        raise ValueError("a step that draws names its seed")
    return given


class Look(Part):
    """Where to look. ``token``: of the output, from 0, once it is there; none: the newest. ``head``: -1 is the mean over heads."""

    panel: Panel
    token: int | None = Field(None, ge=0)
    layer: int = Field(0, ge=0)
    head: int = Field(-1, ge=-1)
    first: bool = True  # the first token has its column in the attention panel
    colours: Literal["probability", "surprisal", "entropy", "rank"] | None = None
    view: Literal["lens", "attribution", "head"] = "lens"  # of the layers panel


class Pause(Part):
    """Where the class waits: before one token, every so many, or where the entropy is at least so many nats."""

    before: int | None = Field(None, ge=0)
    every: int | None = Field(None, ge=1, le=1000)
    entropy: float | None = Field(None, ge=0, le=20)


class NextToken(Part):
    """The vote before the reveal, where the run waits."""

    kind: Literal["token"]
    options: int = Field(4, ge=2, le=8)


class Choice(Part):
    """A question with answers to choose among. ``right``: which of them, from 0. ``why`` is shown with the reveal."""

    kind: Literal["choice"]
    text: str = Field(min_length=1, max_length=MAX_QUESTION)
    answers: tuple[Annotated[str, Field(min_length=1, max_length=MAX_OPTION)], ...] = Field(min_length=2, max_length=6)
    right: int = Field(ge=0)
    why: str = Field(min_length=1, max_length=MAX_WHY)

    @model_validator(mode="after")
    def _check_answers(self) -> Self:
        if self.right >= len(self.answers):
            raise ValueError(f"right: there is no answer {self.right}")
        if len(set(self.answers)) != len(self.answers):
            raise ValueError("answers: two are the same")
        return self


class Step(Part):
    """One thing to see. ``line`` is for the class, ``notes`` for the teacher alone, ``claims`` for the test that keeps both true."""

    title: str = Field(min_length=1, max_length=60)
    line: str = Field(min_length=1, max_length=MAX_LINE)
    notes: tuple[Text, ...] = Field(min_length=1, max_length=5)
    prompt: Text
    sampling: Annotated[dict[str, Any], AfterValidator(_settings)]
    look: Look
    pause: Pause = Pause()
    question: Annotated[NextToken | Choice, Field(discriminator="kind")]
    claims: tuple[AnyClaim, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check_waits(self) -> Self:
        if self.question.kind == "token" and self.pause == Pause():
            raise ValueError("question: a vote on the next token needs a pause")
        return self


class Lesson(Part):
    """A lesson in one language; its prompts are for the bundled model."""

    title: str = Field(min_length=1, max_length=80)
    about: Text
    minutes: int = Field(ge=5, le=90)
    steps: tuple[Step, ...] = Field(min_length=3, max_length=12)
