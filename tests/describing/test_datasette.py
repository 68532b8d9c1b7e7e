"""The metadata file of Datasette: every table and column is there, and its queries answer."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import nasbench_db
from nasbench_db.commands.cli import cli
from nasbench_db.describing.datasette import metadata
from nasbench_db.nds import Cell
from nasbench_db.nds.synthetic import made_up
from nasbench_db.nlp.synthetic import made_up_cells
from nasbench_db.store.database import BenchmarkDatabase, default_path

NAMES = list(nasbench_db.BENCHMARKS)

FORM = {
    "num_epochs": {
        "nasbench101": "108",
        "nasbench201": "200",
        "natssss": "90",
        "nasbenchmacro": "50",
        "nds": "12",
        "nlp": "12",
    },
    "dataset": {
        "nasbench201": "CIFAR100",
        "natssss": "CIFAR100",
        "nds": "cifar10",
        "nlp": "wikitext-2",
    },
    "most_parameters": {
        "nasbench101": "10",
        "nasbench201": "1",
        "natssss": "1",
        "nasbenchmacro": "1",
        "nds": "100",
        "nlp": "30",
    },
    "arch_hash": {"nds": Cell.parse(made_up({"DARTS.json": 1})["DARTS.json"][0]["net"]).arch_hash},
    "hash": {
        "nasbench101": "043721b9c7fe8c5fad811d47d83132ec",
        "nlp": made_up_cells(1)[0].hash,
    },
    "arch_index": dict.fromkeys(("nasbench201", "natssss", "transnas101"), "0"),
}
"""What is typed into the forms of the queries: always text."""


@pytest.fixture
def opened(explored: dict[str, Path]) -> Iterator[Callable[[str], BenchmarkDatabase]]:
    """Opens the small database of a benchmark."""
    databases = []

    def open_one(name: str) -> BenchmarkDatabase:
        databases.append(nasbench_db.connect(name, explored[name]))
        return databases[-1]

    yield open_one
    for database in databases:
        database.close()


def described(database: BenchmarkDatabase) -> dict[str, Any]:
    """What the file says of one database."""
    (told,) = metadata([database])["databases"].values()
    assert isinstance(told, dict)
    return told


def answer(database: BenchmarkDatabase, query: dict[str, str]) -> list[dict[str, Any]]:
    """What plain SQLite, which is all that Datasette has, answers to a query of the file."""
    name = database.schema.benchmark
    form = {key: values[name] for key, values in FORM.items() if name in values}
    with closing(sqlite3.connect(f"{database.path.as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        given = {key: text for key, text in form.items() if f":{key}" in query["sql"]}
        return [dict(row) for row in connection.execute(query["sql"], given)]


@pytest.mark.parametrize("name", NAMES)
def test_everything_in_the_file_is_described(
    name: str, opened: Callable[[str], BenchmarkDatabase]
) -> None:
    """Tables and views with all their columns; the migration runner's table is hidden."""
    database = opened(name)
    tables = dict(described(database)["tables"])
    assert tables.pop("schema_migration") == {"hidden": True}
    with closing(sqlite3.connect(database.path)) as connection:
        found = {
            table: {row[1] for row in connection.execute(f"PRAGMA table_xinfo({table})")}
            for (table,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
                "AND name NOT LIKE 'sqlite_%' AND name <> 'schema_migration'"
            )
        }
    assert {table: set(told["columns"]) for table, told in tables.items()} == found
    for table, told in tables.items():
        assert told["description"].endswith(".")
        assert "`" not in json.dumps(told), "Datasette shows no Markdown"
        for of in ("label_column", "sort"):
            assert told.get(of, next(iter(told["columns"]))) in found[table]


@pytest.mark.parametrize("name", NAMES)
def test_every_metric_has_its_unit_and_range(
    name: str, opened: Callable[[str], BenchmarkDatabase]
) -> None:
    database = opened(name)
    columns = described(database)["tables"][database.schema.view]["columns"]
    for metric in nasbench_db.BENCHMARKS[name].metrics.values():
        told = columns[metric.name]
        assert f"Range: {metric.range}." in told
        unit = "" if metric.unit == "1" else f"Unit: {metric.unit or 'not stated'}."
        assert unit in told


