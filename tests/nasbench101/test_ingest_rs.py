"""Ingestion of the Rust crate's files: the same rows as from the original, as far as they say."""

import contextlib
import hashlib
import json
import math
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nasbench_db
from nasbench_db import CorruptRecord, SourceError
from nasbench_db.formats.nasbench_rs import Model, encode_header, encode_model, write_models
from nasbench_db.nasbench101 import Cell
from nasbench_db.nasbench101.crate import graph_of
from nasbench_db.nasbench101.ingest import parse
from nasbench_db.nasbench101.rows import Batch
from nasbench_db.nasbench101.space import enumerate_cells
from nasbench_db.store.building import Report

CONV3, CONV1, POOL = "conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3"
CHAIN = Cell.from_string("010001000", f"input,{CONV3},output")
FORK = Cell.from_string("0110000100010000", f"input,{CONV3},{POOL},output")
MIRRORED_FORK = Cell.from_string("0110000100010000", f"input,{POOL},{CONV3},output")
DANGLING = Cell.from_string("0110000100000000", f"input,{CONV3},{POOL},output")

Tables = dict[str, list[tuple[Any, ...]]]


def trained(cell: Cell, epochs: dict[int, int], seed: int = 0, parameters: int = 1000) -> Model:
    """A model of a cell; ``epochs`` gives the number of repeats of each budget."""
    random = np.random.default_rng([seed, *epochs])
    trainings = {}
    for budget, repeats in epochs.items():
        numbers = random.random((repeats, 2, 4), dtype=np.float32).astype(np.float64)
        numbers[:, :, 0] *= 1000
        trainings[budget] = numbers
    return Model(*graph_of(cell), cell.hash, parameters, trainings)


def put(path: Path, models: Sequence[Model]) -> Path:
    """Write a file of models."""
    with open(path, "wb") as file:
        write_models(file, len(models), models)
    return path


def ingest(sources: Any, path: Path, **options: Any) -> Report:
    """Ingest without a progress bar."""
    return nasbench_db.ingest("nasbench101", sources, path, progress=False, **options)


