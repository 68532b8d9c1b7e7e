"""What is told of tables and columns: of each, and as it is in a database."""

from __future__ import annotations

import dataclasses
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from peewee import FloatField, IntegerField, SqliteDatabase

from nasbench_db import InvalidQuery, UnknownBenchmark, describing
from nasbench_db.benchmarks import BENCHMARKS
from nasbench_db.describing import (
    MIGRATIONS,
    ColumnDescription,
    Description,
    describe,
    metric,
    reporting,
)
from nasbench_db.describing.dictionary import data_dictionary
from nasbench_db.store.migrating import mark_as_current
from nasbench_db.store.models import (
    GeneratedIntegerField,
    Provenance,
    metric_columns,
    on_a_line,
    statistic_of,
)

PROJECT = Path(__file__).parents[2]
EVERY_BENCHMARK = pytest.mark.parametrize("benchmark", BENCHMARKS.values(), ids=BENCHMARKS)


def created(benchmark: Any) -> SqliteDatabase:
    """A new, empty database of a benchmark, in memory."""
    database = SqliteDatabase(":memory:")
    mark_as_current(benchmark.schema, database)
    benchmark.schema.create_tables(database)
    benchmark.schema.create_indexes(database)
    return database


def fields(benchmark: Any) -> dict[tuple[str, str], Any]:
    """The fields of all models, by table and column."""
    return {
        (model._meta.table_name, field.column_name): field
        for model in benchmark.schema.models
        for field in model._meta.sorted_fields
    }


@EVERY_BENCHMARK
def test_every_column_says_what_there_is_to_say(benchmark: Any) -> None:
    of_tables = fields(benchmark)
    for column in describe(benchmark.name).columns:
        where = f"{column.table}.{column.name}"
        field = of_tables.get((column.table, column.name))
        assert column.meaning, where
        assert column.source, where
        assert column.null, where
        if field is None:
            assert column.table in benchmark.schema.views
            continue
        if not field.null or isinstance(field, GeneratedIntegerField):
            assert column.null == "never", where
        else:
            assert column.null != "never", where
        if isinstance(field, FloatField):
            assert column.unit, where
        if isinstance(field, (FloatField, IntegerField)) and field.model is not Provenance:
            assert column.range, where
        if field.model is not Provenance:
            assert column.source != describing._RECORDED, f"{where} has no Source: in its text"
            assert column.null != describing._NOTHING_TO_SAY, f"{where} has no NULL: in its text"


@EVERY_BENCHMARK
def test_texts_are_whole_and_without_markup_of_docstrings(benchmark: Any) -> None:
    for table in describe(benchmark.name):
        texts = [table.meaning]
        for column in table.columns:
            texts += [column.meaning, column.range, column.null, column.source]
            assert not column.meaning.endswith((".", ",", ":")), column
        for text in texts:
            assert "``" not in text
            assert ":class:" not in text
            assert "\n" not in text
            assert text.count("`") % 2 == 0
            assert not re.search(r"\b(Unit|Range|NULL|Source|Attributes):", text)


@EVERY_BENCHMARK
def test_docstrings_speak_of_columns_that_are_there(benchmark: Any) -> None:
    for model in benchmark.schema.models:
        names = {field.name for field in model._meta.sorted_fields}
        assert set(describing._documented(model)) <= names, model


@EVERY_BENCHMARK
def test_docstrings_and_metrics_agree_in_units(benchmark: Any) -> None:
    """A docstring may say the unit, and then says the metric's."""
    words = {"percent", "seconds", "millions", "nats"}
    metrics = benchmark.metrics
    checked = 0
    for model in filter(None, (benchmark.schema.trial, benchmark.schema.intermediate)):
        for name, told in describing._documented(model).items():
            said = words & set(re.findall(r"\w+", told[""]))
            if name in metrics and said:
                assert said == set(str(metrics[name].unit).split()[:1]), name
                checked += 1
    assert checked >= min(len(metrics), 6)


