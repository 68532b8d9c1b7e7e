"""The page about searches: its numbers are right."""

from __future__ import annotations

import contextlib
import random
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

import nasbench_db
from nasbench_db.errors import InvalidArchitecture
from nasbench_db.nasbench101 import Cell
from nasbench_db.simulation import Simulation

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


def test_how_much_neighbours_of_recurrent_cells_tell(samples: dict[str, Path]) -> None:
    db = nasbench_db.connect("nlp", samples["nlp"])
    run = Simulation(num_epochs=50, dataset="wikitext-2", charge="evaluations", db=db)
    losses = [run.mean(cell, run.metric) for cell in run.space]
    near = [
        np.mean([run.mean(other, run.metric) for other in run.space.neighbors(cell)])
        for cell in run.space
    ]
    text = " ".join(PAGE.split())
    ((count, said),) = re.findall(r"the (\d+) cells of NAS-.*?correlation of (0\.\d+)", text)
    assert len(losses) == int(count)
    assert spearmanr(losses, near).statistic == pytest.approx(float(said), abs=0.005)
