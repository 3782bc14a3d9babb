"""Amounts of memory in the panel."""

from __future__ import annotations

import pytest

from playground.ops.templatetags.sizes import in_bytes


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (17 * 2**20 + 2**19, "17.5 MiB"), (512 * 2**20, "512 MiB"), (3 * 2**30, "3.0 GiB"), (5 * 2**50, "5120 TiB")],
)
def test_bytes_are_written_in_the_largest_unit_that_fits(value: int, written: str) -> None:
    assert in_bytes(value) == written
