"""How rows are printed: which columns, how many on a terminal, and what is said of them."""

from __future__ import annotations

import io
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nasbench_db.commands import options
from nasbench_db.commands.cli import cli
from nasbench_db.formats.rows import FIRST_ROWS, fitting, write_rows

SAID = "the metrics are SYNTHETIC: made up, not measured\n"


def invoke(*arguments: object) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(cli, list(map(str, arguments)))


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """stdout is a terminal of 24 lines."""
    monkeypatch.setattr(options, "terminal_size", lambda: os.terminal_size((80, 24)))


@pytest.mark.filterwarnings("default::nasbench_db.errors.QueryWarning")
@pytest.mark.parametrize("words", [["--where", "test_acc > 0.9"], ["--test-acc", "0.9:"]])
def test_warnings_have_a_line_and_no_place_in_the_code(words: list[str], built: Path) -> None:
    result = invoke("query", "nasbench101", "--db", built, *words, "--limit", 1)
    assert result.exit_code == 0
    assert result.stderr.splitlines()[0] == (
        "Warning: 0.9 is compared with test_acc, which is in percent: 90, if the fraction is meant"
    )
    assert "nasbench_db/" not in result.stderr


def header(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()[0].split()


def test_a_table_has_the_usual_columns_of_a_query(explored: dict[str, Path]) -> None:
    """And those that are asked about; all others can be said."""
    asked = ("query", "nasbench201", "--db", explored["nasbench201"], "--limit", 2)
    usual = header(invoke(*asked))
    assert usual[:5] == ["arch_index", "dataset", "num_epochs", "trial_id", "seed"]
    assert {"valid_acc", "ori_test_acc", "parameters", "latency", "training_time"} <= set(usual)
    assert not {"train_loss", "arch_str", "source", "num_cells", "latencies"} & set(usual)
    assert "train_loss" in header(invoke(*asked, "--train-loss", "0:"))
    assert "test_loss" in header(invoke(*asked, "--order-by", "-test_loss"))
    everything = header(invoke(*asked, "--columns", "all"))
    assert {"train_loss", "arch_str", "source", "num_cells", "latencies"} <= set(everything)


@pytest.mark.parametrize("command", ["query", "top"])
def test_columns_are_those_that_are_said(command: str, explored: dict[str, Path]) -> None:
    """In their order, in every format; of another name it is said which there are."""
    asked = [command, "nasbench101", "--db", explored["nasbench101"], "--epochs", 108]
    asked += ["--by", "valid_acc"] if command == "top" else ["--limit", 3]
    names = ["test_acc", "hash", "valid_acc"]
    assert header(invoke(*asked, "--columns", ", ".join(names))) == names
    lines = invoke(*asked, "--columns", ",".join(names), "--format", "jsonl").stdout
    assert all(list(json.loads(line)) == names for line in lines.splitlines())
    wrong = invoke(*asked, "--columns", "valid_ac")
    assert wrong.exit_code == 1
    assert "did you mean 'valid_acc'" in wrong.stderr


def test_columns_of_evaluations_can_be_said(explored: dict[str, Path]) -> None:
    asked = ("query", "nasbench101", "--db", explored["nasbench101"], "--epochs", 108)
    result = invoke(*asked, "--halfway", "--columns", "valid_acc,hash,current_epoch")
    assert header(result) == ["valid_acc", "hash", "current_epoch"]
    assert {line.split()[2] for line in result.stdout.splitlines()[2:]} == {"54"}


def test_the_vertical_form_has_a_line_for_each_value() -> None:
    file = io.StringIO()
    assert write_rows([{"a": 1, "long": None}, {"a": 2.5, "long": "x"}], "vertical", file) == 2
    assert file.getvalue() == "a     1\nlong\n\na     2.5\nlong  x\n"


def test_a_table_is_written_before_its_last_rows_are_known() -> None:
    """So that a long one needs little memory; wider values than the first ones stick out."""
    file = io.StringIO()

    def rows() -> Iterator[dict[str, object]]:
        for number in range(FIRST_ROWS):
            yield {"n": number, "text": "x"}
        yield {"n": 1, "text": "x" * 50}
        assert file.getvalue().count("\n") >= FIRST_ROWS
        yield {"n": 10**9, "text": None}

    assert write_rows(rows(), "table", file) == FIRST_ROWS + 2
    lines = file.getvalue().splitlines()
    assert len(lines) == FIRST_ROWS + 4
    assert lines[-2:] == [" 1  " + "x" * 50, "1000000000"]


def test_the_columns_that_fit_are_told() -> None:
    rows = [{"ab": 1, "c": "four"}]
    assert fitting(rows, 8) == ["ab", "c"]
    assert fitting(rows, 7) == ["ab"]
    assert fitting(rows, 1) == ["ab"]


def test_columns_of_long_texts_come_last_if_not_all_fit() -> None:
    rows = [{"name": "x" * 90, "ab": 1, "c": "four"}]
    assert fitting(rows, 200) == ["name", "ab", "c"]
    assert fitting(rows, 80) == ["ab", "c"]
    assert fitting(rows, 1) == ["ab"]


def test_what_is_the_same_in_all_rows_is_told_once_on_a_terminal(
    explored: dict[str, Path], terminal: None
) -> None:
    """So that the numbers, which differ, are seen; the JSON formats have all columns."""
    asked = ("top", "nasbench201", "--db", explored["nasbench201"], "-k", 3, "--by", "valid_acc")
    asked += ("--dataset", "cifar100", "--epochs", 200)
    result = invoke(*asked)
    assert {"arch_index", "valid_acc", "test_acc"} <= set(header(result))
    assert max(map(len, result.stdout.splitlines())) <= 80
    (said,) = [line for line in result.stderr.splitlines() if line.startswith("the same in all")]
    assert "dataset cifar100, num_epochs 200" in said
    (row, *_) = json.loads(invoke(*asked, "--format", "json").stdout)
    assert row["dataset"] == "cifar100"


def test_a_terminal_gets_a_page(explored: dict[str, Path], terminal: None) -> None:
    """Of lines that fit, and is told how many rows and which columns there are besides."""
    asked = ("query", "nasbench101", "--db", explored["nasbench101"])
    result = invoke(*asked)
    lines = result.stdout.splitlines()
    assert len(lines) == 2 + 18
    assert max(map(len, lines)) <= 80
    assert "more columns than fit: " in result.stderr
    with closing(sqlite3.connect(explored["nasbench101"])) as connection:
        ((count,),) = connection.execute("SELECT count(*) FROM nb101").fetchall()
    assert f"the first 18 of {count:,} rows" in result.stderr
    assert len(invoke(*asked, "--limit", 30).stdout.splitlines()) == 32
    assert len(invoke(*asked, "--format", "csv").stdout.splitlines()) == count + 1


def test_one_row_that_does_not_fit_stands_on_a_terminal(
    explored: dict[str, Path], terminal: None
) -> None:
    asked = ("query", "nasbench201", "--db", explored["nasbench201"], "--limit", 1)
    lines = invoke(*asked).stdout.splitlines()
    assert lines[0].split()[0] == "arch_index"
    assert lines[1].split()[0] == "dataset"


@pytest.mark.parametrize(
    "arguments",
    [
        ("query", "nasbench101", "--limit", "2"),
        ("top", "nasbench101", "--by", "valid_acc", "--epochs", "4"),
        ("optimum", "nasbench101", "--by", "valid_acc", "--epochs", "4"),
        ("statistics", "nasbench101", "--by", "valid_acc", "--epochs", "4"),
        ("select", "nasbench101", "--epochs", "4"),
        ("sql", "nasbench101", "SELECT max(valid_acc) AS best FROM nb101"),
        (
            *("correlate", "nasbench101", "--by", "valid_acc"),
            *("-x", "num_epochs=4", "-y", "num_epochs=108"),
        ),
    ],
    ids=lambda arguments: arguments[0],
)
@pytest.mark.parametrize("form", ["table", "json"])
def test_made_up_numbers_are_said_to_be(
    arguments: tuple[str, ...], form: str, explored: dict[str, Path], tmp_path: Path
) -> None:
    """On stderr, after them; of measured ones nothing is said."""
    real = tmp_path / "real.db"
    real.write_bytes(explored["nasbench101"].read_bytes())
    with closing(sqlite3.connect(real)) as connection, connection:
        connection.execute("UPDATE provenance SET synthetic = 0")
    for path, said in ((explored["nasbench101"], True), (real, False)):
        result = invoke(*arguments, "--db", path, "--format", form)
        assert result.exit_code == 0, result.output
        assert result.stderr.endswith(SAID) == said
        assert "SYNTHETIC" not in result.stdout
