"""The command that makes measurement sets, and what other commands do with them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from nasbench_db.commands.cli import cli
from nasbench_db.store.database import DIRECTORY_VARIABLE

TABLE = "arch,latency,score\n0,3,1\n10,1,2\n20,2,\n"
AT = ("--dataset", "cifar100", "--epochs", "200")


def invoke(*arguments: Any) -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments])


def rows(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout)))


@pytest.fixture
def place(explored: dict[str, Path], tmp_path: Path) -> Path:
    """The small database, with a set ``mine`` beside it."""
    path = tmp_path / "nb.db"
    path.write_bytes(explored["nasbench201"].read_bytes())
    source = tmp_path / "scores.csv"
    source.write_text(TABLE, encoding="utf-8")
    made = invoke(
        *("measure", "mine", "--of", "nasbench201", source, "--db", path),
        *("--unit", "latency=ms", "--direction", "latency=min", "--batch", "latency=1"),
        *("--device", "latency=a board", "--licence", "CC0"),
    )
    assert made.exit_code == 0, made.output
    assert made.stdout.startswith("mine: 2 metrics of 3 architectures of nasbench201, 5 values")
    assert "no unit is stated of score" in made.stderr
    return path


def set_file(place: Path) -> Path:
    return place.with_name("nasbench201.mine.measurements.db")


def test_questions_take_its_metrics(place: Path) -> None:
    csv_of = ("--format", "csv", "--with", "mine", *AT)
    best = rows(invoke("top", place, "--by", "mine.latency", *csv_of))
    assert [row["arch_index"] for row in best] == ["10", "20", "0"]
    front = rows(invoke("pareto", place, "test_acc", "mine.latency", *csv_of))
    assert "10" in {row["arch_index"] for row in front}
    some = rows(invoke("top", place, "--by", "test_acc", "--where", "mine.latency < 2.5", *csv_of))
    assert {row["arch_index"] for row in some} == {"10", "20"}
    printed = invoke("query", place, "--arch", 10, "--with", "mine", *AT, "--format", "json")
    assert {row["mine.latency"] for row in json.loads(printed.stdout)} == {1}
    joined = rows(
        invoke(
            *("sql", place, "--with", "mine", "--format", "csv"),
            "SELECT DISTINCT arch_index, score FROM nb201 JOIN mine USING (arch_index) ORDER BY 1",
        )
    )
    assert [row["score"] for row in joined] == ["1.0", "2.0", ""]
    both = invoke("correlate", place, "--by", "test_acc,mine.latency", "--with", "mine", *AT)
    assert both.exit_code == 0
    assert both.stdout.rstrip().endswith(" 3")


def test_a_set_is_told_of_and_checked(place: Path) -> None:
    (told,) = json.loads(invoke("info", set_file(place), "--format", "json").stdout)
    assert (told["measurement_set"], told["architectures"], told["licence"]) == ("mine", 3, "CC0")
    assert told["metrics"][0]["device"] == "a board"
    assert told["metrics"][1]["missing"] == 1
    beside = json.loads(invoke("info", place, "--format", "json").stdout)
    assert beside[0]["measurements"].startswith("mine ")
    checked = invoke("verify", set_file(place))
    assert checked.exit_code == 0
    assert "PROBLEMS" not in checked.stdout
    described = invoke("describe", "nasbench201", "mine.latency", "--db", place, "--with", "mine")
    assert "ms" in described.stdout
    content = bytearray(set_file(place).read_bytes())
    content[-3000] ^= 1
    set_file(place).write_bytes(content)
    assert invoke("verify", set_file(place)).exit_code == 1


def test_a_set_is_found_by_its_name_at_the_default_place(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(place.parent))
    name = set_file(place).name
    (told,) = json.loads(invoke("info", name, "--format", "json").stdout)
    assert told["path"] == str(set_file(place))
    assert invoke("verify", name).exit_code == 0


def test_datasette_is_told_of_both_files(place: Path) -> None:
    told = json.loads(invoke("datasette", place, "--with", "mine").stdout)["databases"]
    assert set(told) == {"nb", "nasbench201.mine.measurements"}
    mine = told["nasbench201.mine.measurements"]
    assert mine["license"] == "CC0"
    assert "Unit: ms" in mine["tables"]["mine"]["columns"]["latency"]


def test_correlations_and_their_figure(place: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    found = rows(invoke("correlations", place, "test_acc", "mine", *AT, "--format", "csv"))
    assert [(row["metric"], row["count"]) for row in found] == [
        ("mine.latency", "3"),
        ("mine.score", "2"),
    ]
    out = tmp_path / "bars.png"
    drawn = invoke("plot", "correlations", place, "test_acc", "mine", *AT, "--out", out)
    assert drawn.exit_code == 0, drawn.output
    assert out.stat().st_size > 1000


def test_faults_are_a_line_of_text(place: Path, tmp_path: Path) -> None:
    source = tmp_path / "bad.csv"
    source.write_text("arch,a\nx,1\n", encoding="utf-8")
    start = ("measure", "other", "--of", "nasbench201", source, "--db", place)
    for arguments, status, said in (
        (start, 1, "line 2"),
        ((*start, "--skip-unknown"), 1, "no measurement of any architecture"),
        ((*start, "--unit", "a"), 2, "is no METRIC=UNIT"),
        ((*start, "--unit", "b=ms"), 1, "called 'b'"),
        ((*start, "--batch", "a=many"), 1, "batch of a"),
        (("measure", "select", *start[2:]), 1, "a word of SQL"),
        (("measure", "mine", *start[2:4], tmp_path / "scores.csv", *start[5:]), 1, "--force"),
        (("top", place, "--by", "x.y", "--with", "nope"), 1, "beside the database are mine"),
        (("top", place, "--by", "mine.latency", *AT), 1, "not attached: name the set with --with"),
        (
            ("info", "nasbench201.none.measurements.db"),
            1,
            "there is no measurement set nasbench201",
        ),
    ):
        result = invoke(*arguments)
        assert (result.exit_code, said in result.stderr) == (status, True), result.output
    assert not list(tmp_path.glob("*.other.*"))
