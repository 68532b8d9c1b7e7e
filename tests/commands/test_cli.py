"""The command line: data on stdout, all else on stderr, and a truthful exit status."""

import contextlib
import csv
import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

import nasbench_db
from nasbench_db.benchmarks import BENCHMARKS
from nasbench_db.commands.cli import cli
from nasbench_db.formats.tfrecord import read_records
from nasbench_db.nasbench101 import Cell, query_nb101_trial_stats
from nasbench_db.nasbench101.schema import SCHEMA
from nasbench_db.store.marks import SYNTHETIC

Runner = Callable[..., "subprocess.CompletedProcess[str]"]

CONV3, CONV1, POOL = "conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3"
FORK = Cell.from_string("0110000100010000", f"input,{CONV3},{CONV1},output")
MIRRORED_FORK = Cell.from_string("0110000100010000", f"input,{CONV1},{CONV3},output")


def invoke(*arguments: object) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(cli, list(map(str, arguments)))


def asked(built: Path, *arguments: object) -> list[dict[str, Any]]:
    """The rows that a query prints as JSON."""
    result = invoke("query", "nasbench101", "--db", built, "--format", "json", *arguments)
    assert result.exit_code == 0, result.stderr
    rows = json.loads(result.stdout)
    assert isinstance(rows, list)
    return rows


def answered(built: Path, *arguments: Any, **options: Any) -> list[dict[str, Any]]:
    """The rows that the query helper gives."""
    with contextlib.closing(nasbench_db.connect("nasbench101", built)) as db:
        return list(query_nb101_trial_stats(*arguments, db=db, **options))


# query: what it asks.


def test_a_query_without_options_gives_everything(built: Path) -> None:
    """Each trial as the query helper gives it."""
    rows = asked(built)
    assert len(rows) == 1092
    assert rows == answered(built, None, None)


def test_a_cell_can_be_given_in_three_ways(built: Path) -> None:
    """As NNI's dict, as matrix and operations, and by its hash; isomorphs are the same cell."""
    right = answered(built, FORK, 108)
    assert len(right) == 3
    for cell in (FORK, MIRRORED_FORK):
        given = ["--adjacency", cell.adjacency, "--ops", ",".join(cell.ops)]
        assert asked(built, "--epochs", 108, *given) == right
        assert asked(built, "--epochs", 108, "--arch", json.dumps(cell.arch)) == right
    assert asked(built, "--epochs", 108, "--hash", FORK.hash) == right


def test_exact_matches_the_cell_as_written(built: Path) -> None:
    """Of the two isomorphic cells, only one is in the file."""
    found = [
        len(asked(built, "--epochs", 4, "--exact", "--arch", json.dumps(cell.arch)))
        for cell in (FORK, MIRRORED_FORK)
    ]
    assert sorted(found) == [0, 3]


def test_filters_narrow_the_answer(built: Path) -> None:
    """Epochs, vertices and repeat, alone and together."""
    assert asked(built, "--epochs", 36) == answered(built, None, 36)
    assert asked(built, "--num-vertices", 3) == answered(built, None, None, num_vertices=3)
    assert asked(built, "--repeat", 2) == answered(built, None, None, repeat=2)
    together = asked(built, "--epochs", 12, "--num-vertices", 2, "--repeat", 1)
    assert [row["id"] for row in together] == [5]
    assert asked(built, "--epochs", 36, "--valid-acc", "90:", "--where", "num_vertices = 4") == [
        row for row in answered(built, None, 36, num_vertices=4) if row["valid_acc"] >= 90
    ]
    narrow = asked(built, "--parameters", "3:5.5", "--test-acc", ":70", "--reduction", "mean")
    assert narrow == answered(
        built, None, None, reduction="mean", parameters=(3, 5.5), test_acc=(None, 70)
    )
    assert narrow


