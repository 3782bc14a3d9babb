"""What may be asked about a prompt, over HTTP: ``POST /prompts/tokens``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from inference.spec import Spec

MAX_MESSAGES = 256
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


ASKED: TypeAdapter[Text | Chat] = TypeAdapter(Annotated[Text | Chat, Field(discriminator="type")])
