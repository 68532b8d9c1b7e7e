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
from nasbench_db.nasbench101.constants import EVALUATED
from nasbench_db.nasbench101.means import published_accuracies
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


def test_why_the_published_optimum_has_two_spellings() -> None:
    """It is the same count of images, and the difference is that of accuracies as float32."""
    text = " ".join(PAGE.split())
    (said,) = re.findall(r"`run\.report_optimum` should be ([\d.]+\d)", text)
    (exact,) = re.findall(r"`published_means\(\)\.test_acc\.max\(\)`.*? is ([\d.]+\d),", text)
    best = published_accuracies()[1].max()
    assert repr(float(best)) == exact
    images = round(best / 100 * 3 * EVALUATED)
    assert f"{images:,} images of three times {EVALUATED:,}" in text
    assert "0.943175752957662 " in text
    # Three accuracies of so many images, each as a float32, can have that mean; exact ones cannot.
    counts = np.arange(images // 3 - 100, images // 3 + 100)
    single = (counts / EVALUATED).astype(np.float32).astype(float)
    third = images - counts[:, None] - counts
    means = (single[:, None] + single + (third / EVALUATED).astype(np.float32)) / 3
    assert np.isclose(100 * means, float(said), rtol=0, atol=1e-12).any()
    assert abs(float(said) - float(exact)) > 1e-8
    # The best single trainings, which are no means, are such numbers themselves.
    for one in re.findall(r"best single trainings, ([\d.]+) and ([\d.]+) ", text)[0]:
        assert float(np.float32(round(float(one) * EVALUATED) / EVALUATED)) == float(one)


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
