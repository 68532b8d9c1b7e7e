"""The statistics of each config: what the trials give, in every benchmark."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nasbench_db
import nasbench_db.explore
from nasbench_db.benchmarks import BENCHMARKS
from nasbench_db.nasbench101.schema import SCHEMA
from nasbench_db.store import exact
from nasbench_db.store.models import SPREAD, metric_columns
from nasbench_db.store.statistics import StatisticsTable, statistics
from nasbench_db.store.verifying import verify_file

VALUES = st.one_of(st.none(), st.floats(-1e6, 1e6))
TRIALS = st.lists(
    st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=5), min_size=1, max_size=6
)


def expected(values: list[float]) -> tuple[float | None, ...]:
    """The statistics of the values that are there, in the order of SPREAD."""
    if not values:
        return None, None, None, None, 0
    std = exact.std(values) if len(values) > 1 else None
    return exact.mean(values), std, min(values), max(values), len(values)


@given(TRIALS)
def test_they_are_what_python_makes_of_the_trials(
    configs: list[list[tuple[float | None, float | None]]],
) -> None:
    """NULLs are passed over, and every count of trials is right."""
    ids = np.repeat(np.arange(len(configs)) * 3, [len(trials) for trials in configs])
    values = np.array([row for trials in configs for row in trials], dtype=float)
    found = statistics(ids, values)
    assert found.config_ids.tolist() == [3 * n for n in range(len(configs))]
    assert found.num_trials.tolist() == [len(trials) for trials in configs]
    for n, trials in enumerate(configs):
        for m in range(2):
            there = [row[m] for row in trials if row[m] is not None]
            row = [getattr(found, kind)[n, m] for kind in SPREAD]
            assert [None if np.isnan(x) else x for x in row] == [*expected(there)]


@pytest.mark.parametrize("benchmark", BENCHMARKS)
def test_every_database_has_them(benchmark: str, explored: dict[str, Path]) -> None:
    """A row for each config that has trials, and in each what SQL makes of these."""
    database = nasbench_db.connect(benchmark, explored[benchmark])
    schema = database.schema
    trial, table = schema.trial._meta.table_name, schema.statistics._meta.table_name
    for metric in metric_columns(schema.trial):
        rows = database.select(
            f"SELECT s.num_trials, s.{metric}_n, s.{metric}_min, s.{metric}_max, s.{metric}_mean, "
            f"count(*), count({metric}), min({metric}), max({metric}), mean({metric}) "
            f"FROM {trial} AS t LEFT JOIN {table} AS s ON s.config_id = t.config_id "
            "GROUP BY t.config_id"
        )
        assert all(row[:5] == row[5:] for row in rows)
    assert list(StatisticsTable.of(schema).differing(database.connection())) == []


@pytest.mark.parametrize(
    ("change", "least"),
    [
        ("UPDATE nb101configstats SET valid_acc_mean = valid_acc_mean + 1e-12", 2),
        ("UPDATE nb101trialstats SET test_acc = NULL WHERE id = 5", 1),
        ("DELETE FROM nb101configstats WHERE num_epochs = 12 AND config_id < 10", 1),
        ("INSERT INTO nb101configstats SELECT 7, config_id, 3, NULL, NULL, NULL, NULL, NULL, NULL"
         ", NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,"
         " 0, 0, 0, 0, 0 FROM nb101configstats LIMIT 1", 0),
    ],
)  # fmt: skip
def test_verify_finds_those_that_are_not(
    change: str, least: int, explored: dict[str, Path], tmp_path: Path
) -> None:
    """Whether the statistics were changed, or the trials."""
    path = tmp_path / "changed.db"
    shutil.copyfile(explored["nasbench101"], path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(change)
    with closing(nasbench_db.connect("nasbench101", path)) as database:
        found = {finding.check: finding for finding in verify_file(database)}
    finding = found["the statistics of each config are those of its trials"]
    assert finding.problems >= least
    there = found["there are statistics of as many configs as have trials"]
    assert finding.problems or there.problems


def test_what_is_missing_is_added(explored: dict[str, Path], tmp_path: Path) -> None:
    """And what is there is left."""
    path = tmp_path / "some.db"
    shutil.copyfile(explored["nasbench101"], path)
    table = StatisticsTable.of(SCHEMA)

    def rows(connection: sqlite3.Connection) -> list[Any]:
        return connection.execute(f"SELECT * FROM {table.table}").fetchall()

    with closing(sqlite3.connect(path)) as connection, connection:
        before = rows(connection)
        connection.execute(f"DELETE FROM {table.table} WHERE config_id % 3 = 1")
        assert len(rows(connection)) < len(before)
        table.fill(connection)
        assert rows(connection) == before


def test_the_view_has_a_row_for_each_config(explored: dict[str, Path]) -> None:
    """For people who write SQL: means and spreads, with the architecture."""
    database = nasbench_db.connect("nasbench101", explored["nasbench101"])
    sql = (
        "SELECT hash, valid_acc_mean, valid_acc_std FROM nb101_statistics "
        "WHERE num_epochs = 108 ORDER BY valid_acc_mean DESC LIMIT 3"
    )
    best = nasbench_db.explore.top(3, by="valid_acc", num_epochs=108, db=database)
    assert [(row[0], row[1]) for row in database.select(sql)] == [
        (row["hash"], row["valid_acc"]) for row in best
    ]
