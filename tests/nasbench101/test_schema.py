"""The models: NNI's names, equality of architectures, the view, and query plans."""

from __future__ import annotations

from pathlib import Path

import pytest
from peewee import CharField, FloatField, ForeignKeyField, IntegerField, Model, SqliteDatabase

from nasbench_db.nasbench101 import (
    Cell,
    Nb101TrialConfig,
    api,
)
from nasbench_db.store.database import BenchmarkDatabase

CHAIN = Cell.from_string("010001000", "input,conv3x3-bn-relu,output")


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