@pytest.mark.parametrize("reduction", ["mean", "median", "std", "min", "max"])
def test_reductions_give_a_row_for_each_config(reduction: str, built: Path) -> None:
    """The same numbers as the query helper's."""
    rows = asked(built, "--epochs", 4, "--reduction", reduction, "--intermediates")
    assert len(rows) == 91
    assert {row["num_trials"] for row in rows} == {3}
    assert rows == answered(built, None, 4, reduction=reduction, include_intermediates=True)


def test_intermediates_are_added(built: Path) -> None:
    """Halfway and final, in a list of each trial."""
    rows = asked(built, "--epochs", 108, "--intermediates", "--limit", 2)
    assert [[point["current_epoch"] for point in row["intermediates"]] for row in rows] == [
        [54, 108],
        [54, 108],
    ]


def test_rows_are_ordered_and_limited(built: Path) -> None:
    """Ascending, and descending with a minus."""
    accuracies = sorted(row["test_acc"] for row in answered(built, None, 108))
    ascending = asked(built, "--epochs", 108, "--order-by", "test_acc", "--limit", 5)
    assert [row["test_acc"] for row in ascending] == accuracies[:5]
    descending = asked(built, "--epochs", 108, "--order-by", "-test_acc", "--limit", 5)
    assert asked(built, "--epochs", 108, "--by", "-test_acc", "--limit", 5) == descending
    assert [row["test_acc"] for row in descending] == accuracies[:-6:-1]
    assert asked(built, "--limit", 0) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--hash", FORK.hash, "--epochs", "108"],
        ["--arch", json.dumps(FORK.arch), "--exact"],
        ["--reduction", "mean", "--epochs", "36", "--order-by", "-valid_acc", "--limit", "7"],
        ["--num-vertices", "4", "--repeat", "1"],
    ],
)
def test_the_sql_gives_the_rows(arguments: list[str], built: Path) -> None:
    """The printed statement is complete: plain SQLite runs it as it stands."""
    result = invoke("query", "nasbench101", "--db", built, "--sql", *arguments)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.count("\n") == 1
    assert result.stdout.endswith(";\n")
    with contextlib.closing(sqlite3.connect(built)) as connection:
        cursor = connection.execute(result.stdout)
        names = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
    expected = asked(built, *arguments)
    assert len(rows) == len(expected) > 0
    column = names.index("hash")
    assert [row[column] for row in rows] == [row["config"]["hash"] for row in expected]
    for row, trial in zip(rows, expected, strict=True):
        assert {trial["train_acc"], trial["valid_acc"], trial["test_acc"]} <= set(row)


def test_the_default_database_is_asked(built: Path, databases: Path) -> None:
    """Where no path is given."""
    databases.mkdir()
    shutil.copyfile(built, databases / "nasbench101.db")
    result = invoke("query", "nasbench101", "--format", "jsonl")
    assert result.exit_code == 0
    assert result.stdout.count("\n") == 1092


# query: how it shows it.


def flat(row: dict[str, Any]) -> dict[str, Any]:
    """A trial of the query helper as a flat row."""
    config = row["config"]
    named = {name: config[name] for name in ("hash", "num_epochs")}
    # The source has the three repeats of a config one after another.
    named |= {"trial_id": row["id"], "repeat": (row["id"] - 1) % 3}
    metrics = ("train_acc", "valid_acc", "test_acc", "parameters", "training_time")
    return named | {name: row[name] for name in metrics} | {"num_vertices": config["num_vertices"]}


def test_json_lines_are_one_row_each(built: Path) -> None:
    """The same rows as JSON gives."""
    result = invoke("query", "nasbench101", "--db", built, "--format", "jsonl", "--epochs", 4)
    assert [json.loads(line) for line in result.stdout.splitlines()] == asked(built, "--epochs", 4)