def test_the_page_on_tables_and_the_columns_agree_in_units() -> None:
    columns = {
        (column.table, column.name): column
        for name in BENCHMARKS
        for column in describe(name).columns
    }
    metrics = {name for benchmark in BENCHMARKS.values() for name in benchmark.metrics}
    page = (PROJECT / "docs" / "tables.md").read_text(encoding="utf-8")
    said = {}
    for table, text in re.findall(r"^\| `(\w+)` \| [^|]* \| (.*) \|$", page, re.MULTILINE):
        for names, unit in re.findall(
            r"((?:`\w+`(?:, | and )?)+) \((percent|millions|seconds)\b", text
        ):
            # A list may begin with keys, which are no quantities.
            quantities = (name for name in re.findall(r"\w+", names) if name in metrics)
            said.update(((table, name), unit) for name in quantities)
    assert said == {key: columns[key].unit for key in said}
    assert {table for table, _ in said} >= {
        benchmark.schema.trial._meta.table_name
        for benchmark in BENCHMARKS.values()
        if benchmark.name != "natssss"  # which the page says is the same
    }


def test_a_metric_of_a_table_has_what_the_registry_says() -> None:
    (trial, intermediate) = describe("nasbench201", "valid_acc").columns
    assert trial == ColumnDescription(
        table="nb201trialstats",
        name="valid_acc",
        type="REAL",
        unit="percent",
        range="0 to 100",
        meaning="top-1 accuracy after the last epoch on the split x-valid, percent",
        null="where it was not evaluated, as on cifar10, which has no such split",
        source="`eval_acc1es`, by `x-valid@EPOCH`",
    )
    assert intermediate.table == "nb201intermediatestats"
    assert intermediate.meaning == trial.meaning.replace("the last", "this")


def test_a_column_of_the_view_leads_to_its_table() -> None:
    (view,) = describe("nasbench101", "nb101")
    assert (view.kind, len(view.columns)) == ("view", 12)
    found = {column.name: column.source for column in view.columns}
    assert found["trial_id"] == "`nb101trialstats.id`"
    assert found["hash"] == "`nb101trialconfig.hash`"


@EVERY_BENCHMARK
def test_a_column_is_told_of_each_table_that_has_it(benchmark: Any) -> None:
    """One that the view alone has is told of the view."""
    view = benchmark.schema.view
    for name in {column.name for column in describe(benchmark.name).columns}:
        found = [(column.table, column.name) for column in describe(benchmark.name, name).columns]
        expected = [key for key in fields(benchmark) if key[1] == name]
        assert found == (expected or [(view, name)])


def test_a_docstring_is_read() -> None:
    class Documented(Provenance):
        """Something. NULL where nobody looked.

        Attributes:
            records: how many
                there are, see :class:`~nasbench_db.store.models.Schema`. Unit: records. Range: at
                least 1. Source: ``a.b`` of it.
            trials, configs: just a text.
        """

        class Meta:
            table_name = "documented"

    common = {"NULL": "where nobody looked"}
    assert describing._documented(Documented) == {
        "records": {
            **common,
            "": "how many there are, see `Schema`",
            "Unit": "records",
            "Range": "at least 1",
            "Source": "`a.b` of it",
        },
        "trials": {**common, "": "just a text"},
        "configs": {**common, "": "just a text"},
    }


@pytest.mark.parametrize("name", ["valid_ac", "NB101", "", 5, ["nb101"]])
def test_what_is_not_there_is_refused(name: Any) -> None:
    with pytest.raises(InvalidQuery, match="no table or column of nasbench101 called"):
        describe("nasbench101", name)


def test_near_misses_get_suggestions() -> None:
    with pytest.raises(InvalidQuery, match=r"did you mean 'nb101trialstats'\?"):
        describe("nasbench101", "nb101trialstat")
    with pytest.raises(InvalidQuery, match=r"no metric of nasbench201 .* 'ori_test_acc'\?"):
        metric("nasbench201", "ori_test_accuracy")
    with pytest.raises(InvalidQuery, match=r"no data set or task of nasbench201 .* 'cifar100'\?"):
        reporting("nasbench201", "cifar-100")


@pytest.mark.parametrize("ask", [describe, lambda name: metric(name, "x"), reporting])
def test_unknown_benchmarks_are_refused(ask: Any) -> None:
    with pytest.raises(UnknownBenchmark, match="known are nasbench101"):
        ask("nasbench102")


def test_a_metric_is_found_by_benchmark_and_name() -> None:
    assert metric("natssss", "latency").unit == "seconds"
    assert metric("transnas101", "valid_loss").direction == "min"
    with pytest.raises(InvalidQuery, match="there are train_acc, valid_acc, test_acc, parameters"):
        metric("nasbench101", "flops")


