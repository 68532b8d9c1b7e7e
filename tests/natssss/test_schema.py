"""The models of the size search space, its view, and query plans."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest
from peewee import SqliteDatabase

import nasbench_db
from nasbench_db.nats.schema import EpochStats, TrainingStats
from nasbench_db.natssss import (
    NatsSssArchitecture,
    NatsSssIntermediateStats,
    NatsSssTrialConfig,
    NatsSssTrialStats,
    NatsSssWeights,
)
from nasbench_db.natssss.schema import SCHEMA
from nasbench_db.store.database import BenchmarkDatabase


def test_columns_are_those_of_nasbench201() -> None:
    """But for the keys: one program can ask both."""
    trial, point = NatsSssTrialStats._meta, NatsSssIntermediateStats._meta
    assert set(trial.fields) == {*TrainingStats._meta.fields, "config"}
    assert set(point.fields) == {*EpochStats._meta.fields, "trial"}


def test_peewee_finds_what_the_bulk_path_wrote(db_sss: BenchmarkDatabase) -> None:
    """By the list of channels and by the data set in both spellings."""
    found = list(NatsSssTrialConfig.select().where(NatsSssTrialConfig.arch == [8, 8, 8, 16, 32]))
    assert len(found) == 12
    assert {config.arch_index for config in found} == {11}
    assert all(config.arch == [8, 8, 8, 16, 32] for config in found)
    others = NatsSssTrialConfig.select().where(NatsSssTrialConfig.arch != [8, 8, 8, 16, 32])
    assert others.count() + 12 == NatsSssTrialConfig.select().count()
    for spelling in ("ImageNet16-120", "imagenet16-120"):
        condition = NatsSssTrialConfig.dataset == spelling
        assert NatsSssTrialConfig.select().where(condition).count() == 9
        statement = f"SELECT count(*) FROM natssss WHERE dataset = '{spelling}'"
        assert db_sss.execute_sql(statement).fetchone() == (15,)


def test_rows_lead_to_one_another(db_sss: BenchmarkDatabase) -> None:
    """From the config to its trials, their epochs, and back."""
    config = NatsSssTrialConfig.get(arch_index=11, num_epochs=12, dataset="cifar100")
    trials = list(config.trial_stats.order_by(NatsSssTrialStats.id))
    assert [trial.seed for trial in trials] == [777, 888, 999]
    for trial in trials:
        points = list(trial.intermediates)
        assert [point.current_epoch for point in points] == list(range(1, 13))
        assert points[-1].test_acc == trial.test_acc
        assert points[-1].id == trial.id * 65536 + 12
    assert NatsSssArchitecture.get_by_id(11).arch_str == config.arch_str == "8:8:8:16:32"


def test_rows_can_be_made_by_hand() -> None:
    """And come back as they were."""
    memory = SqliteDatabase(":memory:")
    with memory.bind_ctx(SCHEMA.models):
        SCHEMA.create_tables(memory)
        SCHEMA.create_indexes(memory)
        config = NatsSssTrialConfig.create(
            arch=[8, 8, 8, 8, 16],
            num_epochs=1,
            dataset="cifar10",
            arch_index=1,
            arch_str="8:8:8:8:16",
        )
        trial = NatsSssTrialStats.create(config=config, seed=7, splits="", source=1)
        NatsSssIntermediateStats.create(trial=trial, current_epoch=1)
        NatsSssWeights.create(trial=trial, name="w", dtype="bool", shape=[], data=b"\1")
        assert NatsSssTrialConfig.get().arch == [8, 8, 8, 8, 16]
        assert [point.current_epoch for point in trial.intermediates] == [1]
        assert [tensor.shape for tensor in trial.weights] == [[]]
    memory.close()


def test_the_flat_view_has_a_row_for_each_trial(built_sss: Path) -> None:
    """With the columns of config and trial."""
    with contextlib.closing(sqlite3.connect(built_sss)) as connection:
        cursor = connection.execute("SELECT * FROM natssss")
        columns = [column[0] for column in cursor.description]
        assert columns[:6] == [
            *("trial_id", "config_id", "arch_index", "arch_str", "num_epochs", "dataset"),
        ]
        assert columns[-2:] == ["source", "arch"]
        assert set(columns) >= set(TrainingStats._meta.fields) - {"id"}
        count = connection.execute("SELECT count(*) FROM natsssstrialstats").fetchone()
        assert (len(cursor.fetchall()),) == count


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("arch_str = '8:8:8:8:8' AND num_epochs = 90", "arch_str_num_epochs_dataset (arch_str="),
        ("arch_index = 5", "arch_index_num_epochs_dataset (arch_index="),
        ("dataset = 'x' AND num_epochs = 90", "dataset_num_epochs (dataset=? AND num_epochs="),
    ],
)
def test_plans_of_the_view(planned_sss: Path, query: str, index: str) -> None:
    """They begin at the index of what was asked for."""
    with contextlib.closing(nasbench_db.connect("natssss", planned_sss)) as db:
        plan = db.execute_sql(f"EXPLAIN QUERY PLAN SELECT * FROM natssss WHERE {query}")
        steps = [row[3] for row in plan]
    assert steps[0].startswith(f"SEARCH c USING INDEX natsssstrialconfig_{index}")
    assert steps[1] == "SEARCH t USING INDEX natsssstrialstats_config_id (config_id=?)"
