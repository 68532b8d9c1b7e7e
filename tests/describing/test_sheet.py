"""The sheet of an architecture has every number of the database, once, with what it means."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import nasbench_db
from nasbench_db import InvalidArchitecture, InvalidQuery
from nasbench_db.benchmarks import BENCHMARKS
from nasbench_db.commands.cli import cli
from nasbench_db.describing.sheet import WIDTH, Sheet, sheet


def first_of(path: Path, name: str) -> Any:
    """What names the architecture of a database's first config."""
    schema = BENCHMARKS[name].schema
    column, table = schema.identity[0], schema.config._meta.table_name
    with closing(sqlite3.connect(path)) as connection:
        ((found,),) = connection.execute(f"SELECT {column} FROM {table} ORDER BY id LIMIT 1")
    return found


@pytest.fixture(params=BENCHMARKS)
def known(request: pytest.FixtureRequest, explored: dict[str, Path]) -> tuple[Sheet, Path, Any]:
    """A sheet of each benchmark, its database, and what names the architecture."""
    name: str = request.param
    path = explored[name]
    arch = first_of(path, name)
    return sheet(arch, db=nasbench_db.connect(name, path)), path, arch


def test_it_has_every_number_of_the_database(known: tuple[Sheet, Path, Any]) -> None:
    found, path, arch = known
    schema = found.benchmark.schema
    metrics = list(found.benchmark.metrics)
    columns = ", ".join(f'"{name}"' for name in metrics)
    with closing(sqlite3.connect(path)) as connection:
        statement = f"SELECT {columns} FROM {schema.view} WHERE {schema.identity[0]} = ?"
        rows = connection.execute(statement, (arch,)).fetchall()
    expected = [
        (name, value)
        for row in rows
        for name, value in zip(metrics, row, strict=True)
        if value is not None
    ]
    numbers = [
        (number.metric.name, value)
        for one in found.trainings
        for number in one.numbers
        for value in number.values
        if value is not None
    ]
    assert expected
    assert sorted(numbers) == sorted(expected)
    assert sum(len(one.trials) for one in found.trainings) == len(rows)


def test_it_says_what_each_number_is(known: tuple[Sheet, Path, Any]) -> None:
    """Its unit, its images where it has some, where it is from; and that it is made up."""
    found, path, _ = known
    text = str(found)
    mark = nasbench_db.connect(found.benchmark.name, path).mark
    assert found.warning == ("" if mark is None else mark.long)
    assert text.splitlines()[1] == (f"({found.warning})" if found.warning else "")
    assert found.drawing.text.splitlines()[0].strip() in text
    for one in found.trainings:
        assert one.heading in text
        for number in one.numbers:
            assert bool(number.images) == (number.metric.split is not None)
            assert f"{number.mean:.6g}" in text
            low, high = number.ends
            assert low <= number.mean * (1 + 1e-9) or number.mean < 0
            assert number.mean <= high * (1 + 1e-9) or number.mean < 0
    assert found.benchmark.name not in ("nasbench101", "nds") or "SYNTHETIC" in found.warning
    for metric in found.metrics:
        assert f"  {metric.name}: {metric.title}" in text
        assert metric.unit in (None, "1") or f" {metric.unit}\n" in text
    tables = text.split("Where the numbers come from")[0].splitlines()
    assert max(len(line) for line in tables if line.startswith("  ")) <= WIDTH + 12


def test_jupyter_shows_the_drawing(known: tuple[Sheet, Path, Any]) -> None:
    found, _, _ = known
    assert found._repr_html_().startswith("<svg ")


def test_conditions_narrow_it(explored: dict[str, Path]) -> None:
    db = nasbench_db.connect("nasbench201", explored["nasbench201"])
    found = sheet(0, db=db, dataset="cifar100", num_epochs=200)
    chosen = {"dataset": "cifar100", "num_epochs": 200}
    assert [dict(one.config) for one in found.trainings] == [chosen]
    assert found.trainings[0].heading.startswith("dataset cifar100, num_epochs 200: ")


def test_what_is_not_there_is_told(explored: dict[str, Path]) -> None:
    db = nasbench_db.connect("nasbench101", explored["nasbench101"])
    with pytest.raises(InvalidArchitecture, match="coverage nasbench101"):
        sheet("0" * 32, db=db)
    with pytest.raises(InvalidQuery, match="give one architecture"):
        sheet(None, db=db)


def test_the_command_prints_it_in_three_forms(explored: dict[str, Path]) -> None:
    path = explored["nasbench201"]
    found = sheet(0, db=nasbench_db.connect("nasbench201", path), num_epochs=12)

    def printed(*arguments: str) -> str:
        result = CliRunner().invoke(cli, ["show", str(path), "0", "--epochs", "12", *arguments])
        assert result.exit_code == 0, result.output
        return result.stdout

    assert printed() == f"{found}\n"
    assert printed("--format", "svg") == f"{found.drawing.svg}\n"
    whole = json.loads(printed("--format", "json"))
    assert whole == found.as_json()
    trial = whole["trainings"][0]["trials"][0]
    assert {"seed", "train_acc"} <= trial.keys()
    assert whole["metrics"]["train_acc"]["unit"] == "percent"


def test_terminals_without_lines_get_ascii(explored: dict[str, Path]) -> None:
    arguments = ["show", str(explored["nasbench201"]), "0"]
    result = CliRunner(charset="ascii").invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    assert result.stdout.isascii()
    assert "> 3 output" in result.stdout
