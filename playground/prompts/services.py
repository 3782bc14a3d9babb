"""What a prompt is to a model: its tokens, and for a conversation the text that the model's own template makes of it; and what tokens a model has.

A model that ``person`` may not use is unknown to them here too: its vocabulary would tell what it is. Torch-free.
"""

from __future__ import annotations

from dataclasses import dataclass

from inference.events import ErrorInfo
from playground.catalog import services as catalog
from playground.catalog.vocabulary import Entry, Vocabulary
from playground.live.refusals import RunRefused, shown
from playground.prompts.renderer import Renderer, TemplateFailed

renderer = Renderer()


@dataclass(frozen=True, slots=True)
class Prompt:
    """``text`` is what was tokenised. The ids are what the model is given, special tokens included."""

    text: str
    ids: list[int]
    spans: list[tuple[int, int]]
    special: dict[int, str]
    context: int | None


def plain(person: str, name: str, text: str) -> Prompt:
    """``text`` for the model called ``name``, with the special tokens that its tokenizer puts around a text. Raises ``RunRefused``."""
    return _encoded(_model(person, name), text, add_special_tokens=True)


def chat(person: str, name: str, messages: list[dict[str, str]]) -> Prompt:
    """``messages`` in the model's own template, up to where the assistant begins to answer. Raises ``RunRefused``.

    The template writes all special tokens itself, so none is added, as in ``apply_chat_template``.
    """
    model = _model(person, name)
    template = catalog.chat_template(model)
    if template is None:
        raise RunRefused(ErrorInfo("no_chat_template", "this model has no chat template", "messages"))
    try:
        text = renderer.render(template.text, messages, template.special_tokens)
    except TemplateFailed as error:
        raise RunRefused(ErrorInfo("template_failed", f"the model's chat template says: {error}", "messages", shown(str(error)))) from error
    return _encoded(model, text, add_special_tokens=False)


@dataclass(frozen=True, slots=True)
class Found:
    """Tokens of a vocabulary of ``size``, best first, of ``total`` that were found."""

    tokens: list[Entry]
    total: int
    size: int


def by_text(person: str, name: str, text: str, most: int) -> Found:
    """Tokens of the model called ``name`` that hold ``text``. Raises ``RunRefused``."""
    vocabulary = _vocabulary(person, name)
    tokens, total = vocabulary.find(text, most)
    return Found(tokens, total, len(vocabulary))


def by_id(person: str, name: str, token: int) -> Found:
    """The token of the model called ``name`` with that id. Raises ``RunRefused``."""
    vocabulary = _vocabulary(person, name)
    entry = vocabulary.entry(token)
    if entry is None:
        bound = f"< {len(vocabulary)}"
        raise RunRefused(ErrorInfo("unknown_token", f"this model has no token {token}", "id", str(token), bound))
    return Found([entry], 1, len(vocabulary))


def _vocabulary(person: str, name: str) -> Vocabulary:
    vocabulary = catalog.vocabulary(_model(person, name))
    if vocabulary is None:
        raise _no_tokenizer()
    return vocabulary


def _no_tokenizer() -> RunRefused:
    return RunRefused(ErrorInfo("no_tokenizer", "the tokenizer of this model is not on this machine, or is not a fast one", "model"))


@dataclass(frozen=True, slots=True)
class Continuation:
    """The tokens of a text that follows others."""

    ids: list[int]


def continuation(person: str, name: str, after: list[int], text: str) -> Continuation:
    """Tokens that spell exactly ``text`` where the tokens ``after`` stand before it. Raises ``RunRefused``, also where there are none."""
    model = _model(person, name)
    try:
        ids = catalog.encode_after(model, after, text)
    except ValueError as error:
        message = "the tokenizer of this model cannot write this text so that it reads the same"
        raise RunRefused(ErrorInfo("no_round_trip", message, "text", shown(str(error)))) from error
    if ids is None:
        raise _no_tokenizer()
    return Continuation(ids)


def _model(person: str, name: str) -> catalog.CatalogModel:
    try:
        return catalog.resolve(name, person)
    except catalog.UnknownModel as error:
        raise RunRefused(ErrorInfo("unknown_model", str(error), "model", shown(name))) from error


def _encoded(model: catalog.CatalogModel, text: str, add_special_tokens: bool) -> Prompt:
    tokens = catalog.encode(model, text, add_special_tokens)
    if tokens is None:
        raise _no_tokenizer()
    return Prompt(text, tokens.ids, tokens.spans, tokens.special, model.context)
