"""Ingestion of NAS-Bench-101: what stands in the file stands in the database, and nothing else."""

import base64
import contextlib
import gzip
import hashlib
import json
import math
import os
import shutil
import sqlite3
import struct
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

import nasbench_db
from nasbench_db import BuildError, CorruptRecord, SourceError, SourceWarning
from nasbench_db.formats.tfrecord import (
    FOOTER_BYTES,
    HEADER_BYTES,
    read_records,
    write_record,
)
from nasbench_db.nasbench101 import Cell, query_nb101_trial_stats
from nasbench_db.nasbench101 import ingest as nb101_ingest
from nasbench_db.nasbench101.record import (
    SYNTHETIC_MARK,
    Evaluation,
    Metrics,
    decode_metrics,
    encode_metrics,
    encode_row,
)
from nasbench_db.nasbench101.schema import SCHEMA
from nasbench_db.nasbench101.space import enumerate_cells
from nasbench_db.nasbench101.synthetic import write_tfrecord
from nasbench_db.store.building import Report
from nasbench_db.store.statistics import StatisticsTable

CONV3, CONV1, POOL = "conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3"
SMALLEST = Cell.from_string("0100", "input,output")
CHAIN = Cell.from_string("010001000", f"input,{CONV3},output")
FORK = Cell.from_string("0110000100010000", f"input,{CONV3},{POOL},output")
MIRRORED_FORK = Cell.from_string("0110000100010000", f"input,{POOL},{CONV3},output")

Tables = dict[str, list[tuple[Any, ...]]]


# What the tests write.


def trained(epochs: int, number: int = 0, parameters: int | None = 8_555_530) -> Metrics:
    """Metrics in the published layout; different numbers give different ones."""
    unit = 1 / 9984
    evaluations = [
        Evaluation(0.0, 0.0, 1000 * unit, 1001 * unit, 1002 * unit),
        Evaluation(epochs / 2, 11.5 * epochs + number, (2000 + number) * unit, 0.25, 0.5),
        Evaluation(float(epochs), 23.25 * epochs + number, (9000 + number) * unit, 0.75, 0.875),
    ]
    return Metrics(tuple(evaluations), parameters, 1000.0 + number)


def payload(cell: Cell, epochs: int, metrics: Metrics | bytes) -> bytes:
    """A record of a cell."""
    message = metrics if isinstance(metrics, bytes) else encode_metrics(metrics)
    return encode_row(cell.hash, epochs, cell.adjacency, ",".join(cell.ops), message)


def ingest(sources: Any, path: Path, **options: Any) -> Report:
    """Ingest without a progress bar."""
    return nasbench_db.ingest("nasbench101", sources, path, progress=False, **options)


# What the database must contain, worked out from the file record by record.


def expected_tables(paths: Iterable[Path]) -> Tables:
    """The rows that files must give, each record decoded by itself with plain Python."""
    configs: dict[tuple[str, str, str, int], int] = {}
    repeats: Counter[int] = Counter()
    tables: Tables = {"configs": [], "trials": [], "intermediates": []}
    for path in paths:
        for _, data in read_records(path):
            module_hash, epochs, adjacency, operations, packed = json.loads(data)
            key = (module_hash, adjacency, operations, epochs)
            if key not in configs:
                configs[key] = len(configs) + 1
                text, size = arch_text(adjacency, operations)
                code = Cell.from_string(adjacency, operations).canonical_code
                tables["configs"].append((configs[key], text, size, module_hash, epochs, code))
            config = configs[key]
            metrics = decode_metrics(base64.b64decode(packed))
            count = metrics.trainable_parameters
            values = [
                (*[percent(value) for value in point[2:5]], none_if_nan(point.training_time))
                for point in metrics.evaluations
            ]
            trial = len(tables["trials"]) + 1
            millions = None if count is None else count / 1e6
            *accuracies, seconds = values[-1]
            tables["trials"].append(
                (trial, config, repeats[config], epochs, *accuracies, millions, seconds)
            )
            repeats[config] += 1
            for point, row in list(zip(metrics.evaluations, values, strict=True))[-2:]:
                epoch = int(point.current_epoch)
                tables["intermediates"].append((trial * 65536 + epoch, trial, epoch, *row))
    return tables


def arch_text(adjacency: str, operations: str) -> tuple[str, int]:
    """NNI's dict of a cell as key-sorted JSON without spaces, and its number of vertices."""
    ops = operations.split(",")
    arch: dict[str, Any] = {f"op{v}": op for v, op in enumerate(ops) if 0 < v < len(ops) - 1}
    for v in range(1, len(ops)):
        arch[f"input{v}"] = [u for u in range(len(ops)) if adjacency[u * len(ops) + v] == "1"]
    return json.dumps(arch, sort_keys=True, separators=(",", ":")), len(ops)


def percent(fraction: float | None) -> float | None:
    """An accuracy as the database has it."""
    return None if none_if_nan(fraction) is None else fraction * 100


def none_if_nan(value: float | None) -> float | None:
    """NULL stands for what was not measured."""
    return None if value is None or math.isnan(value) else value


def tables_of(path: Path) -> Tables:
    """All rows of a database, asked with nothing but SQL."""
    accuracies = "train_acc, valid_acc, test_acc"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return {
            "configs": connection.execute(
                "SELECT id, arch, num_vertices, hash, num_epochs, canonical "
                "FROM nb101trialconfig ORDER BY id"
            ).fetchall(),
            "trials": connection.execute(
                f"SELECT id, config_id, repeat, num_epochs, {accuracies}, parameters, "
                "training_time FROM nb101trialstats ORDER BY id"
            ).fetchall(),
            "intermediates": connection.execute(
                f"SELECT id, trial_id, current_epoch, {accuracies}, training_time "
                "FROM nb101intermediatestats ORDER BY trial_id, current_epoch"
            ).fetchall(),
        }


