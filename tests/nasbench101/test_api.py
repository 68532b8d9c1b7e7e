"""The drop-in gives what the original gives, which is modelled here straight from the file."""

from __future__ import annotations

import base64
import copy
import json
import os
import random
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nasbench_db
from nasbench_db.errors import DatabaseNotFound, InvalidDatabase, NasbenchDBError, SourceError
from nasbench_db.formats.tfrecord import read_records, write_record
from nasbench_db.nasbench101 import (
    CONV1X1_BN_RELU,
    CONV3X3_BN_RELU,
    INPUT,
    MAXPOOL3X3,
    OUTPUT,
    Cell,
    api,
)
from nasbench_db.nasbench101.record import decode_metrics
from nasbench_db.nasbench101.space import enumerate_cells
from nasbench_db.nasbench101.synthetic import write_tfrecord

INCEPTION_LIKE = (
    [
        [0, 1, 1, 1, 0, 1, 0],
        [0, 0, 0, 0, 0, 0, 1],
        [0, 0, 0, 0, 0, 0, 1],
        [0, 0, 0, 0, 1, 0, 0],
        [0, 0, 0, 0, 0, 0, 1],
        [0, 0, 0, 0, 0, 0, 1],
        [0, 0, 0, 0, 0, 0, 0],
    ],
    [
        INPUT,
        CONV1X1_BN_RELU,
        CONV3X3_BN_RELU,
        CONV3X3_BN_RELU,
        CONV3X3_BN_RELU,
        MAXPOOL3X3,
        OUTPUT,
    ],
)
CELLS = [*islice(enumerate_cells(max_vertices=5), 0, None, 4), Cell(*INCEPTION_LIKE)]
MEASURES = ("training_time", "train_accuracy", "validation_accuracy", "test_accuracy")


