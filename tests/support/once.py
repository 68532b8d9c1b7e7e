"""What takes long to make and is only read: made once in a run, by one of its processes."""

import os
from collections.abc import Callable
from pathlib import Path

import filelock
import pytest


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that the first of the run's processes to ask for it fills; the others wait for it.

    Args:
        factory: the session's.
        name: the folder's.
        make: fills it.
    """
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # each process has a folder in that of the run
        base = base.parent
    folder, filled = base / name, base / f"{name}.filled"
    with filelock.FileLock(base / f"{name}.lock"):
        if not filled.exists():
            folder.mkdir()
            make(folder)
            filled.touch()
    return folder
