"""The query result: statements, reductions, ranges, orders, arrays, and what it refuses."""

from __future__ import annotations

import importlib
import inspect
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from peewee import (
    AutoField,
    CharField,
    CompositeKey,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    Model,
    SqliteDatabase,
)
from support.renewing import renew_statistics

import nasbench_db
from nasbench_db.ask.results import TrialResult
from nasbench_db.ask.trials import Trials
from nasbench_db.ask.trialtables import TrialTables
from nasbench_db.errors import InvalidArchitecture, InvalidQuery
from nasbench_db.formats.tfrecord import write_record
from nasbench_db.nasbench101 import (
    CONV1X1_BN_RELU,
    CONV3X3_BN_RELU,
    INPUT,
    MAXPOOL3X3,
    OUTPUT,
    Cell,
    query_nb101_trial_stats,
)
from nasbench_db.nasbench101.query import TABLES
from nasbench_db.nasbench101.record import Evaluation, Metrics, encode_metrics, encode_row
from nasbench_db.store.database import BenchmarkDatabase, FileDatabase
from nasbench_db.store.models import JSONTextField, Schema

METRICS = ("train_acc", "valid_acc", "test_acc", "parameters", "training_time")

CHAIN = Cell.from_string("010001000", [INPUT, CONV3X3_BN_RELU, OUTPUT])
FORK = Cell.from_string("0110000100010000", [INPUT, CONV1X1_BN_RELU, MAXPOOL3X3, OUTPUT])
ABSENT = Cell.from_string("0110000100010000", [INPUT, MAXPOOL3X3, MAXPOOL3X3, OUTPUT])

# cell, epochs, and for each repeat the final train, valid and test accuracy as fractions
TRAINED: list[tuple[Cell, int, list[tuple[float | None, ...]]]] = [
    (CHAIN, 4, [(0.5, 0.4, 0.3), (0.75, 0.5, 0.25)]),
    (CHAIN, 108, [(0.97, 0.90, 0.88), (0.99, 0.94, 0.93), (0.98, 0.91, 0.95), (1.0, 0.92, 0.89)]),
    (FORK, 108, [(0.9, None, 0.8), (0.8, None, 0.7), (0.7, 0.6, 0.9)]),
]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the trials in TRAINED, the repeats of all of them mixed."""
    folder = tmp_path_factory.mktemp("querying")
    records = []
    for cell, epochs, repeats in TRAINED:
        for number, (train, valid, test) in enumerate(repeats):
            evaluations = (
                Evaluation(0.0, 0.0, 0.1, 0.1, 0.1),
                Evaluation(epochs / 2, 50.0 + number, 0.25, 0.25 + number / 8, None),
                Evaluation(epochs, 100.0 + number, train, valid, test),
            )
            message = encode_metrics(Metrics(evaluations, 2_000_000 + number, 1.0))
            operations = ",".join(cell.ops)
            row = encode_row(cell.hash, epochs, cell.adjacency, operations, message)
            records.append((number, row))
    with open(folder / "source.tfrecord", "wb") as file:
        for _, row in sorted(records):
            write_record(file, row)
    source = folder / "source.tfrecord"
    return nasbench_db.ingest("nasbench101", source, folder / "querying.db", progress=False).path


@pytest.fixture
def db(path: Path) -> Iterator[BenchmarkDatabase]:
    """A handle of that database, connected as the default."""
    database = nasbench_db.connect("nasbench101", path)
    yield database
    database.close()


def values(cell: Cell, epochs: int, metric: str) -> list[float]:
    """The values that were recorded of a metric, in the database's unit, without the absent."""
    repeats = next(r for c, e, r in TRAINED if (c, e) == (cell, epochs))
    column = METRICS.index(metric)
    if column < 3:
        return [100 * r[column] for r in repeats if r[column] is not None]
    if metric == "parameters":
        return [(2_000_000 + number) / 1e6 for number in range(len(repeats))]
    return [100.0 + number for number in range(len(repeats))]


