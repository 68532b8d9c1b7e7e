"""What Datasette shows beside the tables: titles, units, sources, licences, and questions.

Datasette (https://datasette.io) publishes SQLite databases as web pages. Its metadata file is
described in its documentation, "Metadata". It shows the units within the descriptions of the
columns: its own key ``units`` knows no millions, and its version 1 dropped it. Version 1 reads
the canned queries from its configuration file; the same file will do as both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from nasbench_db import benchmarks
from nasbench_db.benchmarks import Benchmark
from nasbench_db.describing import (
    MIGRATIONS,
    ColumnDescription,
    TableDescription,
    describe,
    table_of_set,
)
from nasbench_db.errors import InvalidQuery
from nasbench_db.measurements import opening
from nasbench_db.metrics import Metric, Reporting
from nasbench_db.store.attached import AttachedSet
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.marks import mark_of

_LICENCES = {
    "Apache-2.0": "https://spdx.org/licenses/Apache-2.0.html",
    "MIT": "https://spdx.org/licenses/MIT.html",
}
"""Where the text of a licence is, by how its description begins."""

_MOST_ROWS = 20
"""How many rows a canned query gives that orders architectures."""

_CLAUSE = re.compile(r" (?=(?:FROM|JOIN|WHERE|GROUP BY|HAVING|ORDER BY|LIMIT) )")
"""Where a statement is broken into lines."""

_OF_TRIALS = {"avg": "mean", "min": "least", "max": "most"}
"""Aggregates over the trials of a config, and what their columns are called."""


def metadata(databases: Iterable[BenchmarkDatabase]) -> dict[str, Any]:
    """The content of a metadata file for some databases, each published under its file's name.

    Their measurement sets are files of their own, which Datasette joins if it is started with
    ``--crossdb``.

    Args:
        databases: what will be published, from :func:`nasbench_db.connect`.

    Raises:
        InvalidQuery: two of them have the same file name.
    """
    described: dict[str, Any] = {}
    for database in databases:
        found = {database.file: _database(database)}
        found |= {one.path: _set(database, one) for one in database.sets}
        for path, told in found.items():
            if path.stem in described:
                raise InvalidQuery(
                    f"two databases are called {path.stem}, which would be one page; rename {path}"
                )
            described[path.stem] = told
    return {
        "title": "Tabular NAS benchmarks",
        "description": (
            "Each view has a row for each training, with the columns of what was trained. NULL "
            "means not measured."
        ),
        "databases": described,
    }


def _database(database: BenchmarkDatabase) -> dict[str, Any]:
    schema = database.schema
    benchmark = benchmarks.get(schema.benchmark)
    sources = database.provenance()
    names = ", ".join(source["source_name"] for source in sources)
    told = f"Built from {names}. Cite: {benchmark.paper}."
    mark = mark_of(sources)
    if mark is not None:
        told = f"{mark.long[0].upper()}{mark.long[1:]}. {told}"
    tables = {table.name: _table(table) for table in describe(benchmark.name)}
    # A reference to a config is shown as the architecture.
    tables[schema.config._meta.table_name]["label_column"] = schema.identity[:2][-1]
    tables[schema.view]["sort"] = "trial_id"
    tables[MIGRATIONS] = {"hidden": True}
    return {
        "title": benchmark.title,
        "description": told,
        "license": benchmark.licence,
        "license_url": _LICENCES[benchmark.licence.partition(" ")[0]],
        "source": names,
        "source_url": benchmark.published[0].pages[0],
        "tables": tables,
        "queries": {
            name: {**query, "sql": _CLAUSE.sub("\n", query["sql"])}
            for name, query in _queries(database)
        },
    }


def _set(database: BenchmarkDatabase, one: AttachedSet) -> dict[str, Any]:
    """A measurement set."""
    benchmark = benchmarks.get(database.schema.benchmark)
    sources = opening.provenance(one.path)
    names = ", ".join(source["source_name"] for source in sources)
    view = database.schema.view
    same = ", ".join((one.key, *(name for name in one.scope if name != database.schema.seed)))
    return {
        "title": f"{one.name}: measurements of {benchmark.title}",
        "description": (
            f"Made of {names or 'a table'}. With datasette --crossdb it is joined in SQL: "
            f'SELECT * FROM "{database.file.stem}".{view} JOIN "{one.path.stem}".{one.name} '
            f"USING ({same})"
        ),
        "license": sources[0]["licence"] or "not stated",
        "source": names,
        "tables": {
            one.name: _table(table_of_set(benchmark, one)),
            MIGRATIONS: {"hidden": True},
        },
    }


def _table(table: TableDescription) -> dict[str, Any]:
    return {
        "description": table.meaning.replace("`", ""),
        "columns": {column.name: _column(column) for column in table.columns},
    }


def _column(column: ColumnDescription) -> str:
    """One line of text: meaning, unit, range, when NULL, source."""
    facts = {
        "Unit": column.unit if column.unit != "1" else "",
        "Range": column.range,
        "NULL": column.null,
        "Source": column.source,
    }
    told = [column.meaning, *(f"{name}: {fact}" for name, fact in facts.items() if fact)]
    # Datasette shows plain text.
    return f"{'. '.join(told)}.".replace("`", "")


def _queries(database: BenchmarkDatabase) -> Iterator[tuple[str, dict[str, str]]]:
    """Canned queries by name. What is to be compared is asked for in a form.

    They need nothing that SQLite itself lacks.
    """
    schema = database.schema
    benchmark = benchmarks.get(schema.benchmark)
    yield "coverage", {"title": "How much there is", "sql": schema.coverage_query}
    reports = benchmark.reports
    if len({report.select_by for report in reports.values()}) == 1:
        yield from _of_all(database)
    else:
        for name, report in reports.items():
            yield (
                f"best_{name}",
                _best(database, report, f" for {name}", [f"{report.column} = '{name}'"]),
            )
    identity = schema.identity[0]
    if schema.intermediate is None:
        return
    columns = [f"v.{name}" for name in (*schema.fidelity, *filter(None, [schema.seed]))]
    columns.append("i.current_epoch")
    columns += [f"i.{name}" for name in benchmark.tables.curve_metrics]
    yield (
        "curve",
        {
            "title": "The evaluations during the trainings of an architecture",
            "description": f"{identity}: which one",
            "sql": (
                f"SELECT {', '.join(columns)} FROM {schema.view} AS v "
                f"JOIN {schema.intermediate._meta.table_name} AS i ON i.trial_id = v.trial_id "
                f"WHERE v.{identity} = :{identity} "
                "ORDER BY v.config_id, v.trial_id, i.current_epoch"
            ),
        },
    )


def _of_all(database: BenchmarkDatabase) -> Iterator[tuple[str, dict[str, str]]]:
    """The queries of a benchmark that has one metric to compare by, and several trials."""
    schema = database.schema
    benchmark = benchmarks.get(schema.benchmark)
    report = next(iter(benchmark.reports.values()))
    conditions = [f"{name} = :{name}" for name in schema.fidelity]
    given = [f"{name}: {', '.join(_values(database, name))}" for name in schema.fidelity]
    yield "best", _best(database, report, "", conditions, given)
    yield (
        "best_within_budget",
        _best(
            database,
            report,
            " of few parameters",
            [*conditions, "parameters <= CAST(:most_parameters AS REAL)"],
            [*given, f"most_parameters: in {benchmark.metrics['parameters'].unit}"],
        ),
    )
    by = _compared(benchmark, report)
    columns = [*schema.identity, *schema.fidelity, f"count({by.name}) AS trials"]
    columns += [f"{of}({by.name}) AS {word}" for of, word in _OF_TRIALS.items()]
    columns.append(f"max({by.name}) - min({by.name}) AS spread")
    yield (
        "spread",
        {
            "title": "How much trainings of the same architecture differ",
            "description": "; ".join([f"In {by.label}, the most first", *given]),
            "sql": (
                f"SELECT {', '.join(columns)} FROM {schema.view} "
                f"WHERE {' AND '.join(conditions)} GROUP BY config_id "
                f"HAVING trials > 1 ORDER BY spread DESC LIMIT {_MOST_ROWS}"
            ),
        },
    )


def _best(
    database: BenchmarkDatabase,
    report: Reporting,
    of: str,
    conditions: Sequence[str],
    given: Sequence[str] = (),
) -> dict[str, str]:
    """The query for the best architectures, with what they reach on the test images.

    Args:
        database: what is asked.
        report: what to select by.
        of: which ones, for the title.
        conditions: which ones, in SQL.
        given: what may be given in the form.
    """
    schema = database.schema
    benchmark = benchmarks.get(schema.benchmark)
    by = _compared(benchmark, report)
    reported = {
        other.report_by: None
        for other in benchmark.reports.values()
        if other.select_by == report.select_by
    }
    cost = "parameters" if "parameters" in benchmark.metrics else "inference_time"
    columns = [*schema.identity, *schema.fidelity, "count(*) AS trials"]
    columns += [f"avg({name}) AS mean_{name}" for name in dict.fromkeys((by.name, *reported))]
    end = "lowest" if by.direction == "min" else "highest"
    return {
        "title": f"The best architectures{of}",
        "description": "; ".join([f"By mean {by.label}, the {end} first", *given]),
        "sql": (
            f"SELECT {', '.join([*columns, cost])} FROM {schema.view} "
            f"WHERE {' AND '.join(conditions)} GROUP BY config_id "
            f"HAVING mean_{by.name} IS NOT NULL "
            f"ORDER BY mean_{by.name} {'ASC' if by.direction == 'min' else 'DESC'} "
            f"LIMIT {_MOST_ROWS}"
        ),
    }


def _compared(benchmark: Benchmark, report: Reporting) -> Metric:
    """What architectures are compared by: the metric to select by, or all that was measured."""
    return benchmark.metrics[str(report.select_by or report.report_by)]


def _values(database: BenchmarkDatabase, name: str) -> list[str]:
    """The values of a column of the configs; of data sets only those that one selects on."""
    reports = benchmarks.get(database.schema.benchmark).reports
    table = database.schema.config._meta.table_name
    return [
        str(value)
        for (value,) in database.select(f"SELECT DISTINCT {name} FROM {table} ORDER BY 1")
        if value not in reports or reports[value].select_on == value
    ]
