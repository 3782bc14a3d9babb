"""What a run asks for. Torch-free; knows nothing of Django.

Validated once, at the edge: bounds, no NaN, no unknown keys. The JSON schema of ``SamplingParams`` draws the settings panel, so
each field carries its group, slider range, neutral value and formula next to its bounds. Texts are marked with ``gettext_noop``
so that the site's catalogues pick them up; nothing is translated here.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

MAX_SEED = 2**53 - 1  # the largest integer that a browser can hold exactly
MAX_TOKENS_LIMIT = 32_768
MAX_SHOWN = 200

StageName = Literal[
    "logit_bias",
    "min_tokens",
    "repetition_penalty",
    "presence_penalty",
    "frequency_penalty",
    "temperature",
    "top_k",
    "top_p",
    "min_p",
]
DEFAULT_STAGE_ORDER: tuple[StageName, ...] = get_args(StageName)


def gettext_noop(text: str) -> str:
    """Mark ``text`` for translation and return it unchanged (the site translates it when it draws the schema)."""
    return text


class Spec(BaseModel):
    """Base of all specs: immutable, no unknown keys, no NaN or infinities, no silent conversion of strings to numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)


def setting(default: Any, group: str, title: str, help: str, *, formula: str = "", neutral: Any = None, **bounds: Any) -> Any:
    """A field of ``SamplingParams``. ``slider`` is ``[min, max, step]`` of the control, which may be narrower than the bounds."""
    slider = bounds.pop("slider", None)
    default_factory = bounds.pop("default_factory", None)
    extra = {"group": group, "formula": formula, "neutral": neutral, "slider": slider}
    value = {"default_factory": default_factory} if default_factory else {"default": default}
    return Field(title=title, description=help, json_schema_extra=extra, **value, **bounds)


TokenId = Annotated[int, Field(ge=0, le=10_000_000)]
TokenIdKey = Annotated[int, Field(ge=0, le=10_000_000, strict=False)]  # JSON object keys are strings
_ = gettext_noop


class SamplingParams(Spec):
    """How the next token is chosen and when to end. Field names follow vLLM, then transformers, then llama.cpp."""

    temperature: float = setting(
        1.0, "sampling", _("Temperature"), _("Divides the logits: below 1 sharpens the distribution, above 1 flattens it. 0 always takes the most likely token."),
        formula="z' = z / T", neutral=1.0, ge=0.0, le=10.0, slider=[0, 2, 0.01])
    top_k: int = setting(
        0, "sampling", _("Top-k"), _("Keeps the k most likely tokens. 0 is off."),
        formula="keep z >= k-th largest z", neutral=0, ge=0, le=1_000_000, slider=[0, 200, 1])
    top_p: float = setting(
        1.0, "sampling", _("Top-p"), _("Keeps the smallest set of most likely tokens whose probabilities add up to p. 1 is off."),
        formula="keep while the mass before it < p", neutral=1.0, gt=0.0, le=1.0, slider=[0.01, 1, 0.01])
    min_p: float = setting(
        0.0, "sampling", _("Min-p"), _("Removes tokens less likely than this share of the most likely one. 0 is off."),
        formula="keep p >= min_p x max p", neutral=0.0, ge=0.0, le=1.0, slider=[0, 0.5, 0.005])
    min_keep: int = setting(
        1, "sampling", _("Keep at least"), _("No filter leaves fewer tokens than this."),
        neutral=1, ge=1, le=1000, slider=[1, 20, 1])
    repetition_penalty: float = setting(
        1.0, "penalties", _("Repetition penalty"), _("Makes every token that has already occurred, in the prompt or the output, less likely. 1 is off."),
        formula="z > 0: z / r    z <= 0: z x r", neutral=1.0, gt=0.0, le=10.0, slider=[0.5, 2, 0.01])
    presence_penalty: float = setting(
        0.0, "penalties", _("Presence penalty"), _("Subtracted once from every token that the output already contains. Negative values encourage repeats."),
        formula="z' = z - a [count > 0]", neutral=0.0, ge=-2.0, le=2.0, slider=[-2, 2, 0.05])
    frequency_penalty: float = setting(
        0.0, "penalties", _("Frequency penalty"), _("Subtracted once for each time the output already contains the token. Negative values encourage repeats."),
        formula="z' = z - a x count", neutral=0.0, ge=-2.0, le=2.0, slider=[-2, 2, 0.05])
    logit_bias: dict[TokenIdKey, Annotated[float, Field(ge=-100.0, le=100.0)]] = setting(
        None, "penalties", _("Logit bias"), _("Added to the logits of chosen tokens. -100 in effect bans a token, +100 in effect forces it."),
        formula="z'[i] = z[i] + bias[i]", default_factory=dict, neutral={}, max_length=1024)
    max_tokens: int = setting(
        256, "length", _("Most new tokens"), _("The run ends after this many new tokens."),
        ge=1, le=MAX_TOKENS_LIMIT, slider=[1, 512, 1])
    min_tokens: int = setting(
        0, "length", _("Fewest new tokens"), _("Until then the end token, the stop tokens and the stop strings cannot end the run."),
        neutral=0, ge=0, le=MAX_TOKENS_LIMIT, slider=[0, 256, 1])
    stop: tuple[Annotated[str, Field(min_length=1, max_length=256)], ...] = setting(
        (), "length", _("Stop strings"), _("The run ends where one of these would appear, even across token borders. They are not part of the output."),
        neutral=[], max_length=16, strict=False)
    stop_token_ids: tuple[TokenId, ...] = setting(
        (), "length", _("Stop token ids"), _("The run ends when one of these tokens is chosen."), neutral=[], max_length=64, strict=False)
    ignore_eos: bool = setting(
        False, "length", _("Ignore end of text"), _("Goes on after the model's end-of-text token."), neutral=False)
    seed: int | None = setting(
        None, "reproducibility", _("Seed"), _("The same seed draws the same numbers. Empty: a new one for every run."),
        formula="u = Philox(seed, (sample, step))", ge=0, le=MAX_SEED)
    stage_order: tuple[StageName, ...] = setting(
        DEFAULT_STAGE_ORDER, "reproducibility", _("Order of the stages"), _("The order in which the stages run. Each stage at most once; one that is left out does not run."),
        neutral=list(DEFAULT_STAGE_ORDER), max_length=len(DEFAULT_STAGE_ORDER), strict=False)

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.min_tokens > self.max_tokens:
            raise ValueError(f"min_tokens: {self.min_tokens} is more than max_tokens ({self.max_tokens})")
        if len(set(self.stage_order)) != len(self.stage_order):
            raise ValueError(f"stage_order: each stage may appear once, got {list(self.stage_order)}")
        return self

    @property
    def greedy(self) -> bool:
        """Temperature 0 is greedy, as in vLLM."""
        return self.temperature == 0.0


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
    watch: Watch = Field(default_factory=Watch)
    max_tokens_per_second: float | None = Field(None, gt=0.0, le=10_000.0, description="Slows decoding down so that a person can follow")

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
    root: str | None = Field(None, max_length=1024, description="A folder that the operator has allowed for this model, beside the usual roots")
