"""Reduced values are the same to the last bit, whoever computes them.

Asked are the SQLite of Python, another version of SQLite that the package ``apsw`` brings, a
PostgreSQL server, numpy and pandas.
"""

import sqlite3
import struct
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest
from support.server import Served

import nasbench_db
from nasbench_db import benchmarks
from nasbench_db.ask.statements import Statement
from nasbench_db.ask.words import REDUCTIONS
from nasbench_db.store import exact
from nasbench_db.store.aggregates import AGGREGATES
from nasbench_db.store.database import BenchmarkDatabase

FIDELITY = {"dataset": "cifar100", "num_epochs": 200}
# The trials of a seed have to be looked up; the statistics of configs answer without.
ASKED: dict[str, dict[str, Any]] = {"of configs": {}, "of trials": {"seed": [777, 888, 999, 111]}}

Bits = list[tuple[bytes, ...]]


@pytest.fixture
def path(explored: dict[str, Path]) -> Path:
    return explored["nasbench201"]


@pytest.fixture
def db(path: Path) -> Iterator[BenchmarkDatabase]:
    with closing(nasbench_db.connect("nasbench201", path)) as database:
        yield database


def bits(rows: Any) -> Bits:
    """The numbers of rows as bytes; NULL is empty."""
    return [
        tuple(b"" if x is None or x != x else struct.pack("<d", x) for x in row) for row in rows
    ]


def with_functions(kind: type) -> tuple[Any, Callable[..., None], Callable[..., Any]]:
    """An aggregate as apsw takes it."""
    return kind(), lambda context, value: context.step(value), lambda context: context.finalize()


def by_apsw(path: Path, statement: Statement) -> Bits:
    """The rows of a statement by the other SQLite."""
    with closing(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
        for name, kind in AGGREGATES.items():
            connection.create_aggregate_function(name, lambda kind=kind: with_functions(kind), 1)
        return bits(connection.execute(statement.text, statement.values))


def test_the_versions_are_two() -> None:
    """One that adds plainly and one that compensates, or at least two that differ."""
    assert apsw.sqlite_lib_version() != sqlite3.sqlite_version


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_reductions_are_the_same_everywhere(
    reduction: str, asked: str, db: BenchmarkDatabase, path: Path, served: Served
) -> None:
    """Every metric of every config."""
    trials = benchmarks.trials(db=db, reduction=reduction, conditions={**FIDELITY, **ASKED[asked]})
    metrics = trials.tables.metric_names
    statement = trials.statement(["config_id", *metrics])
    assert ("configstats" in statement.text) == (asked == "of configs" and reduction != "median")
    found = bits(db.select(statement.text, statement.values))
    assert found
    assert by_apsw(path, statement) == found
    with closing(nasbench_db.connect("nasbench201", served.url("nasbench201", path))) as server:
        assert bits(server.select(statement.text, statement.values)) == found
        there = trials._replace(database=server).table(metrics).to_numpy()
    array, frame = (trials.table(metrics).to_numpy(), trials.table(metrics).to_pandas())
    columns = ["config_id", *metrics]
    assert bits(array[columns].tolist()) == found
    assert bits(there[columns].tolist()) == found
    assert bits(frame[columns].itertuples(index=False)) == found
    assert by_hand(db, reduction, metrics) == found


def by_hand(db: BenchmarkDatabase, reduction: str, metrics: list[str]) -> Bits:
    """The same by Python, from the trials."""
    reduce: dict[str, Callable[[list[float]], float | None]] = {
        "mean": exact.mean,
        "std": lambda values: exact.std(values) if len(values) > 1 else None,
        "median": lambda values: middle(sorted(values)),
        "min": min,
        "max": max,
    }
    rows = db.select(
        f"SELECT config_id, {', '.join(metrics)} FROM nb201 WHERE dataset = 'cifar100' "
        "AND num_epochs = 200 ORDER BY config_id, trial_id"
    )
    groups: dict[int, list[tuple[Any, ...]]] = {}
    for config, *values in rows:
        groups.setdefault(config, []).append(tuple(values))
    found = []
    for config, trials in groups.items():
        row: list[Any] = [config]
        for column in zip(*trials, strict=True):
            values = [value for value in column if value is not None]
            row.append(reduce[reduction](values) if values else None)
        found.append(tuple(row))
    return bits(found)


def middle(values: list[float]) -> float:
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def test_curves_of_means_are_the_same_everywhere(
    db: BenchmarkDatabase, path: Path, served: Served
) -> None:
    """Every metric of every epoch."""
    for reduction in REDUCTIONS:
        trials = benchmarks.trials(db=db, reduction=reduction, conditions=FIDELITY)
        curve = ["current_epoch", "num_trials", *trials.tables.curves]
        statement = trials.statement(["config_id"], curve=curve)
        found = bits(db.select(statement.text, statement.values))
        assert len(found) > 500
        assert by_apsw(path, statement) == found
        with closing(nasbench_db.connect("nasbench201", served.url("nasbench201", path))) as pg:
            there = trials._replace(database=pg).statement(["config_id"], curve=curve)
            assert bits(pg.select(there.text, there.values)) == found
