"""The command that adds a model loads it first, with the settings that it is then offered with."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from playground.catalog.models import Model
from playground.catalog.services import resolve

pytestmark = pytest.mark.django_db


def test_a_model_is_added_with_quantized_weights_and_its_facts_are_printed() -> None:
    out = io.StringIO()
    call_command("addmodel", "bundled:draft", "--name", "small", "--quantization", "int8", stdout=out)
    assert "int8 weights" in out.getvalue()
    assert out.getvalue().count("\n") == 1
    assert resolve("small").source.quantization == "int8"


def test_a_quantization_that_is_not_offered_is_refused_and_nothing_is_added() -> None:
    with pytest.raises(CommandError, match="quantization"):
        call_command("addmodel", "bundled:draft", "--name", "small", "--quantization", "int3")
    assert not Model.objects.filter(name="small").exists()


def test_a_folder_that_is_no_model_is_refused_with_the_reason(tmp_path: object) -> None:
    with pytest.raises(CommandError, match="is not a model folder"):
        call_command("addmodel", str(tmp_path), "--name", "small")
    assert not Model.objects.filter(name="small").exists()