class Model:
    """What the original holds in memory and how it samples, in its plainest form."""

    def __init__(self, path: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.fixed: dict[str, dict[str, Any]] = {}
        self.computed: dict[str, dict[int, list[dict[str, float]]]] = {}
        self.seconds, self.epochs = 0.0, 0
        for _, payload in read_records(path):
            module_hash, epochs, adjacency, operations, metrics = json.loads(payload)
            decoded = decode_metrics(base64.b64decode(metrics))
            size = operations.count(",") + 1
            matrix = np.array(list(map(int, adjacency)), dtype=np.int8).reshape(size, size)
            self.fixed.setdefault(
                module_hash,
                {
                    "module_adjacency": matrix,
                    "module_operations": operations.split(","),
                    "trainable_parameters": decoded.trainable_parameters,
                },
            )
            point = {
                f"{stage}_{measure}": value
                for stage, evaluation in zip(
                    ("halfway", "final"), decoded.evaluations[1:], strict=True
                )
                for measure, value in zip(MEASURES, evaluation[1:5], strict=True)
            }
            self.computed.setdefault(module_hash, {}).setdefault(epochs, []).append(point)

    def query(self, module_hash: str, epochs: int, stop_halfway: bool) -> dict[str, Any]:
        data = dict(self.fixed[module_hash])
        point = self.computed[module_hash][epochs][self.random.randint(0, 2)]
        stage = "halfway" if stop_halfway else "final"
        data.update({measure: point[f"{stage}_{measure}"] for measure in MEASURES})
        self.seconds += data["training_time"]
        self.epochs += epochs // 2 if stop_halfway else epochs
        return data


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic file of 634 cells, its records in random order."""
    path = tmp_path_factory.mktemp("api") / "cells.tfrecord"
    write_tfrecord(path, CELLS, shuffled=True)
    return path


@pytest.fixture(scope="module")
def database(source: Path) -> Path:
    """Its database."""
    return nasbench_db.ingest("nasbench101", source, source.with_name("x.db"), progress=False).path


def same(one: Any, other: Any) -> bool:
    """Whether two results have equal values of equal types, arrays included."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def isomorph(cell: Cell, rng: random.Random) -> api.ModelSpec:
    """The same network otherwise numbered, and padded with vertices that lead nowhere."""
    size = cell.num_vertices
    while True:
        order = [0, *rng.sample(range(1, size - 1), size - 2), size - 1]
        matrix = cell.matrix[np.ix_(order, order)]
        if not np.tril(matrix).any():
            break
    ops = [cell.ops[v] for v in order]
    for _ in range(7 - size):
        at = rng.randrange(1, len(ops))
        matrix = np.insert(np.insert(matrix, at, 0, axis=0), at, 0, axis=1)
        ops.insert(at, MAXPOOL3X3)
    return api.ModelSpec(matrix, ops)


def test_hundreds_of_queries_equal_the_originals(source: Path, database: Path) -> None:
    model, nasbench, rng = Model(source, seed=5), api.NASBench(database, seed=5), random.Random(0)
    assert nasbench.valid_epochs == {4, 12, 36, 108}
    for cell in rng.sample(CELLS, len(CELLS)):
        spec = isomorph(cell, rng)
        epochs, stop_halfway = rng.choice([4, 12, 36, 108]), rng.random() < 0.3
        answer = nasbench.query(spec, epochs, stop_halfway)
        assert same(answer, model.query(cell.hash, epochs, stop_halfway))
        assert nasbench.get_budget_counters() == (model.seconds, model.epochs)
    assert (nasbench.training_time_spent, nasbench.total_epochs_spent) == (
        model.seconds,
        model.epochs,
    )
    nasbench.reset_budget_counters()
    assert nasbench.get_budget_counters() == (0.0, 0)
    assert nasbench.history == {}


def test_all_statistics_equal_the_originals(source: Path, database: Path) -> None:
    model, nasbench = Model(source, seed=0), api.NASBench(database)
    assert list(nasbench.hash_iterator()) == list(model.fixed)
    assert same(dict(nasbench.fixed_statistics.items()), model.fixed)
    assert same(dict(nasbench.computed_statistics.items()), model.computed)
    assert same(list(nasbench.computed_statistics.values()), list(model.computed.values()))
    for cell in CELLS[::50]:
        fixed, computed = nasbench.get_metrics_from_hash(cell.hash)
        assert same(fixed, model.fixed[cell.hash])
        assert same(computed, model.computed[cell.hash])
        spec = api.ModelSpec(cell.matrix, cell.ops)
        assert same(nasbench.get_metrics_from_spec(spec), (fixed, computed))
    assert nasbench.get_budget_counters() == (0.0, 0)


def test_statistics_behave_like_dicts(database: Path) -> None:
    nasbench = api.NASBench(database)
    statistics = nasbench.fixed_statistics
    assert len(statistics) == len(nasbench.hash_iterator()) == len(CELLS)
    assert CELLS[7].hash in statistics
    assert CELLS[7].hash in nasbench.hash_iterator()
    assert "0" * 32 not in statistics
    assert 5 not in statistics
    assert statistics.get("0" * 32) is None
    assert statistics[CELLS[7].hash]["module_operations"] == CELLS[7].ops
    for unknown in ("0" * 32, "x", "' OR 1"):
        with pytest.raises(KeyError):
            statistics[unknown]
        with pytest.raises(KeyError):
            nasbench.get_metrics_from_hash(unknown)


def test_the_example_of_the_original_runs(database: Path) -> None:
    nasbench = api.NASBench(database)
    spec = api.ModelSpec(matrix=INCEPTION_LIKE[0], ops=INCEPTION_LIKE[1])
    assert nasbench.is_valid(spec)
    data = nasbench.query(spec)
    assert list(data) == [
        "module_adjacency",
        "module_operations",
        "trainable_parameters",
        *MEASURES,
    ]
    assert data["module_operations"] == INCEPTION_LIKE[1]
    assert 0 < data["test_accuracy"] < 1
    assert nasbench.get_budget_counters() == (data["training_time"], 108)
    fixed, computed = nasbench.get_metrics_from_spec(spec)
    assert fixed["trainable_parameters"] == data["trainable_parameters"]
    assert data["test_accuracy"] in [point["final_test_accuracy"] for point in computed[108]]


def test_the_generator_is_the_benchmarks_own(database: Path) -> None:
    spec = api.ModelSpec(*INCEPTION_LIKE)

    def draws(nasbench: api.NASBench) -> list[float]:
        return [nasbench.query(spec)["test_accuracy"] for _ in range(30)]

    random.seed(1)
    np.random.seed(1)
    before = random.getstate(), np.random.get_state()[1].tolist()
    one, two = api.NASBench(database, seed=9), api.NASBench(database, seed=9)
    mixed = [draws(one), draws(two)]
    assert mixed[0] == mixed[1]
    assert len(set(mixed[0])) == 3
    assert draws(api.NASBench(database, seed=10)) != mixed[0]
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before


def test_a_repeat_can_be_chosen(database: Path) -> None:
    nasbench = api.NASBench(database)
    spec = api.ModelSpec(*INCEPTION_LIKE)
    _, computed = nasbench.get_metrics_from_spec(spec)
    for repeat, point in enumerate(computed[36]):
        assert (
            nasbench.query(spec, 36, repeat=repeat)["test_accuracy"]
            == point["final_test_accuracy"]
        )
        halfway = nasbench.query(spec, 36, stop_halfway=True, repeat=repeat)
        assert halfway["test_accuracy"] == point["halfway_test_accuracy"]
    with pytest.raises(IndexError, match="has 3"):
        nasbench.query(spec, 36, repeat=3)
    with pytest.raises(ValueError, match="repeat is -1"):
        nasbench.query(spec, 36, repeat=-1)


def test_answers_belong_to_the_caller(database: Path) -> None:
    nasbench = api.NASBench(database, seed=0)
    spec = api.ModelSpec(*INCEPTION_LIKE)
    first = nasbench.query(spec, repeat=0)
    kept = copy.deepcopy(first)
    first["module_adjacency"][:] = 9
    first["module_operations"].clear()
    assert same(nasbench.query(spec, repeat=0), kept)


def full(size: int) -> list[list[int]]:
    return np.triu(np.ones((size, size), dtype=int), 1).tolist()


@pytest.mark.parametrize(
    ("matrix", "ops", "message"),
    [
        ([[0, 0], [0, 0]], [INPUT, OUTPUT], "invalid spec, provided graph is disconnected"),
        (
            full(8),
            [INPUT, *[MAXPOOL3X3] * 6, OUTPUT],
            r"too many vertices, got 8 \(max vertices = 7\)",
        ),
        (full(5), [INPUT, *[MAXPOOL3X3] * 3, OUTPUT], r"too many edges, got 10 \(max edges = 9\)"),
        ([[0, 1], [0, 0]], [OUTPUT, OUTPUT], "first operation should be 'input'"),
        ([[0, 1], [0, 0]], [INPUT, INPUT], "last operation should be 'output'"),
        (full(3), [INPUT, "conv5x5-bn-relu", OUTPUT], "unsupported op conv5x5-bn-relu"),
        (full(3), [INPUT, INPUT, OUTPUT], "unsupported op input"),
    ],
)
def test_what_is_outside_the_domain(
    database: Path, matrix: list[list[int]], ops: list[str], message: str
) -> None:
    nasbench = api.NASBench(database)
    spec = api.ModelSpec(matrix, ops)
    assert nasbench.is_valid(spec) is False
    for ask in (nasbench.query, nasbench.get_metrics_from_spec):
        with pytest.raises(api.OutOfDomainError, match=message):
            ask(spec)
    assert nasbench.get_budget_counters() == (0.0, 0)


def test_epochs_that_the_database_lacks(database: Path) -> None:
    nasbench = api.NASBench(database)
    for epochs in (107, 0, -4, "108", None, 108.5):
        with pytest.raises(api.OutOfDomainError, match="must be one of"):
            nasbench.query(api.ModelSpec(*INCEPTION_LIKE), epochs)
    assert issubclass(api.OutOfDomainError, NasbenchDBError)


def test_a_partial_data_set(source: Path, tmp_path: Path) -> None:
    partial = tmp_path / "partial.tfrecord"
    kept = [p for _, p in read_records(source) if json.loads(p)[0] != CELLS[-1].hash]
    some = [p for p in kept if json.loads(p)[1] == 108 or json.loads(p)[0] != CELLS[0].hash]
    with open(partial, "wb") as file:
        for payload in some:
            write_record(file, payload)
    nasbench = api.NASBench(partial, seed=0)
    with pytest.raises(KeyError, match=CELLS[-1].hash):
        nasbench.query(api.ModelSpec(*INCEPTION_LIKE))
    spec = api.ModelSpec(CELLS[0].matrix, CELLS[0].ops)
    assert nasbench.query(spec, 108)
    with pytest.raises(KeyError, match="no training of 4 epochs"):
        nasbench.query(spec, 4)


def test_training_is_refused_with_a_reason(database: Path, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="trains networks"):
        api.NASBench(database).evaluate(api.ModelSpec(*INCEPTION_LIKE), str(tmp_path))


def test_config_has_the_originals_settings(database: Path) -> None:
    config = api.NASBench(database).config
    assert config["module_vertices"] == 7
    assert config["max_edges"] == 9
    assert config["num_repeats"] == 3
    assert config["available_ops"] == [CONV3X3_BN_RELU, CONV1X1_BN_RELU, MAXPOOL3X3]
    assert len(config) == 25


def test_an_original_file_is_ingested_once(source: Path, tmp_path: Path) -> None:
    path = tmp_path / "cells.tfrecord"
    path.write_bytes(source.read_bytes())
    built = tmp_path / "cells.db"
    assert len(api.NASBench(str(path)).hash_iterator()) == len(CELLS)
    stamp = built.stat().st_mtime_ns
    api.NASBench(path)
    assert built.stat().st_mtime_ns == stamp
    # Touched, but the same.
    os.utime(path, (path.stat().st_mtime + 100, path.stat().st_mtime + 100))
    api.NASBench(path)
    assert built.stat().st_mtime_ns == stamp
    # Another size.
    write_tfrecord(path, CELLS[:10])
    assert len(api.NASBench(path).hash_iterator()) == 10
    # Other content of the same size.
    write_tfrecord(path, CELLS[:10], seed=1)
    os.utime(path, (path.stat().st_mtime + 100, path.stat().st_mtime + 100))
    spec = api.ModelSpec(CELLS[0].matrix, CELLS[0].ops)
    model = Model(path, seed=0)
    assert same(api.NASBench(path, seed=0).query(spec), model.query(CELLS[0].hash, 108, False))
    # The database does without its source.
    path.unlink()
    assert len(api.NASBench(path).hash_iterator()) == 10


def test_a_database_of_something_else_is_not_replaced(source: Path, tmp_path: Path) -> None:
    one, other = tmp_path / "one.tfrecord", tmp_path / "two.tfrecord"
    for path in (one, other):
        write_tfrecord(path, CELLS[:5])
    nasbench_db.ingest("nasbench101", one, tmp_path / "two.db", progress=False)
    before = (tmp_path / "two.db").read_bytes()
    with pytest.raises(InvalidDatabase, match=r"was built of one\.tfrecord"):
        api.NASBench(other)
    assert (tmp_path / "two.db").read_bytes() == before
    (tmp_path / "one.db").write_text("precious")
    with pytest.raises(InvalidDatabase, match="is not an SQLite database"):
        api.NASBench(one)
    assert (tmp_path / "one.db").read_text() == "precious"


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(DatabaseNotFound):
        api.NASBench(tmp_path / "absent.db")
    with pytest.raises(DatabaseNotFound, match="nasbench-db ingest nasbench101"):
        api.NASBench()
    with pytest.raises(SourceError, match="nasbench-db download nasbench101"):
        api.NASBench(tmp_path / "absent.tfrecord")
    (tmp_path / "page.tfrecord").write_text("<!DOCTYPE html><html><body>Not found</body></html>")
    with pytest.raises(SourceError, match="HTML"):
        api.NASBench(tmp_path / "page.tfrecord")
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["page.tfrecord"]


def test_the_default_database(
    source: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NASBENCHMARK_DIR", str(database.parent))
    database.with_name("nasbench101.db").write_bytes(database.read_bytes())
    assert len(api.NASBench().hash_iterator()) == len(CELLS)


def test_opening_reads_next_to_nothing(database: Path) -> None:
    program = (
        "import sys, tracemalloc\n"
        "from nasbench_db.nasbench101 import api\n"
        "tracemalloc.start()\n"
        "nasbench = api.NASBench(sys.argv[1])\n"
        "print(tracemalloc.get_traced_memory()[1])\n"
    )
    peak = subprocess.check_output([sys.executable, "-c", program, database])
    assert int(peak) < 100_000
