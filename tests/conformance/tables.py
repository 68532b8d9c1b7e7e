"""The tables, the view and the models."""

from __future__ import annotations

import contextlib
from pathlib import Path

from peewee import SqliteDatabase
from support.structure import described

from conformance.guest import Base, Guest, Row, of_file, table
from nasbench_db.describing import describe
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.migrating import mark_as_current, migrations_folder, run_migrations


def structure(path: Path) -> Row:
    """What a file says of its structure, but for the statistics of ANALYZE."""
    found = described(path)
    found["schema"] = [row for row in found["schema"] if not row[1].startswith("sqlite_stat")]
    return found


class Tables(Base):
    """The tables are those of the migrations, and rows lead to one another."""

    def test_the_schema_is_that_of_its_migrations(
        self, guest: Guest, path: Path, tmp_path: Path
    ) -> None:
        """Of a new database and of an ingested one, but for the statistics of ANALYZE."""
        found = []
        for name in ("new", "migrated"):
            made = SqliteDatabase(tmp_path / f"{name}.db")
            with contextlib.closing(made):
                made.connect()
                if name == "new":
                    mark_as_current(guest.schema, made)
                    guest.schema.create_tables(made)
                    guest.schema.create_indexes(made)
                else:
                    assert len(run_migrations(guest.schema, made)) == guest.schema.version
            found.append(structure(tmp_path / f"{name}.db"))
        found.append(structure(path))
        assert found[0] == found[1] == found[2]
        assert found[0]["user_version"] == (guest.schema.version,)
        assert found[0]["application_id"] == (0x6E617364,)
        names = {name for _, name, _, _ in found[0]["schema"]}
        assert {*map(table, guest.schema.models), guest.schema.view} <= names
        numbers = sorted(
            int(file.name[:4]) for file in migrations_folder(guest.name).glob("[0-9]*.py")
        )
        assert numbers == list(range(1, guest.schema.version + 1))

    def test_the_view_has_a_row_for_each_trial(
        self, guest: Guest, path: Path, rows: list[Row]
    ) -> None:
        """With the columns of config and trial, the architecture last."""
        trials = of_file(path, f"SELECT * FROM {table(guest.schema.trial)} ORDER BY id")
        configs = {
            row["id"]: row for row in of_file(path, f"SELECT * FROM {table(guest.schema.config)}")
        }
        assert len(rows) == len(trials) > 0
        names = list(rows[0])
        assert (names[:2], names[-1]) == (["trial_id", "config_id"], "arch")
        assert {*guest.schema.identity, *guest.schema.fidelity, *guest.metrics} <= set(names)
        for row, trial in zip(rows, trials, strict=True):
            of_both = configs[trial["config_id"]] | trial | {"trial_id": trial["id"]}
            assert row == {name: of_both[name] for name in names}

    def test_rows_lead_to_one_another(self, guest: Guest, database: BenchmarkDatabase) -> None:
        """From the config to its trials, their epochs, and back."""
        config = guest.schema.config.select().order_by(guest.schema.config.id.desc()).get()
        trials = list(config.trial_stats)
        assert trials
        for trial in trials:
            assert trial.config == config
            if guest.schema.intermediate is None:
                continue
            points = list(trial.intermediates)
            assert points[-1].trial == trial
            assert points[-1].current_epoch == config.num_epochs
            assert points[-1].id == trial.id * 65536 + config.num_epochs
            last = getattr(points[-1], guest.curve_accuracy)
            assert last == getattr(trial, guest.accuracy)

    def test_rows_can_be_made_by_hand(self, guest: Guest, database: BenchmarkDatabase) -> None:
        """By programs that record their own trainings; values come back as they were."""
        schema = guest.schema
        models = list(schema.counted.values())
        config = schema.config.select().dicts().get()
        trial = schema.trial.select().where(schema.trial.config == config["id"]).dicts().get()
        found = [config, trial]
        if schema.intermediate is not None:
            points = schema.intermediate.select().where(schema.intermediate.trial == trial["id"])
            found.append(points.dicts().get())
            found[2].pop("id", None)
        memory = SqliteDatabase(":memory:")
        with contextlib.closing(memory), memory.bind_ctx(schema.models):
            schema.create_tables(memory)
            schema.create_indexes(memory)
            for model, row in zip(models, found, strict=True):
                model.insert(row).execute()
                made = model.select().dicts().get()
                assert {name: made[name] for name in row} == row
            made = schema.config.get().trial_stats.get()
            assert schema.intermediate is None or made.intermediates.count() == 1

    def test_an_architecture_is_found_by_equality(
        self, guest: Guest, database: BenchmarkDatabase
    ) -> None:
        """As with NNI's field, however the keys of a dict are ordered."""
        model = guest.schema.config
        for config in model.select().where(model.id % 5 == 0).limit(4):
            same = [config.arch]
            if isinstance(config.arch, dict):
                same.append(dict(reversed(config.arch.items())))
            for arch in same:
                found = list(model.select().where(model.arch == arch))
                assert config in found
                assert all(one.arch == config.arch for one in found)
                others = model.select().where(model.arch != arch).count()
                assert others + len(found) == model.select().count()

    def test_every_column_is_described(self, guest: Guest, path: Path) -> None:
        """Of every table and view of the file, with a unit or a range for every metric."""
        told = {one.name: one for one in describe(guest.name)}
        names = {row["name"] for row in of_file(path, "SELECT name FROM sqlite_master")}
        assert set(told) <= names
        for row in of_file(path, "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"):
            if row["name"].startswith("sqlite_") or row["name"] not in told:
                assert "migration" in row["name"] or row["name"].startswith("sqlite_")
                continue
            columns = {column.name: column for column in told[row["name"]].columns}
            found = of_file(path, f'PRAGMA table_xinfo("{row["name"]}")')
            assert set(columns) == {column["name"] for column in found}
            for name, column in columns.items():
                assert column.meaning, name
                assert column.source, name
                if name in guest.metrics and row["name"] == table(guest.schema.trial):
                    assert column.unit, name
                    assert column.range, name
