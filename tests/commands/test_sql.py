"""The command that runs a SELECT: read-only, limited in time, in all formats."""

import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nasbench_db.ask.tables import Table
from nasbench_db.commands.cli import cli
from nasbench_db.commands.sql import opened
from nasbench_db.errors import InvalidQuery
from nasbench_db.nasbench101.schema import SCHEMA
from nasbench_db.store.database import BenchmarkDatabase, open_database
from nasbench_db.store.limits import Limit
from nasbench_db.store.marks import SYNTHETIC

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


def test_a_database_is_named_by_its_benchmark_or_its_file(built: Path, databases: Path) -> None:
    """Once; what is neither is told."""
    expected = invoke(built, QUESTION).stdout
    runner = CliRunner()
    assert runner.invoke(cli, ["sql", str(built), QUESTION]).stdout == expected
    assert runner.invoke(cli, ["sql", "nasbench101", QUESTION]).exit_code == 1
    databases.mkdir()
    (databases / "nasbench101.db").symlink_to(built)
    assert runner.invoke(cli, ["sql", "nasbench101", QUESTION]).stdout == expected
    result = runner.invoke(cli, ["sql", str(built), QUESTION, "--db", str(built)])
    assert result.exit_code == 2
    result = runner.invoke(cli, ["sql", "nasbench102", QUESTION])
    assert result.exit_code == 1
    assert "neither a benchmark (nasbench101, " in result.stderr


def test_what_is_asked_for_does_not_become_the_default_database(built: Path) -> None:
    with closing(opened("nasbench101", str(built))) as database:
        assert database.path == built
        assert SCHEMA.database.obj is None


def test_text_formats_have_what_sqlite_has(built: Path) -> None:
    """JSON text as it is stored; a blob in hexadecimal."""
    statement = "SELECT arch, x'00ff' AS data FROM nb101 LIMIT 1"
    printed = invoke(built, statement, "--format", "csv").stdout
    assert list(csv.reader(io.StringIO(printed))) == [["arch", "data"], ['{"input1":[0]}', "00ff"]]
    printed = invoke(built, statement, "--format", "jsonl").stdout
    assert json.loads(printed) == {"arch": {"input1": [0]}, "data": "00ff"}
    assert "(2 bytes)" in invoke(built, statement).stdout


def test_a_text_that_is_only_called_like_an_architecture_stays_one(built: Path) -> None:
    statement = "SELECT substr(arch, 1, 3) AS arch FROM nb101 LIMIT 1"
    for form in ("json", "jsonl"):
        assert r'"{\"i"' in invoke(built, statement, "--format", form).stdout


def test_the_architecture_is_an_object_and_our_aggregates_are_there(built: Path) -> None:
    printed = invoke(built, "SELECT arch FROM nb101 LIMIT 1", "--format", "jsonl").stdout
    assert json.loads(printed) == {"arch": {"input1": [0]}}
    statement = "SELECT median(test_acc) AS m, std(test_acc) AS s FROM nb101"
    (row,) = json.loads(invoke(built, statement, "--format", "json").stdout)
    assert 0 < row["s"] < row["m"] < 100


def test_no_row(built: Path) -> None:
    result = invoke(built, "SELECT 1 AS x WHERE 0")
    assert (result.exit_code, result.stdout, result.stderr) == (
        0,
        "",
        f"no row\n{SYNTHETIC.long}\n",
    )
    result = invoke(built, "SELECT 1 AS x, 2 AS y WHERE 0", "--format", "csv")
    assert (result.exit_code, result.stdout, result.stderr) == (
        0,
        "x,y\n",
        f"no row\n{SYNTHETIC.long}\n",
    )


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


class Clock:
    """A clock that stands still, or goes on by some seconds whenever it is read."""

    def __init__(self, step: float = 0.0) -> None:
        self.now = 0.0
        self.step = step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@contextmanager
def open_limited(path: Path, clock: Clock) -> Iterator[tuple[BenchmarkDatabase, Limit]]:
    """A database that may work for a second of a clock."""
    database = open_database(SCHEMA, path)
    with closing(database), Limit(database.connection(), 1, clock) as limit:
        yield database, limit


@contextmanager
def started(path: Path, statement: str) -> Iterator["subprocess.Popen[str]"]:
    """The command in a process of its own, which prints JSON lines."""
    command = [sys.executable, "-m", "nasbench_db", "sql", str(path), statement]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([*command, "--format", "jsonl"], text=True, **pipes) as process:
        yield process


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


def test_what_is_done_with_the_rows_takes_nothing_of_their_time(built: Path) -> None:
    """The clock runs while SQLite works: two rows, and an hour for reading one."""
    clock = Clock()
    with open_limited(built, clock) as (database, limit):
        statement = "SELECT 1 AS x UNION ALL SELECT count(*) FROM nb101trialstats, nb101trialstats"
        rows = limit.over(Table(database, statement))
        assert next(rows) == {"x": 1}
        clock.now += 3600
        assert next(rows)["x"] > 1_000_000
        with pytest.raises(StopIteration):
            next(rows)


