"""What is in a database, for people: every table and column, its unit, range, source and NULLs.

What a column means is written once, beside it: in the ``Attributes`` section of its model's
docstring, or as the field's help text. There the meaning may be followed by ``Unit:``, ``Range:``,
``NULL:`` (when it is NULL) and ``Source:`` (where it comes from), each with a sentence or part of
one. Of metrics the registry in the benchmark's room ``metrics`` has the unit, range and source. A
docstring that says ``NULL where ...`` says it of all its columns that may be NULL.
"""

from __future__ import annotations

import html
import inspect
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache

from peewee import AutoField, BooleanField, Field, ForeignKeyField, Model, SqliteDatabase

from nasbench_db import benchmarks
from nasbench_db.benchmarks import Benchmark
from nasbench_db.metrics import Metric, Reporting, find
from nasbench_db.store.attached import AttachedSet
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import Schema, statistic_of

_WIDTH = 88

# What holds of columns that are not of the original data.
_NOTHING_TO_SAY, _RECORDED = "if there is nothing to say", "recorded at ingestion"

MIGRATIONS = "schema_migration"
"""The table, of no model, in which peewee's migration runner writes what it has run."""

_ENTRY = re.compile(r"^ {4}(\w+(?:, \w+)*): (.*(?:\n {8}.*)*)", re.MULTILINE)
"""An entry of an ``Attributes`` section: one or more names, and a text of one or more lines."""

_PART = re.compile(r"\s*\b(Unit|Range|NULL|Source): ")
_NULL_WHERE = re.compile(r"\bNULL (where [^.]*)\.")
_ROLE = re.compile(r":\w+:`~?(?:\w+\.)*(\w+)`")
_COLUMN_OF_VIEW = re.compile(r"\b([tcs])\.(\w+) AS (\w+)")


@dataclass(frozen=True)
class ColumnDescription:
    """What is to be known of a column. Texts are Markdown.

    Attributes:
        table: the table or view.
        name: the column.
        type: its type in SQL.
        unit: such as ``percent``; ``1`` for a metric without a unit; empty if it is no quantity.
        range: which values it may have; empty if that goes without saying.
        meaning: what it is.
        null: when it is NULL.
        source: the field of the original file that it comes from.
    """

    table: str
    name: str
    type: str
    unit: str
    range: str
    meaning: str
    null: str
    source: str

    def __str__(self) -> str:
        facts = ", ".join(filter(None, (self.type, self.unit, self.range)))
        told = (self.meaning, f"NULL: {self.null}", f"Source: {self.source}")
        return "\n".join([f"{self.table}.{self.name}  {facts}", *map(_indented, told)])


@dataclass(frozen=True)
class TableDescription:
    """What is to be known of a table or view.

    Attributes:
        name: its name.
        kind: ``table`` or ``view``.
        meaning: what a row of it is.
        columns: its columns, or those that were asked for.
    """

    name: str
    kind: str
    meaning: str
    columns: tuple[ColumnDescription, ...]

    def __str__(self) -> str:
        head = textwrap.fill(f"{self.kind} {self.name}: {self.meaning}", _WIDTH)
        return "\n\n".join([head, *map(str, self.columns)])

    def _repr_html_(self) -> str:
        """The columns as a table, for Jupyter."""
        lines = [f"<tr>{''.join(f'<th>{name}</th>' for name in _HEADER)}</tr>"]
        for column in self.columns:
            lines.append(f"<tr>{''.join(f'<td>{_html(text)}</td>' for text in _row(column))}</tr>")
        title = f"<p>{self.kind} <code>{self.name}</code>: {_html(self.meaning)}</p>"
        return f"{title}<table>{''.join(lines)}</table>"

    def markdown(self) -> str:
        """A heading, a sentence, and a table of the columns."""
        table = markdown_table(_HEADER, map(_row, self.columns))
        return f"#### {self.kind.capitalize()} `{self.name}`\n\n{self.meaning}\n\n{table}"


class Description(list[TableDescription]):
    """What is to be known of some tables, or of some of their columns.

    Print it, or let Jupyter show it.
    """

    def __str__(self) -> str:
        return "\n\n\n".join(map(str, self))

    def _repr_html_(self) -> str:
        return "".join(table._repr_html_() for table in self)

    def markdown(self) -> str:
        """A section for each table."""
        return "\n".join(table.markdown() for table in self)

    @property
    def columns(self) -> list[ColumnDescription]:
        """All columns, table by table."""
        return [column for table in self for column in table.columns]


