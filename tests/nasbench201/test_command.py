"""The command line for NAS-Bench-201: query, enumerate, ingest, info, verify, export."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from support.raw import Key, Record, expected, stored

from nasbench_db.commands.cli import cli
from nasbench_db.nasbench201 import Cell, official_order
from nasbench_db.nasbench201.synthetic import TOPOLOGIES, topology_record, write_pth
from nasbench_db.nats.synthetic import write_nats_folder
from nasbench_db.natssss.synthetic import SIZES

Writer = Callable[..., Path]


def invoke(*arguments: object) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(cli, list(map(str, arguments)))


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
    tmp_path: Path, written: Writer, strings: list[str], memoised: None
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


def test_ingest_tells_what_went_wrong(tmp_path: Path, written: Writer, memoised: None) -> None:
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


def test_info_tells_of_all_sources(tmp_path: Path, written: Writer, memoised: None) -> None:
    """Each with its SHA-256."""
    source = written(write_pth, "a.pth", [3, 16])
    folder = written(write_nats_folder, "folder", [33, 34, 3], TOPOLOGIES)
    invoke("ingest", "nasbench201", source, folder, "--db", tmp_path / "x.db", "--quiet")
    (described,) = json.loads(invoke("info", tmp_path / "x.db", "--format", "json").stdout)
    assert [row["source_name"] for row in described["sources"]] == ["a.pth", "folder"]
    assert [row["records"] for row in described["sources"]] == [2, 3]
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    assert described["sources"][0]["source_sha256"] == digest
