"""What Datasette shows beside the tables: titles, units, sources, licences.

Datasette (https://datasette.io) publishes SQLite databases as web pages. Its metadata file is
described in its documentation, "Metadata".
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nasbench_db import benchmarks
from nasbench_db.catalogue import CATALOGUE
from nasbench_db.database import BenchmarkDatabase
from nasbench_db.describing import ColumnDescription, TableDescription, describe

_QUESTIONS = {
    "best": (
        "The best architectures",
        "SELECT {identity}, {fidelity}, count(*) AS num_trials, avg({metric}) AS {metric} "
        "FROM {view} WHERE {where} GROUP BY config_id ORDER BY avg({metric}) DESC LIMIT 20",
    ),
    "spread": (
        "How much trainings of the same architecture differ",
        "SELECT {identity}, {fidelity}, count({metric}) AS n, avg({metric}) AS mean, "
        "max({metric}) - min({metric}) AS spread FROM {view} WHERE {where} "
        "GROUP BY config_id ORDER BY spread DESC LIMIT 20",
    ),
}
"""Canned queries, which ask for the fidelity in a form."""


def metadata(databases: Iterable[BenchmarkDatabase]) -> dict[str, Any]:
    """The content of a metadata file for some databases, each published under its file's name.

    Args:
        databases: what will be published, from :func:`nasbench_db.connect`.
    """
    return {
        "title": "Tabular NAS benchmarks",
        "databases": {Path(db.path).stem: _database(db) for db in databases},
    }


def _database(database: BenchmarkDatabase) -> dict[str, Any]:
    schema = database.schema
    benchmark = benchmarks.get(schema.benchmark)
    sources = database.provenance()
    names = ", ".join(source["source_name"] for source in sources)
    page = CATALOGUE[benchmark.name][0].pages[0]
    told = f"Built from {names}. Cite: {benchmark.paper}."
    if any(source["synthetic"] for source in sources):
        told = f"The metrics are SYNTHETIC: made up, not measured. {told}"
    reporting = next(iter(benchmark.reports.values()))
    words = {
        "identity": ", ".join(schema.identity),
        "fidelity": ", ".join(schema.fidelity),
        "metric": reporting.select_by or reporting.report_by,
        "view": schema.view,
        "where": " AND ".join(f"{name} = :{name}" for name in schema.fidelity),
    }
    return {
        "title": benchmark.title,
        "description": told,
        "license": benchmark.licence,
        "source": names,
        "source_url": page,
        "tables": {table.name: _table(table) for table in describe(benchmark.name)},
        "queries": {
            name: {"title": title, "sql": sql.format_map(words)}
            for name, (title, sql) in _QUESTIONS.items()
        },
    }


def _table(table: TableDescription) -> dict[str, Any]:
    return {
        "description": table.meaning.replace("`", ""),
        "columns": {column.name: _column(column) for column in table.columns},
    }


def _column(column: ColumnDescription) -> str:
    """One line of text: meaning, unit, when NULL, source."""
    unit = f" Unit: {column.unit}." if column.unit not in ("", "1") else ""
    null = f" NULL: {column.null}." if column.null else ""
    source = f" Source: {column.source}." if column.source else ""
    # Datasette shows plain text.
    return f"{column.meaning}.{unit}{null}{source}".replace("`", "")
