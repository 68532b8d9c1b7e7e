"""Cells for predictors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nasbench_db
from nasbench_db.architectures.topology import Cell
from nasbench_db.errors import InvalidQuery
from nasbench_db.nasbench101 import Cell as Cell101
from nasbench_db.nasbench101.encodings import adjacency_one_hot
from nasbench_db.nasbench201 import query_nb201_trial_stats
from nasbench_db.simulation import Simulation, split
from nasbench_db.store.database import BenchmarkDatabase


def test_cells_of_201(samples: dict[str, Path]) -> None:
    db = nasbench_db.connect("nasbench201", samples["nasbench201"])
    found = split(None, 200, 3, dataset="cifar100", num_epochs=12, test=500, db=db)
    assert found.metric == "valid_acc"
    assert found.train.encodings.shape == (200, 30)
    assert found.test.encodings.shape == (500, 30)
    assert not set(found.train.indices) & set(found.test.indices)
    for number in (0, 7):
        cell = Cell.from_one_hot(found.train.encodings[number].reshape(6, 5))
        assert cell.arch_str == found.keys[found.train.indices[number]]
        (trial,) = query_nb201_trial_stats(cell, 12, "cifar100", "mean", db=db)
        assert found.train.targets[number] == trial["valid_acc"]


def test_one_seed_gives_one_split(db: BenchmarkDatabase) -> None:
    one, same, other = (split(None, 30, seed, num_epochs=108, db=db) for seed in (1, 1, 2))
    for part, again in zip(one[:2], same[:2], strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(part, again, strict=True))
    assert one.train.indices.tolist() != other.train.indices.tolist()
    assert len(one.test.targets) == 61
    assert sorted([*one.train.indices, *one.test.indices]) == list(range(91))
    cell = Cell101.from_code(int(one.keys[one.train.indices[0]]))
    assert np.array_equal(one.train.encodings[0], adjacency_one_hot(cell))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"n": 0}, "n is 0"),
        ({"n": 80, "test": 20}, "100 architectures are asked for, and small.db has 91"),
        ({"n": 3, "test": -1}, "test is -1"),
        ({"n": 3, "metric": "speed"}, "no metric"),
        ({"n": 3, "metric": "test_acc"}, "allow_test"),
        ({"n": 3, "seed": "x"}, "seed is 'x'"),
    ],
)
def test_wrong_words_are_refused(
    words: dict[str, Any], message: str, db: BenchmarkDatabase
) -> None:
    with pytest.raises(InvalidQuery, match=message):
        split("nasbench101", num_epochs=108, db=db, **words)


def test_encodings_have_one_length(samples: dict[str, Path]) -> None:
    db = nasbench_db.connect("transnas101", samples["transnas101"])
    with pytest.raises(InvalidQuery, match="search_space='micro'"):
        split(None, 100, task="class_scene", db=db)
    found = split(None, 10, task="class_scene", search_space="micro", test=5, db=db)
    assert found.test.encodings.shape == (5, 24)


def test_architectures_of_samples_are_encoded_by_their_traits(
    explored: dict[str, Path], samples: dict[str, Path]
) -> None:
    """Where they are as far apart as their traits say."""
    scopes: dict[str, tuple[Path, dict[str, Any]]] = {
        "nlp": (samples["nlp"], {"num_epochs": 50, "dataset": "wikitext-2"}),
        "nds": (explored["nds"], {"num_epochs": 12, "dataset": "cifar10", "allow_test": True}),
    }
    for name, (path, words) in scopes.items():
        db = nasbench_db.connect(name, path)
        metric = "best_test_acc" if name == "nds" else None
        found = split(None, 20, 1, metric=metric, db=db, **words)
        run = Simulation(metric=metric, charge="evaluations", db=db, **words)
        cells = list(run.space)
        assert len(cells) == len(found.keys) == 20 + len(found.test.targets)
        one, other = (cells[place] for place in found.train.indices[:2])
        traits = {*one.traits, *other.traits}
        apart = sum(abs(one.traits.get(t, 0) - other.traits.get(t, 0)) for t in traits)
        first, second = found.train.encodings[:2]
        assert np.abs(first - second).sum() == pytest.approx(apart, abs=len(traits) / 256)
        assert found.train.encodings.shape[1] == found.test.encodings.shape[1] > 20
        assert found.train.targets[0] == run.mean(one, found.metric)