@pytest.mark.parametrize("name", NAMES)
def test_sources_licences_and_made_up_metrics_are_told(
    name: str, opened: Callable[[str], BenchmarkDatabase]
) -> None:
    database = opened(name)
    benchmark = nasbench_db.BENCHMARKS[name]
    told = described(database)
    assert told["title"] == benchmark.title
    assert told["license"] == benchmark.licence
    assert told["license_url"].startswith("https://spdx.org/licenses/")
    assert told["source_url"].startswith("https://github.com/")
    sources = database.provenance()
    assert told["source"] == ", ".join(source["source_name"] for source in sources)
    assert benchmark.paper in told["description"]
    assert ("SYNTHETIC" in told["description"]) == sources[0]["synthetic"]


@pytest.mark.parametrize("name", NAMES)
def test_the_canned_queries_answer(name: str, opened: Callable[[str], BenchmarkDatabase]) -> None:
    """To what is typed into their forms; and they say what may be."""
    database = opened(name)
    queries = described(database)["queries"]
    assert "coverage" in queries
    assert ("curve" in queries) == (database.schema.intermediate is not None)
    assert len({query["title"] for query in queries.values()}) == len(queries)
    for key, query in queries.items():
        for asked in FORM:
            if f":{asked}" in query["sql"]:
                assert f"{asked}: " in query["description"]
        rows = answer(database, query)
        # Of natssss there is one training of a config.
        assert rows or (name, key) == ("natssss", "spread")


def test_the_best_are_in_order(opened: Callable[[str], BenchmarkDatabase]) -> None:
    """The highest first, or the lowest; those without a value are left out."""
    database = opened("nasbench101")
    queries = described(database)["queries"]
    rows = answer(database, queries["best"])
    values = [row["mean_valid_acc"] for row in rows]
    assert values == sorted(values, reverse=True)
    assert values[0] == max(
        value
        for (value,) in database.select(
            "SELECT avg(valid_acc) FROM nb101 WHERE num_epochs = 108 GROUP BY config_id"
        )
    )
    few = answer(database, queries["best_within_budget"])
    assert max(row["parameters"] for row in few) <= 10 < max(row["parameters"] for row in rows)
    database = opened("transnas101")
    queries = described(database)["queries"]
    losses = [row["mean_valid_loss"] for row in answer(database, queries["best_room_layout"])]
    assert None not in losses
    assert losses == sorted(losses)
    accuracies = [row["mean_valid_top1"] for row in answer(database, queries["best_jigsaw"])]
    assert accuracies == sorted(accuracies, reverse=True)


def test_only_data_sets_with_a_validation_split_are_named(
    opened: Callable[[str], BenchmarkDatabase],
) -> None:
    """On cifar10 nothing can be selected."""
    told = described(opened("nasbench201"))["queries"]["best"]["description"]
    assert "dataset: cifar10-valid, cifar100, imagenet16-120; num_epochs: 12, 200" in told


def test_two_databases_of_one_name_are_refused(
    opened: Callable[[str], BenchmarkDatabase], copy: Path
) -> None:
    """Datasette gives the second one another name, which the file cannot know."""
    database = opened("nasbench101")
    with pytest.raises(nasbench_db.InvalidQuery, match="two databases are called nasbench101"):
        metadata([database, database])
    other = nasbench_db.connect("nasbench101", copy)
    assert list(metadata([database, other])["databases"]) == ["nasbench101", "copy"]
    other.close()


def test_the_command_is_for_the_databases_that_are_there(
    explored: dict[str, Path], databases: Path
) -> None:
    """By default all of them; otherwise benchmarks or files, under their files' names."""

    def names(*arguments: object) -> list[str]:
        result = CliRunner().invoke(cli, ["datasette", *map(str, arguments)])
        assert result.exit_code == 0, result.stderr
        return list(json.loads(result.stdout)["databases"])

    none = CliRunner().invoke(cli, ["datasette"])
    assert none.exit_code == 1
    assert "there is no database in" in none.stderr
    databases.mkdir()
    for name in ("nasbench101", "natssss"):
        default_path(name).symlink_to(explored[name])
    assert names() == ["nasbench101", "natssss"]
    assert names("natssss") == ["natssss"]
    assert names(explored["transnas101"], explored["nasbench101"]) == [
        "transnas101",
        "nasbench101",
    ]
    absent = CliRunner().invoke(cli, ["datasette", "nasbench201"])
    assert absent.exit_code == 1
    assert "there is no nasbench201 database" in absent.stderr
