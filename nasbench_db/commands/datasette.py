"""The command that writes the metadata file of Datasette."""

from __future__ import annotations

import json

import click

from nasbench_db import benchmarks
from nasbench_db.commands.sql import opened
from nasbench_db.describing.datasette import metadata
from nasbench_db.errors import DatabaseNotFound
from nasbench_db.store.database import default_directory, default_path


@click.command()
@click.argument("which", metavar="[BENCHMARK|PATH]...", nargs=-1)
def datasette(which: tuple[str, ...]) -> None:
    """Print a metadata file for Datasette: titles, units, sources, licences and canned queries.

    By default it is for all databases at the default places. Datasette gives up a query after a
    second, which is too short for all of NAS-Bench-101; version 1 of it takes the queries from
    the same file given as --config as well.

    \b
    Example:
      nasbench-db datasette nasbench101.db > metadata.json
      datasette --immutable nasbench101.db --metadata metadata.json \\
        --setting sql_time_limit_ms 10000
    """
    found = which or [name for name in benchmarks.BENCHMARKS if default_path(name).exists()]
    if not found:
        raise DatabaseNotFound(
            f"there is no database in {default_directory()}; give a PATH, or build one with: "
            "nasbench-db ingest BENCHMARK FILE"
        )
    click.echo(json.dumps(metadata(map(opened, found)), indent=2, ensure_ascii=False))