def test_a_dict_has_nnis_shape(db: BenchmarkDatabase) -> None:
    trial = next(query_nb101_trial_stats(CHAIN.arch, 108, include_intermediates=True))
    assert trial == {
        "id": trial["id"],
        "config": {
            "id": trial["config"]["id"],
            "arch": {"op1": CONV3X3_BN_RELU, "input1": [0], "input2": [1]},
            "num_vertices": 3,
            "hash": CHAIN.hash,
            "num_epochs": 108,
        },
        "train_acc": 97.0,
        "valid_acc": 90.0,
        "test_acc": 88.0,
        "parameters": 2.0,
        "training_time": 100.0,
        "intermediates": [
            {
                "id": trial["id"] * 65536 + 54,
                "current_epoch": 54,
                "train_acc": 25.0,
                "valid_acc": 25.0,
                "test_acc": None,
                "training_time": 50.0,
            },
            {
                "id": trial["id"] * 65536 + 108,
                "current_epoch": 108,
                "train_acc": 97.0,
                "valid_acc": 90.0,
                "test_acc": 88.0,
                "training_time": 100.0,
            },
        ],
    }


def test_the_repeats_of_a_config_keep_the_order_of_the_source(db: BenchmarkDatabase) -> None:
    tests = [trial["test_acc"] for trial in query_nb101_trial_stats(CHAIN, 108)]
    assert tests == values(CHAIN, 108, "test_acc")
    for repeat, test in enumerate(tests):
        (trial,) = query_nb101_trial_stats(CHAIN, 108, repeat=repeat)
        assert trial["test_acc"] == test
    with pytest.raises(InvalidQuery, match=r"repeat is 4, .*it has 0, 1, 2, 3"):
        query_nb101_trial_stats(CHAIN, 108, repeat=4)


def test_isomorphs_find_the_cell_and_exact_matching_does_not(db: BenchmarkDatabase) -> None:
    permuted = Cell.from_string("0110000100010000", [INPUT, MAXPOOL3X3, CONV1X1_BN_RELU, OUTPUT])
    dangling = {**FORK.arch, "op3": MAXPOOL3X3, "input3": [1], "input4": FORK.arch["input3"]}
    reordered = dict(sorted(FORK.arch.items(), reverse=True))
    expected = list(query_nb101_trial_stats(FORK.arch, 108))
    assert len(expected) == 3
    for arch in (permuted.arch, dangling, reordered, permuted, FORK):
        assert list(query_nb101_trial_stats(arch, 108)) == expected
    for arch in (permuted.arch, dangling):
        assert list(query_nb101_trial_stats(arch, 108, isomorphism=False)) == []
    for arch in (reordered, FORK):
        assert list(query_nb101_trial_stats(arch, 108, isomorphism=False)) == expected


def test_an_absent_cell_gives_no_row_and_an_invalid_one_raises(db: BenchmarkDatabase) -> None:
    assert list(query_nb101_trial_stats(ABSENT, None)) == []
    assert list(query_nb101_trial_stats(FORK, 4)) == []
    with pytest.raises(InvalidQuery, match=r"num_epochs is 36, .*it has 4, 108"):
        query_nb101_trial_stats(CHAIN, 36)
    with pytest.raises(InvalidArchitecture, match="unknown operation"):
        query_nb101_trial_stats({**CHAIN.arch, "op1": "conv5x5"}, 108)


def test_filters_combine(db: BenchmarkDatabase) -> None:
    def count(**filters: Any) -> int:
        return len(list(query_nb101_trial_stats(filters.pop("arch", None), None, **filters)))

    assert count(num_vertices=3) == 6
    assert count(num_vertices=4) == 3
    with pytest.raises(InvalidQuery, match=r"num_vertices is 5, .*it has 3, 4"):
        count(num_vertices=5)
    assert count(hash=FORK.hash) == 3
    assert count(hash=FORK.hash, num_vertices=3) == 0
    assert count(arch=CHAIN, hash=CHAIN.hash) == 6
    assert count(repeat=3) == 1
    assert count(repeat=0) == 3
    assert count(test_acc=(89, 95)) == 4  # both ends are included
    assert count(test_acc=(89, None), valid_acc=(None, 93)) == 3
    assert count(training_time=(103.0, None)) == 1
    assert count(parameters=(None, 2.0)) == 3
    assert count(train_acc=(None, None)) == 9
    assert count(num_vertices=np.int64(3), test_acc=(np.float64(88), 90)) == 2


