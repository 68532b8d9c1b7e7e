"""The command line's ``export``, and ``query --halfway``."""

import csv
import io
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import nasbench_db
from nasbench_db.commands.cli import cli
from nasbench_db.nasbench101 import query_nb101_trial_stats
from nasbench_db.nasbench101.export import FORMATS, export
from nasbench_db.store.database import BenchmarkDatabase

SYNTHETIC = "Warning: the metrics are SYNTHETIC: made up, not measured; "


def invoke(*arguments: object) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(cli, list(map(str, arguments)))


# export.


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl", "out.bin"])
def test_the_name_of_the_file_tells_the_format(
    name: str, db: BenchmarkDatabase, built: Path, tmp_path: Path
) -> None:
    """A summary on stdout; progress and warnings on stderr."""
    expected = tmp_path / f"expected-{name}"
    with pytest.warns(nasbench_db.ExportWarning, match="SYNTHETIC"):
        export(db, expected, progress=False)
    out = tmp_path / name
    result = invoke("export", built, "--out", out)
    assert result.exit_code == 0
    assert out.read_bytes() == expected.read_bytes()
    (line,) = result.stdout.splitlines()
    assert line.startswith("nasbench101: 1,092 trials in ")
    assert line.endswith(f" MB at {out}")
    assert f"{SYNTHETIC}{name} does not say so" in result.stderr
    assert "100%" in result.stderr


@pytest.mark.parametrize("form", FORMATS)
def test_a_format_can_be_given(form: str, built: Path, tmp_path: Path) -> None:
    """Whatever the file's name; the command knows the formats that there are."""
    named = tmp_path / f"out{FORMATS[form]}"
    other = tmp_path / "other.csv"
    assert invoke("export", built, "--out", named, "--quiet").exit_code == 0
    assert invoke("export", built, "--out", other, "--format", form, "--quiet").exit_code == 0
    assert other.read_bytes() == named.read_bytes()
    help_text = " ".join(invoke("export", "--help").stdout.split())
    assert f"[{'|'.join(FORMATS)}]" in help_text


def test_quiet_tells_nothing_but_warnings(built: Path, tmp_path: Path) -> None:
    """No progress bar and no summary."""
    result = invoke("export", built, "--out", tmp_path / "out.csv", "--quiet")
    assert result.stdout == ""
    assert result.stderr == f"{SYNTHETIC}out.csv does not say so\n"


@pytest.mark.parametrize("parted", [False, True])
def test_a_file_of_parquet_is_told_of_as_well(parted: bool, built: Path, tmp_path: Path) -> None:
    """That the metrics are made up stands in its metadata, which nobody sees."""
    how = ["--partition", "num_epochs"] if parted else []
    out = tmp_path / ("parts" if parted else "out.parquet")
    result = invoke("export", built, "--out", out, "--quiet", *how)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "the metrics are SYNTHETIC: made up, not measured\n"


def test_a_benchmark_by_name_is_its_default_database(
    built: Path, databases: Path, tmp_path: Path
) -> None:
    """As with the other commands."""
    missing = invoke("export", "nasbench101", "--out", tmp_path / "out.csv")
    assert missing.exit_code == 1
    assert "there is no nasbench101 database" in missing.stderr
    databases.mkdir()
    shutil.copyfile(built, databases / "nasbench101.db")
    assert invoke("export", "nasbench101", "--out", tmp_path / "out.csv").exit_code == 0
    unknown = invoke("export", "nasbench102", "--out", tmp_path / "other.csv")
    assert unknown.exit_code == 1
    assert "neither a benchmark" in unknown.stderr


def test_failures_are_told_in_one_line(built: Path, tmp_path: Path) -> None:
    """Exit status 1, nothing written."""
    older = tmp_path / "older.csv"
    older.write_text("older")
    failures = {
        older: "exists already; give --force",
        tmp_path / "out.xlsx": "does not tell the format",
        tmp_path / "absent" / "out.csv": "there is no folder",
        tmp_path: "does not tell the format",
        built: "does not tell the format",
    }
    for out, reason in failures.items():
        result = invoke("export", built, "--out", out)
        assert result.exit_code == 1
        (line,) = result.stderr.splitlines()
        assert line.startswith("Error: ")
        assert reason in line
        assert result.stdout == ""
    assert older.read_text() == "older"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["older.csv"]
    result = invoke("export", built, "--out", built, "--format", "csv", "--force")
    assert result.exit_code == 1
    assert "is the database itself" in result.stderr
    assert invoke("export", built, "--out", older, "--force").exit_code == 0
    assert len(older.read_text().splitlines()) == 1093