def measured(tables: Tables) -> Counter[Any]:
    """What was measured, whatever the order in which it was written."""
    configs = {row[0]: row[1:] for row in tables["configs"]}
    curves: dict[int, list[Any]] = {}
    for _, trial, *point in tables["intermediates"]:
        curves.setdefault(trial, []).append(tuple(point))
    return Counter(
        (configs[config], *values, tuple(curves[trial]))
        for trial, config, _, *values in tables["trials"]
    )


# What comes in comes out.


@pytest.mark.elsewhere
def test_every_value_of_a_file_is_found_in_the_database(tmp_path: Path) -> None:
    """More records than a batch and more bytes than a block of the file, checked one by one."""
    path = tmp_path / "five.tfrecord"
    records = write_tfrecord(path, enumerate_cells(max_vertices=5), budgets=(4, 108))
    assert records == 2532 * 2 * 3
    assert path.stat().st_size > 1 << 22
    report = ingest(path, tmp_path / "five.db")
    assert (report.cells, report.configs, report.trials) == (2532, 5064, records)
    assert tables_of(report.path) == expected_tables([path])


def test_repeats_are_numbered_in_the_order_of_the_file(built: Path, source: Path) -> None:
    """The small file has three trials of each config, and four budgets of each cell."""
    tables = tables_of(built)
    assert tables == expected_tables([source])
    assert [trial[2] for trial in tables["trials"]] == [0, 1, 2] * 364
    assert {config[4] for config in tables["configs"]} == {4, 12, 36, 108}


def test_shuffled_records_give_the_same_measurements(
    tmp_path: Path, source: Path, built: Path
) -> None:
    """Records of one cell may stand anywhere in the file."""
    path = tmp_path / "shuffled.tfrecord"
    write_tfrecord(path, enumerate_cells(max_vertices=4), shuffled=True)
    assert path.read_bytes() != source.read_bytes()
    tables = tables_of(ingest(path, tmp_path / "shuffled.db").path)
    assert tables == expected_tables([path])
    assert measured(tables) == measured(tables_of(built))


@pytest.mark.parametrize("order", ["as written", "shuffled", "two sources", "repeats apart"])
def test_every_config_has_the_statistics_of_its_trials(order: str, tmp_path: Path) -> None:
    """In whatever order the records come, and where a batch ends between trials of a config."""
    whole = tmp_path / "whole.tfrecord"
    cells = enumerate_cells(max_vertices=5)
    records = write_tfrecord(whole, cells, budgets=(12,), shuffled=order == "shuffled")
    ends = {"two sources": [3000, records], "repeats apart": [3001, records]}.get(order, [records])
    payloads = [data for _, data in read_records(whole)]
    sources = [tmp_path / f"{end}.tfrecord" for end in ends]
    for path, start, end in zip(sources, [0, *ends], ends, strict=False):
        with open(path, "wb") as file:
            for data in payloads[start:end]:
                write_record(file, data)
    path = ingest(sources, tmp_path / "new.db").path
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert list(StatisticsTable.of(SCHEMA).differing(connection)) == []
        counts = "SELECT (SELECT count(*) FROM nb101configstats), count(*) FROM nb101trialconfig"
        assert connection.execute(counts).fetchone() == (2532, 2532)


def test_any_budgets_are_ingested(tmp_path: Path) -> None:
    """Halfway through an odd number of epochs lies a fraction, which is cut off."""
    path = tmp_path / "odd.tfrecord"
    write_tfrecord(path, [SMALLEST, CHAIN, FORK], budgets=(1, 2, 5, 7), repeats=2)
    tables = tables_of(ingest(path, tmp_path / "odd.db").path)
    assert tables == expected_tables([path])
    epochs = {config[0]: config[4] for config in tables["configs"]}
    points: dict[int, set[int]] = {}
    owner = {trial[0]: epochs[trial[1]] for trial in tables["trials"]}
    for _, trial, epoch, *_ in tables["intermediates"]:
        points.setdefault(owner[trial], set()).add(epoch)
    assert points == {1: {0, 1}, 2: {1, 2}, 5: {2, 5}, 7: {3, 7}}


def test_the_longest_training_is_ingested(
    tmp_path: Path, write_payloads: Callable[..., Path]
) -> None:
    """65,535 epochs is the most that the computed id of an intermediate keeps apart."""
    path = write_payloads([payload(CHAIN, 65535, trained(65535))])
    tables = tables_of(ingest(path, tmp_path / "long.db").path)
    assert tables == expected_tables([path])
    assert tables["intermediates"][-1][:3] == (65536 + 65535, 1, 65535)


def test_scattered_and_uneven_repeats_are_kept(
    tmp_path: Path, write_payloads: Callable[..., Path]
) -> None:
    """One config with five trials, one with two and one with a single one, interleaved."""
    order = [CHAIN, FORK, CHAIN, SMALLEST, CHAIN, FORK, CHAIN, CHAIN]
    path = write_payloads(
        payload(cell, 12, trained(12, number)) for number, cell in enumerate(order)
    )
    tables = tables_of(ingest(path, tmp_path / "uneven.db").path)
    assert tables == expected_tables([path])
    assert [trial[1:3] for trial in tables["trials"]] == [
        (1, 0),
        (2, 0),
        (1, 1),
        (3, 0),
        (1, 2),
        (2, 1),
        (1, 3),
        (1, 4),
    ]