def test_words_that_were_read_before_mean_the_same(db: BenchmarkDatabase) -> None:
    """What is equal to them and of another type does not mean what they mean."""
    for _ in range(2):
        assert len(list(query_nb101_trial_stats(CHAIN, 108, repeat=1))) == 1
        assert len(list(query_nb101_trial_stats(FORK, 108, repeat=1))) == 1
        assert len(list(query_nb101_trial_stats(CHAIN, 108, reduction="none", repeat=1))) == 1
        (row,) = query_nb101_trial_stats(CHAIN, 108, reduction="mean", repeat=1)
        assert row["num_trials"] == 1
        assert len(list(query_nb101_trial_stats(CHAIN, 108.0, repeat=1.0))) == 1
        with pytest.raises(InvalidQuery, match="repeat is True"):
            query_nb101_trial_stats(CHAIN, 108, repeat=True)
        with pytest.raises(InvalidQuery, match="reduction is 5"):
            query_nb101_trial_stats(CHAIN, 108, reduction=5, repeat=1)
        with pytest.raises(InvalidQuery, match="num_epochs is 36"):
            query_nb101_trial_stats(CHAIN, 36, repeat=1)


def test_a_column_that_names_the_architecture_is_not_said_twice(db: BenchmarkDatabase) -> None:
    """Nor is another hash than that of the cell."""
    where = {"canonical": FORK.canonical_code}
    with pytest.raises(InvalidQuery, match="canonical is said twice"):
        Trials.of(db, TABLES, arch=CHAIN, where=where)
    assert Trials.of(db, TABLES, arch=FORK, where=where).chosen == {
        "canonical": (FORK.canonical_code,)
    }
    with pytest.raises(InvalidQuery, match=f"hash of arch is {CHAIN.hash}, and hash is"):
        query_nb101_trial_stats(CHAIN, 108, hash=FORK.hash)


def test_the_next_cell_takes_one_statement_each_for_trials_and_evaluations(
    db: BenchmarkDatabase,
) -> None:
    """What was found out for the first one is remembered."""
    list(query_nb101_trial_stats(CHAIN, 108, include_intermediates=True))
    statements: list[str] = []
    db.connection().set_trace_callback(statements.append)
    try:
        assert list(query_nb101_trial_stats(FORK.arch, 108))
        assert len(statements) == 1
        assert list(query_nb101_trial_stats(FORK.arch, 108, include_intermediates=True))
        assert len(statements) == 3
    finally:
        db.connection().set_trace_callback(None)


def test_a_reduction_of_one_trial_is_that_trial(db: BenchmarkDatabase) -> None:
    (single,) = query_nb101_trial_stats(FORK, 108, repeat=2, include_intermediates=True)
    for reduction in ("mean", "median", "min", "max"):
        (row,) = query_nb101_trial_stats(
            FORK, 108, reduction=reduction, repeat=2, include_intermediates=True
        )
        assert row["num_trials"] == 1
        assert {m: row[m] for m in METRICS} == {m: single[m] for m in METRICS}
        for reduced, point in zip(row["intermediates"], single["intermediates"], strict=True):
            assert reduced.pop("num_trials") == 1
            point.pop("id", None)
            assert reduced == point
    (row,) = query_nb101_trial_stats(FORK, 108, reduction="std", repeat=2)
    assert [row[m] for m in METRICS] == [None] * 5


def test_ranges_of_a_reduction_apply_to_what_was_reduced(db: BenchmarkDatabase) -> None:
    # The mean test accuracy is 91.25 and 80; single trials of both reach 90.
    rows = list(query_nb101_trial_stats(None, 108, reduction="mean", test_acc=(90, None)))
    assert [(row["config"]["hash"], row["num_trials"]) for row in rows] == [(CHAIN.hash, 4)]


