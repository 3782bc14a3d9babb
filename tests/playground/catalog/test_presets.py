"""Presets are rows of the panel: what an operator makes of them is what the page offers, in the reader's language."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from inference.spec import SamplingParams
from playground.catalog.models import Preset
from playground.runs.boot import boot

pytestmark = pytest.mark.django_db


def names() -> list[str]:
    return [preset["name"] for preset in boot()["presets"]]


def of(name: str) -> dict[str, Any]:
    return next(preset for preset in boot()["presets"] if preset["name"] == name)


def test_the_site_comes_with_five_and_opens_with_the_balanced_one() -> None:
    assert names() == ["greedy", "precise", "balanced", "creative", "wild"]
    example = boot()["example"]
    assert (example["preset"], example["sampling"]["top_k"]) == ("balanced", 40)
    with translation.override("zh-hant"):
        assert of("greedy")["title"] == "貪婪"


def test_an_operators_own_stands_in_its_place_under_its_own_name_in_each_language() -> None:
    row = Preset(name="dice", title="All dice", title_zh_hant="全靠骰子", sampling={"temperature": 1.0}, position=15)
    row.full_clean()
    row.save()
    assert names()[:3] == ["greedy", "dice", "precise"]
    assert of("dice")["title"] == "All dice"
    assert of("dice")["sampling"] == SamplingParams(temperature=1.0).model_dump(mode="json")
    with translation.override("zh-hant"):
        assert of("dice")["title"] == "全靠骰子"
    with translation.override("zh-hans"):
        assert of("dice")["title"] == "All dice"


def test_one_that_is_off_is_not_offered_and_the_page_opens_with_the_next() -> None:
    Preset.objects.filter(name="balanced").update(enabled=False)
    assert "balanced" not in names()
    assert boot()["example"]["preset"] == "greedy"


def test_without_any_the_page_opens_with_the_engines_own_settings() -> None:
    Preset.objects.all().delete()
    assert boot()["presets"] == []
    assert boot()["example"]["sampling"] == SamplingParams().model_dump(mode="json")


def test_a_row_that_cannot_be_read_takes_nothing_away_but_itself() -> None:
    Preset.objects.filter(name="balanced").update(sampling={"warmth": 3})
    assert names() == ["greedy", "precise", "creative", "wild"]
    assert boot()["example"]["preset"] == "greedy"


@pytest.mark.parametrize(
    ("sampling", "said"),
    [
        ({"temperature": -1}, "temperature: Input should be greater than or equal to 0"),
        ({"warmth": 1}, "warmth: Extra inputs are not permitted"),
        ({"max_tokens": 5}, "A preset leaves these settings alone: max_tokens"),
        ([1], 'An object is needed, as in {"temperature": 0.7}.'),
    ],
)
def test_settings_that_make_no_preset_are_refused_at_the_field(sampling: Any, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Preset(name="mine", sampling=sampling).full_clean()
    assert caught.value.message_dict == {"sampling": [said]}