def test_several_sources_are_ingested_as_one(
    tmp_path: Path, source: Path, built: Path, write_payloads: Callable[..., Path]
) -> None:
    """The halves of a file, cut within a config, give the same tables as the whole."""
    records = [data for _, data in read_records(source)]
    halves = [
        write_payloads(records[:500], "a.tfrecord"),
        write_payloads(records[500:], "b.tfrecord"),
    ]
    report = ingest(halves, tmp_path / "halves.db")
    assert tables_of(report.path) == tables_of(built)
    assert (report.cells, report.configs, report.trials) == (91, 364, 1092)
    sources = nasbench_db.connect("nasbench101", report.path).provenance()
    assert [(row["source_name"], row["records"]) for row in sources] == [
        ("a.tfrecord", 500),
        ("b.tfrecord", 592),
    ]
    assert [row["source_sha256"] for row in sources] == [
        hashlib.sha256(half.read_bytes()).hexdigest() for half in halves
    ]
    # The mark stands in the first record of the whole, so only the first half is marked.
    assert [bool(row["synthetic"]) for row in sources] == [True, False]
    assert "SYNTHETIC" in str(report)


def test_a_source_may_be_given_in_many_ways(tmp_path: Path, source: Path, built: Path) -> None:
    """A path, its text, and a list or tuple of one."""
    for number, given in enumerate([str(source), [source], (str(source),)]):
        assert tables_of(ingest(given, tmp_path / f"{number}.db").path) == tables_of(built)


def test_overlapping_sources_are_refused(
    tmp_path: Path,
    source: Path,
    write_payloads: Callable[..., Path],
    leftovers: Callable[[Path], list[str]],
) -> None:
    """A trial that comes twice would be counted as a further repeat."""
    part = write_payloads([data for _, data in read_records(source)][:10])
    for sources in ([source, part], [part, part]):
        with pytest.raises(SourceError, match="10 trials come more than once: the sources over"):
            ingest(sources, tmp_path / "twice.db")
    assert not (tmp_path / "twice.db").exists()
    assert leftovers(tmp_path / "twice.db") == []


def test_no_source_is_refused(tmp_path: Path) -> None:
    """An empty list of sources is a mistake."""
    with pytest.raises(SourceError, match="no source file was given"):
        ingest([], tmp_path / "none.db")


# What was not measured, and what other benchmarks add.


@pytest.mark.parametrize("absent", [None, math.nan], ids=["missing", "NaN"])
def test_what_is_missing_is_null(
    absent: float | None, tmp_path: Path, write_payloads: Callable[..., Path]
) -> None:
    """Missing values become NULL, one by one, and the others stay."""
    rows = []
    for field in range(1, 5):
        metrics = trained(4, field)
        first, half, final = metrics.evaluations
        name = Evaluation._fields[field]
        rows.append(metrics._replace(evaluations=(first, half, final._replace(**{name: absent}))))
        rows.append(metrics._replace(evaluations=(first, half._replace(**{name: absent}), final)))
    rows.append(trained(4, 9, parameters=None))
    rows.append(trained(4, 10)._replace(total_time=absent))
    path = write_payloads(payload(CHAIN, 4, row) for row in rows)
    tables = tables_of(ingest(path, tmp_path / "missing.db").path)
    assert tables == expected_tables([path])
    trials = tables["trials"]
    # For each metric in the message's order: where the trial has its only NULL.
    assert [trial.index(None) for trial in trials[0:8:2]] == [8, 4, 5, 6]
    assert not any(None in trial for trial in (*trials[1:8:2], trials[9]))
    assert trials[8].index(None) == 7
    assert sum(row.count(None) for row in tables["intermediates"]) == 8
    (found,) = query_nb101_trial_stats(
        CHAIN, 4, repeat=2, db=nasbench_db.connect("nasbench101", tmp_path / "missing.db")
    )
    assert found["train_acc"] is None
    assert found["valid_acc"] == 75.0


def double(field: int, value: float) -> bytes:
    """A protobuf field that is a double; the field numbers here are below 16."""
    return bytes([field << 3 | 1]) + struct.pack("<d", value)


def nested(field: int, body: bytes) -> bytes:
    """A protobuf field that is a message or text of fewer than 128 bytes."""
    return bytes([field << 3 | 2, len(body)]) + body


def test_unknown_fields_are_passed_over(
    tmp_path: Path, write_payloads: Callable[..., Path]
) -> None:
    """Fields with further numbers, of each wire type, in the evaluations and beside them."""
    further = double(6, 1.5) + double(14, 2.5) + bytes([7 << 3, 0x96, 0x01]) + nested(8, b"joule")
    further += bytes([9 << 3 | 5]) + struct.pack("<f", 3.5)
    plain = trained(4)
    message = b"".join(
        nested(1, b"".join(double(n, value) for n, value in enumerate(point[:5], 1)) + further)
        for point in plain.evaluations
    )
    message += double(4, 7.5) + bytes([0x10]) + b"\x8a\x98\x8a\x04" + nested(9, b"")
    path = write_payloads([payload(CHAIN, 4, plain), payload(CHAIN, 4, message)])
    tables = tables_of(ingest(path, tmp_path / "fields.db").path)
    one, other = tables["trials"]
    assert one[3:] == other[3:]
    assert [row[2:] for row in tables["intermediates"][:2]] == [
        row[2:] for row in tables["intermediates"][2:]
    ]


