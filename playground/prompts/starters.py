"""Beginnings to try: what the bundled model can continue, and the forms of prompt that people talk about. Titles are translated when shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Starter:
    """Either a ``prompt`` or the ``messages`` (role, content) of a conversation. ``language`` is that of the text."""

    name: str
    language: str
    title: Any  # a lazy translation
    prompt: str = ""
    messages: tuple[tuple[str, str], ...] = ()


STORY, FEW_SHOT, QUESTIONS, COUNTING, THOUGHT = (
    pgettext_lazy("starter", "A story"),
    _("Few-shot: capitals"),
    _("Few-shot: question and answer"),
    pgettext_lazy("starter", "Counting"),
    _("Chain of thought (for a larger model)"),
)
ASK, TOLD, ORDERED = _("Chat: a question"), _("Chat: a story"), _("Chat: with a system prompt")

STARTERS = [
    Starter("story", "en", STORY, "Once upon a time, there was a little fox named"),
    Starter("capitals", "en", FEW_SHOT, "The capital of Japan is Tokyo. The capital of Italy is Rome. The capital of France is"),
    Starter("questions", "en", QUESTIONS, "Q: What color is the sky?\nA: Blue.\nQ: What color is grass?\nA:"),
    Starter("counting", "en", COUNTING, "1, 2, 3, 4,"),
    Starter(
        "thought", "en", THOUGHT,
        "Q: Mia has 3 apples and gets 4 more. She gives 2 away. How many has she?\nA: Let's think step by step. Mia begins with 3. With 4 more she has 3 + 4 = 7. Without 2 she has 7 - 2 = 5. The answer is 5.\n\n"
        "Q: Tom has 6 pens and loses 2. He buys 3 more. How many has he?\nA: Let's think step by step.",
    ),
    Starter("ask", "en", ASK, messages=(("user", "What is the capital of France?"),)),
    Starter("told", "en", TOLD, messages=(("user", "Tell me a story."),)),
    Starter("ordered", "en", ORDERED, messages=(("system", "Answer in one short sentence."), ("user", "What is the capital of Peru?"))),
    Starter("story", "zh-hant", STORY, "從前有一隻小狐狸，名叫"),
    Starter("capitals", "zh-hant", FEW_SHOT, "日本的首都是東京。義大利的首都是羅馬。法國的首都是"),
    Starter("counting", "zh-hant", COUNTING, "一、二、三、"),
    Starter("ask", "zh-hant", ASK, messages=(("user", "法國的首都是哪裡？"),)),
    Starter("told", "zh-hant", TOLD, messages=(("system", "你是一個友善的助手。"), ("user", "請說一個故事。"))),
    Starter("story", "zh-hans", STORY, "从前有一只小狐狸，名叫"),
    Starter("capitals", "zh-hans", FEW_SHOT, "日本的首都是东京。意大利的首都是罗马。法国的首都是"),
    Starter("counting", "zh-hans", COUNTING, "一、二、三、"),
    Starter("ask", "zh-hans", ASK, messages=(("user", "法国的首都是哪里？"),)),
    Starter("told", "zh-hans", TOLD, messages=(("system", "你是一个友善的助手。"), ("user", "请说一个故事。"))),
]  # fmt: skip
