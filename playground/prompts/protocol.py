"""What may be asked about a prompt and about a vocabulary, over HTTP: ``POST /prompts/tokens``, ``POST /prompts/vocabulary``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from inference.spec import Spec, TokenId

MAX_MESSAGES = 256
MAX_FOUND = 50
MAX_AFTER = 64
ModelName = Annotated[str, Field(max_length=128)]  # "" is the site's default


class Message(Spec):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class Text(Spec):
    """A text as it is, with the special tokens that the tokenizer puts around it."""

    type: Literal["text"]
    model: ModelName = ""
    prompt: str


class Chat(Spec):
    """A conversation in the model's chat template."""

    type: Literal["chat"]
    model: ModelName = ""
    messages: list[Message] = Field(min_length=1, max_length=MAX_MESSAGES)


class Continuation(Spec):
    """A text that is to follow tokens, without any special token: what a person writes into an output. Some of the last tokens before it do."""

    type: Literal["continuation"]
    model: ModelName = ""
    after: list[TokenId] = Field(max_length=MAX_AFTER)
    text: str = Field(min_length=1)


Asked = Text | Chat | Continuation
ASKED: TypeAdapter[Asked] = TypeAdapter(Annotated[Asked, Field(discriminator="type")])


class ByText(Spec):
    """The tokens that hold a text."""

    type: Literal["text"]
    model: ModelName = ""
    text: str = Field(min_length=1, max_length=100)
    limit: int = Field(MAX_FOUND, ge=1, le=MAX_FOUND)


class ById(Spec):
    """The token with an id."""

    type: Literal["id"]
    model: ModelName = ""
    id: TokenId


SOUGHT: TypeAdapter[ByText | ById] = TypeAdapter(Annotated[ByText | ById, Field(discriminator="type")])