def describe(
    benchmark: str, name: str | None = None, *, db: BenchmarkDatabase | None = None
) -> Description:
    """Every table, view and column of a benchmark's database. No database is needed.

    Args:
        benchmark: the benchmark's name, such as ``"nasbench101"``.
        name: a table or view, such as ``"nb101"``, or a column, such as ``"valid_acc"``, of all
            tables that have it; by default everything.
        db: a database whose measurement sets are described as well: each is a table, with columns
            such as ``raspi4_latency``, which may be named as ``hwnas.raspi4_latency`` too.

    Raises:
        UnknownBenchmark: there is no benchmark of that name.
        InvalidQuery: there is no table or column of that name.
    """
    tables = tables_of(benchmarks.get(benchmark))
    sets = () if db is None else db.sets
    tables = (*tables, *(table_of_set(benchmarks.get(benchmark), one) for one in sets))
    if isinstance(name, str) and name in {metric.name for one in sets for metric in one.metrics}:
        of, _, inner = name.partition(".")
        return Description(
            replace(table, columns=tuple(found for found in table.columns if found.name == inner))
            for table in tables
            if table.name == of
        )
    if name is None:
        return Description(tables)
    found = {table.name: Description([table]) for table in tables}
    for table in tables:
        for column in table.columns:
            # A view, which comes last, has mostly columns of tables under the same names.
            if table.kind == "table" or column.name not in found:
                one = replace(table, columns=(column,))
                found.setdefault(column.name, Description()).append(one)
    return find(f"table or column of {benchmark}", name, found)


def metric(benchmark: str, name: str, *, db: BenchmarkDatabase | None = None) -> Metric:
    """What a metric of a benchmark is: its unit, direction, split, range and source.

    Args:
        benchmark: the benchmark's name, such as ``"nasbench201"``.
        name: the metric's column, such as ``"valid_acc"``.
        db: a database whose measurement sets have metrics besides.

    Raises:
        UnknownBenchmark: there is no benchmark of that name.
        InvalidQuery: it has no metric of that name.
    """
    known = benchmarks.get(benchmark).metrics if db is None else benchmarks.tables_of(db).metrics
    return find(f"metric of {benchmark}", name, known)


def reporting(benchmark: str, dataset: str | None = None) -> Reporting:
    """Which metric to select by and which to report on a data set or task.

    Args:
        benchmark: the benchmark's name, such as ``"nasbench201"``.
        dataset: the data set or task, in upper or lower case; may be left out if there is one.

    Raises:
        UnknownBenchmark: there is no benchmark of that name.
        InvalidQuery: it has no data set or task of that name.
    """
    reports = benchmarks.get(benchmark).reports
    if dataset is None and len(reports) == 1:
        (only,) = reports.values()
        return only
    name = dataset.lower() if isinstance(dataset, str) else dataset
    return find(f"data set or task of {benchmark}", name, reports)


def table_of_set(benchmark: Benchmark, one: AttachedSet) -> TableDescription:
    """The table of a measurement set."""
    columns = {c.name: c for table in tables_of(benchmark) for c in reversed(table.columns)}
    shared = [
        replace(columns[name], table=one.name, null="never", source="as the benchmark has it")
        for name in (*one.scope, one.key)
    ]
    metrics = [
        ColumnDescription(
            table=one.name,
            name=metric.name.partition(".")[2],
            type="REAL",
            unit=metric.unit or "not stated",
            range=metric.range,
            meaning=metric.title,
            null="where there is no value",
            source=metric.definition.removesuffix("."),
        )
        for metric in one.metrics
    ]
    meaning = f"What was measured of an architecture, in {one.path.name}: a row for each."
    return TableDescription(one.name, "table", meaning, (*shared, *metrics))


@cache
def tables_of(benchmark: Benchmark) -> tuple[TableDescription, ...]:
    schema = benchmark.schema
    types, _ = structure_of(schema)
    metrics = {**benchmark.tables.curve_metrics, **benchmark.metrics}
    tables = [
        TableDescription(
            model._meta.table_name,
            "table",
            _summary(model),
            tuple(_columns(model, types[model._meta.table_name], metrics)),
        )
        for model in schema.models
    ]
    views = [_view(schema, name, types[name], tables) for name in schema.views]
    return (*tables, *views)


def _columns(
    model: type[Model], types: Mapping[str, str], metrics: Mapping[str, Metric]
) -> Iterator[ColumnDescription]:
    documented = _documented(model)
    for field in model._meta.sorted_fields:
        told = {"": "", **documented.get(field.name, {}), **_parts(field.help_text or "")}
        told.update(_known(field, told[""], metrics.get(field.name)))
        if (statistic := statistic_of(field.name)) is not None and statistic[0] in metrics:
            told.update(_of_statistic(metrics[statistic[0]], statistic[1]))
        yield ColumnDescription(
            table=model._meta.table_name,
            name=field.column_name,
            type=types[field.column_name],
            unit=told.get("Unit", ""),
            range=told.get("Range", ""),
            meaning=told[""],
            null=told.get("NULL", _NOTHING_TO_SAY) if field.null else "never",
            source=told.get("Source", _RECORDED),
        )


