"""The command line for NAS-Bench-201: query, enumerate, ingest, info, verify, export."""

import contextlib
import csv
import hashlib
import io
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.raw import Key, Record, expected, stored

import nasbench_db
from nasbench_db.commands.cli import cli
from nasbench_db.nasbench201 import Cell, official_order, query_nb201_trial_stats
from nasbench_db.nasbench201.synthetic import TOPOLOGIES, topology_record, write_pth
from nasbench_db.nats.synthetic import write_nats_folder
from nasbench_db.natssss.synthetic import SIZES

Writer = Callable[..., Path]
CELL = official_order()[11]


def invoke(*arguments: object) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(cli, list(map(str, arguments)))


def asked(built: Path, *arguments: object) -> list[dict[str, Any]]:
    """The rows that a query prints as JSON."""
    result = invoke("query", "nasbench201", "--db", built, "--format", "json", *arguments)
    assert result.exit_code == 0, result.stderr
    rows = json.loads(result.stdout)
    assert isinstance(rows, list)
    return rows


def answered(built: Path, *arguments: Any, **options: Any) -> list[dict[str, Any]]:
    """The rows that the query helper gives."""
    with contextlib.closing(nasbench_db.connect("nasbench201", built)) as db:
        return list(query_nb201_trial_stats(*arguments, db=db, **options))


@pytest.mark.parametrize(
    "arch",
    [
        "11",
        CELL.arch_str,
        json.dumps(CELL.arch),
        json.dumps(dict(reversed(CELL.arch.items()))),
        json.dumps(CELL.ops),
        json.dumps(CELL.arch_str),
    ],
)
@pytest.mark.parametrize("dataset", ["ImageNet16-120", "imagenet16-120"])
def test_an_architecture_can_be_given_in_many_ways(
    arch: str, dataset: str, built201: Path
) -> None:
    """All that the query helper takes and that can be written."""
    rows = asked(built201, "--arch", arch, "--dataset", dataset, "--epochs", 200)
    assert rows == answered(built201, 11, 200, "imagenet16-120")
    assert rows
    assert asked(built201, "--arch", arch, "--isomorphism") == answered(built201, 11, None, None)


def test_options_are_those_of_the_helper(built201: Path) -> None:
    """Each alone and together."""
    assert asked(built201) == answered(built201, None, None, None)
    assert asked(built201, "--seed", 888) == answered(built201, None, None, None, seed=888)
    for reduction in ("mean", "median", "std", "min", "max"):
        assert asked(built201, "--epochs", 12, "--reduction", reduction) == answered(
            built201, None, 12, None, reduction
        )
    assert asked(built201, "--arch", 3, "--intermediates", "--epochs", 12) == answered(
        built201, 3, 12, None, None, True
    )
    assert asked(built201, "--order-by=-valid_acc", "--limit", 4) == answered(
        built201, None, None, None, order_by="-valid_acc", limit=4
    )


