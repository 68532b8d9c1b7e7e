"""The metadata file of Datasette: every table and column is there, and its queries answer."""

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

import nasbench_db
from nasbench_db.cli import cli
from nasbench_db.database import default_path
from nasbench_db.datasette import metadata

SCOPES = {
    "nasbench101": {"num_epochs": 108},
    "nasbench201": {"num_epochs": 200, "dataset": "cifar100"},
    "natssss": {"num_epochs": 90, "dataset": "cifar100"},
    "transnas101": {"task": "class_object"},
}


@pytest.mark.parametrize("name", SCOPES)
def test_everything_in_the_file_is_described(name: str, explored: dict[str, Path]) -> None:
    """Tables and views with all their columns; made-up metrics are called so."""
    database = nasbench_db.connect(name, explored[name])
    (described,) = metadata([database])["databases"].values()
    connection = sqlite3.connect(explored[name])
    tables = {
        table: {row[1] for row in connection.execute(f"PRAGMA table_xinfo({table})")}
        for (table,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
            "AND name NOT LIKE 'sqlite_%' AND name <> 'schema_migration'"
        )
    }
    connection.close()
    assert {table: set(told["columns"]) for table, told in described["tables"].items()} == tables
    view = described["tables"][database.schema.view]["columns"]
    for metric in nasbench_db.BENCHMARKS[name].metrics.values():
        if metric.unit in ("percent", "seconds", "millions"):
            assert f"Unit: {metric.unit}." in view[metric.name]
    assert described["license"] == nasbench_db.BENCHMARKS[name].licence
    assert described["source_url"].startswith("https://")
    synthetic = database.provenance()[0]["synthetic"]
    assert ("SYNTHETIC" in described["description"]) == synthetic


@pytest.mark.parametrize("name", SCOPES)
def test_the_canned_queries_answer(name: str, explored: dict[str, Path]) -> None:
    """In plain SQLite, which is all that Datasette has."""
    database = nasbench_db.connect(name, explored[name])
    (described,) = metadata([database])["databases"].values()
    connection = sqlite3.connect(explored[name])
    for query in described["queries"].values():
        rows = connection.execute(query["sql"], SCOPES[name]).fetchall()
        assert rows
        assert query["title"]
    connection.close()


def test_the_command_is_for_the_databases_that_are_there(
    explored: dict[str, Path], databases: Path
) -> None:
    """By default all of them, under their files' names."""
    databases.mkdir()
    for name in ("nasbench101", "natssss"):
        default_path(name).write_bytes(explored[name].read_bytes())
    printed = json.loads(CliRunner().invoke(cli, ["datasette"]).stdout)
    assert list(printed["databases"]) == ["nasbench101", "natssss"]
    printed = json.loads(CliRunner().invoke(cli, ["datasette", "natssss"]).stdout)
    assert list(printed["databases"]) == ["natssss"]
    assert CliRunner().invoke(cli, ["datasette", "nasbench201"]).exit_code == 1