def test_values_reach_sql_as_parameters(db: BenchmarkDatabase) -> None:
    for hostile in ("x' OR '1'='1", "?", "'; DROP TABLE nb101trialstats; --"):
        with pytest.raises(InvalidQuery, match="hash"):
            query_nb101_trial_stats(None, None, hash=hostile)
        with pytest.raises(InvalidQuery, match="order_by"):
            query_nb101_trial_stats(None, None, order_by=hostile)


PLANS = [
    (
        {"arch": CHAIN, "num_epochs": 108},
        [
            "SEARCH c USING INDEX nb101trialconfig_canonical_num_epochs "
            "(canonical=? AND num_epochs=?)",
            "SEARCH t USING INDEX nb101trialstats_config_id (config_id=?)",
            "USE TEMP B-TREE FOR ORDER BY",
        ],
    ),
    (
        {"arch": CHAIN, "num_epochs": None},
        [
            "SEARCH c USING INDEX nb101trialconfig_canonical_num_epochs (canonical=?)",
            "SEARCH t USING INDEX nb101trialstats_config_id (config_id=?)",
            "USE TEMP B-TREE FOR ORDER BY",
        ],
    ),
    (
        {"arch": None, "num_epochs": 108},
        ["SCAN t", "SEARCH c USING INTEGER PRIMARY KEY (rowid=?)"],
    ),
    (
        {"arch": None, "num_epochs": 108, "reduction": "mean"},
        [
            "SEARCH s USING PRIMARY KEY (num_epochs=?)",
            "SEARCH c USING INTEGER PRIMARY KEY (rowid=?)",
        ],
    ),
    (
        {"arch": None, "num_epochs": 108, "num_vertices": 3},
        [
            "SEARCH c USING INDEX nb101trialconfig_num_vertices_num_epochs "
            "(num_vertices=? AND num_epochs=?)",
            "SEARCH t USING INDEX nb101trialstats_config_id (config_id=?)",
            "USE TEMP B-TREE FOR ORDER BY",
        ],
    ),
]