def test_csv_has_one_flat_row_for_each_trial(built201: Path) -> None:
    """With the architecture, and every number in full."""
    result = invoke("query", "nasbench201", "--db", built201, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    trials = answered(built201, None, None, None)
    assert len(rows) == len(trials)
    for row, trial in zip(rows, trials, strict=True):
        config = trial["config"]
        assert int(row["arch_index"]) == config["arch_index"]
        assert row["arch_str"] == config["arch_str"]
        assert json.loads(row["arch"]) == config["arch"]
        assert row["dataset"] == config["dataset"]
        for name in ("train_acc", "valid_acc", "ori_test_loss", "training_time", "latency"):
            assert (float(row[name]) if row[name] else None) == trial[name]
        assert (json.loads(row["latencies"]) if row["latencies"] else None) == trial["latencies"]


def test_csv_has_a_row_for_each_epoch(built201: Path) -> None:
    """If it is asked for them."""
    options = ["--arch", 11, "--epochs", 12, "--intermediates", "--format", "csv"]
    result = invoke("query", "nasbench201", "--db", built201, *options)
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [int(row["current_epoch"]) for row in rows] == list(range(1, 13)) * 5
    trials = answered(built201, 11, 12, None, None, True)
    points = [point for trial in trials for point in trial["intermediates"]]
    assert [float(row["train_acc"]) for row in rows] == [p["train_acc"] for p in points]
    assert {row["seed"] for row in rows} == {"111", "777"}
    reduced = invoke("query", "nasbench201", "--db", built201, *options, "--reduction", "mean")
    rows = list(csv.DictReader(io.StringIO(reduced.stdout)))
    assert len(rows) == 4 * 12
    assert {row["num_trials"] for row in rows} == {"1", "2"}


def test_the_table_is_readable(built201: Path) -> None:
    """A header, and a line for each trial, with what is absent left blank."""
    options = ["--db", built201, "--arch", 11, "--epochs", 200, "--dataset", "cifar10"]
    lines = invoke("query", "nasbench201", *options).stdout.splitlines()
    assert lines[0].split()[:4] == ["arch_index", "dataset", "num_epochs", "trial_id"]
    assert len(lines) == 2 + len(answered(built201, 11, 200, "cifar10"))
    assert "None" not in "".join(lines)


def test_the_sql_gives_the_rows(built201: Path) -> None:
    """It can be run by any SQLite."""
    options = ["--arch", CELL.arch_str, "--dataset", "CIFAR100", "--epochs", 200]
    result = invoke("query", "nasbench201", "--db", built201, "--sql", *options)
    assert result.stdout.endswith(";\n")
    with contextlib.closing(sqlite3.connect(built201)) as connection:
        rows = connection.execute(result.stdout).fetchall()
    trials = answered(built201, 11, 200, "cifar100")
    assert len(rows) == len(trials)
    for row, trial in zip(rows, trials, strict=True):
        assert {trial["valid_acc"], trial["test_loss"], trial["seed"]} <= set(row)


def test_no_match_is_no_failure(built201: Path) -> None:
    """It is said on stderr."""
    result = invoke("query", "nasbench201", "--db", built201, "--arch", 5)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "no trial matches\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--arch", "15625"], "integers from 0 to 15624"),
        (["--arch", "null"], "the architecture string 'null' has 1 nodes"),
        (["--arch", "true"], "the architecture string 'true'"),
        (["--arch", "1.5"], "the architecture string '1.5'"),
        (["--arch", "[3, 3, 4, 0, 3, 4]"], "Cell.from_naslib"),
        (["--arch", ""], "the architecture string ''"),
        (["--arch", "|none~0|"], "has 1 nodes joined by '+'"),
        (["--arch", '{"0_1": "none"}'], "a cell has 0_1, 0_2, 1_2"),
        (["--arch", "[0, 1]"], "2"),
        (["--order-by", "nothing"], "order_by is 'nothing'"),
        (["--seed", "-1"], "seed is -1"),
        (["--limit", "-1"], "limit is -1"),
    ],
)
def test_a_failure_is_one_line_and_status_1(
    arguments: list[str], message: str, built201: Path
) -> None:
    """With what is allowed."""
    result = invoke("query", "nasbench201", "--db", built201, *arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert message in result.stderr


def test_an_unknown_data_set_is_a_failure(built201: Path) -> None:
    """With those that there are; and spelling is forgiven."""
    result = invoke("query", "nasbench201", "--db", built201, "--dataset", "mnist")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    right = asked(built201, "--dataset", "imagenet16-120")
    assert right
    assert asked(built201, "--dataset", "ImageNet16_120") == right
    assert "'imagenet16-120'" in result.stderr


def test_enumerate_counts_the_space(memoised: None) -> None:
    """With the published number of topology strings, and those of complete rules."""
    result = invoke("enumerate", "nasbench201")
    assert result.exit_code == 0
    counts = dict(line.rsplit(maxsplit=1) for line in result.stdout.splitlines()[2:])
    assert {key.strip(): int(value) for key, value in counts.items()} == {
        "cells": 15625,
        "published topology strings": 6466,
        "canonical forms, zero rule conv_bias": 5545,
        "canonical forms, zero rule propagate": 4930,
    }


def test_enumerate_writes_the_space(tmp_path: Path, memoised: None) -> None:
    """In the official order."""
    result = invoke("enumerate", "nasbench201", "--out", tmp_path / "cells.jsonl")
    assert result.stdout == f"15,625 architectures in {tmp_path / 'cells.jsonl'}\n"
    lines = (tmp_path / "cells.jsonl").read_text().splitlines()
    assert len(lines) == 15625
    for index in (0, 11, 15624):
        cell = official_order()[index]
        assert json.loads(lines[index]) == {
            "arch_index": index,
            "arch_str": cell.arch_str,
            "unique_str": cell.unique_str,
            "trainable_parameters": cell.trainable_parameters(),
        }
    assert Cell.from_string(json.loads(lines[5])["arch_str"]) == official_order()[5]


def test_ingest_builds_and_reports(
    tmp_path: Path, written: Writer, strings: list[str], in_process: None
) -> None:
    """Several sources into one database; what contradicts is told on stderr."""
    sources = [
        written(write_pth, "a.pth", [3, 16]),
        written(write_nats_folder, "folder", [33, 34, 3], TOPOLOGIES),
    ]
    result = invoke("ingest", "nasbench201", *sources, "--db", tmp_path / "x.db")
    assert result.exit_code == 0, result.stderr
    one = {index: topology_record(index) for index in (3, 16)}
    two = {index: topology_record(index) for index in (34, 33)}
    truth = {**expected(one, strings), **expected(two, strings, 2)}
    assert stored(tmp_path / "x.db") == truth
    assert result.stdout.startswith(
        f"nasbench201: 4 architectures, 32 configs, {len(truth)} trials, "
    )
    assert "SYNTHETIC" in result.stdout
    quiet = ["--quiet", "--force", "--db", tmp_path / "x.db"]
    result = invoke("ingest", "nasbench201", sources[0], *quiet)
    assert (result.exit_code, result.output) == (0, "")


def test_ingest_tells_what_went_wrong(tmp_path: Path, written: Writer, in_process: None) -> None:
    """In one line; the other search space with the benchmark to use."""
    folder = written(write_nats_folder, "sss", [3], SIZES)
    result = invoke("ingest", "nasbench201", folder, "--db", tmp_path / "x.db", "--quiet")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {folder} is not of NAS-Bench-201")
    assert result.stderr.endswith("; ingest it as natssss\n")
    result = invoke("ingest", "nasbench201", tmp_path / "nowhere", "--db", tmp_path / "x.db")
    assert "there is no such file" in result.stderr
    hashes = ["--validate-hashes", "--db", tmp_path / "x.db"]
    assert invoke("ingest", "nasbench201", folder, *hashes).exit_code == 2
    assert list(tmp_path.iterdir()) == []


def coverage_of(truth: dict[Key, Any]) -> list[Record]:
    """How much there is of each epochs and data set, counted from the raw records."""
    found: dict[tuple[int, str], list[Key]] = {}
    for key in truth:
        found.setdefault(key[1:3], []).append(key)
    return [
        {
            "num_epochs": epochs,
            "dataset": dataset,
            "architectures": len({key[0] for key in keys}),
            "trials": len(keys),
            "seeds": {str(key[3]) for key in keys},
        }
        for (epochs, dataset), keys in found.items()
    ]


def test_info_tells_the_coverage(
    tmp_path: Path, infos: dict[int, Record], strings: list[str], built201: Path, databases: Path
) -> None:
    """Of a path and of the default place; what was not trained is not there."""
    result = invoke("info", built201, "--format", "json")
    ((described),) = json.loads(result.stdout)
    truth = expected(infos, strings)
    for row in described["coverage"]:
        row["seeds"] = set(row["seeds"].split(","))
    assert described["coverage"] == sorted(coverage_of(truth), key=lambda row: row["num_epochs"])
    assert described["trials"] == len(truth)
    assert described["configs"] == len({key[:3] for key in truth})
    assert described["sources"] == [
        {"source_name": "dict", "source_bytes": 0, "source_sha256": "", "records": 4}
    ]
    assert "SYNTHETIC" in described["warning"]
    databases.mkdir()
    shutil.copyfile(built201, databases / "nasbench201.db")
    for arguments in (["nasbench201"], []):
        text = invoke("info", *arguments).stdout
        assert "num_epochs 200, dataset imagenet16-120, architectures 4, trials " in text
        assert "licence  MIT" in text


def test_info_tells_of_all_sources(tmp_path: Path, written: Writer, in_process: None) -> None:
    """Each with its SHA-256."""
    source = written(write_pth, "a.pth", [3, 16])
    folder = written(write_nats_folder, "folder", [33, 34, 3], TOPOLOGIES)
    invoke("ingest", "nasbench201", source, folder, "--db", tmp_path / "x.db", "--quiet")
    (described,) = json.loads(invoke("info", tmp_path / "x.db", "--format", "json").stdout)
    assert [row["source_name"] for row in described["sources"]] == ["a.pth", "folder"]
    assert [row["records"] for row in described["sources"]] == [2, 3]
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    assert described["sources"][0]["source_sha256"] == digest


def test_verify_and_export_know_the_benchmark(
    tmp_path: Path, copy201: Path, memoised: None
) -> None:
    """By the database's path."""
    result = invoke("verify", copy201, "--quiet")
    assert result.exit_code == 0
    assert {line.split()[0] for line in result.stdout.splitlines()} == {"ok"}
    with contextlib.closing(sqlite3.connect(copy201)) as connection, connection:
        connection.execute("UPDATE nb201trialstats SET valid_acc = 500 WHERE id = 1")
    result = invoke("verify", copy201, "--quiet")
    assert result.exit_code == 1
    assert result.stdout.count("PROBLEMS") == 2
    result = invoke("export", copy201, "--out", tmp_path / "x.csv", "--quiet")
    assert result.exit_code == 0
    assert "SYNTHETIC" in result.stderr
    with open(tmp_path / "x.csv", encoding="utf-8") as file:
        assert sum(1 for _ in file) == 1 + len(answered(copy201, None, None, None))
