"""The run as a program: what can be installed is run, and gives the same tokens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from transformers import AutoTokenizer

from inference.sources import BUNDLED
from playground.config import ROOT
from tests.browser.playground import Playground
from tests.clients import client_program

pytestmark = pytest.mark.browser
NASTY = 'Once "upon" a \\n time\n\tit\'s $HOME `x` 狐狸 🦊, there was'
IDS = "\nimport json\nprint(json.dumps(output[0, inputs['input_ids'].shape[1]:].tolist()))\n"
Prepare = Callable[[Playground], None]


def snippet(page: Playground, engine: str) -> str:
    page.tab("Code")
    page.page.locator(f'input[name="engine"][value="{engine}"]').check(force=True)
    return page.hook("code").inner_text()


def completed(page: Playground) -> None:
    page.type_prompt(NASTY)


def punished(page: Playground) -> None:
    page.type_prompt("Once upon a time")
    page.set("repetition_penalty", "1.3")
    page.set("min_tokens", "10")


def asked(page: Playground) -> None:
    page.hook("starters").click()
    page.hook("starters-en-ordered").click()


@pytest.mark.parametrize("prepare", [completed, punished, asked])
def test_transformers_gives_the_same_greedy_tokens(page: Playground, prepare: Prepare) -> None:
    page.preset("greedy")
    page.set("max_tokens", "24")
    page.speed(None)
    prepare(page)
    ids = page.run_to_end()
    program = snippet(page, "transformers") + IDS
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout.splitlines()[-1]) == ids


def drawn(page: Playground) -> None:
    """Sampled, with settings that OpenAI has no name for."""
    page.type_prompt(NASTY)
    page.preset("balanced")
    page.set("repetition_penalty", "1.3")
    page.set("min_tokens", "24")


def written(ids: list[int]) -> str:
    """What the ids spell. The page's own text is no measure: of a character that two tokens make it shows the first one's bytes too."""
    return whole(AutoTokenizer.from_pretrained(BUNDLED / "main").decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))


def whole(text: str) -> str:
    """``text`` to its last whole character. The tokenizer spells one that the token limit has cut as a replacement sign; the site holds it back."""
    return text.rstrip("\ufffd")


@pytest.mark.parametrize("prepare", [drawn, asked])
def test_this_site_gives_the_same_tokens_to_openais_client_and_to_curl(page: Playground, prepare: Prepare) -> None:
    page.set("max_tokens", "24")
    page.speed(None)
    prepare(page)
    shown = written(page.run_to_end())
    environment = {**os.environ, "NO_PROXY": "*"}

    def run(command: list[str]) -> subprocess.CompletedProcess[bytes]:
        """Its output as bytes: as text it would have other line ends."""
        return subprocess.run(command, env=environment, capture_output=True, check=False, timeout=120)

    client = run([str(client_program("python")), "-c", snippet(page, "openai")])
    assert whole(client.stdout.decode().removesuffix("\n")) == shown, client.stderr
    answer = run(["bash", "-c", snippet(page, "curl")])
    choice = json.loads(answer.stdout)["choices"][0]
    assert whole(choice["message"]["content"] if "message" in choice else choice["text"]) == shown


@pytest.mark.parametrize("engine", ["vllm", "llamacpp"])
@pytest.mark.parametrize("prepare", [completed, asked])
def test_the_other_programs_are_python(page: Playground, engine: str, prepare: Prepare) -> None:
    prepare(page)
    compile(snippet(page, engine), engine, "exec")


def test_the_command_line_hands_the_prompt_over_letter_by_letter(page: Playground) -> None:
    page.type_prompt(NASTY)
    program = "llama-completion() { printf '%s\\0' \"$@\"; }\n" + snippet(page, "llamacli")
    arguments = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True).stdout.split("\0")
    assert arguments[arguments.index("-p") + 1] == NASTY


def test_what_an_engine_cannot_express_is_a_comment(page: Playground) -> None:
    page.set("presence_penalty", "0.5")
    assert "# transformers cannot express: presence_penalty = 0.5" in snippet(page, "transformers")
    assert "cannot express" not in snippet(page, "vllm")
    assert "presence_penalty=0.5" in snippet(page, "vllm")


def test_code_is_copied(page: Playground) -> None:
    page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    code = snippet(page, "transformers")
    page.hook("copy-code").click()
    assert page.page.evaluate("navigator.clipboard.readText()").strip() == code.strip()
