"""The query helper of the size search space."""

from __future__ import annotations

import contextlib
import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.raw import Key, Record, expected

import nasbench_db
from nasbench_db.errors import InvalidArchitecture, InvalidDatabase, InvalidQuery
from nasbench_db.nasbench201 import query_nb201_trial_stats
from nasbench_db.natssss import Cell, query_natssss_trial_stats
from nasbench_db.store.database import BenchmarkDatabase

INDEX, TEXT, CHANNELS = 11, "8:8:8:16:32", (8, 8, 8, 16, 32)


@pytest.fixture(scope="module")
def truth(size_infos: dict[int, Record], sizes: list[str]) -> dict[Key, dict[str, Any]]:
    """What the raw records say."""
    return expected(size_infos, sizes)


def keys_of(rows: Any) -> list[Key]:
    """Which trials some rows are."""
    names = ("arch_index", "num_epochs", "dataset")
    return [(*(row["config"][name] for name in names), row["seed"]) for row in rows]


def test_arguments_are_those_of_nasbench201() -> None:
    """But for isomorphism, which this space has not."""
    other = inspect.signature(query_nb201_trial_stats).parameters
    names = [name for name in other if name != "isomorphism"]
    assert list(inspect.signature(query_natssss_trial_stats).parameters) == names


def test_dicts_have_the_values_of_the_source(
    db_sss: BenchmarkDatabase, truth: dict[Key, dict[str, Any]]
) -> None:
    """Every trial and every epoch of the database."""
    rows = list(query_natssss_trial_stats(None, None, None, None, True))
    assert keys_of(rows) == list(truth)
    for row, right in zip(rows, truth.values(), strict=True):
        assert {name: row["config"][name] for name in right["config"]} == right["config"]
        assert {name: row[name] for name in right["trial"]} == right["trial"]
        points = {point.pop("current_epoch"): point for point in row["intermediates"]}
        assert points.keys() == right["points"].keys()
        for epoch, point in points.items():
            assert point.pop("id") == row["id"] * 65536 + epoch
            assert point == right["points"][epoch]


@pytest.mark.parametrize(
    "arch",
    [
        *(TEXT, INDEX, np.int64(INDEX), CHANNELS, list(CHANNELS), np.array(CHANNELS)),
        *(Cell(CHANNELS), Cell.from_string(TEXT)),
    ],
)
@pytest.mark.parametrize("dataset", ["imagenet16-120", "ImageNet16-120"])
def test_an_architecture_is_named_in_many_ways(
    arch: Any, dataset: str, db_sss: BenchmarkDatabase
) -> None:
    """All of them find the same trials."""
    rows = list(query_natssss_trial_stats(arch, 12, dataset))
    assert keys_of(rows) == [(INDEX, 12, "imagenet16-120", seed) for seed in (777, 888, 999)]
    assert all(row["config"]["arch"] == list(CHANNELS) for row in rows)
    assert all(row["config"]["arch_str"] == TEXT for row in rows)


@pytest.mark.parametrize(
    "arch",
    [
        *(-1, 32768, True, 1.5, "", "-1", "8:8:8:8", "8:8:8:8:9", "8:8:8:8:72", b"8:8:8:8:8"),
        *([], [8] * 4, [8] * 6, [8, 8, 8, 8, 9], ["8"] * 5, {"0_1": "none"}, object()),
    ],
)
def test_architectures_outside_the_space_are_refused(arch: Any, db_sss: BenchmarkDatabase) -> None:
    """At once."""
    with pytest.raises(InvalidArchitecture):
        query_natssss_trial_stats(arch, 90, "cifar10")


