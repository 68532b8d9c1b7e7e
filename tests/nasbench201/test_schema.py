"""The models: NNI's names, equality of architectures and data sets, the view, and query plans."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from peewee import (
    AutoField,
    CharField,
    FloatField,
    ForeignKeyField,
    IntegerField,
    Model,
    SqliteDatabase,
)

import nasbench_db
from nasbench_db.nasbench201 import (
    Cell,
    Nb201TrialConfig,
    official_order,
)
from nasbench_db.store.database import BenchmarkDatabase

INDEX = "nb201trialconfig_{}_num_epochs_dataset"
TRIALS = "SEARCH t USING INDEX nb201trialstats_config_id (config_id=?)"


def test_data_sets_are_found_in_both_spellings(db201: BenchmarkDatabase) -> None:
    """NNI's and the official one, by peewee and in SQL, in tables and in the view."""
    spellings = ("imagenet16-120", "ImageNet16-120")
    counts = {
        Nb201TrialConfig.select().where(Nb201TrialConfig.dataset == name).count()
        for name in spellings
    }
    for source in ("nb201trialconfig", "nb201"):
        found = {
            db201.execute_sql(
                f"SELECT count(*) FROM {source} WHERE dataset {condition}"
            ).fetchone()
            for condition in (
                *(f"= '{name}'" for name in spellings),
                *(f"IN ('x', '{name}')" for name in spellings),
            )
        }
        ((count,),) = found
        assert count > 0
        if source == "nb201trialconfig":
            counts.add(count)
    assert len(counts) == 1


def test_models_of_nnis_shape_read_the_tables(built201: Path) -> None:
    """NNI declares its own models, with an id in each; they select from these tables."""
    database = SqliteDatabase(built201)
    losses = ("train_loss", "valid_loss", "test_loss", "ori_test_loss")

    class Config(Model):
        id = AutoField()
        num_epochs = IntegerField()
        num_channels = IntegerField()
        num_cells = IntegerField()
        dataset = CharField(max_length=20)

        class Meta:
            table_name = "nb201trialconfig"

    class Trial(Model):
        config = ForeignKeyField(Config, backref="trials")
        seed = IntegerField()
        train_acc = FloatField()
        valid_acc = FloatField()
        test_acc = FloatField()
        ori_test_acc = FloatField()
        train_loss = FloatField()
        valid_loss = FloatField()
        test_loss = FloatField()
        ori_test_loss = FloatField()
        parameters = FloatField()
        latency = FloatField()
        flops = FloatField()
        training_time = FloatField()
        valid_evaluation_time = FloatField()
        test_evaluation_time = FloatField()
        ori_test_evaluation_time = FloatField()

        class Meta:
            table_name = "nb201trialstats"

    class Point(Model):
        trial = ForeignKeyField(Trial, backref="points")
        current_epoch = IntegerField()
        train_acc = FloatField(null=True)
        ori_test_acc = FloatField(null=True)

        class Meta:
            table_name = "nb201intermediatestats"

    with database.bind_ctx([Config, Trial, Point]):
        trial = Trial.select().join(Config).where(Config.dataset == "cifar100").first()
        assert (trial.config.num_channels, trial.config.num_cells) == (16, 5)
        assert all(getattr(trial, loss) > 0 for loss in losses)
        points = list(trial.points)
        epochs = trial.config.num_epochs
        assert [point.id for point in points] == [trial.id * 65536 + 1 + e for e in range(epochs)]
        assert Point.get(Point.id == points[3].id).train_acc == points[3].train_acc
    database.close()


@pytest.mark.parametrize(
    ("query", "plan"),
    [
        (
            "SELECT * FROM nb201 WHERE arch_str = 'x' AND num_epochs = 200 AND dataset = 'y'",
            [f"SEARCH c USING INDEX {INDEX.format('arch_str')} (arch_str=?)", TRIALS],
        ),
        (
            "SELECT * FROM nb201 WHERE arch_index = 5",
            [f"SEARCH c USING INDEX {INDEX.format('arch_index')} (arch_index=?)", TRIALS],
        ),
        (
            "SELECT * FROM nb201 WHERE dataset = 'ImageNet16-120' AND num_epochs = 90",
            [
                "SEARCH c USING INDEX nb201trialconfig_dataset_num_epochs "
                "(dataset=? AND num_epochs=?)",
                TRIALS,
            ],
        ),
        # A question about trials alone does not read the configs.
        (
            "SELECT test_acc FROM nb201 ORDER BY test_acc DESC LIMIT 5",
            ["SCAN t", "USE TEMP B-TREE FOR ORDER BY"],
        ),
        (
            "SELECT * FROM nb201weights WHERE trial_id = 1",
            ["SEARCH nb201weights USING INDEX nb201weights_trial_id (trial_id=?)"],
        ),
    ],
)
def test_plans_of_the_view(planned: Path, query: str, plan: list[str]) -> None:
    """With the published data's proportions, they begin at the index of what was asked for."""
    with contextlib.closing(nasbench_db.connect("nasbench201", planned)) as db:
        found = [row[3] for row in db.execute_sql(f"EXPLAIN QUERY PLAN {query}")]
    assert found[0].startswith(plan[0].rstrip(")"))
    assert found[1:] == plan[1:]


def test_plans_of_peewee_equality(planned: Path) -> None:
    """An arch given as NNI's dict is found by its index, as are data sets."""
    cell = Cell.from_string(official_order()[5].arch_str)
    with contextlib.closing(nasbench_db.connect("nasbench201", planned)) as db:
        for query, columns in (
            (Nb201TrialConfig.arch == cell.arch, "arch_num_epochs_dataset (arch=?)"),
            (
                (Nb201TrialConfig.arch == cell.arch)
                & (Nb201TrialConfig.num_epochs == 200)
                & (Nb201TrialConfig.dataset == "ImageNet16-120"),
                "arch_num_epochs_dataset (arch=? AND num_epochs=? AND dataset=?)",
            ),
            (
                (Nb201TrialConfig.dataset == "ImageNet16-120")
                & (Nb201TrialConfig.num_epochs == 200),
                "dataset_num_epochs (dataset=? AND num_epochs=?)",
            ),
        ):
            sql, values = Nb201TrialConfig.select().where(query).sql()
            (row,) = db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", values)
            assert row[3] == f"SEARCH t1 USING INDEX nb201trialconfig_{columns}"
