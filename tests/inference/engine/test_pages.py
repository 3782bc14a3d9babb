"""Weights that are read at every step lie in huge pages, where the system offers them, and are what they were."""

from __future__ import annotations

import ctypes
import mmap
import subprocess
import sys
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


def test_freed_memory_can_be_given_back_at_any_time() -> None:
    kept = torch.arange(1000)
    pages.trim()
    assert torch.equal(kept, torch.arange(1000))


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="this system's allocator is not told what to keep")
def test_arrays_come_to_lie_where_those_of_the_last_step_were() -> None:
    """By itself the allocator would give most of the eight arrays back, and touch 2,048 pages for the first time in each round."""
    found = subprocess.run([sys.executable, "-c", FAULTS], check=True, capture_output=True, text=True).stdout.split()
    freshly, kept = map(int, found)
    assert kept < freshly / 10


FAULTS = """
import resource
import numpy as np
from inference.engine import pages

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        arrays = [np.ones(2**17) for _ in range(8)]
        del arrays
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

freshly = faults()
pages.keep(2**22, 2**24)
faults()
print(freshly, faults())
"""
