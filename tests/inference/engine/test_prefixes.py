"""Blocks of keys and values are found by their tokens, stay right after eviction, and within their limit."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.engine.arena import Arena, LayerShape
from inference.engine.prefixes import PrefixCache

SHAPES = [LayerShape(2, 4, 4), LayerShape(1, 6, 2), LayerShape(2, 4, 4)]
BLOCK = 4


@pytest.fixture
def arena() -> Arena:
    return new_arena()


def new_arena() -> Arena:
    arena = Arena(SHAPES, torch.float32, torch.device("cpu"), 1 << 20)
    assert arena.reserve(2, 64)
    return arena


def feed(arena: Arena, slot: int, ids: Sequence[int]) -> None:
    """Write what a model would: numbers that depend on all tokens up to each position."""
    for position in range(len(ids)):
        value = float(hash(tuple(ids[: position + 1])) % 1_000_003)
        for tensor in (*arena.keys, *arena.values):
            tensor[slot, :, position] = value + torch.arange(tensor.shape[3])


def holds(arena: Arena, slot: int, ids: Sequence[int]) -> bool:
    expected = new_arena()
    feed(expected, 0, ids)
    pairs = zip((*arena.keys, *arena.values), (*expected.keys, *expected.values), strict=True)
    return all(torch.equal(found[slot, :, : len(ids)], right[0, :, : len(ids)]) for found, right in pairs)


def cache_of(arena: Arena, blocks: int) -> PrefixCache:
    return PrefixCache(arena, blocks * BLOCK * arena.bytes_per_token, BLOCK)


def test_the_shared_beginning_is_loaded_in_whole_blocks(arena: Arena) -> None:
    cache, first = cache_of(arena, 100), [*range(14)]
    feed(arena, 0, first)
    cache.keep(first, 0)
    other = [*range(10), 99, 98, 97]
    assert cache.load(cache.names(other), 1) == 8
    assert holds(arena, 1, other[:8])


def test_the_rest_after_the_whole_blocks_is_found_by_the_same_text_only(arena: Arena) -> None:
    cache, first = cache_of(arena, 100), [*range(14)]
    feed(arena, 0, first)
    cache.keep(first, 0, rest=True)
    assert cache.held_bytes == 14 * arena.bytes_per_token
    assert cache.load(cache.names(first, rest=True), 1) == 14
    assert holds(arena, 1, first)
    assert cache.load(cache.names(first[:13], rest=True), 1) == 12


def test_the_same_tokens_after_other_tokens_are_not_found(arena: Arena) -> None:
    cache, first = cache_of(arena, 100), [1, 2, 3, 4, 5, 6, 7, 8]
    feed(arena, 0, first)
    cache.keep(first, 0)
    assert cache.load(cache.names([5, 6, 7, 8]), 1) == 0
    assert cache.load(cache.names([9, 2, 3, 4, 5, 6, 7, 8]), 1) == 0


def test_a_block_that_is_held_is_not_read_again(arena: Arena) -> None:
    cache, first = cache_of(arena, 100), [*range(8)]
    feed(arena, 0, first)
    cache.keep(first, 0)
    arena.clear(0)
    cache.keep(first, 0)
    assert cache.load(cache.names(first), 1) == 8
    assert holds(arena, 1, first)


def test_blocks_are_copies(arena: Arena) -> None:
    cache, first = cache_of(arena, 100), [*range(8)]
    feed(arena, 0, first)
    cache.keep(first, 0)
    feed(arena, 0, [*range(50, 58)])
    assert cache.load(cache.names(first), 1) == 8
    assert holds(arena, 1, first)


def test_the_end_of_a_text_goes_before_its_beginning(arena: Arena) -> None:
    cache = cache_of(arena, 4)
    for ids in ([*range(12)], [*range(100, 108)]):
        feed(arena, 0, ids)
        cache.keep(ids, 0)
    assert cache.load(cache.names([*range(12)]), 1) == 8
    assert cache.counts.evicted_blocks == 1


def test_a_text_longer_than_the_cache_keeps_its_beginning(arena: Arena) -> None:
    cache, ids = cache_of(arena, 3), [*range(40)]
    feed(arena, 0, ids)
    cache.keep(ids, 0)
    assert cache.load(cache.names(ids), 1) == 12
    assert holds(arena, 1, ids[:12])


def test_what_was_used_last_stays(arena: Arena) -> None:
    cache, texts = cache_of(arena, 2), [[n] * BLOCK for n in range(3)]
    for ids in texts[:2]:
        feed(arena, 0, ids)
        cache.keep(ids, 0)
    cache.load(cache.names(texts[0]), 1)
    feed(arena, 0, texts[2])
    cache.keep(texts[2], 0)
    assert [cache.known(cache.names(ids)) for ids in texts] == [1, 0, 1]


def test_tokens_asked_for_and_found_are_counted(arena: Arena) -> None:
    cache, ids = cache_of(arena, 100), [*range(8)]
    feed(arena, 0, ids)
    cache.keep(ids, 0)
    cache.load(cache.names([*ids, *range(50, 58)]), 1)
    assert (cache.counts.asked_tokens, cache.counts.found_tokens) == (16, 8)


@settings(deadline=None, max_examples=40)
@given(
    texts=st.lists(st.lists(st.integers(0, 1), min_size=1, max_size=24), min_size=1, max_size=30),
    blocks=st.integers(0, 6),
)
def test_whatever_is_loaded_is_right_and_the_limit_holds(texts: list[list[int]], blocks: int) -> None:
    arena = new_arena()
    cache = cache_of(arena, blocks)
    for ids in texts:
        arena.clear(1)
        count = cache.load(cache.names(ids, rest=len(ids) % 3 == 0), 1)
        assert holds(arena, 1, ids[:count])
        feed(arena, 1, ids)
        cache.keep(ids, 1, rest=len(ids) % 2 == 0)
        assert cache.held_bytes <= cache.limit_bytes
