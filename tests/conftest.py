"""How tests are shared out among processes (pytest-xdist): the browser's tests stay together, and so do the fault drills.

Two browsers and two servers at once would leave each half of a small machine, and tests that wait for states would wait in vain.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

REAL = ("alone", "browser", "faults")  # marks of tests with real processes, whose pace the machine decides
WHOLE_FOLDERS = ("tests/browser", "tests/faults")


class Parts(LoadScopeScheduling):  # type: ignore[misc]
    """A process takes such a folder whole. All else is dealt out one by one: tests that empty the database must come after those that need what it begins with.

    (The groups of xdist would write new names for the tests, which pytest 9 does not take.)
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.split("::", 1)[0]
        return next((folder for folder in WHOLE_FOLDERS if path.startswith(f"{folder}/")), nodeid)


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Parts | None:
    return Parts(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    for item in items:
        if any(item.get_closest_marker(mark) for mark in REAL):
            # Twice more before the whole suite counts as failed. The summary names it: seen there again, it is a defect to mend.
            item.add_marker(pytest.mark.flaky(reruns=2))
