"""The command that runs a SELECT: read-only, limited in time, in all formats."""

import csv
import io
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nasbench_db.cli import cli

QUESTION = "SELECT num_epochs, max(test_acc) AS best FROM nb101 GROUP BY num_epochs"


def invoke(path: Path, statement: str, *options: str, text: str | None = None) -> Result:
    """Run the command in this process."""
    arguments = ["sql", "nasbench101", statement, "--db", str(path), *options]
    return CliRunner().invoke(cli, arguments, input=text)


def test_all_formats_have_the_answer(built: Path) -> None:
    """That of SQLite itself."""
    connection = sqlite3.connect(built)
    rows = connection.execute(QUESTION).fetchall()
    connection.close()
    assert len(rows) == 4
    expected = [dict(zip(("num_epochs", "best"), row, strict=True)) for row in rows]
    assert json.loads(invoke(built, QUESTION, "--format", "json").stdout) == expected
    lines = invoke(built, QUESTION, "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line) for line in lines] == expected
    header, *found = csv.reader(io.StringIO(invoke(built, QUESTION, "--format", "csv").stdout))
    assert header == ["num_epochs", "best"]
    assert [(int(epochs), float(best)) for epochs, best in found] == rows
    assert len(invoke(built, QUESTION).stdout.splitlines()) == 2 + 4
    assert invoke(built, "-", "--format", "json", text=QUESTION).stdout == (
        invoke(built, QUESTION, "--format", "json").stdout
    )


def test_the_architecture_is_an_object_and_our_aggregates_are_there(built: Path) -> None:
    printed = invoke(built, "SELECT arch FROM nb101 LIMIT 1", "--format", "jsonl").stdout
    assert json.loads(printed) == {"arch": {"input1": [0]}}
    statement = "SELECT median(test_acc) AS m, std(test_acc) AS s FROM nb101"
    (row,) = json.loads(invoke(built, statement, "--format", "json").stdout)
    assert 0 < row["s"] < row["m"] < 100


def test_no_row(built: Path) -> None:
    result = invoke(built, "SELECT 1 AS x WHERE 0")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no row\n")


def test_the_plan(built: Path) -> None:
    """As SQLite tells it; the statement is not run."""
    statement = "SELECT * FROM nb101 WHERE hash = 'x' AND num_epochs = 4"
    plan = invoke(built, statement, "--explain").stdout.splitlines()
    assert any("USING INDEX nb101trialconfig_hash_num_epochs" in line for line in plan)
    union = "SELECT 1 AS x UNION ALL SELECT 2"
    assert any(
        line.startswith("  ") for line in invoke(built, union, "--explain").stdout.splitlines()
    )
    assert invoke(built, "SELECT foo FROM nb101", "--explain").exit_code == 1


ENDLESS = (
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) AS c FROM n"
)


@pytest.mark.parametrize(
    "statement",
    [ENDLESS, ENDLESS.replace("count(*) AS c", "x").replace("FROM n)", "FROM n WHERE x > -1)")],
)
def test_a_statement_that_does_not_end_is_given_up(statement: str, built: Path) -> None:
    """Whether it gives rows meanwhile or not."""
    result = invoke(built, statement, "--timeout", "0.2", "--format", "csv")
    assert result.exit_code == 1
    assert "given up after 0.2 seconds; give it longer with --timeout" in result.stderr
    assert result.stderr.count("\n") == 1


WRITING = [
    "DELETE FROM nb101trialstats",
    "WITH x AS (SELECT 1) DELETE FROM nb101trialstats",
    "ATTACH 'other.db' AS other",
    "PRAGMA query_only = 0",
    "PRAGMA journal_mode = wal",
    "VACUUM INTO 'copy.db'",
    "CREATE TEMP TABLE x (y)",
    "SELECT 1 AS x; DELETE FROM nb101trialstats",
    "SELECT load_extension('x') AS y",
    "SELECT writefile('x', 'y') AS z",
    "EXPLAIN; DELETE FROM nb101trialstats",
]


@pytest.mark.parametrize("statement", WRITING)
def test_nothing_can_be_written(
    statement: str, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither to the database nor to another file."""
    monkeypatch.chdir(tmp_path)
    before = copy.read_bytes()
    result = invoke(copy, statement)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert copy.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [copy.name]


def test_wrong_use(built: Path) -> None:
    """Exit 1 for what SQLite refuses, 2 for the options."""
    result = invoke(built, "SELECT valid_ac FROM nb101")
    assert result.exit_code == 1
    assert "did you mean valid_acc" in result.stderr
    assert invoke(built, QUESTION, "--timeout", "0").exit_code == 2
    assert invoke(built, QUESTION, "--format", "xml").exit_code == 2
    assert invoke(built.with_name("absent.db"), QUESTION).exit_code == 1


def test_rows_are_written_as_they_come(built: Path) -> None:
    """Who has read enough may go; the command ends quietly."""
    statement = ENDLESS.replace("count(*) AS c", "x")
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "nasbench_db",
            "sql",
            "nasbench101",
            statement,
            "--db",
            str(built),
            "--format",
            "jsonl",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert json.loads(process.stdout.readline()) == {"x": 1}
    process.stdout.close()
    process.wait(60)
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
