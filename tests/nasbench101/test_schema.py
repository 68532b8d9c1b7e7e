"""The models: NNI's names, equality of architectures, the view, and query plans."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from peewee import CharField, FloatField, ForeignKeyField, IntegerField, Model, SqliteDatabase

from nasbench_db.nasbench101 import (
    Cell,
    Nb101IntermediateStats,
    Nb101TrialConfig,
    Nb101TrialStats,
    api,
)
from nasbench_db.nasbench101.schema import SCHEMA
from nasbench_db.nasbench101.space import enumerate_cells
from nasbench_db.store.database import BenchmarkDatabase

CHAIN = Cell.from_string("010001000", "input,conv3x3-bn-relu,output")


def test_peewee_equality_finds_what_the_bulk_path_wrote(db: BenchmarkDatabase) -> None:
    for cell in list(enumerate_cells(max_vertices=4))[::5]:
        reordered = dict(reversed(cell.arch.items()))
        found = Nb101TrialConfig.select().where(Nb101TrialConfig.arch == reordered)
        assert sorted(config.num_epochs for config in found) == [4, 12, 36, 108]
        assert all(config.arch == cell.arch and config.hash == cell.hash for config in found)


def test_rows_lead_to_one_another(db: BenchmarkDatabase) -> None:
    config = Nb101TrialConfig.get(hash=CHAIN.hash, num_epochs=36)
    trials = list(config.trial_stats.order_by(Nb101TrialStats.repeat))
    assert [trial.repeat for trial in trials] == [0, 1, 2]
    for trial in trials:
        assert trial.config == config
        halfway, final = trial.intermediates
        assert (halfway.current_epoch, final.current_epoch) == (18, 36)
        assert halfway.trial == trial
        assert final.id == trial.id * 65536 + 36
        assert final.test_acc == trial.test_acc


def test_rows_can_be_made_by_hand() -> None:
    memory = SqliteDatabase(":memory:")
    with memory.bind_ctx(SCHEMA.models):
        SCHEMA.create_tables(memory)
        SCHEMA.create_indexes(memory)
        config = Nb101TrialConfig.create(
            arch=CHAIN.arch, num_vertices=3, hash=CHAIN.hash, num_epochs=4
        )
        trial = Nb101TrialStats.create(config=config, repeat=0, num_epochs=4, test_acc=50.0)
        point = Nb101IntermediateStats.create(trial=trial, current_epoch=2)
        assert Nb101TrialConfig.get().arch == CHAIN.arch
        assert Nb101TrialStats.get().valid_acc is None
        assert list(trial.intermediates) == [point]
    memory.close()


def test_models_of_nnis_shape_read_the_tables(built: Path) -> None:
    """NNI declares its own models, with an id in each; they select from these tables."""
    database = SqliteDatabase(built)

    class Config(Model):
        num_vertices = IntegerField()
        hash = CharField(max_length=64)
        num_epochs = IntegerField()

        class Meta:
            database = None
            table_name = "nb101trialconfig"

    class Trial(Model):
        config = ForeignKeyField(Config, backref="trials")
        train_acc = FloatField()
        training_time = FloatField()

        class Meta:
            table_name = "nb101trialstats"

    class Point(Model):
        trial = ForeignKeyField(Trial, backref="points")
        current_epoch = IntegerField()
        valid_acc = FloatField()

        class Meta:
            table_name = "nb101intermediatestats"

    with database.bind_ctx([Config, Trial, Point]):
        trial = Trial.select().join(Config).where(Config.hash == CHAIN.hash).first()
        points = list(trial.points)
        assert [point.id for point in points] == [trial.id * 65536 + e for e in (2, 4)]
        assert Point.get(Point.id == points[0].id).valid_acc == points[0].valid_acc
    database.close()


def test_the_flat_view_has_a_row_for_each_trial(built: Path) -> None:
    connection = sqlite3.connect(built)
    connection.row_factory = sqlite3.Row
    rows = connection.execute("SELECT * FROM nb101").fetchall()
    (trials,) = connection.execute("SELECT count(*) FROM nb101trialstats").fetchone()
    assert len(rows) == trials > 0
    assert rows[0].keys() == [
        "trial_id",
        "config_id",
        "hash",
        "num_vertices",
        "num_epochs",
        "repeat",
        "train_acc",
        "valid_acc",
        "test_acc",
        "parameters",
        "training_time",
        "arch",
    ]
    connection.close()


@pytest.mark.parametrize(
    ("query", "plan"),
    [
        (
            "SELECT * FROM nb101 WHERE hash = 'x' AND num_epochs = 108",
            [
                "SEARCH c USING INDEX nb101trialconfig_hash_num_epochs (hash=?)",
                "SEARCH t USING INDEX nb101trialstats_config_id (config_id=?)",
            ],
        ),
        # A question about trials alone does not read the configs.
        (
            "SELECT test_acc FROM nb101 WHERE num_epochs = 108 ORDER BY test_acc DESC LIMIT 5",
            ["SCAN t", "USE TEMP B-TREE FOR ORDER BY"],
        ),
        (
            api._QUERY_FINAL,
            [
                "SEARCH c USING INDEX nb101trialconfig_canonical_num_epochs "
                "(canonical=? AND num_epochs=?)",
                "SEARCH t USING INDEX nb101trialstats_config_id (config_id=?)",
                "USE TEMP B-TREE FOR ORDER BY",
            ],
        ),
    ],
)
def test_plans(db: BenchmarkDatabase, query: str, plan: list[str]) -> None:
    values = (1, 108) if "?" in query else ()
    found = [row[3] for row in db.execute_sql(f"EXPLAIN QUERY PLAN {query}", values)]
    assert found == plan


def test_parts_of_an_architecture_can_be_asked_for(db: BenchmarkDatabase) -> None:
    """As with NNI's field."""
    found = Nb101TrialConfig.select().where(
        (Nb101TrialConfig.arch["op1"] == "maxpool3x3") & (Nb101TrialConfig.num_epochs == 4)
    )
    archs = [config.arch for config in Nb101TrialConfig.select() if config.num_epochs == 4]
    assert found.count() == sum(arch.get("op1") == "maxpool3x3" for arch in archs) > 0
    first = Nb101TrialConfig.arch["input1"][0]
    assert Nb101TrialConfig.select().where(first == 0).count() == 364
