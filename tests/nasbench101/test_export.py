"""Exports of NAS-Bench-101: the same bytes after a round trip, and no value that is made up."""

import contextlib
import io
import json
import sqlite3
import struct
import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nasbench_db
from nasbench_db.errors import ExportError, ExportWarning
from nasbench_db.formats.nasbench_rs import Model, encode_header, read_models, write_models
from nasbench_db.nasbench101 import Cell
from nasbench_db.nasbench101.crate import graph_of, operations_of
from nasbench_db.nasbench101.export import FORMATS, export
from nasbench_db.nasbench101.space import enumerate_cells
from nasbench_db.nasbench101.synthetic import write_tfrecord
from nasbench_db.store.database import BenchmarkDatabase

CELLS = list(enumerate_cells(max_vertices=4))
FORK = Cell.from_string("0110000100010000", "input,conv3x3-bn-relu,maxpool3x3,output")
MIRRORED = '{"input1":[0],"input2":[0],"input3":[1,2],"op1":"maxpool3x3","op2":"conv3x3-bn-relu"}'


def ingest(source: Path, path: Path) -> BenchmarkDatabase:
    """Build a database and open it."""
    report = nasbench_db.ingest("nasbench101", source, path, progress=False, force=True)
    return nasbench_db.connect("nasbench101", report.path)


def put(path: Path, models: Sequence[Model]) -> Path:
    """Write a file of models."""
    with open(path, "wb") as file:
        write_models(file, len(models), models)
    return path


def told(database: BenchmarkDatabase, path: Path, **options: Any) -> list[str]:
    """Export, and return what was warned about."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        export(database, path, progress=False, **options)
    assert {warning.category for warning in caught} <= {ExportWarning}
    assert {warning.filename for warning in caught} <= {__file__}
    return [str(warning.message) for warning in caught]


def tables_of(path: Path) -> list[list[tuple[Any, ...]]]:
    """All rows of the three tables."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return [
            connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
            for table in ("nb101trialconfig", "nb101trialstats", "nb101intermediatestats")
        ]


@pytest.fixture
def edited(copy: Path) -> Callable[..., BenchmarkDatabase]:
    """Runs statements on a copy of the small database, not called synthetic, and opens it."""

    def edit(*statements: str) -> BenchmarkDatabase:
        with contextlib.closing(sqlite3.connect(copy)) as connection, connection:
            for statement in ("UPDATE provenance SET synthetic = 0", *statements):
                connection.execute(statement)
        return nasbench_db.connect("nasbench101", copy)

    return edit


# What is written.


