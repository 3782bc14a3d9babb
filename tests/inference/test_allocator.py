"""What is told to the allocator holds, and nothing that lives is harmed."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest
import torch

from inference import allocator


def test_freed_memory_can_be_given_back_at_any_time() -> None:
    kept = torch.arange(1000)
    allocator.trim()
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
from inference import allocator

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        arrays = [np.ones(2**17) for _ in range(8)]
        del arrays
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

freshly = faults()
allocator.keep(2**22, 2**24)
faults()
print(freshly, faults())
"""
