"""The command line for the size search space."""

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner, Result
from support.raw import expected, stored

from nasbench_db.commands.cli import cli
from nasbench_db.nasbench201.synthetic import TOPOLOGIES
from nasbench_db.nats.synthetic import write_nats_folder
from nasbench_db.natssss.synthetic import SIZES, size_record

Writer = Callable[..., Path]


def invoke(*arguments: object) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(cli, list(map(str, arguments)))


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
    tmp_path: Path, written: Writer, sizes: list[str], memoised: None
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


def test_the_other_search_space_is_told(tmp_path: Path, written: Writer, memoised: None) -> None:
    """With the benchmark to use."""
    folder = written(write_nats_folder, "folder", [33, 34, 3], TOPOLOGIES)
    result = invoke("ingest", "natssss", folder, "--db", tmp_path / "x.db", "--quiet")
    assert result.exit_code == 1
    assert result.stderr.endswith("; ingest it as nasbench201\n")
    assert list(tmp_path.iterdir()) == []