def test_csv_has_every_number_in_full(built: Path) -> None:
    """A header, a flat row for each trial, and the architecture as JSON."""
    result = invoke("query", "nasbench101", "--db", built, "--format", "csv", "--epochs", 108)
    assert result.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    expected = answered(built, None, 108)
    assert len(rows) == len(expected) == 273
    for row, trial in zip(rows, expected, strict=True):
        assert json.loads(row.pop("arch")) == trial["config"]["arch"]
        wanted = flat(trial)
        assert row.keys() == wanted.keys()
        assert {name: type(wanted[name])(text) for name, text in row.items()} == wanted


def test_csv_has_a_row_for_each_intermediate(built: Path) -> None:
    """With the trial that it belongs to."""
    result = invoke(
        "query", "nasbench101", "--db", built, "--format", "csv", "--limit", 2, "--intermediates"
    )
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    expected = answered(built, None, None, limit=2, include_intermediates=True)
    points = [(row["id"], point) for row in expected for point in row["intermediates"]]
    assert len(rows) == len(points) == 4
    for row, (trial, point) in zip(rows, points, strict=True):
        assert int(row["trial_id"]) == trial
        assert int(row["current_epoch"]) == point["current_epoch"]
        assert float(row["test_acc"]) == point["test_acc"]


def test_the_table_is_readable(built: Path) -> None:
    """Columns under their names, aligned, numbers to six digits."""
    result = invoke("query", "nasbench101", "--db", built, "--epochs", 108, "--limit", 3)
    assert result.exit_code == 0
    header, rule, *lines = result.stdout.splitlines()
    trials = answered(built, None, 108, limit=3)
    assert header.split() == [name for name in flat(trials[0]) if name != "num_vertices"]
    assert set(rule) == {"-", " "}
    assert len(lines) == 3
    for line, trial in zip(lines, trials, strict=True):
        assert len(line) <= len(header) == len(rule)
        row = dict(zip(header.split(), line.split(), strict=True))
        assert row["hash"] == trial["config"]["hash"]
        assert float(row["test_acc"]) == pytest.approx(trial["test_acc"], rel=1e-5)
        # Numbers end where their column ends.
        for name, text in row.items():
            if name != "hash":
                end = header.index(name) + len(name)
                assert line[:end].endswith(text)


@pytest.mark.parametrize(
    ("form", "nothing"), [("json", "[]\n"), ("jsonl", ""), ("csv", ""), ("table", "")]
)
def test_no_match_is_no_failure(form: str, nothing: str, built: Path) -> None:
    """stdout has no row, and stderr says why."""
    absent = ("--hash", "0" * 32)
    result = invoke("query", "nasbench101", "--db", built, *absent, "--format", form)
    assert result.exit_code == 0
    assert result.stdout == nothing
    assert result.stderr == f"no trial matches\n{SYNTHETIC.long}\n"


# The other commands.


def test_ingest_builds_and_reports(tmp_path: Path, source: Path, built: Path) -> None:
    """The summary is on stdout, the progress bar on stderr."""
    path = tmp_path / "x.db"
    result = invoke("ingest", "nasbench101", source, "--db", path)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("nasbench101: 91 architectures, 364 configs, 1,092 trials")
    assert str(path) in result.stdout
    assert result.stderr.startswith("100% ")
    assert "\r" not in result.stderr
    assert asked(path) == asked(built)


def test_ingest_can_be_quiet(tmp_path: Path, source: Path) -> None:
    """Nothing at all is printed."""
    result = invoke("ingest", "nasbench101", source, "--db", tmp_path / "x.db", "--quiet")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert (tmp_path / "x.db").exists()


def test_ingest_goes_to_the_default_place(databases: Path, source: Path) -> None:
    """And refuses to do it twice, unless forced."""
    assert invoke("ingest", "nasbench101", source, "--quiet").exit_code == 0
    assert (databases / "nasbench101.db").exists()
    again = invoke("ingest", "nasbench101", source, "--quiet")
    assert again.exit_code == 1
    assert "--force" in again.stderr
    assert invoke("ingest", "nasbench101", source, "--quiet", "--force").exit_code == 0