def test_fields_of_another_type_are_not_measurements(
    tmp_path: Path, write_payloads: Callable[..., Path]
) -> None:
    """A test accuracy that is a varint and parameters that are a double are NULL."""
    point = double(1, 4.0) + double(2, 90.0) + double(3, 0.5) + double(4, 0.25) + b"\x28\x07"
    path = write_payloads([payload(CHAIN, 4, nested(1, point) + double(2, 8e6))])
    tables = tables_of(ingest(path, tmp_path / "types.db").path)
    assert tables["trials"] == [(1, 1, 0, 4, 50.0, 25.0, None, None, 90.0)]
    assert tables["intermediates"] == [(65540, 1, 4, 50.0, 25.0, None, 90.0)]


def test_any_number_of_evaluations_is_kept(
    tmp_path: Path, write_payloads: Callable[..., Path]
) -> None:
    """Only the evaluation of the untrained network, at epoch 0, is left out."""
    points = [Evaluation(float(epoch), 10.0 * epoch, 0.5, 0.25, 0.125) for epoch in range(6)]
    path = write_payloads(
        payload(CHAIN, 5, Metrics(tuple(evaluations), 1000, None))
        for evaluations in (points, points[1:], points[-1:], [points[0], points[5]])
    )
    tables = tables_of(ingest(path, tmp_path / "curves.db").path)
    curves: dict[int, list[int]] = {}
    for _, trial, epoch, *_ in tables["intermediates"]:
        curves.setdefault(trial, []).append(epoch)
    assert curves == {1: [1, 2, 3, 4, 5], 2: [1, 2, 3, 4, 5], 3: [5], 4: [5]}
    assert {trial[4:] for trial in tables["trials"]} == {(50.0, 25.0, 12.5, 0.001, 50.0)}


@pytest.mark.parametrize("parameters", [0, 127, 128, 2**31 - 1, -1])
def test_any_number_of_parameters_is_read(
    parameters: int, tmp_path: Path, write_payloads: Callable[..., Path]
) -> None:
    """From one byte to ten: what has another length than usual is read all the same."""
    path = write_payloads([payload(CHAIN, 4, trained(4, parameters=parameters))])
    tables = tables_of(ingest(path, tmp_path / "parameters.db").path)
    assert [trial[7] for trial in tables["trials"]] == [parameters / 1e6]


def test_one_hash_with_two_matrices_is_two_configs(
    tmp_path: Path, write_payloads: Callable[..., Path]
) -> None:
    """Isomorphic cells that are written differently are kept apart, and found together."""
    assert FORK.hash == MIRRORED_FORK.hash
    path = write_payloads(
        payload(cell, 4, trained(4, number))
        for number, cell in enumerate([FORK, MIRRORED_FORK, FORK])
    )
    report = ingest(path, tmp_path / "isomorphs.db")
    assert (report.cells, report.configs, report.trials) == (2, 2, 3)
    tables = tables_of(report.path)
    assert [trial[1:3] for trial in tables["trials"]] == [(1, 0), (2, 0), (1, 1)]
    assert tables["configs"][0][1] != tables["configs"][1][1]
    db = nasbench_db.connect("nasbench101", report.path)
    assert [trial["id"] for trial in query_nb101_trial_stats(FORK, 4, db=db)] == [1, 2, 3]
    exact = query_nb101_trial_stats(MIRRORED_FORK, 4, isomorphism=False, db=db)
    assert [trial["id"] for trial in exact] == [2]


def test_a_cell_that_is_not_pruned_is_stored_as_written(
    tmp_path: Path, write_payloads: Callable[..., Path]
) -> None:
    """A vertex that leads nowhere counts in num_vertices and not in the hash."""
    dangling = Cell.from_string("0110000100000000", f"input,{CONV3},{POOL},output")
    assert dangling.hash == CHAIN.hash
    path = write_payloads([payload(dangling, 4, trained(4))])
    report = ingest(path, tmp_path / "dangling.db", validate_hashes=True)
    assert tables_of(report.path) == expected_tables([path])
    assert tables_of(report.path)["configs"][0][2] == 4


# Where the data come from.


def test_the_provenance_describes_the_source(built: Path, source: Path) -> None:
    """Name, size, SHA-256, format, counts, and that the metrics are made up."""
    (row,) = nasbench_db.connect("nasbench101", built).provenance()
    created = row.pop("created_at")
    assert row == {
        "id": 1,
        "benchmark": "nasbench101",
        "source_name": "small.tfrecord",
        "source_bytes": source.stat().st_size,
        "source_sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
        "source_format": "TFRecord",
        "records": 1092,
        "synthetic": True,
        "configs": 364,
        "trials": 1092,
        "intermediates": 2184,
        "nasbench_db_version": nasbench_db.__version__,
        "changes": None,
        "several_written": 0,
    }
    assert created.endswith("+00:00")


def test_the_report_tells_what_was_done(report: Report, source: Path) -> None:
    """Counts, time, size and path, as attributes and as a line of text."""
    assert report.benchmark == "nasbench101"
    assert (report.cells, report.configs) == (91, 364)
    assert (report.trials, report.intermediates) == (1092, 2184)
    assert report.seconds > 0
    assert report.size == report.path.stat().st_size
    (described,) = report.sources
    assert described["source_name"] == source.name
    assert described["records"] == 1092
    text = str(report)
    assert text.startswith(
        "nasbench101: 91 architectures, 364 configs, 1,092 trials, 2,184 intermediates"
    )
    assert f"at {report.path}" in text
    assert "SYNTHETIC" in text
    assert "\n" not in text


