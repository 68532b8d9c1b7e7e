"""The command line: query, enumerate, export, info and verify."""

import csv
import json
from pathlib import Path

from click.testing import CliRunner, Result
from support.tasks import MACRO, MICRO, Content

from nasbench_db.commands.cli import cli
from nasbench_db.transnas101.constants import SPACE_SIZE
from nasbench_db.transnas101.layout import METRICS_DICT
from nasbench_db.transnas101.synthetic import write_pth


def invoke(*arguments: object) -> Result:
    """Run a command of nasbench-db."""
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def test_query_prints_the_best_epoch(built: Path, content: Content) -> None:
    asked = ("query", "transnas101", "--db", built, "--arch", MICRO[0], "--task", "class_object")
    result = invoke(*asked, "--best", "valid_top1", "--format", "json")
    assert result.exit_code == 0, result.output
    (trial,) = json.loads(result.stdout)
    curve = content["data"]["micro"][MICRO[0]]["class_object"]["metrics"]["valid_top1"]
    assert trial["valid_top1"] == max(curve)
    assert trial["current_epoch"] == curve.index(max(curve)) + 1
    by_index = invoke(
        *asked[:4], "--arch", 3, *asked[6:], "--best", "valid_top1", "--format", "json"
    )
    assert by_index.stdout == result.stdout


def test_tables_have_the_columns_of_the_task(built: Path) -> None:
    """Of all tasks where none is chosen."""
    asked = ("query", "transnas101", "--db", built, "--format", "csv")
    rows = list(
        csv.DictReader(invoke(*asked, "--task", "jigsaw", "--limit", 2).stdout.splitlines())
    )
    assert len(rows) == 2
    assert set(METRICS_DICT["jigsaw"]) <= set(rows[0])
    assert "valid_mIoU" not in rows[0]
    assert rows[0]["arch"] == "[1,1,1,4]"
    rows = list(csv.DictReader(invoke(*asked, "--arch", MACRO[0]).stdout.splitlines()))
    assert [row["task"] for row in rows] == list(METRICS_DICT)
    assert "valid_mIoU" in rows[0]
    table = invoke(*asked[:4], "--task", "jigsaw", "--arch", 0, "--intermediates").stdout
    assert len(table.splitlines()) == 12


def test_enumerate_counts_and_writes(tmp_path: Path) -> None:
    assert (
        "7,352 architectures: 3,256 macro, 4,096 micro"
        in invoke("enumerate", "transnas101").stdout
    )
    out = tmp_path / "all.jsonl"
    assert invoke("enumerate", "transnas101", "--out", out).exit_code == 0
    lines = out.read_text().splitlines()
    assert len(lines) == SPACE_SIZE
    assert json.loads(lines[-1]) == {
        "arch_str": "64-41414-3_33_333",
        "search_space": "micro",
        "channels": [128, 128, 256, 256, 512],
        "strides": [2, 1, 2, 1, 2],
    }


def test_ingest_info_and_verify(tmp_path: Path) -> None:
    source = tmp_path / "transnas-bench.pth"
    write_pth(source, MACRO)
    database = tmp_path / "x.db"
    result = invoke("ingest", "transnas101", source, "--db", database)
    assert result.exit_code == 0, result.output
    assert "3 architectures, 21 configs, 21 trials" in result.stdout
    (found,) = json.loads(invoke("info", database, "--format", "json").stdout)
    assert found["coverage"][3] == {
        "task": "jigsaw",
        "search_space": "macro",
        "architectures": 3,
        "fewest_epochs": 10,
        "most_epochs": 10,
    }
    assert "SYNTHETIC" in found["warning"]
    verified = invoke("verify", database)
    assert verified.exit_code == 0, verified.output
