"""Half of the work of collecting for each of two processes, by a plugin of pytest.

Each process of a run collects all tests, and most of that time goes into compiling their files
with what makes asserts tell. One process goes through the files from the first, its neighbour
from the last; what one has compiled, the other reads.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

# Also where the environment forbids it: the tests start hundreds of processes.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

_BACKWARDS = os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:] in "13579"


class _Backwards(pytest.Dir):
    """A folder that is gone through from its last entry."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        return reversed(list(super().collect()))


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Where that is wanted; packages keep their own way."""
    if not _BACKWARDS or (path / "__init__.py").exists():
        return None
    found: pytest.Collector = _Backwards.from_parent(parent, path=path)
    return found


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All processes have one order: files beside this folder first, since they take longest.

    So none of them is begun when nothing is left for the other process.
    """
    items.sort(key=lambda item: (len(item.path.parts), item.path))


def pytest_collection_finish() -> None:
    """What was collected stays; to look for garbage in it takes half a second each time."""
    gc.freeze()
