"""How tests are shared out among processes (pytest-xdist): what shares a server, a browser or a model stays together.

The longest come first: the browser's tests and the fault drills each are one such part.
"""

from __future__ import annotations

from pathlib import Path

import pytest

REAL = ("alone", "browser", "faults")  # marks of tests with real processes, whose pace the machine decides
WHOLE_FOLDERS = ("tests/browser", "tests/faults", "tests/playground/api")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_part(item.path.relative_to(config.rootpath))))
        if any(item.get_closest_marker(mark) for mark in REAL):
            # Once more before the whole suite counts as failed. The summary names it: twice seen there, it is a defect to mend.
            item.add_marker(pytest.mark.flaky(reruns=1))


def _part(path: Path) -> str:
    """The folder where its tests share something, else the file."""
    return next((folder for folder in WHOLE_FOLDERS if path.as_posix().startswith(folder)), path.as_posix())