def test_wrong_arguments_are_refused(db_sss: BenchmarkDatabase) -> None:
    """As for the other search space; and a database of that one too."""
    with pytest.raises(InvalidQuery, match=r"did you mean 'cifar10'\?"):
        query_natssss_trial_stats(None, 90, "cifar-10")
    with pytest.raises(InvalidQuery, match="num_epochs is '90'"):
        query_natssss_trial_stats(None, "90", None)  # type: ignore[arg-type]
    with pytest.raises(InvalidQuery, match="order_by is 'isomorphism'"):
        query_natssss_trial_stats(None, 90, None, order_by="isomorphism")
    with pytest.raises(InvalidDatabase, match=r"must be what connect\('nasbench201'\) returned"):
        query_nb201_trial_stats(None, 90, None, db=db_sss)


def test_what_the_database_lacks_gives_no_row(db_sss: BenchmarkDatabase) -> None:
    """Architectures and epochs."""
    assert list(query_natssss_trial_stats(5, None, None)) == []
    assert list(query_natssss_trial_stats(INDEX, 200, None)) == []


@pytest.mark.parametrize("reduction", ["mean", "median", "std", "min", "max"])
def test_reductions_agree_with_numpy(
    reduction: str, db_sss: BenchmarkDatabase, truth: dict[Key, dict[str, Any]]
) -> None:
    """Over the seeds of 12 epochs; where nothing was measured they are NULL."""
    for row in query_natssss_trial_stats(None, 12, None, reduction):
        key = tuple(row["config"][name] for name in ("arch_index", "num_epochs", "dataset"))
        group = [trial["trial"] for other, trial in truth.items() if other[:3] == key]
        assert row["num_trials"] == len(group)
        for metric in ("train_acc", "valid_acc", "test_loss", "training_time", "latency"):
            present = [trial[metric] for trial in group if trial[metric] is not None]
            if present and (reduction != "std" or len(present) > 1):
                right = getattr(np, reduction)(present)
                assert row[metric] == pytest.approx(right, rel=1e-12, abs=1e-12)
            else:
                assert row[metric] is None


def test_filters_orders_and_arrays(
    db_sss: BenchmarkDatabase, truth: dict[Key, dict[str, Any]]
) -> None:
    """Ranges and seeds, the best first, as an array."""
    result = query_natssss_trial_stats(
        None, 90, "cifar100", valid_acc=(1, None), seed=777, order_by="-valid_acc", limit=2
    )
    array = result.to_numpy()
    best = sorted(
        (trial["trial"]["valid_acc"], key[0])
        for key, trial in truth.items()
        if key[1:3] == (90, "cifar100")
    )[::-1][:2]
    assert list(zip(array["valid_acc"], array["arch_index"], strict=True)) == best
    assert [row["valid_acc"] for row in result] == [value for value, _ in best]
    assert array["arch_str"].dtype == "<U14"


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        ({"arch": TEXT}, "arch_str_num_epochs_dataset (arch_str=?)"),
        (
            {"arch": INDEX, "num_epochs": 90, "dataset": "ImageNet16-120"},
            "arch_index_num_epochs_dataset (arch_index=? AND num_epochs=? AND dataset=?)",
        ),
        (
            {"num_epochs": 90, "dataset": "cifar10"},
            "dataset_num_epochs (dataset=? AND num_epochs=?)",
        ),
    ],
)
def test_plans_begin_at_an_index(ask: dict[str, Any], index: str, planned_sss: Path) -> None:
    """Of what was asked for, with the published proportions; two statements at most."""
    ask = {"arch": None, "num_epochs": None, "dataset": None, **ask}
    statements: list[str] = []
    with contextlib.closing(nasbench_db.connect("natssss", planned_sss)) as db:
        result = query_natssss_trial_stats(**ask, include_intermediates=True)
        plan = db.execute_sql(f"EXPLAIN QUERY PLAN {result.sql()}").fetchall()
        assert plan[0][3] == f"SEARCH c USING INDEX natsssstrialconfig_{index}"
        db.connection().set_trace_callback(statements.append)
        assert len(list(result)) > 0
        db.connection().set_trace_callback(None)
    assert len(statements) == 2