def test_ingest_warns_on_stderr(tmp_path: Path, source: Path) -> None:
    """Of a published name with other content; it ingests nevertheless."""
    path = tmp_path / "nasbench_full.tfrecord"
    shutil.copyfile(source, path)
    result = invoke("ingest", "nasbench101", path, "--db", tmp_path / "x.db", "--quiet")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert result.stderr.startswith("Warning: nasbench_full.tfrecord has SHA-256 ")
    assert result.stderr.count("\n") == 1


def test_ingest_can_validate_hashes(
    tmp_path: Path, source: Path, write_payloads: Callable[..., Path]
) -> None:
    """A record with a wrong one is refused then, and only then."""
    _, payload = next(read_records(source))
    wrong = write_payloads([payload.replace(payload[2:34], b"0" * 32)])
    command = ("ingest", "nasbench101", wrong, "--db", tmp_path / "x.db", "--quiet")
    refused = invoke(*command, "--validate-hashes")
    assert refused.exit_code == 1
    assert "record 0 at byte 0: the record's module hash is 000" in refused.stderr
    assert invoke(*command).exit_code == 0


def test_info_tells_of_a_path(built: Path, source: Path) -> None:
    """As JSON with every value, as a table with the same."""
    result = invoke("info", built, "--format", "json")
    assert result.exit_code == 0
    (told,) = json.loads(result.stdout)
    assert told["benchmark"] == "NAS-Bench-101"
    assert told["path"] == str(built)
    assert told["size_bytes"] == built.stat().st_size
    assert told["schema_version"] == SCHEMA.version
    assert (told["configs"], told["trials"], told["intermediates"]) == (364, 1092, 2184)
    assert told["coverage"] == [
        {"num_epochs": epochs, "configs": 91} for epochs in (4, 12, 36, 108)
    ]
    assert told["sources"] == [
        {
            "source_name": "small.tfrecord",
            "source_bytes": source.stat().st_size,
            "source_sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
            "records": 1092,
        }
    ]
    assert "SYNTHETIC" in told["warning"]
    table = invoke("info", built).stdout
    for value in (str(built), "1092", told["sources"][0]["source_sha256"], "SYNTHETIC"):
        assert value in table


def test_info_tells_of_a_benchmark_and_of_all(built: Path, databases: Path) -> None:
    """Those at the default place."""
    databases.mkdir()
    path = databases / "nasbench101.db"
    shutil.copyfile(built, path)
    for arguments in (["nasbench101"], []):
        (told,) = json.loads(invoke("info", *arguments, "--format", "json").stdout)
        assert told["path"] == str(path)
        assert str(path) in invoke("info", *arguments).stdout


def test_info_without_databases_tells_how_to_build_one(databases: Path) -> None:
    """That there are none is no failure, unless one was asked for."""
    result = invoke("info")
    assert (result.exit_code, result.stdout) == (0, "")
    assert str(databases) in result.stderr
    assert "nasbench-db ingest" in result.stderr
    assert json.loads(invoke("info", "--format", "json").stdout) == []
    one = invoke("info", "nasbench101")
    assert (one.exit_code, one.stdout) == (1, "")
    assert "nasbench-db ingest nasbench101 FILE" in one.stderr


def test_real_data_bear_no_warning(data: Path, tmp_path: Path) -> None:
    """Only synthetic metrics are called so."""
    source = data / "nasbench101" / "first_record.tfrecord"
    path = tmp_path / "first.db"
    assert invoke("ingest", "nasbench101", source, "--db", path, "--quiet").exit_code == 0
    (told,) = json.loads(invoke("info", path, "--format", "json").stdout)
    assert "warning" not in told
    assert told["coverage"] == [{"num_epochs": 4, "configs": 1}]