def test_time_adds_up_over_the_rows(built: Path) -> None:
    """Each row takes a part of the time, none of them all."""
    clock = Clock(0.001)
    with open_limited(built, clock) as (database, limit):
        rows = limit.over(Table(database, ENDLESS.replace("count(*) AS c", "x")))
        with pytest.raises(InvalidQuery, match="given up after 1 seconds"):
            list(islice(rows, 1_000_000))


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("column", ["press(x)", "max(press(x))", "median(press(x))"])
def test_ctrl_c_stops_sqlite(column: str, built: Path) -> None:
    """Also where it comes within a function of SQL, which would make an error of it."""
    pressed = []

    def press(x: int) -> int:
        pressed.append(x)
        if len(pressed) == 3:
            signal.raise_signal(signal.SIGINT)
        return x

    before = signal.getsignal(signal.SIGINT)
    with open_limited(built, Clock()) as (database, limit):
        database.connection().create_function("press", 1, press)
        statement = ENDLESS.replace("count(*)", column)
        with pytest.raises(KeyboardInterrupt):
            list(limit.over(Table(database, statement)))
    assert len(pressed) >= 3
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_stops_what_is_done_with_the_rows(built: Path) -> None:
    """As it does where nothing is asked of a database."""
    with open_limited(built, Clock()) as (database, limit):
        rows = limit.over(Table(database, "SELECT 1 AS x UNION ALL SELECT 2"))
        assert next(rows) == {"x": 1}
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_an_ignored_ctrl_c_stays_ignored(ctrl_c: None, built: Path) -> None:
    """As it is under nohup."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with open_limited(built, Clock()) as (database, limit):
        rows = limit.over(Table(database, "SELECT 1 AS x UNION ALL SELECT 2"))
        assert next(rows) == {"x": 1}
        signal.raise_signal(signal.SIGINT)
        assert next(rows) == {"x": 2}
    assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_ends_the_command(built: Path) -> None:
    """In one line, and not as an error of SQLite's."""
    with started(built, ENDLESS.replace("count(*) AS c", "x")) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == {"x": 1}
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert told.strip() == "Aborted!"


HEAVY = {
    "a text of a gigabyte": "SELECT length(hex(zeroblob(900000000))) AS x",
    "texts within texts": "SELECT length(replace(hex(zeroblob(30000000)), '0', 'abcd')) AS x",
    "a pattern": "SELECT printf('%.*c', 60000, 'a') LIKE "
    "replace(printf('%.*c', 3000, 'x'), 'x', '%a') || 'b' AS x",
    "a product": "SELECT count(*) AS x FROM nb101 a, nb101 b, nb101 c, nb101 d",
    "one long text": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
    "SELECT length(group_concat(x)) AS x FROM (SELECT x FROM n LIMIT 100000000)",
    "one step": "SELECT instr(printf('%.*c', 60000000, 'a'), "
    "printf('%.*c', 30000000, 'a') || 'b') AS x",
}


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 sets no limits of SQLite's")
@pytest.mark.parametrize("statement", HEAVY.values(), ids=HEAVY)
def test_time_and_memory_are_bounded_also_within_a_step(statement: str, built: Path) -> None:
    """In a process of its own, whose memory is measured; it ends in one line."""
    command = [sys.executable, "-m", "nasbench_db", "sql", built, statement, "--timeout", "1"]
    before = time.monotonic()
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith("Error: ")
    assert ended.stderr.count("\n") == 1
    assert time.monotonic() - before < 20


@pytest.mark.skipif(os.name != "posix", reason="needs the signals of POSIX")
def test_ctrl_c_ends_a_long_step(built: Path) -> None:
    """Python itself would wait for the step to end."""
    with started(built, HEAVY["one step"]) as process:
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=20)
    assert process.returncode == 1
    assert told.strip() == "Aborted!"


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
    "EXPLAIN PRAGMA query_only = 0",
    "EXPLAIN ATTACH 'other.db' AS other",
    "WITH x AS (SELECT 1) INSERT INTO nb101trialstats SELECT * FROM nb101trialstats",
    "WITH x AS (SELECT 1) UPDATE provenance SET synthetic = 0",
    "/* SELECT */ REPLACE INTO provenance SELECT * FROM provenance",
    "SELECT * FROM pragma_query_only(0)",
    "SELECT edit('x') AS y",
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
    assert "did you mean 'valid_acc'" in result.stderr
    assert invoke(built, QUESTION, "--timeout", "0").exit_code == 2
    assert invoke(built, QUESTION, "--format", "xml").exit_code == 2
    assert invoke(built.with_name("absent.db"), QUESTION).exit_code == 1


def test_rows_are_written_as_they_come(built: Path) -> None:
    """Who has read enough may go; the command ends quietly."""
    statement = ENDLESS.replace("count(*) AS c", "x")
    with started(built, statement) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == {"x": 1}
        process.stdout.close()
        process.wait(60)
        assert process.stderr is not None
        assert process.stderr.read() == ""
