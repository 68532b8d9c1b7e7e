"""The metrics of a measurement set are asked for as the benchmark's own."""

from __future__ import annotations

import csv
import math
import pickle
import sqlite3
import statistics
from pathlib import Path
from typing import Any

import pytest

import nasbench_db
from nasbench_db import describing, explore
from nasbench_db.ask.tables import Table
from nasbench_db.errors import InvalidQuery
from nasbench_db.nasbench201 import query_many, query_nb201_trial_stats
from nasbench_db.store.database import BenchmarkDatabase

from .conftest import AT, INDEXES, Latencies

Accuracies = dict[int, float]


@pytest.fixture(scope="module")
def accuracies(folder: Path) -> Accuracies:
    """Mean test accuracies by index, by SQL on the file alone."""
    connection = sqlite3.connect(folder / "nasbench201.db")
    rows = connection.execute(
        "SELECT arch_index, avg(test_acc) FROM nb201 WHERE dataset = 'cifar100' AND "
        "num_epochs = 200 GROUP BY 1"
    ).fetchall()
    connection.close()
    return dict(rows)


@pytest.mark.parametrize("reduction", ["mean", "median", "min", "max", None])
def test_the_best_by_a_measured_metric(
    reduction: Any, db: BenchmarkDatabase, latencies: Latencies
) -> None:
    """Whatever trials are reduced to, and whether that is by the statistics or not."""
    table = explore.top(3, by="hw.pi", reduction=reduction, **AT)
    found = dict.fromkeys((row["arch_index"], row["hw.pi"]) for row in table)
    known = sorted((latencies[i][0], i) for i in INDEXES if i in latencies)
    assert list(found) == [(i, value) for value, i in known[: len(found)]]


def test_a_deviation_of_what_trials_share_is_no_value_of_its_own(db: BenchmarkDatabase) -> None:
    """Asked for as such it is that of the trials: 0."""
    (row,) = explore.statistics("hw.pi", arch=10, **AT)
    assert row["hw.pi_n"] >= 1
    assert row["hw.pi_std"] in (None, 0)
    (best, *_) = explore.top(1, by="hw.pi", reduction="std", **AT)
    assert best["hw.pi"] == min(row["hw.pi"] for row in explore.top(9, by="hw.pi", **AT))


def test_a_pareto_front_across_both_files(
    db: BenchmarkDatabase, latencies: Latencies, accuracies: Accuracies
) -> None:
    found = {
        row["arch_index"]: (row["test_acc"], row["hw.pi"])
        for row in explore.pareto(["test_acc", "hw.pi"], **AT)
    }
    points = {i: (accuracies[i], latencies[i][0]) for i in accuracies if i in latencies}
    front = {
        i: point
        for i, point in points.items()
        if not any(
            other[0] >= point[0] and other[1] <= point[1] and other != point
            for other in points.values()
        )
    }
    assert found.keys() == front.keys()
    for index, (accuracy, latency) in found.items():
        assert accuracy == pytest.approx(front[index][0])
        assert latency == front[index][1]


@pytest.mark.parametrize(
    "condition",
    [
        {"where": "hw.pi < 5"},
        {"where": 'HW . Pi < 5 AND "hw.energy" > 0'},
        {"where": {"hw.pi": (None, 4.999)}},
        {"hw.pi": (None, 4.999)},
    ],
)
def test_conditions_on_a_measured_metric(
    condition: dict[str, Any], db: BenchmarkDatabase, latencies: Latencies
) -> None:
    wanted = {i for i in INDEXES if i in latencies and latencies[i][0] < 5}
    assert 0 < len(wanted) < len(latencies)
    for reduction in ("mean", None):
        found = explore.top(99, by="test_acc", reduction=reduction, **AT, **condition)
        assert {row["arch_index"] for row in found} == wanted


def test_an_architecture_without_measurement_is_not_lost(
    db: BenchmarkDatabase, latencies: Latencies
) -> None:
    rows = {
        row["arch_index"]: row["hw.pi"]
        for row in explore.top(99, by="test_acc", columns=["hw.pi"], **AT)
    }
    assert rows == {i: latencies[i][0] if i in latencies else None for i in INDEXES}


def test_dicts_arrays_and_frames_have_it(db: BenchmarkDatabase, latencies: Latencies) -> None:
    trial = next(query_nb201_trial_stats(20, 200, "cifar100"))
    assert (trial["hw.pi"], trial["hw.energy"]) == latencies[20]
    many = query_many([20, 80], 200, "cifar100")
    assert many["hw.pi"][0] == latencies[20][0]
    assert math.isnan(many["hw.pi"][1])
    frame = query_nb201_trial_stats(None, 200, "cifar100", reduction="mean").to_pandas()
    assert frame.set_index("arch_index")["hw.energy"].dropna().to_dict() == {
        i: latencies[i][1] for i in INDEXES if i in latencies
    }
    ordered = query_nb201_trial_stats(None, 200, "cifar100", order_by="-hw.pi")
    values = [row["hw.pi"] for row in ordered if row["hw.pi"] is not None]
    assert values == sorted(values, reverse=True)


