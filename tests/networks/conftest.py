"""What the tests of networks share."""

from __future__ import annotations

import importlib.util

import pytest


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """More would make small networks slower."""
    if importlib.util.find_spec("torch") is not None:
        import torch

        torch.set_num_threads(1)
