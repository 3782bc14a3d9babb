"""What a prompt is to a model: its tokens, and for a conversation the text that the model's own template makes of it. Torch-free."""

from __future__ import annotations

from dataclasses import dataclass

from inference.events import ErrorInfo
from playground.catalog import services as catalog
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


def plain(name: str, text: str) -> Prompt:
    """``text`` for the model called ``name``, with the special tokens that its tokenizer puts around a text. Raises ``RunRefused``."""
    return _encoded(_model(name), text, add_special_tokens=True)


def chat(name: str, messages: list[dict[str, str]]) -> Prompt:
    """``messages`` in the model's own template, up to where the assistant begins to answer. Raises ``RunRefused``.

    The template writes all special tokens itself, so none is added, as in ``apply_chat_template``.
    """
    model = _model(name)
    template = catalog.chat_template(model)
    if template is None:
        raise RunRefused(ErrorInfo("no_chat_template", "this model has no chat template", "messages"))
    try:
        text = renderer.render(template.text, messages, template.special_tokens)
    except TemplateFailed as error:
        raise RunRefused(ErrorInfo("template_failed", f"the model's chat template says: {error}", "messages", shown(str(error)))) from error
    return _encoded(model, text, add_special_tokens=False)


def _model(name: str) -> catalog.CatalogModel:
    try:
        return catalog.resolve(name)
    except catalog.UnknownModel as error:
        raise RunRefused(ErrorInfo("unknown_model", str(error), "model", shown(name))) from error


def _encoded(model: catalog.CatalogModel, text: str, add_special_tokens: bool) -> Prompt:
    tokens = catalog.encode(model, text, add_special_tokens)
    if tokens is None:
        raise RunRefused(ErrorInfo("no_tokenizer", "the tokenizer of this model is not on this machine, or is not a fast one", "model"))
    return Prompt(text, tokens.ids, tokens.spans, tokens.special, model.context)
