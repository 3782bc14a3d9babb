"""The clients that people have: each installed, each talking to a real server."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from inference.sources import bundled
from tests.clients import client_program
from tests.site import Site

SCRIPTS = Path(__file__).parent / "clients"
COUNTRIES = {"France": "Paris", "Italy": "Rome", "Japan": "Tokyo", "Spain": "Madrid"}


def speak(site: Site, name: str, *arguments: str, folder: Path) -> Any:
    """What a client got."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "HF_HUB_OFFLINE": "1",
        "NO_PROXY": "*",
        "TOKENIZERS_PARALLELISM": "false",
    }
    done = subprocess.run(
        [client_program("python"), SCRIPTS / f"speak_{name}.py", site.url, "none", *arguments], capture_output=True, text=True, env=environment, timeout=170
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_openais_own_client(site: Site, tmp_path: Path) -> None:
    got = speak(site, "openai", folder=tmp_path)
    assert "stories" in got["models"]
    assert got["text"].startswith(" Paris")
    assert (got["streamed"], got["usage"], len(got["logprobs"])) == (got["text"], 3, 3)
    assert "Paris" in got["chat"]
    assert (got["chat_streamed"], got["top"]) == (got["chat"], 3)
    assert (got["refused"], got["unknown"]) == ("model_not_found", "invalid_api_key")


def test_litellm(site: Site, tmp_path: Path) -> None:
    got = speak(site, "litellm", folder=tmp_path)
    assert "Paris" in got["chat"]
    assert got["streamed"] == got["chat"]


def test_langchain(site: Site, tmp_path: Path) -> None:
    got = speak(site, "langchain", folder=tmp_path)
    assert "Paris" in got["chat"]
    assert got["streamed"] == got["chat"]
    assert got["structured"]["name"] in ("Lily", "Ben")


def test_lm_evals_loglikelihoods_are_those_of_transformers(site: Site, tmp_path: Path) -> None:
    choices = [f" {capital}" for capital in COUNTRIES.values()]
    task = tmp_path / "capitals.jsonl"
    rows = [{"question": f"The capital of {country} is", "choices": choices, "answer": number} for number, country in enumerate(COUNTRIES)]
    task.write_text("".join(json.dumps(row) + "\n" for row in rows))
    got = speak(site, "lm_eval", str(bundled("main")), str(task), folder=tmp_path)
    assert got["acc"] == 1.0
    expected = loglikelihoods([(str(row["question"]), choice) for row in rows for choice in choices])
    assert [value for sample in got["loglikelihoods"] for value in sample] == pytest.approx(expected, abs=1e-3)


def loglikelihoods(pairs: list[tuple[str, str]]) -> list[float]:
    """ln p(continuation | context) by transformers itself; lm-eval adds no special tokens of its own accord."""
    folder = bundled("main")
    model, tokenizer = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32), AutoTokenizer.from_pretrained(folder)
    found = []
    for context, continuation in pairs:
        before, whole = (tokenizer(text, add_special_tokens=False).input_ids for text in (context, context + continuation))
        with torch.no_grad():
            logprobs = torch.log_softmax(model(torch.tensor([whole])).logits[0].float(), -1)
        found.append(sum(float(logprobs[place - 1, whole[place]]) for place in range(len(before), len(whole))))
    return found
