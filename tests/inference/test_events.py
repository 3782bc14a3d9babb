"""Events on the wire."""

import dataclasses
import typing

import msgpack
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference import events
from inference.events import Block, Logged, decode, encode


def strategy_for(hint: typing.Any) -> st.SearchStrategy[typing.Any]:
    """Random values of an event's field, dataclasses within dataclasses included."""
    if isinstance(hint, type) and hasattr(hint, "__dataclass_fields__"):
        fields = typing.get_type_hints(hint)
        return st.builds(hint, **{field.name: strategy_for(fields[field.name]) for field in dataclasses.fields(hint)})
    origin, arms = typing.get_origin(hint), typing.get_args(hint)
    if origin is list:
        return st.lists(strategy_for(arms[0]), max_size=3)
    if origin is dict:
        return st.dictionaries(strategy_for(arms[0]), strategy_for(arms[1]), max_size=3)
    if origin is typing.Literal:
        return st.sampled_from(arms)
    if arms:
        return st.one_of(*(strategy_for(arm) for arm in arms))
    return {
        int: st.integers(0, 2**53 - 1),
        float: st.floats(allow_nan=False),
        bool: st.booleans(),
        str: st.text(st.characters(exclude_categories=["Cs"])),
        bytes: st.binary(),
        type(None): st.none(),
    }[hint]


ANY_EVENT = st.one_of(*(strategy_for(cls) for cls in events.EVENTS.values()))


@given(event=ANY_EVENT, seq=st.integers(1, 2**53 - 1))
def test_every_event_comes_back_as_it_was(event: events.Event, seq: int) -> None:
    assert decode(encode(event, "run", seq)) == Logged("run", seq, event)


@given(data=st.binary(max_size=200))
def test_bytes_that_are_no_event_raise_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError):
        decode(data)


def test_a_missing_or_unknown_field_raises_a_value_error() -> None:
    for fields in ({}, {"step": 1, "colour": 2}):
        with pytest.raises(ValueError):
            decode(msgpack.packb({"type": "resumed", "run": "r", "seq": 1, **fields}))


def test_a_block_keeps_dtype_shape_and_infinities() -> None:
    array = np.array([[1.5, -np.inf], [0.0, 3.25]], dtype=np.float64)
    block = Block.of(array, "f4")
    assert block.shape == [2, 2]
    assert len(block.data) == 16
    assert np.array_equal(block.array(), array)


def test_a_block_of_a_transposed_array_is_in_c_order() -> None:
    array = np.arange(6, dtype=np.int32).reshape(2, 3).T
    assert Block.of(array, "i4").array().tolist() == array.tolist()