def tables_of(path: Path) -> Tables:
    """All rows of a database, asked with nothing but SQL."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return {
            name: connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
            for name, table in {
                "configs": "nb101trialconfig",
                "trials": "nb101trialstats",
                "intermediates": "nb101intermediatestats",
            }.items()
        }


def expected_tables(models: Sequence[Model], cells: Sequence[Cell]) -> Tables:
    """The rows that models must give, worked out one by one."""
    tables: Tables = {"configs": [], "trials": [], "intermediates": []}
    for model, cell in zip(models, cells, strict=True):
        arch = json.dumps(cell.arch, sort_keys=True, separators=(",", ":"))
        for epochs, trainings in model.epochs.items():
            config = len(tables["configs"]) + 1
            tables["configs"].append(
                (config, arch, cell.num_vertices, model.module_hash, epochs, cell.canonical_code)
            )
            for repeat, (halfway, final) in enumerate(trainings.tolist()):
                trial = len(tables["trials"]) + 1
                points = [
                    (*(accuracy * 100 for accuracy in stage[1:]), stage[0])
                    for stage in (halfway, final)
                ]
                *accuracies, seconds = points[1]
                millions = model.trainable_parameters / 1e6
                tables["trials"].append(
                    (trial, config, repeat, epochs, *accuracies, millions, seconds)
                )
                for epoch, point in zip((epochs // 2, epochs), points, strict=True):
                    key = trial * 65536 + epoch
                    tables["intermediates"].append((key, trial, epoch, *point))
    return tables


# What comes in comes out.


def test_every_value_of_a_file_is_found_in_the_database(tmp_path: Path) -> None:
    """More models than a batch, with uneven budgets and repeats, checked one by one."""
    cells = list(enumerate_cells(max_vertices=5))[:1200]
    budgets = [{4: 3, 108: 2}, {1: 1}, {5: 2, 7: 1, 255: 4}]
    models = [
        trained(cell, budgets[number % 3], number, 1000 + number)
        for number, cell in enumerate(cells)
    ]
    path = put(tmp_path / "nasbench.bin", models)
    report = ingest(path, tmp_path / "new.db", validate_hashes=True)
    assert (report.cells, report.configs, report.trials) == (1200, 2400, 5200)
    assert tables_of(report.path) == expected_tables(models, cells)
    findings = list(
        nasbench_db.BENCHMARKS["nasbench101"].verify(
            nasbench_db.connect("nasbench101", report.path), False
        )
    )
    assert len(findings) > 10
    # Each model was given as many parameters as its number says.
    wrong = [finding.check for finding in findings if finding.problems]
    assert wrong == ["parameters of trials are those of their network"]


def test_the_kind_of_a_source_is_told_by_its_content(tmp_path: Path, source: Path) -> None:
    """Not by its name, and also among several sources."""
    models = [trained(cell, {4: 1}) for cell in enumerate_cells(max_vertices=3)]
    disguised = put(tmp_path / "nasbench_only108.tfrecord.part", models)
    other = tmp_path / "records.bin"
    shutil.copyfile(source, other)
    report = ingest([disguised, other], tmp_path / "both.db")
    formats = [described["source_format"] for described in report.sources]
    assert formats == ["nasbench-rs", "TFRecord"]
    assert (report.cells, report.configs, report.trials) == (91, 364, 1099)


def test_trials_of_several_sources_are_numbered_as_one(tmp_path: Path) -> None:
    """The repeats of a cell go on where those of the file before ended."""
    one = trained(CHAIN, {4: 2})
    two = trained(CHAIN, {4: 1, 12: 1}, seed=1)
    paths = [put(tmp_path / "one.bin", [one]), put(tmp_path / "two.bin", [two])]
    tables = tables_of(ingest(paths, tmp_path / "both.db").path)
    assert [trial[1:4] for trial in tables["trials"]] == [
        (1, 0, 4),
        (1, 1, 4),
        (1, 2, 4),
        (2, 0, 12),
    ]
    with pytest.raises(SourceError, match="2 trials come more than once"):
        ingest([paths[0], paths[0]], tmp_path / "twice.db")


def test_one_hash_with_two_matrices_is_two_cells(tmp_path: Path) -> None:
    """The crate never writes such a file; if another program does, nothing is lost."""
    models = [trained(FORK, {4: 1}), trained(MIRRORED_FORK, {4: 1})]
    report = ingest(put(tmp_path / "two.bin", models), tmp_path / "two.db")
    assert (report.cells, report.configs) == (2, 2)
    assert tables_of(report.path) == expected_tables(models, [FORK, MIRRORED_FORK])


def test_a_cell_that_is_not_pruned_is_stored_as_written(tmp_path: Path) -> None:
    """As from the original file."""
    models = [trained(DANGLING, {4: 1})]
    path = put(tmp_path / "dangling.bin", models)
    report = ingest(path, tmp_path / "dangling.db", validate_hashes=True)
    assert tables_of(report.path) == expected_tables(models, [DANGLING])


def test_what_is_not_a_number_is_null(tmp_path: Path) -> None:
    """NULL stands for what was not measured."""
    model = trained(CHAIN, {4: 1})
    model.epochs[4][0, 1, 2] = math.nan
    tables = tables_of(ingest(put(tmp_path / "nan.bin", [model]), tmp_path / "nan.db").path)
    assert tables["trials"][0][5] is None
    assert tables["intermediates"][1][4] is None
    assert sum(row.count(None) for rows in tables.values() for row in rows) == 2


def test_the_provenance_describes_the_source(tmp_path: Path) -> None:
    """A record is a model. The file cannot say whether its metrics are made up."""
    models = [trained(cell, {4: 2, 12: 1}) for cell in enumerate_cells(max_vertices=4)]
    path = put(tmp_path / "nasbench_full.bin", models)
    report = ingest(path, tmp_path / "new.db")
    (row,) = nasbench_db.connect("nasbench101", report.path).provenance()
    del row["created_at"], row["nasbench_db_version"]
    assert row == {
        "id": 1,
        "benchmark": "nasbench101",
        "source_name": "nasbench_full.bin",
        "source_bytes": path.stat().st_size,
        "source_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "source_format": "nasbench-rs",
        "records": 91,
        "synthetic": False,
        "configs": 182,
        "trials": 273,
        "intermediates": 546,
        "changes": None,
        "several_written": 0,
    }


def test_progress_counts_every_byte_of_every_source(tmp_path: Path, source: Path) -> None:
    """The batches together have read what there is to read; the last has what was left over."""
    cells = list(enumerate_cells(max_vertices=5))
    path = put(tmp_path / "many.bin", [trained(cell, {4: 1}) for cell in cells])
    for one, batches in ((path, 6), (source, 2)):
        read = [item.bytes_read for item in parse([str(one)], False) if isinstance(item, Batch)]
        assert len(read) == batches
        assert sum(read) == one.stat().st_size


# What is refused.


@pytest.fixture
def refused(
    tmp_path: Path, built: Path, leftovers: Callable[[Path], list[str]]
) -> Callable[..., SourceError]:
    """Checks that an ingestion fails, and that an older database in its place stays as it was."""

    def check(data: bytes, **options: Any) -> SourceError:
        path = tmp_path / "bad.bin"
        path.write_bytes(data)
        older = tmp_path / "older.db"
        shutil.copyfile(built, older)
        with pytest.raises(SourceError) as caught:
            ingest(path, older, force=True, **options)
        assert leftovers(older) == []
        assert older.read_bytes() == built.read_bytes()
        assert "\n" not in str(caught.value)
        return caught.value

    return check


GOOD = [trained(cell, {4: 1}) for cell in enumerate_cells(max_vertices=3)]
START = len(encode_header(0)) + sum(len(encode_model(model)) for model in GOOD)
WRONG_HASH = "0123456789abcdef" * 2

ONE = trained(CHAIN, {4: 1})
ALL_EDGES = ONE._replace(ops=bytes([0, 2, 2, 2, 2, 2, 4]), dimension=7, triangle=(1 << 21) - 1)
BAD = {
    "no edges": (ONE._replace(triangle=0), "no path"),
    "too many edges": (ALL_EDGES, "21 edges"),
    "no input": (ONE._replace(ops=bytes([3, 2, 4])), "must be 'input'"),
    "two outputs": (ONE._replace(ops=bytes([0, 4, 4])), "'output'"),
    "no epochs": (trained(CHAIN, {0: 1}), "number of epochs is 0; allowed are 1 to 65535"),
}


@pytest.mark.parametrize(("bad", "reason"), BAD.values(), ids=BAD)
def test_a_model_outside_the_search_space_is_named(
    bad: Model, reason: str, refused: Callable[..., SourceError]
) -> None:
    """The format holds it, the benchmark does not: file, model, byte offset and reason."""
    models = [*GOOD, bad, *GOOD]
    error = refused(encode_header(len(models)) + b"".join(map(encode_model, models)))
    assert isinstance(error, CorruptRecord)
    assert (error.record, error.offset) == (len(GOOD), START)
    assert str(error).startswith(f"{error.path}: record {len(GOOD)} at byte {START}: ")
    with pytest.raises(CorruptRecord, match=reason):
        raise error


def test_damage_is_named(refused: Callable[..., SourceError]) -> None:
    """Truncation, bytes that do not belong to it, and impossible values."""
    models = b"".join(map(encode_model, GOOD))
    half = encode_model(GOOD[0])[:-9]
    for number, (data, reason) in enumerate(
        {
            encode_header(8) + models + half: "truncated",
            encode_header(8) + models + b"\x09" + half: "9 operations",
            encode_header(7) + models + half: "goes on after the 7 models",
        }.items()
    ):
        error = refused(data)
        assert isinstance(error, CorruptRecord), number
        assert (error.record, error.offset) == (len(GOOD), START)
        assert reason in str(error)


def test_a_file_cut_within_its_first_bytes_is_called_truncated(
    refused: Callable[..., SourceError],
) -> None:
    """Not a TFRecord."""
    error = refused(b"nasbench")
    assert "within its header (8 of 15 bytes)" in str(error)


def test_a_file_without_models_is_refused(refused: Callable[..., SourceError]) -> None:
    """It would give a database without anything in it."""
    assert "holds no models" in str(refused(encode_header(0)))


def test_a_wrong_hash_is_refused_when_hashes_are_validated(
    tmp_path: Path, refused: Callable[..., SourceError]
) -> None:
    """Without validation it is stored as it stands in the file."""
    models = [*GOOD, trained(CHAIN, {12: 1})._replace(module_hash=WRONG_HASH)]
    path = put(tmp_path / "wrong.bin", models)
    error = refused(path.read_bytes(), validate_hashes=True)
    assert isinstance(error, CorruptRecord)
    assert (error.record, error.offset) == (len(GOOD), START)
    assert f"module hash is {WRONG_HASH}, and its graph's {CHAIN.hash}" in str(error)
    assert tables_of(ingest(path, tmp_path / "wrong.db").path)["configs"][-1][3] == WRONG_HASH
