"""What a run asks for beside its settings: model, prompt, and what to show of it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from inference.spec.base import Spec, TokenId
from inference.spec.length import MAX_TOKENS_LIMIT
from inference.spec.sampling import SamplingParams

MAX_SHOWN = 200

Head = tuple[Annotated[int, Field(ge=0, le=1000)], Annotated[int, Field(ge=0, le=1000)]]


class Watch(Spec):
    """What a viewer wants to see of each step. Watching nothing costs nothing."""

    top_n: int = Field(20, ge=0, le=MAX_SHOWN, description="Candidates per end of the pipeline in the trace; 0 switches the trace off")
    pinned: tuple[TokenId, ...] = Field((), max_length=32, strict=False, description="Token ids that are always shown")
    attention: Literal["off", "mean", "all"] = Field("mean", description="Mean over heads per layer, or also every head")
    heads: tuple[Annotated[Head, Field(strict=False)], ...] = Field((), max_length=64, strict=False, description="(layer, head) pairs beside the mean")


class RunSpec(Spec):
    """One run: a model by name, a prompt (text or token ids), and how to decode and watch it."""

    model: str = Field("", max_length=128, description="Name of a model; empty is the site's default")
    prompt: str | None = Field(None, min_length=1, max_length=1_000_000)
    prompt_token_ids: tuple[TokenId, ...] | None = Field(None, min_length=1, max_length=1_000_000, strict=False)
    sampling: SamplingParams = Field(default_factory=SamplingParams)
    output_token_ids: tuple[TokenId, ...] = Field(
        (), max_length=MAX_TOKENS_LIMIT, strict=False, description="Tokens that the output already begins with: they count as chosen, and the run goes on after them"
    )
    output_logprobs: tuple[float, ...] = Field(
        (), max_length=MAX_TOKENS_LIMIT, strict=False, description="ln of the probability of each of them when it was chosen; only mirostat needs to know"
    )
    watch: Watch = Field(default_factory=Watch)
    max_tokens_per_second: float | None = Field(None, gt=0.0, le=10_000.0, description="Slows decoding down so that a person can follow")

    @field_validator("output_token_ids")
    @classmethod
    def _check_output(cls, ids: tuple[int, ...], info: ValidationInfo) -> tuple[int, ...]:
        sampling: SamplingParams | None = info.data.get("sampling")
        if sampling is None or not ids:
            return ids
        if sampling.num_beams > 1:
            bounds = {"num_beams": sampling.num_beams, "max_length": 0}
            raise PydanticCustomError("too_long", "a beam search ({num_beams} beams) cannot begin with chosen tokens", bounds)
        if len(ids) > sampling.max_tokens:
            counts = {"given": len(ids), "max_length": sampling.max_tokens}
            raise PydanticCustomError("too_long", "{given} tokens are more than max_tokens ({max_length})", counts)
        return ids

    @field_validator("output_logprobs")
    @classmethod
    def _check_logprobs(cls, logprobs: tuple[float, ...], info: ValidationInfo) -> tuple[float, ...]:
        ids = info.data.get("output_token_ids")
        if logprobs and ids is not None and len(logprobs) != len(ids):
            counts = {"given": len(logprobs), "tokens": len(ids)}
            raise PydanticCustomError("wrong_length", "{given} log-probabilities for {tokens} tokens", counts)
        return logprobs

    @model_validator(mode="after")
    def _check_prompt(self) -> Self:
        if (self.prompt is None) == (self.prompt_token_ids is None):
            raise ValueError("prompt: give either prompt or prompt_token_ids, not both and not neither")
        return self

    def with_seed(self, seed: int) -> RunSpec:
        """This spec with ``seed`` filled in where none was asked for, so that whoever resumes it draws the same numbers."""
        if self.sampling.seed is not None:
            return self
        return self.model_copy(update={"sampling": self.sampling.model_copy(update={"seed": seed})})


class ModelSource(Spec):
    """Where a worker finds a model, and how it loads it. Travels with the task, so that a worker needs no database."""

    name: str = Field(min_length=1, max_length=128)
    source: str = Field(min_length=1, max_length=1024, description="A local folder or a Hub id")
    revision: str | None = Field(None, max_length=128)
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    device: str = Field("auto", max_length=32)
    quantization: Literal["none", "int8", "int4"] = "none"
    draft: str | None = Field(None, max_length=1024, description="A small model with the same vocabulary that drafts for this one")
    root: str | None = Field(None, max_length=1024, description="A folder that the operator has allowed for this model, beside the usual roots")
    context: int | None = Field(None, ge=1, description="Most tokens of prompt and answer, where that is less than the model has")