@pytest.mark.parametrize(("ask", "plan"), PLANS)
def test_query_plans_use_the_indexes(
    tmp_path_factory: pytest.TempPathFactory, ask: dict[str, Any], plan: list[str]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "plans"
    database = nasbench_db.connect("nasbench101", _plan_database(folder))
    sql = query_nb101_trial_stats(**ask, db=database).sql()
    assert [row[3] for row in database.execute_sql(f"EXPLAIN QUERY PLAN {sql}")] == plan
    database.close()


def _plan_database(folder: Path) -> Path:
    """A database with the published data set's proportions, small cells apart."""
    from nasbench_db.nasbench101.space import enumerate_cells
    from nasbench_db.nasbench101.synthetic import write_tfrecord

    path = folder / "plans.db"
    if not path.exists():
        folder.mkdir(exist_ok=True)
        write_tfrecord(folder / "plans.tfrecord", enumerate_cells(max_vertices=5))
        nasbench_db.ingest("nasbench101", folder / "plans.tfrecord", path, progress=False)
    return path


def test_all_columns_adds_what_nnis_dicts_leave_out(db: BenchmarkDatabase) -> None:
    plain = list(query_nb101_trial_stats(CHAIN, 108, include_intermediates=True))
    more = list(query_nb101_trial_stats(CHAIN, 108, include_intermediates=True).all_columns())
    assert [trial.pop("repeat") for trial in more] == [0, 1, 2, 3]
    assert more == plain
    reduced = query_nb101_trial_stats(CHAIN, 108, reduction="mean")
    assert "repeat" not in next(reduced.all_columns())


def test_jupyter_shows_the_beginning_of_many_rows(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.getbasetemp() / "plans"
    database = nasbench_db.connect("nasbench101", _plan_database(folder))
    shown = query_nb101_trial_stats(None, None, db=database)._repr_html_()
    assert shown.count("<tr>") == 1 + 20 + 1
    assert shown.count("…") == shown.count("<th>")
    database.close()


# Columns of other types: text, NULL text, and JSON values of trials.


class NotedConfig(Model):
    id = AutoField()
    arch = JSONTextField()
    kind = CharField(max_length=12)
    shared = IntegerField()


class NotedTrial(Model):
    id = AutoField()
    shared = IntegerField()
    note = CharField(max_length=8, null=True)
    tags = JSONTextField(null=True)
    seed = IntegerField()
    score = DoubleField(null=True)
    config = ForeignKeyField(NotedConfig, backref="trials")


class NotedPoint(Model):
    current_epoch = IntegerField()
    score = DoubleField(null=True)
    trial = ForeignKeyField(NotedTrial, backref="points", index=False)

    class Meta:
        primary_key = CompositeKey("trial", "current_epoch")


NOTED = Schema(
    benchmark="noted",
    title="Noted",
    version=1,
    config=NotedConfig,
    trial=NotedTrial,
    intermediate=NotedPoint,
    view="noted",
    view_columns=("kind",),
    coverage_query="SELECT 1",
)
NOTED_TABLES = TrialTables(NOTED, text_widths={"kind": 5})
NOTED_CONFIGS = [[1, 2], {"a": None}]
# config, note, tags, seed and score of each trial
NOTED_TRIALS: list[tuple[int, str | None, Any, int, float | None]] = [
    (1, "it's", [1.5, None], 7, 0.5),
    (1, None, None, 8, None),
    (2, "", {"x": [1]}, 7, 2.5),
    (2, "a?b", [], 9, 1.5),
]


@pytest.fixture(scope="module")
def noted(tmp_path_factory: pytest.TempPathFactory) -> BenchmarkDatabase:
    """A database whose tables have columns of these types."""
    path = tmp_path_factory.mktemp("noted") / "noted.db"
    writable = SqliteDatabase(path)
    with writable.bind_ctx(NOTED.models):
        NOTED.create_tables(writable)
        for number, arch in enumerate(NOTED_CONFIGS, 1):
            NotedConfig.create(arch=arch, kind=f"kind {number}"[:5], shared=number)
        for config, note, tags, seed, score in NOTED_TRIALS:
            trial = NotedTrial.create(
                config=config, shared=99, note=note, tags=tags, seed=seed, score=score
            )
            for epoch in (1, 2):
                NotedPoint.create(trial=trial, current_epoch=epoch, score=score)
    writable.close()
    renew_statistics(path, NOTED)
    return FileDatabase(NOTED, path)


def noted_result(
    noted: BenchmarkDatabase, reduction: str | None = None, **asked: Any
) -> TrialResult:
    """A query of that database."""
    how = {key: asked.pop(key) for key in ("include_intermediates", "order_by") if key in asked}
    return Trials.of(noted, NOTED_TABLES, reduction=reduction, conditions=asked).dicts(**how)


def test_text_and_json_of_trials_are_handed_out_as_values(noted: BenchmarkDatabase) -> None:
    """NULL as None, which is neither an empty text nor an empty list."""
    rows = list(noted_result(noted, include_intermediates=True))
    for row, (config, note, tags, seed, score) in zip(rows, NOTED_TRIALS, strict=True):
        assert (row["note"], row["tags"], row["seed"], row["score"]) == (note, tags, seed, score)
        assert row["config"]["arch"] == NOTED_CONFIGS[config - 1]
        assert [point["score"] for point in row["intermediates"]] == [score, score]
        # A column of this name is there twice; each dict has its own.
        assert (row["shared"], row["config"]["shared"]) == (99, config)
    rows[0]["tags"].append("mine")
    assert next(noted_result(noted))["tags"] == [1.5, None]


def test_reduced_rows_have_metrics_alone(noted: BenchmarkDatabase) -> None:
    """No mean of texts, seeds or lists."""
    rows = list(noted_result(noted, reduction="mean", include_intermediates=True))
    assert [(row["score"], row["num_trials"]) for row in rows] == [(0.5, 2), (2.0, 2)]
    assert set(rows[0]) == {"id", "config", "num_trials", "score", "intermediates"}
    assert rows[0]["intermediates"][1] == {"current_epoch": 2, "num_trials": 2, "score": 0.5}
    assert noted_result(noted, reduction="max").to_numpy().dtype.names == (
        *("config_id", "kind", "shared", "num_trials", "score"),
    )


def test_arrays_have_text_and_no_json(noted: BenchmarkDatabase) -> None:
    """Text as wide as its column or as is told, empty for NULL; NaN for a NULL metric."""
    array = noted_result(noted).to_numpy()
    assert array.dtype == np.dtype(
        [
            *(("config_id", "i8"), ("trial_id", "i8"), ("note", "U8"), ("seed", "i8")),
            *(("kind", "U5"), ("shared", "i8"), ("score", "f8")),
        ]
    )
    assert array["note"].tolist() == ["it's", "", "", "a?b"]
    assert array["shared"].tolist() == [1, 1, 2, 2]
    assert np.isnan(array["score"]).tolist() == [False, True, False, False]
    without_gaps = noted_result(noted, kind="kind ", shared=2).to_numpy()
    assert without_gaps["note"].tolist() == ["", "a?b"]
    assert without_gaps["score"].tolist() == [2.5, 1.5]


def test_frames_have_the_columns_of_the_arrays(noted: BenchmarkDatabase) -> None:
    """NULL is missing, of text too, and an empty text is not."""
    result = noted_result(noted)
    first = next(result)
    frame, table = result.to_pandas(), result.to_arrow()
    names = ("config_id", "trial_id", "note", "seed", "kind", "shared", "score")
    assert tuple(frame.columns) == tuple(table.column_names) == names
    assert result.to_numpy().dtype.names == names
    assert table["note"].to_pylist() == ["it's", None, "", "a?b"]
    assert frame["note"].isna().tolist() == [False, True, False, False]
    assert frame["note"].dropna().tolist() == ["it's", "", "a?b"]
    assert table["score"].to_pylist() == [0.5, None, 2.5, 1.5]
    assert frame["score"].isna().tolist() == [False, True, False, False]
    assert frame["seed"].tolist() == table["seed"].to_pylist() == [7, 8, 7, 9]
    assert frame["seed"].dtype == np.int64
    assert [first, *result] == list(noted_result(noted))


def test_frames_hold_the_trials_alone(noted: BenchmarkDatabase) -> None:
    """Asked with intermediates or without, by one statement."""
    statements: list[str] = []
    noted.connection().set_trace_callback(statements.append)
    for reduction in (None, "mean"):
        plain = noted_result(noted, reduction=reduction).to_arrow()
        with_points = noted_result(noted, reduction=reduction, include_intermediates=True)
        statements.clear()
        assert with_points.to_arrow().equals(plain)
        assert len(statements) == 1
    noted.connection().set_trace_callback(None)


def test_frames_without_rows_have_their_types(noted: BenchmarkDatabase) -> None:
    """So that those of several questions can be put together."""
    full, empty = noted_result(noted), noted_result(noted, score=(99, None))
    assert len(empty.to_pandas()) == empty.to_arrow().num_rows == 0
    assert empty.to_pandas().dtypes.equals(full.to_pandas().dtypes)
    assert empty.to_arrow().schema.equals(full.to_arrow().schema)
    assert empty.to_numpy().dtype == full.to_numpy().dtype


def test_text_can_be_ordered_by_and_json_cannot(noted: BenchmarkDatabase) -> None:
    """NULL comes last; a column that is there twice is the config's."""
    notes = [row["note"] for row in noted_result(noted, order_by="note")]
    assert notes == ["", "a?b", "it's", None]
    notes = [row["note"] for row in noted_result(noted, order_by="-note")]
    assert notes == ["it's", "a?b", "", None]
    assert [row["id"] for row in noted_result(noted, order_by="-shared")] == [3, 4, 1, 2]
    for name in ("tags", "arch", "config"):
        with pytest.raises(InvalidQuery, match=f"order_by is '{name}'"):
            noted_result(noted, order_by=name)
    for name in ("note", "seed"):
        with pytest.raises(InvalidQuery, match=f"order_by is '{name}'"):
            noted_result(noted, order_by=name, reduction="mean")


@pytest.mark.parametrize("note", ["it's", "a?b", ""])
def test_texts_of_any_characters_are_found(note: str, noted: BenchmarkDatabase) -> None:
    """By the query and by its SQL text, in which quotes and question marks mean nothing."""
    result = noted_result(noted, note=note, kind="kind ", score=(0, float("inf")))
    assert note in [row[1] for row in NOTED_TRIALS]
    expected = [row[3] for row in NOTED_TRIALS if row[1] == note]
    seed = len(NOTED_TABLES.config_keys) + NOTED_TABLES.trial_keys.index("seed")
    assert [row[seed] for row in run_sql(noted, result)] == expected
    assert [row["seed"] for row in result] == expected


@pytest.mark.parametrize("note", ["'; DROP TABLE notedtrial; --", "?", "it''s"])
def test_other_texts_are_refused(note: str, noted: BenchmarkDatabase) -> None:
    """Since no trial has them."""
    with pytest.raises(InvalidQuery, match=r"it has '', 'a\?b', \"it's\""):
        noted_result(noted, note=note)


def run_sql(noted: BenchmarkDatabase, result: TrialResult) -> list[Any]:
    """The rows of a result's SQL, with no parameters."""
    return list(noted.execute_sql(result.sql()).fetchall())


def test_infinite_bounds_leave_a_side_open(noted: BenchmarkDatabase) -> None:
    """As None does, but for NULL; NaN is no bound."""
    inf = float("inf")
    for bounds in ((-inf, inf), (-inf, 100), (0, inf)):
        result = noted_result(noted, score=bounds)
        assert len(run_sql(noted, result)) == len(list(result)) == 3
    with pytest.raises(InvalidQuery, match="a range is a pair"):
        noted_result(noted, score=(float("nan"), 1))


def test_lists_are_compared_as_wholes_by_peewee(noted: BenchmarkDatabase) -> None:
    """Not element by element."""
    with noted.bind_ctx(NOTED.models):
        for arch, expected in (([1, 2], 1), ([2, 1], 0), ({"a": None}, 1), ([], 0)):
            assert NotedConfig.select().where(NotedConfig.arch == arch).count() == expected
            assert NotedConfig.select().where(NotedConfig.arch != arch).count() == 2 - expected
        assert NotedTrial.select().where(NotedTrial.tags == []).count() == 1
        assert NotedTrial.select().where(NotedTrial.tags == None).count() == 1  # noqa: E711
        assert NotedTrial.select().where(NotedTrial.tags != None).count() == 3  # noqa: E711


def test_jupyter_shows_them(noted: BenchmarkDatabase) -> None:
    """Escaped."""
    shown = noted_result(noted)._repr_html_()
    assert "<td>it&#x27;s</td>" in shown
    assert shown.count("<tr>") == 1 + len(NOTED_TRIALS)


def test_a_result_travels_until_it_is_read(db: BenchmarkDatabase) -> None:
    """By pickle; then it asks anew, in the other process."""
    for ask in ({}, {"reduction": "mean"}, {"include_intermediates": True}):
        result = query_nb101_trial_stats(CHAIN, 108, **ask)
        copy = pickle.loads(pickle.dumps(result))
        assert list(copy) == list(query_nb101_trial_stats(CHAIN, 108, **ask))
        next(result)
        with pytest.raises(TypeError, match="read in part and cannot travel"):
            pickle.dumps(result)


def test_an_argument_that_there_is_not_is_told() -> None:
    """With the one that was perhaps meant.

    The helpers that take ranges by the metrics' names, of which each task has its own, ask the
    database for them; their own tests have wrong ones.
    """
    checked = 0
    for name in nasbench_db.BENCHMARKS:
        module = importlib.import_module(f"nasbench_db.{name}.query")
        (query,) = [f for n, f in vars(module).items() if n.endswith("_trial_stats")]
        parameters = inspect.signature(query).parameters.values()
        if not any(one.kind is one.VAR_KEYWORD for one in parameters):
            told = rf"no argument of {query.__name__} called 'limitt'.*did you mean 'limit'"
            with pytest.raises(InvalidQuery, match=told):
                query(limitt=1)
            checked += 1
    assert checked >= 4
