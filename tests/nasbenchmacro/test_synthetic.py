"""Made-up accuracies follow from the network."""

from typing import Any

import numpy as np
import pytest
from support.learning import predicted, spearman

from nasbench_db.nasbenchmacro.cell import Cell, enumerate_cells
from nasbench_db.nasbenchmacro.constants import OPERATIONS
from nasbench_db.nasbenchmacro.synthetic import features, made_up


@pytest.fixture(scope="module")
def cells() -> list[Cell]:
    """2,000 different networks."""
    found = [cell for cell in enumerate_cells() if cell.is_canonical]
    return [found[i] for i in np.random.default_rng(0).permutation(len(found))[:2000]]


@pytest.fixture(scope="module")
def entries(cells: list[Cell]) -> list[dict[str, Any]]:
    """What is made up of them."""
    content = made_up(cell.arch_str for cell in cells)
    return [content[cell.arch_str] for cell in cells]


def test_a_linear_model_learns_the_accuracies(
    cells: list[Cell], entries: list[dict[str, Any]]
) -> None:
    """Of 1,000 networks, for 1,000 others."""
    digits = np.array([[OPERATIONS.index(op) for op in cell.ops] for cell in cells])
    accuracies = np.array([entry["mean_acc"] for entry in entries])
    r_squared, rank = predicted(np.eye(len(OPERATIONS))[digits], accuracies)
    assert 0.6 < r_squared < 0.95
    assert 0.8 < rank < 0.97


def test_accuracies_are_plausible(entries: list[dict[str, Any]]) -> None:
    """Seeds differ by little; bigger networks tend to be better."""
    accuracies = np.array([entry["test_acc"] for entry in entries])
    assert accuracies.min() > 80
    assert accuracies.max() < 95.5
    assert 0.95 < spearman(accuracies[:, 0], accuracies[:, 1]) < 0.999
    assert 0.05 < accuracies.std(axis=1).mean() < 0.3
    assert spearman([entry["flops"] for entry in entries], accuracies.mean(axis=1)) > 0.5


def test_copies_of_a_network_have_its_numbers() -> None:
    """And other seeds others."""
    entry, copy = (made_up([code])[code] for code in ("22212220", "22212202"))
    assert entry == copy
    assert made_up(["22212220"], seed=1)["22212220"]["test_acc"] != entry["test_acc"]


def test_features_of_a_known_network() -> None:
    cell = Cell.parse("02112000")
    assert features(cell) == {
        "stage1": 1,
        "stage2": 3,
        "stage3": 0,
        "wide": 2,
        "flops": pytest.approx(np.log10(cell.flops())),
    }
