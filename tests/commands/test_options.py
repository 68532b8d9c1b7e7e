"""What the benchmarks' subcommands share: the options of a query, and how trials are printed."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from nasbench_db.commands.options import print_trials, with_query_options
from nasbench_db.formats.rows import FORMATS

ROWS = [
    {"id": 1, "config": {"arch": {"x": 1}, "hash": "a"}, "acc": 0.1 + 0.2, "seed": None},
    {"id": 2, "config": {"arch": {"x": 2}, "hash": "b"}, "acc": 50.0, "seed": 7},
]


class Query:
    """Stands for a result: its rows once, its statement, and whether it was to have all."""

    def __init__(self, rows: Iterable[dict[str, Any]]) -> None:
        self.rows = iter(rows)
        self.complete = False

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self.rows

    def all_columns(self) -> "Query":
        self.complete = True
        return self

    def sql(self) -> str:
        return f"SELECT {'everything' if self.complete else 'some'}"


def tidy(rows: Iterable[dict[str, Any]], with_arch: bool) -> Iterator[dict[str, Any]]:
    """Flat rows."""
    for row in rows:
        config = row["config"]
        flat = {"id": row["id"], "acc": row["acc"], "seed": row["seed"]}
        yield {**flat, "arch": json.dumps(config["arch"])} if with_arch else flat


@click.command()
@click.option("--own")
@with_query_options
def command(own: str | None, form: str, sql: bool, **options: Any) -> None:
    """Ask for something."""
    result: Any = Query(ROWS if own is None else [])
    print_trials(result, result, form, sql, tidy)
    click.echo(json.dumps(options, sort_keys=True), err=True)


def invoke(*arguments: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(command, list(arguments))


def test_all_queries_have_the_same_options() -> None:
    """With the values that a helper takes; nothing is asked of what is not given."""
    nothing = json.loads(invoke("--format", "json").stderr)
    assert nothing == {
        "db": None,
        "epochs": None,
        "intermediates": False,
        "limit": None,
        "order_by": None,
        "reduction": None,
    }
    given = ["--db", "x.db", "--epochs", "12", "--intermediates", "--limit", "3"]
    given += ["--order-by=-acc", "--reduction", "std"]
    assert json.loads(invoke(*given, "--format", "json").stderr) == {
        "db": "x.db",
        "epochs": 12,
        "intermediates": True,
        "limit": 3,
        "order_by": "-acc",
        "reduction": "std",
    }


def test_the_options_stand_behind_the_commands_own() -> None:
    """In a fixed order, each with its help."""
    names = [option.name for option in command.params]
    assert names == [
        *("own", "db", "epochs", "reduction", "intermediates", "order_by", "limit", "form"),
        "sql",
    ]
    text = invoke("--help").stdout
    assert "Such as test_acc; -test_acc to descend." in text
    assert "[default: table]" in text


@pytest.mark.parametrize(
    "wrong",
    [
        ["--epochs", "many"],
        ["--reduction", "average"],
        ["--limit", "1.5"],
        ["--format", "xml"],
        ["--nothing"],
    ],
)
def test_wrong_options_are_wrong_usage(wrong: list[str]) -> None:
    """Status 2."""
    assert invoke(*wrong).exit_code == 2


def test_json_formats_give_the_rows_as_they_are() -> None:
    """With what is nested in them, and numbers in full."""
    assert json.loads(invoke("--format", "json").stdout) == ROWS
    lines = invoke("--format", "jsonl").stdout.splitlines()
    assert [json.loads(line) for line in lines] == ROWS


def test_csv_has_the_architecture_and_numbers_in_full() -> None:
    """NULL is empty."""
    rows = list(csv.DictReader(io.StringIO(invoke("--format", "csv").stdout)))
    assert rows == [
        {"id": "1", "acc": "0.30000000000000004", "seed": "", "arch": '{"x": 1}'},
        {"id": "2", "acc": "50.0", "seed": "7", "arch": '{"x": 2}'},
    ]


def test_the_table_is_short() -> None:
    """Without the architecture, which is long, and with rounded numbers."""
    lines = invoke().stdout.splitlines()
    assert lines[0].split() == ["id", "acc", "seed"]
    assert lines[2].split() == ["1", "0.3"]
    assert lines[3].split() == ["2", "50", "7"]
    assert len(lines) == 4


@pytest.mark.parametrize("form", FORMATS)
def test_the_statement_is_printed_instead(form: str) -> None:
    """That of what would have been printed: flat formats have all columns."""
    flat = form in ("table", "csv")
    expected = "SELECT everything;\n" if flat else "SELECT some;\n"
    assert invoke("--sql", "--format", form).stdout == expected


@pytest.mark.parametrize(
    ("form", "nothing"), [("table", ""), ("csv", ""), ("json", "[]\n"), ("jsonl", "")]
)
def test_no_row_is_told_on_stderr(form: str, nothing: str) -> None:
    """And is no failure."""
    result = invoke("--own", "x", "--format", form)
    assert (result.exit_code, result.stdout) == (0, nothing)
    assert result.stderr.startswith("no trial matches\n")
