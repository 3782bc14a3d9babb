"""What may be asked of a run beyond its events, and what is answered. Torch-free: web process, worker and page share it.

A *position* counts the tokens of prompt and output together, from 0. What belongs to position p is what chose its token: the pass
over the tokens before it. So 0 is nobody's, and the number of tokens is the position of the token that would come next.
Numbers travel as ``events.Block``. Questions are validated like every message from a browser; what only the model can say (a position
beyond the text, a head that it lacks) is refused by the worker, with field, value and bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from inference.events import Block, StageInfo, Trace
from inference.spec import MAX_SHOWN, SamplingParams, Spec, TokenId

MAX_POSITION = 10_000_000
Position = Annotated[int, Field(ge=0, le=MAX_POSITION)]
Index = Annotated[int, Field(ge=0, le=10_000)]
MapIndex = tuple[Annotated[int, Field(ge=-2, le=10_000)], Annotated[int, Field(ge=-1, le=10_000)]]


class AskScore(Spec):
    """How likely was each token of the text? Answered by ``Reading``."""

    type: Literal["score"]
    top: int = Field(0, ge=0, le=20, description="The likeliest tokens that are told at each place")


class AskWhatIf(Spec):
    """Which tokens would ``sampling`` have chosen, given the same past and the same draws? Answered by ``WhatIf``. Its seed is ignored."""

    type: Literal["what_if"]
    sampling: SamplingParams


class AskStep(Spec):
    """One step of the run in full, under its own settings or others. Answered by ``StepView``.

    ``step`` counts the run's tokens from 0. With ``sampling`` its stages, their order and its dialect hold; its seed is ignored, the draw
    is the run's own. ``tokens`` are shown whatever becomes of them.
    """

    type: Literal["step"]
    step: Position
    sampling: SamplingParams | None = None
    top_n: int = Field(20, ge=1, le=MAX_SHOWN, description="Candidates per end of the pipeline")
    tokens: tuple[TokenId, ...] = Field((), max_length=32, strict=False, description="Token ids that are shown in any case")


class AskDivergence(Spec):
    """How far apart are the distributions of two settings, or of two models, at every step of this run? Answered by ``Divergence``.

    ``sampling`` is the other setting (the run's own by default), ``model`` the other model, which must have the same vocabulary.
    Steps before ``first`` are left out: who follows a run that goes on asks for those that have come since.
    """

    type: Literal["divergence"]
    sampling: SamplingParams | None = None
    model: str | None = Field(None, max_length=128)
    top_k: int = Field(10, ge=1, le=200, description="Candidates of which the overlap is counted")
    first: int = Field(0, ge=0, description="The first step of the answer")

    @model_validator(mode="after")
    def _check_other(self) -> Self:
        if self.sampling is None and self.model is None:
            raise ValueError("sampling: give other settings, another model, or both")
        return self


class AskAttention(Spec):
    """Whole attention matrices. Answered by ``AttentionMaps``.

    ``maps`` are (layer, head); head -1 is the mean over the layer's heads, (-1, -1) the mean over all layers, (-2, -1) attention rollout.
    Rows are the positions from ``first`` up to, not including, ``last`` (the whole text by default). With ``cell`` > 1 each cell holds
    the largest of ``cell`` x ``cell`` weights, for thumbnails.
    """

    type: Literal["attention"]
    maps: tuple[Annotated[MapIndex, Field(strict=False)], ...] = Field(min_length=1, max_length=1024, strict=False)
    first: Position = 0
    last: Position | None = None
    cell: int = Field(1, ge=1, le=256)


class AskLens(Spec):
    """The logit lens at the positions from ``first`` up to, not including, ``last``. Answered by ``Lens``."""

    type: Literal["lens"]
    first: Annotated[int, Field(ge=1, le=MAX_POSITION)] = 1
    last: Position | None = None
    top: int = Field(3, ge=1, le=20)


class AskAttribution(Spec):
    """Which earlier tokens speak for the token at ``position``? Answered by ``Attribution``.

    ``token`` is what is explained (the token that stands there by default), against ``versus`` where that is given.
    """

    type: Literal["attribution"]
    position: Annotated[int, Field(ge=1, le=MAX_POSITION)]
    token: TokenId | None = None
    versus: TokenId | None = None
    of: Literal["logit", "logprob"] = "logit"
    method: Literal["gradient_x_input", "integrated_gradients"] = "gradient_x_input"
    steps: int = Field(16, ge=1, le=256, description="Points of the path of integrated gradients")
    baseline: TokenId | None = Field(None, description="The token whose embedding the path begins at; none: zeros")


class AskHead(Spec):
    """Queries, keys, values and scores of one head as they chose the token at ``position``. Answered by ``HeadView``."""

    type: Literal["head"]
    position: Annotated[int, Field(ge=1, le=MAX_POSITION)]
    layer: Index
    head: Index


class AskWatchingCost(Spec):
    """What does it cost to watch this run? Answered by ``WatchingCost``, measured on its last steps, taken again."""

    type: Literal["watching_cost"]
    top_n: int = Field(20, ge=1, le=MAX_SHOWN, description="Candidates per end of the pipeline")
    repeats: int = Field(15, ge=1, le=64, description="Steps of each kind of attention")


Question = AskScore | AskWhatIf | AskStep | AskDivergence | AskAttention | AskLens | AskAttribution | AskHead | AskWatchingCost
AnyQuestion = Annotated[Question, Field(discriminator="type")]
QUESTION: TypeAdapter[Question] = TypeAdapter(AnyQuestion)


@dataclass(frozen=True, slots=True)
class Likely:
    """One of the likeliest tokens at some place."""

    id: int
    piece: bytes
    logprob: float  # nats, under the raw logits


@dataclass(frozen=True, slots=True)
class ReadToken:
    """One token of a text. The numbers are absent for the first, which nothing precedes."""

    id: int
    piece: bytes
    logprob: float | None  # nats, under the raw logits
    rank: int | None  # from 1
    entropy: float | None  # nats, of the distribution that it was one of
    top: list[Likely] = field(default_factory=list)  # where asked for, the likeliest first


@dataclass(frozen=True, slots=True)
class Reading:
    """Perplexity = exp of the mean negative log-likelihood of the scored tokens, which are all but the first."""

    type: ClassVar[str] = "reading"
    tokens: list[ReadToken]
    perplexity: float
    bits_per_byte: float  # the same, independent of the tokenizer: total surprisal in bits / bytes of the scored tokens


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Every step of a run under other settings: the same past (that of the run), the same draws, the whole vocabulary.

    A step says which token would have been chosen *there*; after the first that differs, a real run would have gone another way.
    """

    type: ClassVar[str] = "what_if"
    token_ids: list[int]  # (T,) chosen under the other settings
    pieces: list[bytes]  # (T,)
    differs: list[int]  # the steps at which that is not the run's own token, ascending
    probabilities: Block  # f4 (T,) of the token that would be chosen, in its final distribution
    own_probabilities: Block  # f4 (T,) of the run's own token there; 0 where it was removed
    kept: Block  # i4 (T,) tokens that survive every stage
    entropies: Block  # f4 (T,) nats, of the final distribution
    draws: Block  # f4 (T,) the numbers of the dice in [0, 1); a greedy setting ignores them

    @property
    def first(self) -> int | None:
        """The step of the first divergence."""
        return self.differs[0] if self.differs else None


@dataclass(frozen=True, slots=True)
class StepView:
    """One step as its ``token`` event would have told it, had the run been traced so and its settings been those asked for."""

    type: ClassVar[str] = "step"
    step: int
    id: int  # on which the run's own draw falls
    piece: bytes
    own_id: int  # what the run chose there
    logprob: float  # of ``id``: nats, in the final distribution
    raw_logprob: float  # and under the raw logits
    raw_rank: int  # from 1
    raw_entropy: float  # nats
    stages: list[StageInfo]  # the pipeline, as in ``started``
    trace: Trace


@dataclass(frozen=True, slots=True)
class Divergence:
    """Two final distributions p (the run's) and q (the other's) at every step from ``first`` on, both given the run's own past."""

    type: ClassVar[str] = "divergence"
    kl: Block  # f4 (T,) KL(p || q) in nats, over the whole vocabulary; infinite where q lacks a token of p
    reverse_kl: Block  # f4 (T,) KL(q || p)
    js: Block  # f4 (T,) Jensen-Shannon divergence in nats: symmetric, at most ln 2
    overlap: Block  # f4 (T,) share of the top_k most likely tokens of p that are among those of q
    top_k: int
    differs: list[int]  # steps at which the other chooses another token with the same draw, counted from the run's first
    first: int = 0  # the step of the first value


@dataclass(frozen=True, slots=True)
class AttentionMaps:
    """M matrices of attention from R rows (queries) to C columns (keys, from position 0): row r is ``values[m, r] * scale[m, r]``.

    Quantised as ``events.Attention``: within one step, a row's sum within half a step. Mean over heads and over layers are arithmetic.
    Rollout (Abnar & Zuidema 2020, "Quantifying Attention Flow in Transformers"): the product over layers, from the first,
    of 0.5 x (mean over heads, rows scaled to 1) + 0.5 x identity, the identity standing for the residual connection.
    """

    type: ClassVar[str] = "attention"
    index: Block  # i2 (M, 2) layer and head as asked for
    first: int  # position of row 0
    cell: int  # positions to a side of a cell; each holds the largest weight within
    values: Block  # u1 (M, R, C)
    scale: Block  # f4 (M, R)


@dataclass(frozen=True, slots=True)
class Lens:
    """The logit lens (nostalgebraist 2020): final norm and head applied to the residual stream after each layer.

    Row 0 is the stream before the first layer, row L the model's own output. Column n belongs to position ``first + n``. The token that
    stands there is the *actual* one; where nothing stands yet its rank is 0 and its log-probability NaN.
    """

    type: ClassVar[str] = "lens"
    first: int
    top_ids: Block  # i4 (L + 1, N, K) the K most likely tokens
    top_probabilities: Block  # f4 (L + 1, N, K)
    ranks: Block  # i4 (L + 1, N) of the actual token, from 1; tokens with the same logit share the better rank
    logprobs: Block  # f4 (L + 1, N) of the actual token, nats
    entropies: Block  # f4 (L + 1, N) nats
    token_ids: list[int]  # every token of top_ids once
    pieces: list[bytes]  # their bytes


@dataclass(frozen=True, slots=True)
class Attribution:
    """How much each of the T tokens before ``position`` speaks for f, which is the logit (or log-probability) of ``token`` there.

    Gradient x input: the sum over the embedding of gradient times embedding (Shrikumar et al. 2016). Integrated gradients (Sundararajan et al.
    2017): the gradient averaged on the way from a baseline (Gauss-Legendre points), times embedding minus baseline; the scores then add up
    to f(text) - f(baseline) but for ``completeness_error``.
    """

    type: ClassVar[str] = "attribution"
    position: int
    token: int
    versus: int | None  # f is the difference to this token's
    of: str
    method: str
    steps: int  # points of the path; 1 for gradient x input
    scores: Block  # f4 (T,) signed
    norms: Block  # f4 (T,) Euclidean norm over the embedding of what ``scores`` sums
    value: float  # f of the text
    baseline_value: float | None  # f of the baseline; integrated gradients only
    completeness_error: float | None  # sum of scores - (value - baseline_value)


@dataclass(frozen=True, slots=True)
class HeadView:
    """One attention head at the query that chose the token at ``position``, over the T tokens before it.

    ``query`` and ``keys`` are as they enter the product, so after rotary embedding where the family has one. Several query heads share
    a key/value head in grouped-query attention: head h reads key/value head ``kv_head`` = h // ``heads_per_kv``.
    ``weights`` = softmax of ``scores``, after ``softcap`` x tanh(scores / softcap) where the family caps, over what ``window`` allows; a family
    with attention sinks gives some of the mass to none of the tokens.
    """

    type: ClassVar[str] = "head"
    position: int
    layer: int
    head: int
    kv_head: int
    heads_per_kv: int
    scaling: float
    window: int | None  # positions that a query sees, itself included
    softcap: float | None
    query: Block  # f4 (D,)
    keys: Block  # f4 (T, D)
    values: Block  # f4 (T, E)
    scores: Block  # f4 (T,) query . key x scaling
    weights: Block  # f4 (T,) zero outside the window
    output: Block  # f4 (E,) sum of weights x values


@dataclass(frozen=True, slots=True)
class WatchingCost:
    """Milliseconds of the run's last S steps, taken again on the engine, the K kinds of attention in turn: step n had kind n % K.

    ``forward`` has K = 1 column where the model's attention cannot be watched. Its passes are shared with whatever else is decoded meanwhile.
    """

    type: ClassVar[str] = "watching_cost"
    forward: Block  # f4 (S / K, K) the forward pass: nobody watches, the mean row of each layer, every head's row as well
    sample: Block  # f4 (S, 2) stages and dice: without a trace, with one of ``top_n``
    top_n: int
    positions: int  # of the text at the end


Answer = Reading | WhatIf | StepView | Divergence | AttentionMaps | Lens | Attribution | HeadView | WatchingCost
