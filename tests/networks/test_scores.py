"""The zero-cost scores rank real cells as the published scores do."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import spearmanr

from nasbench_db.errors import InvalidQuery
from nasbench_db.nasbench201 import Cell

torch = pytest.importorskip("torch", reason="the extra torch is not installed")
from nasbench_db.networks.scores import NO_PATH, jacov, synflow  # noqa: E402

SIDE = 8
"""Of the images, pixels: with fewer than 32 the scores are other ones and rank nearly alike."""


@pytest.fixture(scope="module")
def sixty(data: Path) -> list[tuple[Any, dict[str, float]]]:
    """Networks with new weights of 60 cells, and their published scores on CIFAR-10."""
    with gzip.open(data / "zero_cost" / "zc_nasbench201.json.gz") as file:
        table = json.load(file)["nasbench201"]["cifar10"]
    keys = random.Random(0).sample(sorted(table), 60)
    cells = [Cell.from_naslib([int(op) for op in key.strip("()").split(", ")]) for key in keys]
    return [(cell.network(seed=0), table[key]) for cell, key in zip(cells, keys, strict=True)]


def test_synflow_ranks_as_the_published_one(sixty: list[tuple[Any, dict[str, float]]]) -> None:
    """With images of 32 pixels the rank correlation of these is 1.000."""
    ours = [synflow(network, SIDE) for network, _ in sixty]
    assert spearmanr(ours, [scores["synflow"] for _, scores in sixty])[0] > 0.98
    assert spearmanr(ours, [scores["val_accuracy"] for _, scores in sixty])[0] > 0.6


def test_jacov_ranks_nearly_as_the_published_one(
    sixty: list[tuple[Any, dict[str, float]]],
) -> None:
    """Which is of real images, and of other weights; these are noise."""
    images = torch.randn(8, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    ours = [jacov(network, images) for network, _ in sixty]
    assert spearmanr(ours, [scores["jacov"] for _, scores in sixty])[0] > 0.75
    for (network, scores), score in zip(sixty, ours, strict=True):
        if not network.cell.is_connected:
            assert score == NO_PATH == scores["jacov"]


def test_scores_leave_a_network_as_it_was() -> None:
    network = Cell.from_index(3).network(seed=0, channels=4, cells=1)
    before = {name: values.clone() for name, values in network.state_dict().items()}
    images = torch.randn(4, 3, 8, 8)
    assert synflow(network) == synflow(network) > 0
    assert jacov(network, images) == jacov(network, images)
    assert all(torch.equal(values, before[n]) for n, values in network.state_dict().items())
    assert all(values.grad is None for values in network.parameters())
    assert network.image_size == (32, 32)
    assert network.training


def test_what_has_no_path_has_no_flow() -> None:
    network = Cell(["none"] * 6).network(seed=0, channels=4, cells=1)
    assert synflow(network) == 0
    assert jacov(network, torch.randn(4, 3, 8, 8)) == NO_PATH
    with pytest.raises(InvalidQuery, match="1 was given"):
        jacov(network, torch.zeros(1, 3, 8, 8))
