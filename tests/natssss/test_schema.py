"""The models of the size search space, its view, and query plans."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

import nasbench_db
from nasbench_db.nats.schema import EpochStats, TrainingStats
from nasbench_db.natssss import (
    NatsSssIntermediateStats,
    NatsSssTrialConfig,
    NatsSssTrialStats,
)
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
