"""The playground's page as the server sends it."""

import json
import re

import pytest
from django.test import Client
from django.utils import translation

from inference.spec import SamplingParams
from playground.runs.boot import boot

pytestmark = pytest.mark.django_db


def test_the_page_opens_ready_with_a_model_a_prompt_and_settings() -> None:
    page = Client().get("/").content.decode()
    state = json.loads(re.search(r'<script id="boot" type="application/json">(.*?)</script>', page, re.S).group(1))  # type: ignore[union-attr]
    assert state["models"][0]["default"]
    assert state["example"]["prompt"]
    SamplingParams.model_validate(state["example"]["sampling"])


def test_every_preset_is_a_valid_setting() -> None:
    for preset in boot()["presets"]:
        SamplingParams.model_validate(preset["sampling"])


def test_scripts_need_a_nonce_or_come_from_the_site() -> None:
    response = Client().get("/")
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    inline = [tag for tag in re.findall(r"<script\b[^>]*>", response.content.decode()) if "src=" not in tag and "application/json" not in tag]
    assert all("nonce=" in tag for tag in inline)


@pytest.mark.parametrize("language", ["zh-hant", "zh-hans"])
def test_settings_presets_and_example_are_translated(language: str) -> None:
    english = boot()
    with translation.override(language):
        translated = boot()
    for field, schema in translated["schema"]["properties"].items():
        assert schema["title"] != english["schema"]["properties"][field]["title"] or field in {"top_k", "top_p", "min_p"}, field
        assert schema["description"] != english["schema"]["properties"][field]["description"], field
    assert translated["presets"][0]["title"] != english["presets"][0]["title"]
    pairs = zip(translated["starters"], english["starters"], strict=True)
    assert all(ours["title"] != theirs["title"] and ours["prompt"] == theirs["prompt"] for ours, theirs in pairs)
    assert translated["example"]["prompt"] != english["example"]["prompt"]


def test_the_language_follows_the_browser() -> None:
    assert Client().get("/", headers={"accept-language": "zh-TW,zh;q=0.9"}).headers["Content-Language"] == "zh-hant"


def test_a_post_to_the_page_is_refused() -> None:
    assert Client().post("/").status_code == 405
