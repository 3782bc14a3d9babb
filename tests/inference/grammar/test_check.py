"""Which constraints are refused before anything runs, and that this is quick whatever they are."""

from __future__ import annotations

import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.grammar import ConstraintError, check_constraint
from inference.spec import SamplingParams


def fault(**constraint: Any) -> ConstraintError:
    with pytest.raises(ConstraintError) as caught:
        check_constraint(SamplingParams(**constraint))
    return caught.value


@pytest.mark.parametrize("constraint", [{"choice": ("a", "貓", '"\\\n')}, {"regex": "^a/b[/]$"}, {"json_schema": True}, {"json_schema": {"type": "object"}}, {"grammar": 'start: "a"~1..3'}])
def test_a_constraint_becomes_a_grammar(constraint: dict[str, Any]) -> None:
    assert (check_constraint(SamplingParams(**constraint)) or "").startswith("start: ")


def test_without_a_constraint_there_is_no_grammar() -> None:
    assert check_constraint(SamplingParams()) is None


def test_a_schema_is_taken_as_text_and_as_an_object() -> None:
    schema = {"type": "string", "maxLength": 3}
    assert SamplingParams.model_validate({"json_schema": schema}) == SamplingParams(json_schema=json.dumps(schema))


@pytest.mark.parametrize(
    ("constraint", "words"),
    [
        ({"regex": "a{"}, "does not compile"),
        ({"regex": r"\bword"}, "not supported"),
        ({"regex": "a\\"}, "backslash"),
        ({"json_schema": {"not": {}}}, "not"),
        ({"json_schema": False}, "allows nothing"),
        ({"json_schema": {"$ref": "https://example.org/x"}}, "does not fetch"),
        ({"json_schema": {"x-guidance": 1}}, "options"),
        ({"grammar": "start: nosuch"}, "at 1(8): unknown name"),
        ({"grammar": 'start: A\nA: /a/ & ~/b/'}, "intersections"),
        ({"grammar": 'start: <a/b> A <c/d>\nA: /x\n/ ~ "y"'}, "complements"),
        ({"grammar": 'start: %json {"multipl\\u0065Of": 99991}'}, "multipleOf"),
    ],
)  # fmt: skip
def test_what_does_not_compile_is_refused_with_the_reason(constraint: dict[str, Any], words: str) -> None:
    found = fault(**constraint)
    assert words in found.message
    assert found.field == next(iter(constraint))


def test_an_operator_in_a_text_a_pattern_or_a_comment_is_none() -> None:
    assert check_constraint(SamplingParams(grammar='start: "a & b" "~" /~&/ // & ~\n# ~'))


@pytest.mark.parametrize(("schema", "refused"), [({"multipleOf": 0.01}, False), ({"multipleOf": 10_000}, False), ({"allOf": [{"multipleOf": 101}, {"multipleOf": 103}]}, True)])
def test_multiples_are_bounded_by_their_product(schema: dict[str, Any], refused: bool) -> None:
    params = SamplingParams.model_validate({"json_schema": {"type": "number", **schema}})
    if refused:
        assert fault(json_schema=json.dumps({"type": "number", **schema})).bound == "<= 10,000"
    else:
        assert check_constraint(params)


HOSTILE: dict[str, dict[str, Any]] = {
    "nested repetitions": {"regex": "((a{1,500}){1,500}){1,500}"},
    "many optional parts": {"regex": "(a?){5000}a{5000}"},
    "deep parentheses": {"regex": "(" * 4000 + "a" + ")" * 4000},
    "deep rules": {"grammar": "start: " + "(" * 15_000 + '"a"' + ")" * 15_000},
    "deep json": {"json_schema": '{"items":' * 2500 + "{}" + "}" * 2500},
    "many rules": {"grammar": "start: r0\n" + "\n".join(f'r{n}: "x" r{(n + 1) % 1500} | "y"' for n in range(1500))},
    "a tower of rules": {"grammar": "start: T19\nT0: /[a-z]{9}/\n" + "\n".join(f"T{n}: T{n - 1} T{n - 1} T{n - 1} T{n - 1}" for n in range(1, 20))},
    "an ambiguous grammar": {"grammar": 'start: e\ne: e e e | e e | "a" | ""'},
    "a large enum": {"json_schema": {"enum": [f"value number {n}" for n in range(1200)]}},
    "intersected alternatives": {"json_schema": {"allOf": [{"anyOf": [{"properties": {f"a{n}": {"const": n}}}, {"properties": {f"b{n}": {"const": n}}}]} for n in range(14)]}},
    "new lines": {"grammar": "\n" * 32_000 + "x"},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_hostile_takes_long(name: str) -> None:
    begun = time.process_time()
    with contextlib.suppress(ConstraintError, ValueError):
        check_constraint(SamplingParams(**HOSTILE[name]))
    assert time.process_time() - begun < 2.0  # measured: 0.06 at most


@settings(max_examples=300, deadline=2000)
@given(st.text(max_size=40))
def test_no_text_whatever_does_more_than_compile_or_be_refused(text: str) -> None:
    for name in ("regex", "json_schema", "grammar"):
        with contextlib.suppress(ConstraintError, ValueError):
            check_constraint(SamplingParams.model_validate({name: text}))