def test_only_marked_metrics_are_called_synthetic(
    tmp_path: Path, write_payloads: Callable[..., Path]
) -> None:
    """The mark is a checkpoint path; a real one, or none, is no mark."""
    for mark, text in ((True, SYNTHETIC_MARK), (False, "/checkpoints/17"), (False, "")):
        metrics = trained(4)
        first = metrics.evaluations[0]._replace(checkpoint_path=text)
        metrics = metrics._replace(evaluations=(first, *metrics.evaluations[1:]))
        path = write_payloads([payload(CHAIN, 4, metrics)])
        report = ingest(path, tmp_path / "marked.db", force=True)
        (row,) = nasbench_db.connect("nasbench101", report.path).provenance()
        assert row["synthetic"] is mark
        assert ("SYNTHETIC" in str(report)) is mark


@pytest.mark.parametrize("name", ["nasbench_full.tfrecord", "nasbench_only108.tfrecord"])
def test_a_published_name_with_other_content_warns(
    name: str, tmp_path: Path, source: Path, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is ingested nevertheless: a subset is legitimate. The published content does not warn."""
    path = tmp_path / name
    shutil.copyfile(source, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.warns(SourceWarning, match=digest) as caught:
        report = ingest(path, tmp_path / "subset.db")
    assert nb101_ingest.PUBLISHED_SHA256[name] in str(caught[0].message)
    assert tables_of(report.path) == tables_of(built)
    monkeypatch.setitem(nb101_ingest.PUBLISHED_SHA256, name, digest)
    ingest(path, tmp_path / "subset.db", force=True)


def test_the_hashes_published_are_those_of_the_original_project() -> None:
    """They are what google-research/nasbench names on its page."""
    assert nb101_ingest.PUBLISHED_SHA256 == {
        "nasbench_full.tfrecord": (
            "3d64db8180fb1b0207212f9032205064312b6907a3bbc81eabea10db2f5c7e9c"
        ),
        "nasbench_only108.tfrecord": (
            "4c39c3936e36a85269881d659e44e61a245babcb72cb374eacacf75d0e5f4fd1"
        ),
    }


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names of any bytes")
def test_a_source_whose_name_is_not_text_is_ingested(
    tmp_path: Path, source: Path, built: Path
) -> None:
    """A file name may contain bytes that are no UTF-8."""
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.tfrecord")
    shutil.copyfile(source, path)
    report = ingest(path, tmp_path / "cafe.db")
    assert tables_of(report.path) == tables_of(built)


# Real data.


def test_the_first_record_has_the_published_values(data: Path, tmp_path: Path) -> None:
    """The very first record of the original file, to the last digit."""
    report = ingest(data / "nasbench101" / "first_record.tfrecord", tmp_path / "first.db")
    db = nasbench_db.connect("nasbench101", report.path)
    (trial,) = query_nb101_trial_stats(None, 4, include_intermediates=True, db=db)
    config = trial.pop("config")
    assert config.pop("arch").keys() == {*(f"op{n}" for n in range(1, 6)), *inputs(6)}
    assert config == {
        "id": 1,
        "num_vertices": 7,
        "hash": "00005c142e6f48ac74fdcf73e3439874",
        "num_epochs": 4,
    }
    final = {
        "train_acc": 0.3498597741127014 * 100,
        "valid_acc": 0.3489583432674408 * 100,
        "test_acc": 0.3504607379436493 * 100,
        "training_time": 89.90399932861328,
    }
    halfway = {
        "train_acc": 0.10166265815496445 * 100,
        "valid_acc": 0.10526842623949051 * 100,
        "test_acc": 0.10436698794364929 * 100,
        "training_time": 45.152000427246094,
    }
    assert trial.pop("intermediates") == [
        {"id": 65538, "current_epoch": 2, **halfway},
        {"id": 65540, "current_epoch": 4, **final},
    ]
    assert trial == {"id": 1, "parameters": 8.55553, **final}


def inputs(last: int) -> set[str]:
    """The keys of NNI's dict that list vertices."""
    return {f"input{v}" for v in range(1, last + 1)}


def test_a_genuine_file_of_another_benchmark_is_ingested(data: Path, tmp_path: Path) -> None:
    """EC-NAS has further protobuf fields, and its first evaluation after an epoch or two."""
    path = data / "nasbench101" / "ec_nas_4v.tfrecord"
    with pytest.warns(SourceWarning, match=r"^ec_nas_4v\.tfrecord: .* numbers of EC-NAS") as told:
        report = ingest(path, tmp_path / "ec.db", validate_hashes=True)
    assert len(told) == 1
    (source,) = nasbench_db.connect("nasbench101", report.path).provenance()
    assert [f"ec_nas_4v.tfrecord: {text}" for text in source["changes"]] == [
        str(warning.message) for warning in told
    ]
    assert (report.cells, report.configs, report.trials) == (91, 364, 1092)
    assert report.sources[0]["records"] == 1092
    assert "SYNTHETIC" not in str(report)
    tables = tables_of(report.path)
    assert tables == expected_tables([path])
    assert len(tables["intermediates"]) == 2184
    finals = {4, 12, 36, 108}
    assert {row[2] for row in tables["intermediates"]} - finals <= {1, 2}


def test_real_cells_come_back_value_for_value(
    data: Path, tmp_path: Path, write_payloads: Callable[..., Path]
) -> None:
    """Fifteen real cells, three trials each, written as the original writes them."""
    cells = json.loads((data / "nasbench101" / "cells_15_108_epochs.json").read_text())
    payloads = []
    for module_hash, of_cell in cells.items():
        adjacency = "".join(str(entry) for row in of_cell["module_adjacency"] for entry in row)
        for trial in of_cell["computed"]["108"]:
            evaluations = (Evaluation(0.0, 0.0, 0.1, 0.1, 0.1), point(trial, "halfway", 54.0))
            metrics = Metrics(
                (*evaluations, point(trial, "final", 108.0)), of_cell["trainable_parameters"], 1.0
            )
            payloads.append(
                encode_row(
                    module_hash,
                    108,
                    adjacency,
                    ",".join(of_cell["module_operations"]),
                    encode_metrics(metrics),
                )
            )
    path = write_payloads(payloads)
    report = ingest(path, tmp_path / "fifteen.db", validate_hashes=True)
    assert (report.cells, report.trials, report.intermediates) == (15, 45, 90)
    db = nasbench_db.connect("nasbench101", report.path)
    for module_hash, of_cell in cells.items():
        cell = Cell(of_cell["module_adjacency"], of_cell["module_operations"])
        assert cell.hash == module_hash
        found = list(query_nb101_trial_stats(cell, 108, include_intermediates=True, db=db))
        assert [trial["config"]["arch"] for trial in found] == [cell.arch] * 3
        for trial, written in zip(found, of_cell["computed"]["108"], strict=True):
            assert trial["parameters"] == of_cell["trainable_parameters"] / 1e6
            half, final = trial["intermediates"]
            for stage, epoch, row in (("halfway", 54, half), ("final", 108, final)):
                assert row["current_epoch"] == epoch
                assert in_source_units(row) == {
                    name: written[f"{stage}_{name}"] for name in STAGE_NAMES
                }
            assert in_source_units(trial) == in_source_units(final)


STAGE_NAMES = ("training_time", "train_accuracy", "validation_accuracy", "test_accuracy")


def point(trial: dict[str, float], stage: str, epoch: float) -> Evaluation:
    """An evaluation of a trial as another project stores it."""
    return Evaluation(epoch, *(trial[f"{stage}_{name}"] for name in STAGE_NAMES))


def in_source_units(row: dict[str, Any]) -> dict[str, Any]:
    """A row's metrics, its accuracies as the float32 fractions that they were."""
    fractions = [
        struct.unpack("f", struct.pack("f", row[name] / 100))[0]
        for name in ("train_acc", "valid_acc", "test_acc")
    ]
    return dict(zip(STAGE_NAMES, [row["training_time"], *fractions], strict=True))


# What is refused.


@pytest.fixture
def assert_refused(
    tmp_path: Path, built: Path, leftovers: Callable[[Path], list[str]]
) -> Callable[..., SourceError]:
    """Checks that an ingestion fails, and that an older database in its place stays as it was."""

    def check(sources: Any, **options: Any) -> SourceError:
        older = tmp_path / "older.db"
        shutil.copyfile(built, older)
        with pytest.raises(SourceError) as caught:
            ingest(sources, older, force=True, **options)
        assert leftovers(older) == []
        assert older.read_bytes() == built.read_bytes()
        return caught.value

    return check


GOOD = [payload(CHAIN, 4, trained(4, number)) for number in range(5)]
BAD_AT = 3
"""The place of the bad record among the good ones."""


def elements(**changes: Any) -> bytes:
    """A good record's list of five with some elements changed."""
    names = ["hash", "epochs", "adjacency", "operations", "metrics"]
    row = dict(zip(names, json.loads(GOOD[BAD_AT]), strict=True))
    return json.dumps(list({**row, **changes}.values())).encode()


def with_metrics(message: bytes) -> bytes:
    """A good record with other metrics."""
    return payload(CHAIN, 4, message)


def with_epochs_at(*epochs: float | None) -> bytes:
    """A good record of four epochs whose evaluations are at these epochs."""
    points = tuple(Evaluation(epoch, 1.0, 0.5, 0.5, 0.5) for epoch in epochs)
    return payload(CHAIN, 4, Metrics(points, 1000, 1.0))


MESSAGE = encode_metrics(trained(4))
EIGHT = "0" + "".join(("1" + "0" * 8) * 7)
MALFORMED = {
    "an empty record": (b"", "not JSON"),
    "no JSON": (b"\x0a\x2d not JSON", "not JSON"),
    "JSON that is cut": (GOOD[0][:-20], "not JSON"),
    "text that is not UTF-8": (GOOD[0].replace(b"conv", b"c\xf6nv"), "not JSON"),
    "an object": (b'{"hash": 1}', "a list of five elements .* is a dict"),
    "a text": (b'"five"', "is a str"),
    "four elements": (json.dumps(json.loads(GOOD[0])[:4]).encode(), "is a list of 4"),
    "six elements": (json.dumps([*json.loads(GOOD[0]), 1]).encode(), "is a list of 6"),
    "a hash that is a number": (elements(hash=5), "are int, int, str, str, str"),
    "epochs that are text": (elements(epochs="4"), "are str, str, str"),
    "epochs that are a fraction": (elements(epochs=4.0), "are str, float, str"),
    "epochs that are a truth": (elements(epochs=True), "are str, bool, str"),
    "an adjacency that is a list": (elements(adjacency=[0, 1]), "str, int, list, str, str"),
    "operations that are a list": (elements(operations=["input"]), "str, list, str"),
    "metrics that are null": (elements(metrics=None), "NoneType"),
    "an adjacency of eight": (elements(adjacency="01000100"), "8 characters"),
    "an empty adjacency": (elements(adjacency=""), "0 characters"),
    "an adjacency with a 2": (elements(adjacency="010002000"), "'2'|\"2\""),
    "an edge backwards": (elements(adjacency="010001100"), "upper triangular"),
    "no path": (elements(adjacency="010000000"), "no path"),
    "too many operations": (
        elements(operations=f"input,{CONV3},{CONV3},output"),
        "4 operations for a matrix of 3",
    ),
    "too many vertices": (
        elements(adjacency=EIGHT, operations=",".join(["input", *[CONV3] * 6, "output"])),
        "8 vertices",
    ),
    "an unknown operation": (
        elements(operations="input,conv5x5-bn-relu,output"),
        "unknown operation 'conv5x5-bn-relu'",
    ),
    "no input": (elements(operations=f"{POOL},{CONV3},output"), "must be 'input'"),
    "a hash with other letters": (elements(hash="g" * 32), "32 hexadecimal digits"),
    "a hash in upper case": (elements(hash=CHAIN.hash.upper()), "32 hexadecimal digits"),
    "a hash that is short": (elements(hash=CHAIN.hash[:-1]), "32 hexadecimal digits"),
    "a hash that is long": (elements(hash=CHAIN.hash + "0"), "32 hexadecimal digits"),
    "no epochs": (elements(epochs=0), "number of epochs is 0"),
    "negative epochs": (elements(epochs=-4), "number of epochs is -4"),
    "too many epochs": (elements(epochs=70000), "70000; allowed are 1 to 65535"),
    "epochs beyond 64 bits": (elements(epochs=1 << 70), "epochs|are str, float, str"),
    "no metrics": (elements(metrics=""), "no evaluation"),
    "no evaluations": (with_metrics(b"\x10\x05"), "no evaluation"),
    "an end before the last epoch": (with_epochs_at(0, 2, 3), "at epoch 3, .* 4 epochs"),
    "an end after the last epoch": (with_epochs_at(0, 2, 8), "at epoch 8, .* 4 epochs"),
    "only the untrained network": (with_epochs_at(0), "at epoch 0, .* 4 epochs"),
    "evaluations in disorder": (with_epochs_at(0, 4, 2), "must ascend"),
    "an evaluation twice": (with_epochs_at(0, 4, 4), "must ascend"),
    "two evaluations within an epoch": (with_epochs_at(0, 2.25, 2.75, 4), "must ascend"),
    "a negative epoch": (with_epochs_at(-1, 4), "must ascend"),
    "an epoch that is missing": (with_epochs_at(0, None, 4), "must ascend"),
    "an epoch that is NaN": (with_epochs_at(0, math.nan, 4), "must ascend"),
    "an epoch that is infinite": (with_epochs_at(0, 2, math.inf), "must ascend"),
    "base64 of other letters": (elements(metrics="äöü="), "not base64"),
    "base64 that is cut": (elements(metrics=base64.b64encode(MESSAGE)[:-3].decode()), "base64"),
    "metrics cut within a field": (with_metrics(MESSAGE[:-3]), "cut short within field 3"),
    "metrics cut within an evaluation": (with_metrics(MESSAGE[:60]), "cut short within field 1"),
    "metrics cut within a number": (with_metrics(b"\x10\x80"), "cut short within a number"),
    "metrics with an endless number": (with_metrics(b"\x10" + b"\xff" * 11), "than ten bytes"),
    "metrics of another format": (with_metrics(b"\x0f\x00\x00"), "wire type 7"),
    "an evaluation of another format": (with_metrics(nested(1, b"\x0b")), "wire type 3"),
}


@pytest.mark.parametrize(("bad", "reason"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_record_is_named(
    bad: bytes,
    reason: str,
    write_payloads: Callable[..., Path],
    assert_refused: Callable[..., SourceError],
) -> None:
    """The error tells file, record, byte offset and reason; an older database stays."""
    path = write_payloads([*GOOD[:BAD_AT], bad, *GOOD[BAD_AT:]])
    error = assert_refused(path)
    assert isinstance(error, CorruptRecord)
    offset = sum(HEADER_BYTES + len(good) + FOOTER_BYTES for good in GOOD[:BAD_AT])
    assert (error.path, error.record, error.offset) == (str(path), BAD_AT, offset)
    assert str(error).startswith(f"{path}: record {BAD_AT} at byte {offset}: ")
    assert "\n" not in str(error)
    with pytest.raises(CorruptRecord, match=reason):
        raise error


def test_a_record_far_into_the_file_is_named(
    tmp_path: Path, write_payloads: Callable[..., Path], leftovers: Callable[[Path], list[str]]
) -> None:
    """Counted from the start of the file; without an older database, none appears."""
    good = [GOOD[number % 5] for number in range(20_000)]
    path = write_payloads([*good, MALFORMED["no epochs"][0]])
    with pytest.raises(CorruptRecord) as caught:
        ingest(path, tmp_path / "new.db")
    assert caught.value.record == 20_000
    assert caught.value.offset == sum(HEADER_BYTES + len(data) + FOOTER_BYTES for data in good)
    assert not (tmp_path / "new.db").exists()
    assert leftovers(tmp_path / "new.db") == []


def test_the_source_with_the_malformed_record_is_named(
    write_payloads: Callable[..., Path], assert_refused: Callable[..., SourceError]
) -> None:
    """Of several sources, and counted from that source's start."""
    good = write_payloads(GOOD[:1], "good.tfrecord")
    bad = write_payloads([GOOD[1], b"[]"], "bad.tfrecord")
    error = assert_refused([good, bad])
    assert isinstance(error, CorruptRecord)
    assert (error.path, error.record) == (str(bad), 1)


def test_a_hash_with_a_digit_too_many_never_passes_for_another_cell(
    write_payloads: Callable[..., Path],
) -> None:
    """Whatever cells the file has besides."""
    cells = list(enumerate_cells(max_vertices=4))[:20]
    good = [payload(cell, 4, trained(4)) for cell in cells]
    for cell in cells:
        for matrix in {other.adjacency for other in cells}:
            bad = encode_row(f"{cell.hash}1", 4, matrix, ",".join(cell.ops), MESSAGE)
            path = write_payloads([*good, bad])
            with pytest.raises(CorruptRecord, match=r"record 20 .* 32 hexadecimal digits"):
                list(nb101_ingest.parse([str(path)], False))


def test_a_wrong_hash_is_refused_when_hashes_are_validated(
    tmp_path: Path, write_payloads: Callable[..., Path], assert_refused: Callable[..., SourceError]
) -> None:
    """Without validation it is stored as it stands in the file."""
    wrong = "0123456789abcdef" * 2
    path = write_payloads([GOOD[0], elements(hash=wrong)])
    error = assert_refused(path, validate_hashes=True)
    assert isinstance(error, CorruptRecord)
    assert error.record == 1
    assert f"module hash is {wrong}, and its graph's {CHAIN.hash}" in str(error)
    report = ingest(path, tmp_path / "wrong.db")
    assert [row[3] for row in tables_of(report.path)["configs"]] == [CHAIN.hash, wrong]


def test_right_hashes_are_accepted_when_validated(
    tmp_path: Path, source: Path, built: Path
) -> None:
    """The hashes of the synthetic file are those of its cells."""
    report = ingest(source, tmp_path / "validated.db", validate_hashes=True)
    assert tables_of(report.path) == tables_of(built)


FRAME = HEADER_BYTES + len(GOOD[0]) + FOOTER_BYTES


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (FRAME + 5, "within a header"),
        (FRAME + HEADER_BYTES + 100, "within the data"),
        (2 * FRAME - 2, "within a checksum"),
    ],
    ids=["header", "data", "checksum"],
)
def test_a_truncated_file_is_refused(
    end: int,
    reason: str,
    write_payloads: Callable[..., Path],
    assert_refused: Callable[..., SourceError],
) -> None:
    """Wherever it is cut, unless between two records."""
    path = write_payloads(GOOD)
    path.write_bytes(path.read_bytes()[:end])
    error = assert_refused(path)
    assert isinstance(error, CorruptRecord)
    assert (error.record, error.offset) == (1, FRAME)
    assert reason in str(error)


@pytest.mark.parametrize("at", [3, 9, HEADER_BYTES + 40, FRAME - 1])
def test_a_flipped_bit_is_noticed(
    at: int, write_payloads: Callable[..., Path], assert_refused: Callable[..., SourceError]
) -> None:
    """In the length, in either checksum, and in the data."""
    path = write_payloads(GOOD)
    damaged = bytearray(path.read_bytes())
    damaged[FRAME + at] ^= 0x10
    path.write_bytes(damaged)
    error = assert_refused(path)
    assert isinstance(error, CorruptRecord)
    assert (error.record, error.offset) == (1, FRAME)
    assert "checksum" in str(error)


def test_other_kinds_of_file_are_refused(
    tmp_path: Path, source: Path, built: Path, assert_refused: Callable[..., SourceError]
) -> None:
    """Absent, empty, a folder, compressed, an HTML page, a database: each is told apart."""
    kinds = {
        "is empty": b"",
        "gzip archive": gzip.compress(source.read_bytes()),
        "text or HTML page": b"<!DOCTYPE html><html>404</html>" * 20,
        "an SQLite database": built.read_bytes(),
    }
    for reason, content in kinds.items():
        path = tmp_path / "kind.tfrecord"
        path.write_bytes(content)
        assert reason in str(assert_refused(path))
    assert "is a folder" in str(assert_refused(tmp_path))
    assert "no such file" in str(assert_refused(tmp_path / "absent.tfrecord"))
    error = assert_refused(tmp_path / ("long" * 100))
    assert "\n" not in str(error)


def test_a_source_is_never_replaced_by_its_database(
    tmp_path: Path, source: Path, leftovers: Callable[[Path], list[str]]
) -> None:
    """Not even when replacing is allowed: the target may be a slip of the hand."""
    path = tmp_path / "precious.tfrecord"
    shutil.copyfile(source, path)
    other = tmp_path / "other.tfrecord"
    shutil.copyfile(source, other)
    for sources in (path, [other, path], Path(os.path.relpath(path))):
        with pytest.raises((SourceError, BuildError), match=r"precious\.tfrecord"):
            ingest(sources, path, force=True)
        assert path.read_bytes() == source.read_bytes()
    assert leftovers(path) == []


def test_parameters_of_another_network_are_told_of(
    write_payloads: Callable[..., Path], tmp_path: Path
) -> None:
    """How many trials have them, and the first; they are kept as recorded."""
    right = CHAIN.trainable_parameters
    payloads = [
        payload(CHAIN, 4, trained(4, parameters=number)) for number in (right, 5, None, right + 1)
    ]
    with pytest.warns(SourceWarning, match="^2 trials record other .* trial 2 has 5 and"):
        ingest(write_payloads(payloads), tmp_path / "x.db")
