"""Chat templates: the same text as transformers makes, and nothing else however a template tries."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from transformers.utils.chat_template_utils import render_jinja_template

from playground.prompts.renderer import Renderer, TemplateFailed
from playground.prompts.sandbox import MAX_RENDERED

TALK = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi <b> & 你好\n"}, {"role": "assistant", "content": " Hello! "}, {"role": "user", "content": "{{ 7 * 7 }}"}]
NAMED = {"bos_token": "<s>", "eos_token": "</s>"}
TEMPLATES = {
    "chatml": "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m['content'] | trim + '<|im_end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    "blocks": "{{ bos_token }}\n{%- for m in messages %}\n    {% if m.role == 'user' %}\n[INST] {{ m.content }} [/INST]\n    {% else %}\n{{ m.content }}{{ eos_token }}\n    {% endif %}\n{% endfor %}",
    "namespace": "{% set ns = namespace(n=0, first=true) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{{ ns.n }}:{{ m.content }};{% endfor %}",
    "json": "{{ messages | tojson }}{{ messages[1] | tojson(indent=2) }}",
    "control": "{% for m in messages %}{% if loop.index > 2 %}{% break %}{% endif %}{{ m.content }}{% endfor %}",
    "generation": "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% endgeneration %}{% else %}{{ m.content }}{% endif %}{% endfor %}",
    "tools": "{% if tools %}T{% else %}-{% endif %}{% if tools is not none %}t{% endif %}{% if documents %}D{% endif %}{% if unknown is defined %}U{% endif %}",
    "dict": "{{ dict(a=1) }}{{ dict.fromkeys(['x'], 2) }}",
}


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    renderer = Renderer()
    yield renderer
    renderer.close()


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_renders_as_in_transformers(renderer: Renderer, name: str) -> None:
    (expected,), _ = render_jinja_template([TALK], chat_template=TEMPLATES[name], add_generation_prompt=True, **NAMED)
    assert renderer.render(TEMPLATES[name], TALK, NAMED) == expected


@pytest.mark.parametrize(
    "template",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% macro f() %}{{ f() }}{% for a in range(99999) %}{{ a }}{% endfor %}{% endmacro %}{% for a in range(9999) %}{% set x = f %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    ],
)
def test_a_template_that_does_not_end_is_ended_and_the_next_one_renders(template: str) -> None:
    renderer = Renderer(seconds=1.0)
    begun = time.monotonic()
    with pytest.raises(TemplateFailed, match="longer than 1 seconds"):
        renderer.render(template, TALK, NAMED)
    assert time.monotonic() - begun < 5
    assert Renderer().render("{{ messages | length }}", TALK, NAMED) == "4"
    renderer.close()


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{{ 'x' * 10 ** 10 }}", "memory"),
        ("{% for a in range(99999) %}{{ 'x' * 100 }}{% endfor %}", str(MAX_RENDERED)),
        ("{{ raise_exception('Only user and assistant roles are supported!') }}", "Only user and assistant"),
        ("{% if %}", "Expected an expression"),
        ("{{ messages.append(1) }}", "append"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "unsafe"),
        ("{{ cycler.__init__.__globals__.os.environ }}", "unsafe"),
        ("{% set ns = namespace(__class__=1) %}", "underscore"),
        ("{{ messages[9].content }}", "no element 9"),
        ("{% include '/etc/passwd' %}", "loader"),
    ],
)
def test_what_a_template_may_not_do_is_refused_in_words(renderer: Renderer, template: str, reason: str) -> None:
    with pytest.raises(TemplateFailed, match=reason):
        renderer.render(template, TALK, NAMED)


def test_a_renderer_whose_process_died_starts_another(renderer: Renderer) -> None:
    process: Any = renderer._running()
    process.kill()
    process.wait()
    assert renderer.render("{{ messages[0].role }}", TALK, NAMED) == "system"


def test_the_process_sees_nothing_of_our_environment(renderer: Renderer) -> None:
    process: Any = renderer._running()
    with open(f"/proc/{process.pid}/environ", "rb") as environment:
        assert environment.read() == b""
