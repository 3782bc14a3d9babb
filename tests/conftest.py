"""How tests are shared out among processes (pytest-xdist): what shares a server, a browser or a model stays together.

The longest come first: the browser's tests and the fault drills each are one such part.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

REAL = ("alone", "browser", "faults")  # marks of tests with real processes, whose pace the machine decides
WHOLE_FOLDERS = ("tests/browser", "tests/faults", "tests/playground/api")


class Parts(LoadScopeScheduling):  # type: ignore[misc]
    """A process takes a part whole: a folder where its tests share something, else a file.

    (The groups of xdist write new names for the tests, which pytest 9 does not take: they are then dealt out one by one.)
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.split("::", 1)[0]
        return next((folder for folder in WHOLE_FOLDERS if path.startswith(f"{folder}/")), path)


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Parts | None:
    return Parts(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    for item in items:
        if any(item.get_closest_marker(mark) for mark in REAL):
            # Once more before the whole suite counts as failed. The summary names it: twice seen there, it is a defect to mend.
            item.add_marker(pytest.mark.flaky(reruns=1))
