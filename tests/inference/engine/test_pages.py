"""Weights that are read at every step lie in huge pages, where the system offers them, and are what they were."""

from __future__ import annotations

import mmap
from pathlib import Path

import pytest
import torch

from inference.engine import pages

SMAPS = Path("/proc/self/smaps")
OFFERED = Path("/sys/kernel/mm/transparent_hugepage/enabled")


def flags(address: int) -> list[str]:
    """Of the piece of memory that holds ``address``, as Linux tells them."""
    inside = False
    for line in SMAPS.read_text().splitlines():
        first = line.split()[0]
        if "-" in first:
            start, end = (int(part, 16) for part in first.split("-"))
            inside = start <= address < end
        elif inside and first == "VmFlags:":
            return line.split()[1:]
    return []


@pytest.mark.skipif(not SMAPS.exists() or not OFFERED.exists(), reason="this system has no huge pages to offer")
def test_large_memory_is_marked_and_small_memory_is_not() -> None:
    # Mappings of their own: what the allocator gives out may lie in memory that an earlier test had marked.
    large, small = (torch.frombuffer(mmap.mmap(-1, 4 * numbers), dtype=torch.float32) for numbers in (2**23, 2**19))
    torch.arange(len(large), dtype=torch.float32, out=large)
    for tensor in (large, small):
        pages.huge(tensor.data_ptr(), tensor.nbytes)
    middle = (large.data_ptr() + large.nbytes // 2, small.data_ptr() + small.nbytes // 2)
    assert ["hg" in flags(address) for address in middle] == [True, False]
    assert torch.equal(large, torch.arange(2**23, dtype=torch.float32))