def _known(field: Field, meaning: str, metric: Metric | None) -> dict[str, str]:
    """What needs not be written beside a column, under the names it would have there."""
    if metric is not None:
        return {
            "Unit": metric.unit or "not stated",
            "Range": metric.range,
            "Source": metric.definition.removesuffix("."),
        }
    numbered = {"Range": "at least 1", "Source": "numbered at ingestion"}
    if isinstance(field, ForeignKeyField):
        return {"": f"{meaning}: `{field.rel_model._meta.table_name}.id`", **numbered}
    if isinstance(field, AutoField):
        return {"": "the row's number", **numbered}
    return {"Range": "0 or 1"} if isinstance(field, BooleanField) else {}


def _of_statistic(metric: Metric, kind: str) -> dict[str, str]:
    """What needs not be written beside a statistic of a metric."""
    source = {"Source": f"computed from `{metric.name}`"}
    if kind == "n":
        return source
    unit = {"Unit": metric.unit or "not stated", **source}
    return unit if kind == "std" else {**unit, "Range": metric.range}


def _view(
    schema: Schema, view: str, types: Mapping[str, str], tables: Iterable[TableDescription]
) -> TableDescription:
    """A flat view, whose columns are those of the trials, or of statistics, and of the configs."""
    models = {"t": schema.trial, "c": schema.config, "s": schema.statistics}
    names = {alias: model._meta.table_name for alias, model in models.items()}
    columns = {(c.table, c.name): c for table in tables for c in table.columns}
    found = tuple(
        replace(
            columns[names[table], column],
            table=view,
            name=name,
            type=types[name],
            source=f"`{names[table]}.{column}`",
        )
        for table, column, name in _COLUMN_OF_VIEW.findall(schema.views[view])
    )
    meaning = (
        "A trial, with the columns of its config beside its own."
        if view == schema.view
        else "The statistics of a config over its trials, with the config's columns beside them."
    )
    return TableDescription(view, "view", meaning, found)


def structure_of(schema: Schema) -> tuple[dict[str, dict[str, str]], list[str]]:
    """The types of the columns of each table and view, and the statements that create them."""
    with closing(SqliteDatabase(":memory:")) as database:
        schema.create_tables(database)
        schema.create_indexes(database)
        rows = list(database.execute_sql("SELECT type, name, sql FROM sqlite_master"))
        types = {
            name: {row[1]: row[2] for row in database.execute_sql(f'PRAGMA table_xinfo("{name}")')}
            for kind, name, _ in rows
            if kind in ("table", "view")
        }
    return types, [sql for _, _, sql in rows if sql]


def _summary(model: type[Model]) -> str:
    """The first paragraph of a model's docstring."""
    return _markdown(inspect.cleandoc(model.__doc__ or "").partition("\n\n")[0])


def _documented(model: type[Model]) -> dict[str, dict[str, str]]:
    """What the docstrings of a model, and of those it derives from, say of its fields."""
    found: dict[str, dict[str, str]] = {}
    for ancestor in reversed(model.__mro__):
        text = inspect.cleandoc(vars(ancestor).get("__doc__") or "")
        head, _, attributes = text.partition("Attributes:\n")
        null_where = _NULL_WHERE.search(_markdown(head))
        common = {"NULL": null_where[1]} if null_where else {}
        for names, entry in _ENTRY.findall(attributes):
            for name in names.split(", "):
                found[name] = {**common, **_parts(entry)}
    return found


def _parts(text: str) -> dict[str, str]:
    """The meaning, under an empty name, and what else a text has, under the names it has there."""
    meaning, *named = _PART.split(_markdown(text))
    parts = {"": meaning, **dict(zip(named[::2], named[1::2], strict=True))}
    return {name: part.removesuffix(".") for name, part in parts.items() if part}


def _markdown(text: str) -> str:
    """A text of a docstring, in one line of Markdown."""
    return _ROLE.sub(r"`\1`", " ".join(text.split())).replace("``", "`")


_HEADER = ("column", "type", "unit", "range", "meaning", "NULL", "source")


def _row(column: ColumnDescription) -> list[str]:
    return [
        *(f"`{column.name}`", column.type, column.unit, column.range),
        *(column.meaning, column.null, column.source),
    ]


def _html(text: str) -> str:
    """Markdown as HTML."""
    return re.sub("`([^`]*)`", r"<code>\1</code>", html.escape(text))


def _indented(text: str) -> str:
    return textwrap.fill(text, _WIDTH, initial_indent="    ", subsequent_indent="    ")


def markdown_table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(header)
    lines = [names, ["---"] * len(names), *rows]
    return "".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines
    )