def test_sql_joins_it(db: BenchmarkDatabase, latencies: Latencies) -> None:
    table = Table(
        db,
        "SELECT arch_index, pi FROM nb201 JOIN hw USING (arch_index) "
        "WHERE dataset = 'cifar100' AND num_epochs = 200 AND hw.pi < ? GROUP BY 1",
        [5],
    )
    assert {row["arch_index"]: row["pi"] for row in table} == {
        i: latencies[i][0] for i in INDEXES if i in latencies and latencies[i][0] < 5
    }


def test_exports_have_it(db: BenchmarkDatabase, latencies: Latencies, tmp_path: Path) -> None:
    benchmark = nasbench_db.BENCHMARKS["nasbench201"]
    benchmark.export(db, tmp_path / "out.csv", progress=False)
    with open(tmp_path / "out.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == db.provenance()[0]["trials"]
    for row in rows:
        known = latencies.get(int(row["arch_index"]))
        assert row["hw.energy"] == ("" if known is None else repr(known[1]))


def test_a_rank_correlation_with_it(
    db: BenchmarkDatabase, latencies: Latencies, accuracies: Accuracies
) -> None:
    stats = pytest.importorskip("scipy.stats")
    found = explore.rank_correlation("test_acc", "hw.pi", **AT)
    both = [i for i in accuracies if i in latencies]
    known = stats.spearmanr([accuracies[i] for i in both], [latencies[i][0] for i in both])
    assert found.count == len(both)
    assert found.value == pytest.approx(float(known.statistic))


def test_what_it_means_is_told(db: BenchmarkDatabase) -> None:
    (column,) = describing.describe("nasbench201", "hw.pi", db=db).columns
    assert (column.table, column.name, column.unit) == ("hw", "pi", "ms")
    assert "Raspberry Pi 4" in column.source
    (table,) = describing.describe("nasbench201", "hw", db=db)
    assert [c.name for c in table.columns] == ["arch_index", "pi", "energy"]
    metric = describing.metric("nasbench201", "hw.energy", db=db)
    assert (metric.unit, metric.direction) == (None, "min")
    assert metric.label == "energy (unit not stated)"
    assert "hw.energy" not in nasbench_db.BENCHMARKS["nasbench201"].metrics


def test_a_metric_that_is_not_there_is_named(db: BenchmarkDatabase) -> None:
    with pytest.raises(InvalidQuery, match=r"called 'hw\.pie'.*did you mean 'hw\.pi'"):
        explore.top(by="hw.pie", **AT)


def test_without_the_set_its_metrics_are_unknown(folder: Path) -> None:
    with nasbench_db.connect("nasbench201", folder / "nasbench201.db") as alone:
        with pytest.raises(InvalidQuery, match="hw, which is not attached"):
            explore.top(by="hw.pi", db=alone, **AT)
        with pytest.raises(InvalidQuery, match="hw, which is not attached"):
            explore.top(by="test_acc", columns=["hw.pi"], db=alone, **AT)
        assert "hw.pi" not in next(query_nb201_trial_stats(20, 200, "cifar100", db=alone))


def test_a_direction_that_is_not_stated_is_asked_for(made: Any, folder: Path) -> None:
    path = made([{"arch": 0, "score": 2.0}, {"arch": 10, "score": 1.0}]).path
    with nasbench_db.connect(
        "nasbench201", folder / "nasbench201.db", measurements=[path]
    ) as database:
        with pytest.raises(InvalidQuery, match="say 'max' or 'min'"):
            explore.top(by="mine.score", db=database, **AT)
        (best, _) = explore.top(by="mine.score", direction="max", db=database, **AT)
        assert best["arch_index"] == 0


def test_a_value_for_each_data_set(made: Any, folder: Path) -> None:
    """In any spelling of the data set that questions forgive."""
    rows = [
        {"arch": 20, "dataset": dataset, "score": value}
        for dataset, value in (("cifar100", 1), ("ImageNet16_120", 2), ("CIFAR10-valid", None))
    ]
    path = made(rows).path
    with nasbench_db.connect(
        "nasbench201", folder / "nasbench201.db", measurements=[path]
    ) as database:
        which: dict[str, Any] = {"direction": "max", "db": database, "num_epochs": 200}
        for value, dataset in ((1, "cifar100"), (2, "imagenet16-120")):
            (row,) = explore.top(by="mine.score", dataset=dataset, **which)
            assert (row["arch_index"], row["mine.score"]) == (20, value)
        with pytest.raises(InvalidQuery, match=r"no trial has a value of mine\.score"):
            explore.top(by="mine.score", dataset="cifar10-valid", **which)


def test_a_value_for_each_seed(made: Any, explored: dict[str, Path]) -> None:
    """It is of a trial, and reduced as the benchmark's own metrics are."""
    with nasbench_db.connect("nasbench101", explored["nasbench101"]) as database:
        (cell,) = explore.top(1, by="test_acc", num_epochs=108, db=database)
    values = {0: 3.0, 1: 5.0, 2: 10.0}
    rows = [{"hash": cell["hash"], "repeat": n, "score": value} for n, value in values.items()]
    path = made(rows, of="nasbench101", directions={"score": "max"}).path
    with nasbench_db.connect(
        "nasbench101", explored["nasbench101"], measurements=[path]
    ) as database:
        which: dict[str, Any] = {"by": "mine.score", "db": database, "num_epochs": 108}
        single = {row["repeat"]: row["mine.score"] for row in explore.top(reduction=None, **which)}
        assert single == values
        for reduction in ("mean", "median", "min", "max"):
            (row,) = explore.top(reduction=reduction, **which)
            known = {"mean": statistics.fmean, "median": statistics.median, "min": min, "max": max}
            assert row["mine.score"] == pytest.approx(known[reduction](values.values()))
        (spread,) = explore.statistics(
            "mine.score", arch=cell["hash"], num_epochs=108, db=database
        )
        assert spread["mine.score_std"] == pytest.approx(statistics.pstdev(values.values()))


def test_the_statement_is_one_that_sqlite_plans_well(db: BenchmarkDatabase) -> None:
    """A front reads the statistics of a fidelity, and of each config one row of the set."""
    statement = explore.pareto(["test_acc", "hw.pi"], **AT).sql()
    plan = [row[3] for row in db.select(f"EXPLAIN QUERY PLAN {statement}")]
    assert not [step for step in plan if step.startswith("SCAN m_hw")]
    assert any("nb201configstats" in step or step.startswith("SEARCH s ") for step in plan)


def test_a_handle_travels_with_its_sets(db: BenchmarkDatabase, latencies: Latencies) -> None:
    other = pickle.loads(pickle.dumps(db))
    with other:
        (best,) = explore.top(1, by="hw.pi", db=other, **AT)
        assert best["hw.pi"] == min(latencies[i][0] for i in INDEXES if i in latencies)


@pytest.mark.parametrize(
    ("benchmark", "at"),
    [
        ("nasbench101", {"num_epochs": 108}),
        ("natssss", {"num_epochs": 90, "dataset": "cifar100"}),
        ("transnas101", {"task": "jigsaw"}),
        ("nasbenchmacro", {}),
        ("nlp", {"dataset": "ptb"}),
        ("nds", {"dataset": "cifar10"}),
    ],
)
def test_every_benchmark(
    benchmark: str, at: dict[str, Any], explored: dict[str, Path], made: Any
) -> None:
    """Of each architecture that the database has a value, given by what the database says."""
    known = nasbench_db.BENCHMARKS[benchmark]
    schema = known.schema
    key = next(name for name in schema.identity if name != "arch_index" or benchmark == "natssss")
    connection = sqlite3.connect(explored[benchmark])
    archs = connection.execute(
        f'SELECT "{key}", min(arch) FROM {schema.config._meta.table_name} GROUP BY 1'
    ).fetchall()
    connection.close()
    given = [name if benchmark == "transnas101" else arch for name, arch in archs]
    rows = [{"arch": arch, "score": float(place)} for place, arch in enumerate(given)]
    report = made(rows, of=benchmark, directions={"score": "max"}, units={"score": "1"})
    assert report.architectures == len(archs)
    with nasbench_db.connect(
        benchmark, explored[benchmark], measurements=[report.path]
    ) as database:
        wanted = {arch: float(place) for place, (arch, _) in enumerate(archs)}
        found = explore.top(10**6, by="mine.score", db=database, **at)
        values = {row[key]: row["mine.score"] for row in found}
        assert values
        assert values == {arch: wanted[arch] for arch in values}
        metric = known.reports[next(iter(known.reports))]
        by = metric.select_by or metric.report_by
        assert by is not None
        judged = known.tables.judged_by(at.values()) or by
        front = list(explore.pareto([judged, "mine.score"], db=database, **at))
        assert max(row["mine.score"] for row in front) == max(values.values())
