"""What the texts of a step say about the bundled model, in a form that a test computes. Nothing here runs a model.

A *token* of the output is counted from 0; a *position* counts the tokens of prompt and output together, from 0, the token that begins a text included.
A piece is a token's text. Ranges are ``[low, high]``, both included.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Range = tuple[float, float]


class Claim(BaseModel):
    """``prompt`` and ``sampling``: where the claim is about other ones than the step's; settings that are not named are the step's."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    prompt: str | None = None
    sampling: dict[str, Any] = {}


class Says(Claim):
    """The run says this: the whole output, or its beginning."""

    kind: Literal["says"]
    text: str
    whole: bool = False


class Contains(Claim):
    """The output contains ``text`` so often."""

    kind: Literal["contains"]
    text: str
    times: Range


class Cut(Claim):
    """The prompt is cut into these pieces, or into ``count`` of them; the token that begins every text is not counted."""

    kind: Literal["cut"]
    pieces: tuple[str, ...] = ()
    count: int | None = None


class Likely(Claim):
    """The model's own probability of ``piece`` as token ``at`` of its run; ``first``: and no other token is likelier. ``temperature``: after that division."""

    kind: Literal["likely"]
    piece: str
    p: Range
    at: int = 0
    temperature: float = 1.0
    first: bool = False


class Spread(Claim):
    """The entropy of the model's own distribution of token ``at``, in bits. ``temperature``: after that division."""

    kind: Literal["spread"]
    bits: Range
    at: int = 0
    temperature: float = 1.0


class Kept(Claim):
    """So many tokens are left after the stage."""

    kind: Literal["kept"]
    stage: str
    count: int
    at: int = 0


class Looks(Claim):
    """The row of ``head`` in ``layer`` from which token ``at`` was chosen gives the position ``to``, whose token is ``piece``, a weight within ``weight``.

    Layers and heads count from 0, as the model has them. The page shows the same row.
    """

    kind: Literal["looks"]
    layer: int
    head: int
    to: int
    piece: str
    weight: Range
    at: int = 0


class Lens(Claim):
    """What the model would have answered after so many layers: the logit lens' first choice for token ``at`` is ``piece``, or (``first`` false) is not."""

    kind: Literal["lens"]
    layers: int
    piece: str
    first: bool = True
    at: int = 0


AnyClaim = Annotated[Says | Contains | Cut | Likely | Spread | Kept | Looks | Lens, Field(discriminator="kind")]