def test_reporting_is_found_by_data_set() -> None:
    assert reporting("nasbench101").report_by == "test_acc"
    assert reporting("nasbench101", "CIFAR10") is reporting("nasbench101")
    assert reporting("nasbench201", "ImageNet16-120").select_on == "imagenet16-120"
    assert reporting("transnas101", "jigsaw").column == "task"
    for wrong in (None, 5, "cifar"):
        with pytest.raises(InvalidQuery, match="there are cifar10-valid, cifar10, cifar100"):
            reporting("nasbench201", wrong)  # type: ignore[arg-type]


def test_a_description_reads_well() -> None:
    assert str(describe("nasbench101", "num_vertices")) == (
        "table nb101trialconfig: What was trained: a cell and a number of epochs.\n\n"
        "nb101trialconfig.num_vertices  INTEGER, 2 to 7\n"
        "    vertices of the cell, input and output included\n"
        "    NULL: never\n"
        "    Source: the record's operations, counted"
    )
    lines = [line for name in BENCHMARKS for line in str(describe(name)).splitlines()]
    assert max(map(len, lines)) <= 88


def test_a_description_is_html_in_jupyter() -> None:
    shown = describe("nasbench201", "latencies")._repr_html_()
    assert "<td><code>latencies</code></td><td>TEXT</td><td>seconds</td>" in shown
    assert shown.count("<tr>") == shown.count("</tr>") == 2
    odd = dataclasses.replace(describe("nasbench101").columns[0], meaning="a < `b`")
    table = dataclasses.replace(describe("nasbench101")[0], columns=(odd,))
    assert "<td>a &lt; <code>b</code></td>" in Description([table])._repr_html_()


def test_markdown_keeps_bars_in_their_cell() -> None:
    text = describe("nasbench201", "nb201architecture").markdown()
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {8}
    assert r"`\|op~0\|+\|op~0\|op~1\|+" in text


@EVERY_BENCHMARK
def test_the_page_has_every_column_and_metric(benchmark: Any) -> None:
    page = data_dictionary()
    _, _, rest = page.partition(f"\n## {benchmark.title}: `{benchmark.name}`\n")
    section, _, _ = rest.partition("\n## ")
    assert benchmark.licence in section
    assert benchmark.paper in section
    _, _, everywhere = page.partition("\n## In every database\n")
    for table in describe(benchmark.name):
        home = everywhere if table.name == "provenance" else section
        _, heading, after = home.partition(f"\n#### {table.kind.capitalize()} `{table.name}`\n")
        assert heading
        own, _, _ = re.split(r"(\n###)", after + "\n###", maxsplit=1)
        _, *others = metric_columns(benchmark.schema.trial)
        for column in table.columns:
            statistic = statistic_of(column.name)
            if statistic is None or statistic[0] not in others:
                assert f"`{column.name}`" in own
    for known in benchmark.metrics.values():
        row = f"| `{known.name}` | {known.title} | {known.unit or 'not stated'} "
        assert f"{row}| {known.direction} |" in section
    for name in benchmark.reports:
        assert f"\n| `{name}` | " in section


@EVERY_BENCHMARK
def test_the_sql_of_the_page_creates_the_tables(benchmark: Any) -> None:
    """Tables, views and indexes, but for what every database has."""
    _, _, section = data_dictionary().partition(f"\n## {benchmark.title}: `{benchmark.name}`\n")
    found = re.search(r"^```sql\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert found
    asked = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(found[1])
        told = {name: on_a_line(sql) for name, sql in connection.execute(asked)}
    with closing(created(benchmark)) as database:
        there = {name: on_a_line(sql) for name, sql in database.execute_sql(asked).fetchall()}
    of_all = ("provenance", MIGRATIONS)
    assert told == {name: sql for name, sql in there.items() if not name.startswith(of_all)}


def test_the_python_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    found = re.search(r"^```python\n(.*?)^```$", data_dictionary(), re.MULTILINE | re.DOTALL)
    assert found
    exec(found[1], {})
    printed = capsys.readouterr().out
    assert "nb201trialstats.valid_acc  REAL, percent, 0 to 100" in printed
    assert "\nlatency (s)\n" in printed