def test_every_value_of_the_database_is_found_in_the_file(
    edited: Callable[..., BenchmarkDatabase], copy: Path, tmp_path: Path
) -> None:
    """Model by model against plain SQL, in the original's units."""
    path = tmp_path / "out.bin"
    assert told(edited(), path) == []
    configs, trials, intermediates = tables_of(copy)
    points = {row[0]: row[3:] for row in intermediates}
    models = [model for _, model in read_models(path)]
    assert len(models) == 91
    found = 0
    for model, cell in zip(models, CELLS, strict=True):
        assert model[:4] == (*graph_of(cell), cell.hash)
        assert model.trainable_parameters == cell.trainable_parameters
        assert list(model.epochs) == [4, 12, 36, 108]
        assert operations_of(model.ops).split(",") == cell.ops
        for epochs, trainings in model.epochs.items():
            (config,) = [row[0] for row in configs if row[3:5] == (cell.hash, epochs)]
            of_config = [row for row in trials if row[1] == config]
            assert [row[2] for row in of_config] == [0, 1, 2]
            for row, training in zip(of_config, trainings.tolist(), strict=True):
                for epoch, numbers in zip((epochs // 2, epochs), training, strict=True):
                    seconds, *fractions = numbers
                    stored = points[row[0] * 65536 + epoch]
                    assert (*(fraction * 100 for fraction in fractions), seconds) == stored
                    assert fractions == [float(np.float32(fraction)) for fraction in fractions]
                found += 1
    assert found == 1092


def test_all_formats_are_known_by_their_endings(
    edited: Callable[..., BenchmarkDatabase], tmp_path: Path
) -> None:
    """``.bin`` is what the crate's own documentation calls its files."""
    assert FORMATS == {
        "csv": ".csv",
        "jsonl": ".jsonl",
        "parquet": ".parquet",
        "nasbench-rs": ".bin",
    }
    with pytest.raises(ExportError, match=r"out\.db does not tell the format"):
        export(edited(), tmp_path / "out.db", progress=False)
    with pytest.raises(ExportError, match="'xlsx'; allowed are csv, jsonl, parquet, nasbench-rs"):
        export(edited(), tmp_path / "out.csv", "xlsx", progress=False)


# Round trips.


def float32s(random: np.random.Generator, repeats: int) -> np.ndarray:
    """Numbers of trainings: any times, and accuracies that are float32."""
    numbers = random.random((repeats, 2, 4), dtype=np.float32).astype(np.float64)
    numbers[:, :, 0] = random.random((repeats, 2)) * 5000
    return numbers


def test_many_models_come_back_byte_for_byte(tmp_path: Path) -> None:
    """More than a block of any kind, in random order, with uneven budgets and repeats."""
    random = np.random.default_rng(3)
    cells = list(enumerate_cells(max_vertices=5))
    models = []
    for place in random.permutation(len(cells)):
        budgets = sorted(random.choice(np.arange(1, 256), random.integers(1, 4), replace=False))
        epochs = {int(b): float32s(random, int(random.integers(1, 4))) for b in budgets}
        cell = cells[place]
        models.append(Model(*graph_of(cell), cell.hash, int(random.integers(0, 1 << 32)), epochs))
    path = put(tmp_path / "in.bin", models)
    database = ingest(path, tmp_path / "new.db")
    assert told(database, tmp_path / "out.bin") == []
    assert (tmp_path / "out.bin").read_bytes() == path.read_bytes()


@st.composite
def any_models(draw: st.DrawFn) -> list[Model]:
    """Models of different cells with any float32 accuracies, any times and any parameters."""
    fractions = st.floats(0, 1, width=32)
    seconds = st.floats(0, 1e9)
    models = []
    for cell in draw(st.lists(st.sampled_from(CELLS), min_size=1, max_size=4, unique=True)):
        epochs = {}
        for budget in sorted(draw(st.sets(st.integers(1, 255), min_size=1, max_size=3))):
            stage = st.tuples(seconds, fractions, fractions, fractions)
            epochs[budget] = np.array(
                draw(st.lists(st.tuples(stage, stage), min_size=1, max_size=3))
            )
        parameters = draw(st.integers(0, (1 << 32) - 1))
        models.append(Model(*graph_of(cell), cell.hash, parameters, epochs))
    return models


@settings(max_examples=10)
@given(any_models())
def test_any_models_come_back_byte_for_byte(models: list[Model]) -> None:
    """Through a database and out again."""
    with tempfile.TemporaryDirectory() as folder:
        path = put(Path(folder, "in.bin"), models)
        with contextlib.closing(ingest(path, Path(folder, "new.db"))) as database:
            assert told(database, Path(folder, "out.bin")) == []
        assert Path(folder, "out.bin").read_bytes() == path.read_bytes()


def test_records_of_the_original_keep_their_rows_on_the_way_through_the_crates_format(
    tmp_path: Path,
) -> None:
    """Shuffled records, though, are grouped by cell; what belongs to each config stays."""
    for shuffled in (False, True):
        source = tmp_path / "source.tfrecord"
        write_tfrecord(source, CELLS, budgets=(4, 7, 108), shuffled=shuffled, seed=5)
        first = ingest(source, tmp_path / "first.db")
        (warning,) = told(first, tmp_path / "out.bin", force=True)
        assert (
            warning == "the metrics are SYNTHETIC: made up, not measured; out.bin does not say so"
        )
        second = ingest(tmp_path / "out.bin", tmp_path / "second.db")
        one, other = tables_of(first.path), tables_of(second.path)
        if not shuffled:
            assert one == other
        assert sorted(of_configs(one)) == sorted(of_configs(other))
        hashes = dict.fromkeys(row[3] for row in one[0])
        assert list(hashes) == list(dict.fromkeys(row[3] for row in other[0]))


def of_configs(tables: list[list[tuple[Any, ...]]]) -> list[tuple[Any, ...]]:
    """What was trained with what results, whatever the numbers of the rows."""
    configs, trials, intermediates = tables
    points: dict[int, list[Any]] = {}
    for _, trial, *numbers in intermediates:
        points.setdefault(trial, []).append(tuple(numbers))
    results: dict[int, list[Any]] = {}
    for trial, config, *numbers in trials:
        results.setdefault(config, []).append((tuple(numbers), tuple(points[trial])))
    return [(*config[1:], tuple(results[config[0]])) for config in configs]


@pytest.mark.filterwarnings("ignore:.*EC-NAS:nasbench_db.SourceWarning")
def test_a_genuine_file_keeps_its_values_but_the_halfway_epochs(
    data: Path, tmp_path: Path
) -> None:
    """EC-NAS was evaluated halfway after one or two epochs, which the format does not record."""
    first = ingest(data / "nasbench101" / "ec_nas_4v.tfrecord", tmp_path / "first.db")
    warnings_told = told(first, tmp_path / "out.bin")
    one = tables_of(first.path)
    moved = sum(
        point[2] != trial[3] // 2 for point, trial in zip(one[2][::2], one[1], strict=True)
    )
    assert moved > 0
    assert warnings_told == [
        f"{moved:,} trials were evaluated halfway at another epoch than half of theirs, rounded "
        "down; this format does not say at which"
    ]
    second = ingest(tmp_path / "out.bin", tmp_path / "second.db")
    epochs = {trial[0]: trial[3] for trial in one[1]}
    one[2] = [
        (None, trial, epoch if epoch == epochs[trial] else epochs[trial] // 2, *numbers)
        for _, trial, epoch, *numbers in one[2]
    ]
    # The file has the budgets of a cell in any order, its export has them ascend.
    assert sorted(of_configs(one)) == sorted(of_configs(tables_of(second.path)))


def test_real_values_come_back_to_the_last_bit(data: Path, tmp_path: Path) -> None:
    """Fifteen real cells; their accuracies and times are float32 values."""
    cells = json.loads((data / "nasbench101" / "cells_15_108_epochs.json").read_text())
    models = []
    names = ("training_time", "train_accuracy", "validation_accuracy", "test_accuracy")
    for module_hash, of_cell in cells.items():
        cell = Cell(of_cell["module_adjacency"], of_cell["module_operations"])
        numbers = [
            [[trial[f"{stage}_{name}"] for name in names] for stage in ("halfway", "final")]
            for trial in of_cell["computed"]["108"]
        ]
        models.append(
            Model(*graph_of(cell), module_hash, of_cell["trainable_parameters"], {108: numbers})
        )
    path = put(tmp_path / "in.bin", models)
    database = ingest(path, tmp_path / "new.db")
    assert told(database, tmp_path / "out.bin") == []
    assert (tmp_path / "out.bin").read_bytes() == path.read_bytes()
    float32 = struct.Struct("f")
    for model in models:
        for number in np.ravel(model.epochs[108]).tolist():
            assert float32.unpack(float32.pack(number)) == (number,)


# Which evaluation is the one halfway.


def test_the_last_evaluation_until_half_of_the_epochs_is_the_one_halfway(
    edited: Callable[..., BenchmarkDatabase], tmp_path: Path
) -> None:
    """Others are left out, and it is said how many."""
    columns = "(trial_id, current_epoch, train_acc, valid_acc, test_acc, training_time)"
    insert = f"INSERT INTO nb101intermediatestats {columns} VALUES"
    database = edited(
        # Trial 1 has 4 epochs and is evaluated after 1, 2, 3 and 4 of them; trial 4 has 12, and
        # is evaluated after 5 and 7 instead of after 6.
        f"{insert} (1, 1, 1, 1, 1, 1), (1, 3, 3, 3, 3, 3), (4, 7, 7, 7, 7, 7)",
        "UPDATE nb101intermediatestats SET current_epoch = 5, training_time = 5 "
        "WHERE trial_id = 4 AND current_epoch = 6",
        "UPDATE provenance SET intermediates = intermediates + 3",
    )
    assert told(database, tmp_path / "out.bin") == [
        "1 trials were evaluated halfway at another epoch than half of theirs, rounded down; "
        "this format does not say at which",
        "3 evaluations, neither halfway nor final, have no place in this format",
    ]
    (_, first), *_ = read_models(tmp_path / "out.bin")
    (_, untouched), *_ = read_models(put_of(edited, tmp_path))
    assert first.epochs[4].tolist() == untouched.epochs[4].tolist()
    assert first.epochs[12][0, 0, 0] == 5.0


def put_of(edited: Callable[..., BenchmarkDatabase], tmp_path: Path) -> Path:
    """An export of the edited database after its halfway evaluations were put right."""
    path = tmp_path / "right.bin"
    told(
        edited(
            "DELETE FROM nb101intermediatestats WHERE (trial_id, current_epoch) IN "
            "(VALUES (1, 1), (1, 3), (4, 7))",
            "UPDATE provenance SET intermediates = intermediates - 3",
        ),
        path,
    )
    return path


# What the format has no place for.


SECOND = f"config 2 (cell {CELLS[0].hash}, 12 epochs)"
IMPOSSIBLE = {
    **{
        f"no final {name}": (
            f"UPDATE nb101trialstats SET {name} = NULL WHERE config_id = 2 AND repeat = 1",
            f"{SECOND}: repeat 1 has no final {name}, and",
        )
        for name in ("training_time", "train_acc", "valid_acc", "test_acc")
    },
    **{
        f"no halfway {name}": (
            f"UPDATE nb101intermediatestats SET {name} = NULL WHERE trial_id = 6 "
            "AND current_epoch = 6",
            f"{SECOND}: repeat 2 has no halfway {name}, and",
        )
        for name in ("training_time", "train_acc", "valid_acc", "test_acc")
    },
    "no parameters": (
        "UPDATE nb101trialstats SET parameters = NULL WHERE config_id = 2 AND repeat = 0",
        f"{SECOND}: repeat 0 has no parameters, and",
    ),
    "no halfway evaluation": (
        "DELETE FROM nb101intermediatestats WHERE trial_id = 4 AND current_epoch = 6",
        f"{SECOND}: repeat 0 has no halfway epoch, and",
    ),
    "one after more than half": (
        "UPDATE nb101intermediatestats SET current_epoch = 7 WHERE trial_id = 4 "
        "AND current_epoch = 6",
        f"{SECOND}: repeat 0 has no halfway epoch, and",
    ),
    "other parameters": (
        "UPDATE nb101trialstats SET parameters = 1.5 WHERE config_id = 2 AND repeat = 1",
        f"{SECOND} has a trial of other parameters than the first trial of its cell",
    ),
    "negative parameters": (
        "UPDATE nb101trialstats SET parameters = -1 WHERE config_id <= 4",
        f"config 1 (cell {CELLS[0].hash}, 4 epochs) has -1000000 trainable parameters",
    ),
    "parameters beyond 32 bits": (
        "UPDATE nb101trialstats SET parameters = 4294.967296 WHERE config_id <= 4",
        "has 4294967296 trainable parameters; this format holds 0 to 4294967295",
    ),
    "256 epochs": (
        "UPDATE nb101trialconfig SET num_epochs = 256 WHERE id = 2",
        f"config 2 (cell {CELLS[0].hash}, 256 epochs): this format holds at most 255 epochs",
    ),
    "no trials": (
        "DELETE FROM nb101trialstats WHERE config_id = 2",
        f"{SECOND} has 0 trials; this format holds 1 to 255",
    ),
    "256 trials": (
        "WITH RECURSIVE n(x) AS (VALUES (0) UNION ALL SELECT x + 1 FROM n WHERE x < 252) "
        "INSERT INTO nb101trialstats SELECT 5000 + x, config_id, x + 3, num_epochs, train_acc, "
        "valid_acc, test_acc, parameters, training_time FROM n, nb101trialstats WHERE id = 4; "
        "INSERT INTO nb101intermediatestats (trial_id, current_epoch, train_acc, valid_acc, "
        "test_acc, training_time) SELECT t.id, 6, 1, 1, 1, 1 FROM nb101trialstats t "
        "WHERE t.id >= 5000",
        f"{SECOND} has 256 trials; this format holds 1 to 255",
    ),
    "a config twice": (
        "UPDATE nb101trialconfig SET num_epochs = 4 WHERE id = 2",
        f"config 2 (cell {CELLS[0].hash}, 4 epochs) has the cell and the epochs of another",
    ),
    "two ways to write a cell": (
        f"UPDATE nb101trialconfig SET arch = '{MIRRORED}' WHERE hash = '{FORK.hash}' "
        "AND num_epochs = 108",
        f"(cell {FORK.hash}) and others of its hash are written in different ways",
    ),
    "eight vertices": (
        "UPDATE nb101trialconfig SET arch = '"
        + json.dumps(
            {f"op{v}": "maxpool3x3" for v in range(1, 7)} | {f"input{v}": [0] for v in range(1, 8)}
        )
        + "' WHERE id <= 4",
        f"cell {CELLS[0].hash} is written with 8 vertices; this format holds at most 7",
    ),
}


@pytest.mark.parametrize(("change", "reason"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_the_format_cannot_hold_is_named(
    change: str, reason: str, edited: Callable[..., BenchmarkDatabase], tmp_path: Path
) -> None:
    """With its config; there is no file, and the text formats have place for it."""
    path = tmp_path / "out.bin"
    database = edited(*change.split("; "))
    with pytest.raises(ExportError) as caught:
        export(database, path, progress=False)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not path.exists()
    assert not list(tmp_path.glob("out.*"))
    assert export(database, tmp_path / "trials.jsonl", progress=False) > 1000


def test_255_epochs_and_repeats_are_written(tmp_path: Path) -> None:
    """The most that the format holds."""
    cell = CELLS[1]
    numbers = float32s(np.random.default_rng(1), 255)
    path = put(tmp_path / "in.bin", [Model(*graph_of(cell), cell.hash, 5, {255: numbers})])
    told(ingest(path, tmp_path / "new.db"), tmp_path / "out.bin")
    assert (tmp_path / "out.bin").read_bytes() == path.read_bytes()


def test_some_epochs_are_written_alone(
    edited: Callable[..., BenchmarkDatabase], tmp_path: Path
) -> None:
    """A cell that was trained for others only is left out, and what is lost is told of these."""
    number = "(SELECT min(hash) FROM nb101trialconfig)"
    database = edited(
        "INSERT INTO nb101intermediatestats (trial_id, current_epoch) SELECT trial_id, 1 "
        "FROM nb101 WHERE num_epochs = 12",
        "DELETE FROM nb101intermediatestats WHERE trial_id IN (SELECT trial_id FROM nb101 WHERE "
        f"hash = {number} AND num_epochs > 4)",
        "DELETE FROM nb101trialstats WHERE config_id IN (SELECT id FROM nb101trialconfig WHERE "
        f"hash = {number} AND num_epochs > 4)",
        f"DELETE FROM nb101trialconfig WHERE hash = {number} AND num_epochs > 4",
    )
    lost = told(database, tmp_path / "all.bin", chosen={"num_epochs": (12,)})
    assert [loss for loss in lost if loss.startswith("270 evaluations, neither halfway")]
    written = ingest(tmp_path / "all.bin", tmp_path / "all.db")
    counts = "SELECT count(DISTINCT hash), count(*), min(num_epochs), max(num_epochs) FROM nb101"
    assert list(written.select(counts)) == [(90, 270, 12, 12)]
    two = {"num_epochs": (4, 108)}
    assert not [x for x in told(database, tmp_path / "two.bin", chosen=two) if "neither" in x]


def test_an_older_file_stays_until_the_new_one_is_complete(
    edited: Callable[..., BenchmarkDatabase], tmp_path: Path
) -> None:
    """The last trial of all lacks a value."""
    path = tmp_path / "out.bin"
    told(edited(), path)
    older = path.read_bytes()
    with pytest.raises(ExportError, match="exists already; give --force"):
        export(edited(), path, progress=False)
    database = edited("UPDATE nb101trialstats SET test_acc = NULL WHERE id = 1092")
    with pytest.raises(ExportError, match="repeat 2 has no final test_acc"):
        export(database, path, progress=False, force=True)
    assert path.read_bytes() == older
    assert [one.name for one in tmp_path.glob("out.*")] == ["out.bin"]


# How it is asked for.


def test_nothing_is_sorted_and_trials_are_found_by_index(
    edited: Callable[..., BenchmarkDatabase], tmp_path: Path
) -> None:
    """A statement for all cells, one for each block of configs, and a few on the side."""
    database = edited()
    statements: list[str] = []
    database.connection().set_trace_callback(statements.append)
    told(database, tmp_path / "out.bin")
    database.connection().set_trace_callback(None)
    (of_trials,) = [statement for statement in statements if "IN (" in statement]
    assert len(statements) <= 6
    plan = [row[3] for row in database.execute_sql(f"EXPLAIN QUERY PLAN {of_trials}")]
    assert plan[0] == "SEARCH t USING INDEX nb101trialstats_config_id (config_id=?)"
    assert not any("SCAN" in step or "TEMP B-TREE" in step for step in plan)


def test_progress_is_shown_on_stderr(
    edited: Callable[..., BenchmarkDatabase], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Counted in models."""
    assert export(edited(), tmp_path / "out.bin") == 1092
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "91.0/91.0" in shown.err
    file = io.BytesIO((tmp_path / "out.bin").read_bytes())
    assert file.read(15) == encode_header(91)