def test_wrong_usage_has_status_2(built: Path, tmp_path: Path) -> None:
    """Without a file, or with a format that there is not."""
    assert invoke("export", built).exit_code == 2
    out = tmp_path / "out.csv"
    assert invoke("export", built, "--out", out, "--format", "xlsx").exit_code == 2
    assert not out.exists()


def test_the_crates_file_goes_in_and_out_on_the_command_line(
    typed: Callable[..., "subprocess.CompletedProcess[str]"], built: Path, tmp_path: Path
) -> None:
    """Export, ingest, export: the same bytes."""
    typed("export", built, "--out", "one.bin", check=True)
    done = typed(
        "ingest", "nasbench101", "one.bin", "--db", "one.db", "--validate-hashes", check=True
    )
    assert "91 architectures, 364 configs, 1,092 trials, 2,184 intermediates" in done.stdout
    assert "100%" in done.stderr
    typed("export", "one.db", "--out", "two.bin", check=True)
    assert (tmp_path / "two.bin").read_bytes() == (tmp_path / "one.bin").read_bytes()
    assert "source_name one.bin" in typed("info", "one.db", check=True).stdout
    cut = (tmp_path / "one.bin").read_bytes()[:-1]
    (tmp_path / "cut.bin").write_bytes(cut)
    failed = typed("ingest", "nasbench101", "cut.bin", "--db", "cut.db", "--quiet")
    assert failed.returncode == 1
    assert failed.stderr.startswith("Error: cut.bin: record 90 at byte ")
    assert "truncated" in failed.stderr
    assert not (tmp_path / "cut.db").exists()


# query --halfway.


def asked(built: Path, *arguments: object) -> str:
    """What a query prints."""
    result = invoke("query", "nasbench101", "--db", built, *arguments)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_halfway_gives_the_evaluation_at_half_of_the_epochs(
    db: BenchmarkDatabase, built: Path
) -> None:
    """In JSON as the only intermediate of each trial, which is otherwise as it was."""
    expected: list[dict[str, Any]] = list(
        query_nb101_trial_stats(None, 12, include_intermediates=True, db=db)
    )
    assert all(len(trial["intermediates"]) == 2 for trial in expected)
    for trial in expected:
        del trial["intermediates"][1]
        assert trial["intermediates"][0]["current_epoch"] == 6
    assert json.loads(asked(built, "--epochs", 12, "--halfway", "--format", "json")) == expected


def test_halfway_gives_a_row_for_each_trial(db: BenchmarkDatabase, built: Path) -> None:
    """In CSV and in the table; one repeat of one cell is one row."""
    rows = list(csv.DictReader(io.StringIO(asked(built, "--halfway", "--format", "csv"))))
    assert len(rows) == 1092
    assert all(int(row["current_epoch"]) * 2 == int(row["num_epochs"]) for row in rows)
    one = ("--hash", rows[0]["hash"], "--epochs", 108, "--repeat", 2, "--halfway")
    (row,) = csv.DictReader(io.StringIO(asked(built, *one, "--format", "csv")))
    (trial,) = query_nb101_trial_stats(
        None, 108, hash=rows[0]["hash"], repeat=2, include_intermediates=True, db=db
    )
    for name in ("train_acc", "valid_acc", "test_acc", "training_time"):
        assert float(row[name]) == trial["intermediates"][0][name] != trial[name]
    assert len(asked(built, *one).splitlines()) == 3


def test_halfway_goes_with_the_other_options(built: Path) -> None:
    """A reduction reduces it; a limit is of trials; the statement is that of the trials."""
    reduced = ("--epochs", 4, "--halfway", "--reduction", "mean", "--format", "json")
    rows = json.loads(asked(built, *reduced, "--limit", 5))
    assert len(rows) == 5
    assert {point["current_epoch"] for row in rows for point in row["intermediates"]} == {2}
    assert {point["num_trials"] for row in rows for point in row["intermediates"]} == {3}
    assert asked(built, "--halfway", "--sql") == asked(built, "--intermediates", "--sql")
    both = invoke("query", "nasbench101", "--db", built, "--halfway", "--intermediates")
    assert both.exit_code == 2
    assert "give --intermediates for all evaluations or --halfway for one" in both.stderr


@pytest.mark.filterwarnings("ignore:.*EC-NAS:nasbench_db.SourceWarning")
def test_a_genuine_file_has_its_halfway_evaluations_earlier(data: Path, tmp_path: Path) -> None:
    """EC-NAS made them after one or two epochs; they are found all the same."""
    path = tmp_path / "ec.db"
    source = data / "nasbench101" / "ec_nas_4v.tfrecord"
    nasbench_db.ingest("nasbench101", source, path, progress=False)
    rows = list(csv.DictReader(io.StringIO(asked(path, "--halfway", "--format", "csv"))))
    assert len(rows) == 1092
    assert {row["current_epoch"] for row in rows} <= {"1", "2"}