def test_verify_accepts_a_sound_database(built: Path, databases: Path) -> None:
    """By path and by name; each check is a line."""
    databases.mkdir()
    shutil.copyfile(built, databases / "nasbench101.db")
    for which in (built, "nasbench101"):
        result = invoke("verify", which)
        assert result.exit_code == 0
        lines = result.stdout.splitlines()
        assert len(lines) > 10
        assert all(line.split()[0] == "ok" for line in lines)
        assert "364/364" in result.stderr
    assert invoke("verify", built, "--quiet").stderr == ""


def test_verify_fails_for_a_damaged_one(copy: Path) -> None:
    """Each problem with an example on stdout, their number on stderr."""
    with contextlib.closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("UPDATE nb101trialstats SET repeat = 7 WHERE id = 1")
        connection.execute("UPDATE nb101trialconfig SET hash = 'x' WHERE id = 1")
    result = invoke("verify", copy, "--quiet")
    assert result.exit_code == 1
    wrong = [line for line in result.stdout.splitlines() if "PROBLEMS" in line]
    assert len(wrong) == 3
    assert "every page is as it was written" in wrong[0]
    assert all("1 PROBLEMS" in line for line in wrong[1:])
    assert "id 1" in wrong[1]
    assert "config 1" in wrong[2]
    assert result.stderr.startswith("Error: 3 checks failed")
    assert result.stderr.count("\n") == 1


def test_migrate_tells_what_it_did(copy: Path) -> None:
    """Nothing, for a database that is up to date."""
    result = invoke("migrate", copy)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"{copy} is up to date\n"


# Help.


