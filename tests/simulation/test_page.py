"""The page about searches: its numbers are right."""

from __future__ import annotations

import contextlib
import random
import re
from pathlib import Path

import pytest

from nasbench_db.errors import InvalidArchitecture
from nasbench_db.nasbench101 import Cell

PAGE = (Path(__file__).parents[2] / "docs" / "searches.md").read_text(encoding="utf-8")


def test_the_share_of_cells_among_picks() -> None:
    rng = random.Random(0)
    count = 0
    for _ in range(2000):
        with contextlib.suppress(InvalidArchitecture):
            Cell.choose(lambda name, options: rng.choice(options))
            count += 1
    (said,) = re.findall(r"of random ones (\d+) % are cells", PAGE)
    assert count / 20 == pytest.approx(int(said), abs=3)
