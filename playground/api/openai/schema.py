"""What OpenAI's clients send, with vLLM's extra fields: every setting of ``SamplingParams`` stands at the top. Pure.

Fields that change nothing here (``user``, ``metadata``, ...) are taken and ignored; unknown ones are refused by name.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from inference.spec import SamplingParams

Ids = Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)]
MAX_PROMPTS = 128
MAX_LOGPROBS = 20
IGNORED = {"user", "metadata", "store", "service_tier", "parallel_tool_calls", "safety_identifier", "prompt_cache_key", "skip_special_tokens", "spaces_between_special_tokens", "add_special_tokens", "verbosity", "add_generation_prompt"}
# What stands elsewhere, or means something else there
OWN = {"n", "stop", "logprobs"}
EXTRA = set(SamplingParams.model_fields) - OWN


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else [] if value is None else value


Stop = Annotated[list[str], BeforeValidator(_listed)]


class StreamOptions(BaseModel):
    model_config = ConfigDict(extra="forbid")

    include_usage: bool = False
    continuous_usage_stats: bool = False


class Request(BaseModel):
    """What both kinds of completion have in common. ``settings`` are the fields of ``SamplingParams`` that were given."""

    model_config = ConfigDict(extra="forbid", strict=True)

    model: str = Field(min_length=1, max_length=128)
    n: int = Field(1, ge=1, le=16)
    stop: Stop = []
    stream: bool = False
    stream_options: StreamOptions | None = None
    settings: dict[str, Any] = {}

    @model_validator(mode="before")
    @classmethod
    def _sort(cls, body: Any) -> Any:
        """Settings of the sampling apart from what is this API's own; nulls are as good as absent."""
        if not isinstance(body, dict):
            raise ValueError("the body must be a JSON object")
        given = {name: value for name, value in body.items() if value is not None and name not in IGNORED}
        if "settings" in given:
            raise ValueError("settings: unknown field")
        settings = {name: given.pop(name) for name in list(given) if name in EXTRA and name not in cls.model_fields}
        return {**given, "settings": settings}


class CompletionRequest(Request):
    prompt: str | Ids | list[str] | list[Ids]
    best_of: int | None = Field(None, ge=1, le=16)
    echo: bool = False
    logprobs: int | None = Field(None, ge=0, le=MAX_LOGPROBS)
    max_tokens: int = Field(16, ge=0, le=1_000_000)
    suffix: Any = None

    @model_validator(mode="after")
    def _check(self) -> CompletionRequest:
        if self.suffix:
            raise ValueError("suffix: these models do not fill in the middle")
        if self.best_of is not None and self.best_of < self.n:
            raise ValueError(f"best_of: {self.best_of} is less than n, {self.n}")
        if self.best_of is not None and self.best_of > self.n and self.stream:
            raise ValueError("best_of: cannot be streamed where it is more than n")
        if self.max_tokens == 0 and not self.echo:
            raise ValueError("max_tokens: 0 needs echo")
        if self.max_tokens == 0 and self.stream:
            raise ValueError("max_tokens: 0 cannot be streamed")
        if not self.prompts or len(self.prompts) > MAX_PROMPTS:
            raise ValueError(f"prompt: 1 to {MAX_PROMPTS} prompts, not {len(self.prompts)}")
        return self

    @property
    def prompts(self) -> list[str | list[int]]:
        """One entry a prompt, each a text or token ids."""
        if isinstance(self.prompt, str):
            return [self.prompt]
        return [list(self.prompt)] if self.prompt and isinstance(self.prompt[0], int) else list(self.prompt)  # type: ignore[arg-type]


class TextPart(BaseModel):
    model_config = ConfigDict(extra="forbid")

    type: Literal["text"]
    text: str


def _joined(value: Any) -> Any:
    """Content in parts as one text."""
    if isinstance(value, list):
        return "".join(TextPart.model_validate(part).text for part in value)
    return value


class Message(BaseModel):
    model_config = ConfigDict(extra="ignore")

    role: Literal["system", "user", "assistant", "developer"]
    content: Annotated[str, BeforeValidator(_joined)]

    def plain(self) -> dict[str, str]:
        """As templates know it."""
        return {"role": "system" if self.role == "developer" else self.role, "content": self.content}


class JsonSchema(BaseModel):
    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    name: str = "schema"
    schema_: dict[str, Any] = Field({}, alias="schema")


class ResponseFormat(BaseModel):
    model_config = ConfigDict(extra="forbid")

    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None

    @model_validator(mode="after")
    def _check(self) -> ResponseFormat:
        if (self.type == "json_schema") != (self.json_schema is not None):
            raise ValueError("json_schema: given with type json_schema, and only then")
        return self

    @property
    def constraint(self) -> dict[str, Any]:
        """The setting that makes the output so."""
        if self.json_schema is not None:
            return {"json_schema": self.json_schema.schema_}
        return {"json_schema": {"type": "object"}} if self.type == "json_object" else {}


class ChatRequest(Request):
    messages: list[Message] = Field(min_length=1, max_length=1000)
    max_tokens: int | None = Field(None, ge=1, le=1_000_000)
    max_completion_tokens: int | None = Field(None, ge=1, le=1_000_000)
    logprobs: bool = False
    top_logprobs: int | None = Field(None, ge=0, le=MAX_LOGPROBS)
    response_format: ResponseFormat | None = None

    @model_validator(mode="after")
    def _check(self) -> ChatRequest:
        if self.top_logprobs and not self.logprobs:
            raise ValueError("top_logprobs: needs logprobs")
        return self