def commands(group: click.Command, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """All commands that do something, by their names."""
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            found = group.get_command(context, name)
            assert found is not None
            yield from commands(found, *path, name)
    else:
        yield path, group


def test_there_are_the_commands_that_there_should_be() -> None:
    """One query for each benchmark."""
    expected = {(name,) for name in ("ingest", "info", "verify", "migrate", "demo")}
    expected |= {("query", name) for name in BENCHMARKS}
    assert expected <= {path for path, _ in commands(cli)}


@pytest.mark.parametrize("path", [path for path, _ in commands(cli)], ids=" ".join)
def test_every_command_has_help_with_an_example(path: tuple[str, ...]) -> None:
    """And every option of it is explained."""
    result = invoke(*path, "--help")
    assert result.exit_code == 0
    assert "Example:\n" in result.stdout
    assert f"nasbench-db {' '.join(path)}" in result.stdout.split("Example:")[1]
    for _, command in filter(lambda found: found[0] == path, commands(cli)):
        options = [option for option in command.params if isinstance(option, click.Option)]
        assert all(option.help for option in options if option.name != "form")
    assert invoke(*path, "-h").stdout == result.stdout


# Failures, seen from outside.


def failures(tmp_path: Path, built: Path, source: Path) -> Iterator[tuple[list[object], str]]:
    """Commands that must fail, and what they must say."""
    text = tmp_path / "notes.txt"
    text.write_text("no data")
    missing = tmp_path / "missing"
    long = "long" * 100
    query = ["query", "nasbench101", "--db", built]
    ingest = ["ingest", "nasbench101", "--quiet"]
    yield ["query", "nasbench101"], "nasbench-db ingest nasbench101 FILE"
    yield ["query", "nasbench101", "--db", missing], "there is no nasbench101 database"
    yield ["query", "nasbench101", "--db", text], "not an SQLite database"
    yield ["query", "nasbench101", "--db", tmp_path], "cannot be read"
    yield ["query", "nasbench101", "--db", long], "no nasbench101 database"
    yield [*query, "--arch", "{"], "is not JSON"
    yield [*query, "--arch", "[1]"], "an architecture is a Cell, a dict"
    yield [*query, "--arch", '{"op1": "conv", "input1": [0], "input2": [1]}'], "unknown operation"
    yield [*query, "--adjacency", "010", "--ops", "input,output"], "3 characters"
    yield [*query, "--adjacency", "0100", "--ops", "input"], "1 operations for a matrix of 2"
    yield [*query, "--hash", "xyz"], "32 hexadecimal digits"
    yield [*query, "--order-by", "colour"], "order_by is 'colour'; allowed are"
    yield ["query", "nasbench102"], "neither a benchmark"
    yield [*query, "--epochs", 5], "has no trial of that; it has 4, 12, 36, 108"
    yield ["info", missing], "neither a benchmark (nasbench101, "
    yield ["info", "nasbench102"], "neither a benchmark"
    yield ["info", long], "neither a benchmark"
    yield ["info", text], "not an SQLite database"
    yield ["info", source], "an original data file is ingested first"
    yield ["verify", text], "not an SQLite database"
    yield ["verify", long], "neither a benchmark"
    yield ["migrate", text], "not an SQLite database"
    yield [*ingest, missing, "--db", tmp_path / "x.db"], "there is no such file"
    yield [*ingest, long, "--db", tmp_path / "x.db"], "long"
    yield [*ingest, tmp_path, "--db", tmp_path / "x.db"], "is a folder"
    yield [*ingest, text, "--db", tmp_path / "x.db"], "record 0 at byte 0"
    yield [*ingest, source, source, "--db", tmp_path / "x.db"], "the sources overlap"
    yield [*ingest, source, "--db", built], "exists already; give --force"
    yield [*ingest, source, "--db", tmp_path], "is a folder"
    yield [*ingest, source, "--db", text / "x.db"], "cannot write to the folder"
    yield [*ingest, source, "--db", tmp_path / long], "long"
    yield ["demo", "--dir", text / "demo"], "notes.txt"


def test_a_failure_is_one_line_and_status_1(tmp_path: Path, built: Path, source: Path) -> None:
    """On stderr, in plain words; stdout is empty, and there is no traceback."""
    wrong = []
    for arguments, reason in failures(tmp_path, built, source):
        result = invoke(*arguments)
        expected = result.exit_code == 1 and result.stdout == "" and reason in result.stderr
        one_line = result.stderr.startswith("Error: ") and result.stderr.count("\n") == 1
        if not (expected and one_line and isinstance(result.exception, SystemExit)):
            wrong.append((arguments, reason, result.stderr, result.exception))
    assert wrong == []


def usage_errors(built: Path) -> Iterator[list[object]]:
    """Commands that are no commands."""
    query = ["query", "nasbench101", "--db", built]
    yield ["frobnicate"]
    yield ["ingest"]
    yield ["ingest", "nasbench101"]
    yield ["ingest", "nasbench102", "file"]
    yield [*query, "--epochs", "many"]
    yield [*query, "--reduction", "mode"]
    yield [*query, "--format", "xml"]
    yield [*query, "--adjacency", "0100"]
    yield [*query, "--ops", "input,output"]
    yield [*query, "--arch", "{}", "--adjacency", "0100", "--ops", "input,output"]
    yield [*query, "superfluous"]
    yield [*query, "--valid-acc", "90"]
    yield [*query, "--valid-acc", "a:b"]
    yield [*query, "--valid-acc", "nan:"]
    yield ["info", "--format", "csv"]
    yield ["info", "one", "two"]
    yield ["verify"]
    yield ["migrate"]
    yield ["migrate", "/no/such/file"]
    yield ["demo", "--colour"]


def test_wrong_usage_is_status_2(built: Path) -> None:
    """With the usage on stderr, and nothing on stdout."""
    for arguments in usage_errors(built):
        result = invoke(*arguments)
        assert (result.exit_code, result.stdout) == (2, ""), arguments
        assert "Usage: " in result.stderr
        assert isinstance(result.exception, SystemExit)


def test_the_process_separates_its_streams(run: Runner, tmp_path: Path, source: Path) -> None:
    """Status 0, 1 and 2 as the shell sees them, ingesting and asking from another folder."""
    done = run("ingest", "nasbench101", source, "--db", "x.db")
    assert done.returncode == 0
    assert done.stdout.count("\n") == 1
    assert done.stdout.startswith("nasbench101: 91 architectures")
    assert done.stderr.startswith("100% ")
    assert (tmp_path / "x.db").exists()
    answer = run("query", "nasbench101", "--db", "x.db", "--format", "json", "--epochs", 4)
    assert answer.returncode == 0
    assert answer.stderr == "the metrics are SYNTHETIC: made up, not measured\n"
    assert len(json.loads(answer.stdout)) == 273
    failed = run("query", "nasbench101", "--db", "y.db")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith("Error: there is no nasbench101 database at y.db")
    assert failed.stderr.count("\n") == 1
    misused = run("query", "nasbench101", "--epochs", "many")
    assert (misused.returncode, misused.stdout) == (2, "")


def test_a_corrupt_file_ends_the_progress_bar_with_one_line(
    typed: Runner, tmp_path: Path, source: Path
) -> None:
    """Without --quiet, the error is the last line, and there is no traceback."""
    path = tmp_path / "cut.tfrecord"
    path.write_bytes(source.read_bytes()[:-3])
    failed = typed("ingest", "nasbench101", path, "--db", "x.db")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "Traceback" not in failed.stderr
    assert failed.stderr.splitlines()[-1].startswith(f"Error: {path}: record 1091 at byte ")
    assert not (tmp_path / "x.db").exists()
    quiet = typed("ingest", "nasbench101", path, "--db", "x.db", "--quiet")
    assert quiet.returncode == 1
    assert quiet.stderr.count("\n") == 1


def test_a_damaged_database_is_a_failure_of_one_line(copy: Path) -> None:
    """Whichever page is damaged, each command tells it in a line on stderr."""
    content = copy.read_bytes()
    failed = 0
    for page in range(1, len(content) // 16_384, 2):
        damaged = bytearray(content)
        damaged[page * 16_384 : (page + 1) * 16_384] = b"\xa5" * 16_384
        copy.write_bytes(damaged)
        for command in (
            ["query", "nasbench101", "--format", "csv", "--intermediates", "--db", copy],
            ["info", copy],
            ["verify", copy, "--quiet"],
        ):
            result = invoke(*command)
            if result.exit_code:
                failed += 1
                assert result.exit_code == 1
                assert isinstance(result.exception, SystemExit), (page, command)
                assert result.stderr.startswith("Error: ")
                assert result.stderr.count("\n") == 1
    assert failed > 10


def test_the_version_is_told(run: Runner) -> None:
    """By the module and by the command."""
    by_module = run("-m", "nasbench_db", "--version")
    assert by_module.returncode == 0, by_module.stderr
    assert nasbench_db.__version__ in by_module.stdout
    installed = shutil.which("nasbench-db", path=str(Path(sys.executable).parent))
    assert installed is not None
    by_name = subprocess.run([installed, "--version"], capture_output=True, encoding="utf-8")
    assert by_name.stdout == by_module.stdout


@pytest.mark.skipif(os.name != "posix", reason="needs the pipes of POSIX")
@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv"])
@pytest.mark.parametrize("limit", [1, 100_000], ids=["one row", "all rows"])
def test_a_reader_that_goes_away_is_no_failure_to_tell(
    form: str, limit: int, built: Path, run: Runner
) -> None:
    """As ``| head -1`` does: no traceback, not even while Python shuts down."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ended = run(
            *("query", "nasbench101", "--db", built, "--format", form, "--limit", limit),
            stdout=writer,
        )
    finally:
        os.close(writer)
    assert ended.stderr == ""
    assert ended.returncode in (0, 1)


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
def test_head_shows_the_first_line(built: Path, tmp_path: Path) -> None:
    """In a real pipeline, with more output than a pipe holds."""
    command = '"$0" -m nasbench_db query nasbench101 --db "$1" --format jsonl | head -1'
    ended = subprocess.run(
        ["sh", "-c", command, sys.executable, built],
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    assert json.loads(ended.stdout)["id"] == 1
    assert ended.stderr == ""
    assert ended.returncode == 0
