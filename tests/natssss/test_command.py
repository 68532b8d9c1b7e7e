"""The command line for the size search space."""

import contextlib
import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.raw import expected, stored

import nasbench_db
from nasbench_db.commands.cli import cli
from nasbench_db.nasbench201.synthetic import TOPOLOGIES
from nasbench_db.nats.synthetic import write_nats_folder
from nasbench_db.natssss import query_natssss_trial_stats
from nasbench_db.natssss.synthetic import SIZES, size_record

Writer = Callable[..., Path]


def invoke(*arguments: object) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(cli, list(map(str, arguments)))


def asked(built: Path, *arguments: object) -> list[dict[str, Any]]:
    """The rows that a query prints as JSON."""
    result = invoke("query", "natssss", "--db", built, "--format", "json", *arguments)
    assert result.exit_code == 0, result.stderr
    rows = json.loads(result.stdout)
    assert isinstance(rows, list)
    return rows


def answered(built: Path, *arguments: Any, **options: Any) -> list[dict[str, Any]]:
    """The rows that the query helper gives."""
    with contextlib.closing(nasbench_db.connect("natssss", built)) as db:
        return list(query_natssss_trial_stats(*arguments, db=db, **options))


@pytest.mark.parametrize("arch", ["11", "8:8:8:16:32", "[8, 8, 8, 16, 32]"])
def test_an_architecture_can_be_given_in_three_ways(arch: str, built_sss: Path) -> None:
    """Index, string and list."""
    rows = asked(built_sss, "--arch", arch, "--epochs", 12, "--dataset", "ImageNet16-120")
    assert rows == answered(built_sss, 11, 12, "imagenet16-120")
    assert len(rows) == 3


def test_options_are_those_of_the_helper(built_sss: Path) -> None:
    """Together."""
    options = ["--reduction", "mean", "--intermediates", "--order-by=-valid_acc", "--limit", 2]
    assert asked(built_sss, "--epochs", 12, *options) == answered(
        built_sss, None, 12, None, "mean", True, order_by="-valid_acc", limit=2
    )
    assert asked(built_sss, "--seed", 888) == answered(built_sss, None, None, None, seed=888)


def test_csv_and_table_are_flat(built_sss: Path) -> None:
    """With the channels in the file, and without what nobody can read in the table."""
    options = ["query", "natssss", "--db", built_sss, "--epochs", 1]
    rows = list(csv.DictReader(io.StringIO(invoke(*options, "--format", "csv").stdout)))
    assert len(rows) == 12
    assert {row["arch"] for row in rows} == {"[8,8,8,8,8]", "[8,8,8,16,32]", "[16,8,8,8,8]"}
    header = invoke(*options).stdout.splitlines()[0].split()
    assert header[:2] == ["arch_index", "arch_str"]
    assert "arch" not in header


@pytest.mark.parametrize(
    ("arch", "message"),
    [
        ("32768", "integers from 0 to 32767"),
        ("8:8:8:8", "has 4 parts joined by ':'; it must have 5"),
        ("8:8:8:8:10", "layer 5 has '10' channels; allowed are 8, 16"),
        ("null", "has 1 parts joined by ':'"),
    ],
)
def test_a_wrong_architecture_is_one_line_and_status_1(
    arch: str, message: str, built_sss: Path
) -> None:
    """With what is allowed."""
    result = invoke("query", "natssss", "--db", built_sss, "--arch", arch)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    assert message in result.stderr


def test_enumerate_counts_and_writes_the_space(tmp_path: Path) -> None:
    """In the official order."""
    assert invoke("enumerate", "natssss").stdout == "32,768 architectures\n"
    result = invoke("enumerate", "natssss", "--out", tmp_path / "sizes.jsonl")
    assert result.stdout.startswith("32,768 architectures in ")
    lines = (tmp_path / "sizes.jsonl").read_text().splitlines()
    assert len(lines) == 32768
    row = json.loads(lines[11])
    assert row.pop("trainable_parameters") > 0
    assert row == {"arch_index": 11, "arch_str": "8:8:8:16:32"}


def test_ingest_info_verify_and_export(
    tmp_path: Path, written: Writer, sizes: list[str], in_process: None
) -> None:
    """The whole way."""
    source = written(write_nats_folder, "sss", [32767, 3], SIZES)
    path = tmp_path / "x.db"
    result = invoke("ingest", "natssss", source, "--db", path)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("natssss: 2 architectures, 24 configs, 40 trials, ")
    assert stored(path) == expected({i: size_record(i) for i in (3, 32767)}, sizes)
    (described,) = json.loads(invoke("info", path, "--format", "json").stdout)
    assert described["benchmark"] == "NATS-Bench, size search space"
    assert [
        (row["num_epochs"], row["dataset"], row["architectures"], row["trials"])
        for row in described["coverage"]
    ] == [
        (epochs, dataset, 2, 6 if epochs == 12 else 2)
        for epochs in (1, 12, 90)
        for dataset in ("cifar10-valid", "cifar10", "cifar100", "imagenet16-120")
    ]
    result = invoke("verify", path, "--quiet")
    assert result.exit_code == 0
    assert "PROBLEM" not in result.stdout
    assert invoke("export", path, "--out", tmp_path / "x.jsonl", "--quiet").exit_code == 0
    lines = (tmp_path / "x.jsonl").read_text().splitlines()
    assert [json.loads(line)["arch"] for line in lines[::20]] == [
        [8, 8, 8, 8, 32],
        [64, 64, 64, 64, 64],
    ]


def test_the_other_search_space_is_told(tmp_path: Path, written: Writer, in_process: None) -> None:
    """With the benchmark to use."""
    folder = written(write_nats_folder, "folder", [33, 34, 3], TOPOLOGIES)
    result = invoke("ingest", "natssss", folder, "--db", tmp_path / "x.db", "--quiet")
    assert result.exit_code == 1
    assert result.stderr.endswith("; ingest it as nasbench201\n")
    assert list(tmp_path.iterdir()) == []
